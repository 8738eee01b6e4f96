"""What the upstream says to an agent, and what must never reach it.

The upstream is the mirror with a script: it asks for a file, for a command, for a file to be written from what it saw,
and then answers. It copies lines as it received them, so whatever comes out right was restored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from relay.upstream.mirror import Mirror
from relay.upstream.mirror.reply import Ask, Turn
from tests.agents import sandbox
from tests.support import forms

__all__ = ["ANSWER", "COPY", "FILES", "PROMPT", "Steps", "assert_absent", "assert_steady", "script"]

CONTACT = "Tobias Lindqvist, tobias.lindqvist@example.com, card 4111 1111 1111 1111"
RECORD = "Maria Gonzalez, maria.gonzalez@example.org, IBAN DE89 3704 0044 0532 0130 00, phone +1 415 555 0132"
FILES = {"customers.txt": f"Record: {RECORD}\n"}
PROMPT = f"Contact: {CONTACT}\nRead customers.txt and copy its record to reply.txt."
COPY = f"Copy: {RECORD}"
ANSWER = f"Written for {CONTACT}"

_PLANTED = (
    *("Tobias", "Lindqvist", "tobias.lindqvist@example.com", "4111 1111 1111 1111"),
    *("Maria", "Gonzalez", "maria.gonzalez@example.org", "DE89 3704 0044 0532 0130 00", "+1 415 555 0132"),
    *(sandbox.USER, sandbox.HOST, *sandbox.NAME.split(), sandbox.EMAIL),
)


@dataclass(frozen=True, slots=True)
class Steps:
    """An agent's own words for the three things that it is asked to do: (tool, arguments)."""

    read: tuple[str, dict[str, Any]]
    command: tuple[str, dict[str, Any]]
    write: Callable[[str], tuple[str, dict[str, Any]]]


def script(steps: Steps) -> Callable[[Ask, Mapping[str, float]], Turn]:
    """Return what the mirror says. Calls without tools, such as for a title, get a word and count for nothing."""
    done = 0

    def speak(ask: Ask, _: Mapping[str, float]) -> Turn:
        nonlocal done
        if not ask.tools:
            return Turn(text="Letter")
        done += 1
        if done <= 2:
            return Turn(text="", calls=((steps.read, steps.command)[done - 1],))
        if done == 3:
            return Turn(text="", calls=(steps.write(f"Copy: {_line('Record', ask.prompt)}"),))
        return Turn(text=f"Written for {_line('Contact', ask.prompt)}")

    return speak


def assert_absent(mirror: Mirror) -> None:
    """Check that nothing planted is in anything the upstream received, in any common encoding."""
    assert mirror.received
    for received in mirror.received:
        seen = repr((received.path, received.query, received.headers)).encode() + received.raw
        for value in _PLANTED:
            for name, form in forms(value).items():
                place = seen.find(form)
                # The planted values are invented, so what stands around one may be shown.
                assert place < 0, f"{value} as {name}: {seen[max(0, place - 80) : place + 80]!r}"


def assert_steady(mirror: Mirror) -> None:
    """Check that each turn repeats the one before it and adds to it, as a provider's prompt cache needs it.

    Left out is what agents change by themselves: marks for that cache, and one text written as a list of one part.
    """
    turns = [_history(received.body) for received in mirror.received if _offers_tools(received.body)]
    assert len(turns) == 4
    for before, after in pairwise(turns):
        assert after[: len(before)] == before


def _history(body: dict[str, Any]) -> list[Any]:
    return [_plain(item) for name in ("messages", "input", "contents") for item in body.get(name, ())]


def _offers_tools(body: dict[str, Any]) -> bool:
    return bool(body.get("tools")) or any("tools" in item for item in body.get("input", ()))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], dict) and value[0].keys() - {"cache_control"} == {"type", "text"}:
            return value[0]["text"]
        return [_plain(child) for child in value]
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items() if name != "cache_control"}
    return value


def _line(label: str, text: str) -> str:
    found = re.findall(rf"{label}: ([^\n]*)", text)
    return found[-1].strip() if found else "nothing"
