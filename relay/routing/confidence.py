"""How sure a local model was: ask for log-probabilities, take the mean token probability, take them out again.

Formats without log-probabilities are never judged, nor are answers of a server that gives none. (Ollama's versions of
OpenAI's paths do not, its own paths do: its docs/openapi.yaml and issue 16117, read 2026-11-26. llama.cpp writes the
chat shape into completions, too: xllamacpp 2026.10.11549, tried 2026-11-26.)

    chat completions   choices[].logprobs.content[].logprob   asked for by "logprobs": true
    completions        choices[].logprobs.token_logprobs[]    asked for by "logprobs": 1
    Ollama             logprobs[].logprob                     asked for by "logprobs": true

The mean is of probabilities, not of their logarithms: one surprising token does not sink a long answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from relay.errors import RelayFault
from relay.routing.usage import Meter
from relay.types import JSON, Headers
from relay.wire import strict_json
from relay.wire.framing import framing_of

__all__ = ["FORMATS", "Judge", "ask", "read_verdict", "unjudged"]

# Formats whose answers can be judged, and what asks for log-probabilities there.
FORMATS: Final[dict[str, bool | int]] = {
    "openai_chat": True,
    "openai_completions": 1,
    "ollama_chat": True,
    "ollama_generate": True,
}


def unjudged(families: Iterable[str]) -> tuple[str, ...]:
    """Return which format families have no log-probabilities at all: their answers are used as they are."""
    return tuple(family for family in families if not any(name.startswith(f"{family}_") for name in FORMATS))


def ask(format_name: str, tree: JSON) -> bool:
    """Ask for log-probabilities in the request `tree`. Return whether its client did not ask for them itself."""
    asked = tree.get("logprobs")
    if asked is not None and asked is not False:
        return False
    tree["logprobs"] = FORMATS[format_name]
    if format_name == "openai_chat":
        tree["top_logprobs"] = 1  # llama.cpp lists twenty alternatives for each token unless it is told otherwise
    return True


class Judge:
    """Reads an answer, whole or event by event, and takes out the log-probabilities that only relay asked for."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._sum = 0.0
        self._count = 0

    @property
    def mean(self) -> float | None:
        """The mean token probability, from 0 to 1; None when the server gave no log-probabilities."""
        return self._sum / self._count if self._count else None

    def read(self, tree: JSON) -> bool:
        """Look at one decoded answer or event. Return whether something was taken out of it."""
        if type(tree) is not dict:
            return False
        changed = False
        choices = tree.get("choices")
        for holder in (tree, *(choices if type(choices) is list else ())):
            found = holder.get("logprobs") if type(holder) is dict else None
            if found is None:
                continue
            for logprob in _logprobs(found):
                self._sum += math.exp(min(logprob, 0.0))
                self._count += 1
            if not self._keep:
                if holder is tree:
                    del tree["logprobs"]
                else:
                    holder["logprobs"] = None
                changed = True
        return changed


def _logprobs(found: Any) -> Iterator[float]:
    content = found.get("content") if type(found) is dict else found
    for token in content if type(content) is list else ():
        if type(token) is dict and _is_number(token.get("logprob")):
            yield token["logprob"]
    plain = found.get("token_logprobs") if type(found) is dict else None
    for logprob in plain if type(plain) is list else ():
        if _is_number(logprob):  # the first of an echoed prompt is null
            yield logprob


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and not math.isnan(value)


def read_verdict(judge: Judge, body: bytes, headers: Headers, meter: Meter) -> bytes:
    """Let `judge` and `meter` read a whole answer, streamed or not, and return it as the client may have it.

    What is not JSON stays as it is: whoever restores it will refuse it.
    """
    framing = framing_of(next((value for name, value in headers if name == "content-type"), ""))
    if framing is None:
        return _read(judge, body, meter)
    out = []
    for event in (*framing.feed(body), *framing.finish()):
        if event.data is not None and event.data.startswith("{"):
            data = _read(judge, event.data.encode("utf-8", "surrogatepass"), meter).decode("utf-8", "surrogatepass")
            event = replace(event, data=data)
        out.append(framing.encode(event))
    return b"".join(out)


def _read(judge: Judge, data: bytes, meter: Meter) -> bytes:
    try:
        tree = strict_json.decode(data)
    except RelayFault:
        return data
    meter.read(tree)
    return strict_json.encode(tree) if judge.read(tree) else data
