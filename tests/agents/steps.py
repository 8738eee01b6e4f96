"""The steps of a task: what the scripted model wants of an agent's tools, in words that every agent can do.

Where a text says «owner», it stands for what the task's pattern of that name finds in what the model was shown: so the
model copies names, addresses and code from one tool's result into the next call, as models do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Edit", "Read", "Run", "Step", "Task", "Text", "Write", "each", "filled"]

_SLOT = re.compile("«([a-z]+)»")

# A text with slots, or a function of what was seen and of the task's patterns.
Text = str | Callable[[str, Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class Read:
    """Show a file."""

    path: str


@dataclass(frozen=True, slots=True)
class Run:
    """Run a command."""

    command: Text


@dataclass(frozen=True, slots=True)
class Write:
    """Write a file."""

    path: str
    content: Text


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace one text of a file that was read before."""

    path: str
    old: Text
    new: Text


Step = Read | Run | Write | Edit


@dataclass(frozen=True, slots=True)
class Task:
    """One conversation: what a person asks, the model's steps, and what it says at the end."""

    name: str
    prompt: str
    patterns: Mapping[str, str]
    steps: tuple[Step, ...]
    answer: Text


def filled(text: Text, seen: str, patterns: Mapping[str, str]) -> str:
    """Return a text whose slots hold the first group of their pattern's first match. Raises for one without a match."""
    if not isinstance(text, str):
        return text(seen, patterns)
    return _SLOT.sub(lambda slot: _all(patterns[slot[1]], seen)[0], text)


def each(text: str, before: str = "", after: str = "") -> Text:
    """Return `text` again and again, for every match of its slots' patterns, side by side."""
    names = list(dict.fromkeys(_SLOT.findall(text)))

    def rows(seen: str, patterns: Mapping[str, str]) -> str:
        columns = zip(*(_all(patterns[name], seen) for name in names), strict=True)
        filled = ((dict(zip(names, row, strict=True))) for row in columns)
        return before + "".join(_SLOT.sub(lambda slot, row=row: row[slot[1]], text) for row in filled) + after  # type: ignore[misc]

    return rows


def _all(pattern: str, seen: str) -> list[str]:
    """Return the first group of every match, each text once."""
    found = list(dict.fromkeys(match[1] for match in re.finditer(pattern, seen, re.M)))
    assert found, pattern
    return found
