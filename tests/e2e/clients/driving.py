"""What every driver shares. A driver runs in its client's own environment, so nothing of relay can be imported here.

A driver is a table of functions. Each line of standard input calls one, each line of standard output is its result.
Connections to anywhere but this machine are refused and reported: a client that calls home would be noticed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["PARAMETERS", "Tool", "run"]

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"email": {"type": "string"}, "note": {"type": "string"}},
    "required": ["email", "note"],
}

_LOOPBACK = ("127.", "::1", "localhost")


class Tool:
    """The tool that every client offers: it keeps the arguments it was called with and answers `result`."""

    name = "send_mail"
    description = "Sends an e-mail."

    def __init__(self, result: str) -> None:
        self.result = result
        self.calls: list[dict[str, Any]] = []

    def __call__(self, email: str, note: str) -> str:
        """Send an e-mail."""
        self.calls.append({"email": email, "note": note})
        return self.result

    def done(self, answer: str | None) -> dict[str, Any]:
        """Return what a turn came to."""
        return {"calls": self.calls, "answer": answer}


def run(calls: Mapping[str, Callable[..., Any]]) -> None:
    """Answer lines of `[name, {arguments}]` until standard input ends; an exception is told by its classes and text."""
    elsewhere: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
        elif event == "socket.getaddrinfo":
            address = arguments
        else:
            return
        host = str(address[0]) if isinstance(address, tuple) and address[0] else "localhost"
        if not host.startswith(_LOOPBACK):
            elsewhere.append(host)
            raise OSError("only this machine may be reached")

    sys.addaudithook(watch)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a client prints does not get between the answers
    for line in sys.stdin:
        name, arguments = json.loads(line)
        told: dict[str, Any] = {}
        try:
            told["value"] = calls[name](**arguments)
        except Exception as error:
            told["raised"] = [f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__]
            told["text"] = str(error)
        print(json.dumps({**told, "elsewhere": elsewhere}), file=answers, flush=True)
