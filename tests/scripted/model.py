"""The model: a pure function of what it sees. It quotes notes, so behind relay it writes placeholders.

The client's side writes notes, each between two lines with its number; what stands between them the model can repeat
without knowing what it is:

    <note 7>
    Reported-by: Maria Gonzalez <maria.gonzalez@example.org>
    </note>
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.scripted.turn import Call, Turn

__all__ = ["Plan", "PlannedCall", "Quote", "note", "speak"]

_NOTE = re.compile(r"<note (\d+)>\n(.*?)\n</note>", re.S)


@dataclass(frozen=True, slots=True)
class Quote:
    """The note with this number, or what stands after its first colon; escaped for a string of JSON with `in_json`."""

    number: int
    after_colon: bool = False
    in_json: bool = False


Parts = Sequence[str | Quote]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call to be: each argument is a text, in parts, or any other JSON value."""

    name: str
    arguments: dict[str, Any] = field(repr=False)
    ascii_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the model means to say, before it has seen anything."""

    thinking: Parts = ()
    text: Parts = ()
    calls: tuple[PlannedCall, ...] = ()


def note(number: int, text: str) -> str:
    """Return a note as it stands in a prompt or in a tool's result."""
    return f"<note {number}>\n{text}\n</note>"


def speak(plan: Plan, seen: str, turn: int) -> Turn:
    """Return what the model says, having seen a conversation. Raises KeyError for a note that it cannot find."""
    notes = {int(number): text for number, text in _NOTE.findall(seen)}

    def fill(parts: Parts) -> str:
        return "".join(part if isinstance(part, str) else _quoted(notes[part.number], part) for part in parts)

    def filled(value: Any) -> Any:
        if isinstance(value, tuple):
            return fill(value)
        if isinstance(value, dict):
            return {key: filled(child) for key, child in value.items()}
        return [filled(child) for child in value] if isinstance(value, list) else value

    return Turn(
        thinking=fill(plan.thinking),
        text=fill(plan.text),
        calls=tuple(
            Call(
                id=f"call_{turn}_{place}",
                name=call.name,
                arguments=filled(call.arguments),
                ascii_only=call.ascii_only,
            )
            for place, call in enumerate(plan.calls)
        ),
    )


def _quoted(text: str, quote: Quote) -> str:
    if quote.after_colon:
        text = text.partition(": ")[2] or text
    return json.dumps(text, ensure_ascii=False)[1:-1] if quote.in_json else text
