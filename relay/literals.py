"""Find given texts, as they are, at word boundaries, in text that arrives in pieces.

This is how stand-ins are found again. A text of one plain word counts in its own letter case only ("Grace" is a name
and "grace" is not); any other counts in every case of ASCII letters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from relay.alterations import WORD_CHARS
from relay.types import Encoding

__all__ = ["Found", "Literals"]

_WORD = re.compile(f"[{WORD_CHARS}]")
_ESCAPED_BLANK = re.compile(r"\\[nrtbf]")
_ASCII_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


class Found(NamedTuple):
    """Where a text begins, where it ends (None: it may go on after the end of the data), and which one it is."""

    start: int
    end: int | None
    text: str


class Literals:
    """A fixed set of texts. Immutable."""

    __slots__ = ("_exact", "_folded", "_json", "longest")

    def __init__(self, texts: Iterable[str], encoding: Encoding) -> None:
        self._json = encoding is Encoding.JSON
        self._exact: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        for text in texts:
            table = self._exact if text.isalpha() else self._folded
            for spelling in self._spellings(text):
                table.setdefault(spelling if table is self._exact else _lower(spelling), text)
        self.longest = max(map(len, (*self._exact, *self._folded)), default=0)

    def __bool__(self) -> bool:
        return self.longest > 0

    def find_all(self, data: str, at: int, *, final: bool) -> list[Found]:
        """Return every occurrence that begins at or after `at`, by start, at one start the longest first.

        Unless `final`, a text that may begin in `data` and go on behind its end counts as the longest, with end None.
        """
        found: list[Found] = []
        for table, text in ((self._exact, data), (self._folded, _lower(data) if self._folded else data)):
            for spelling, name in table.items():
                place = text.find(spelling, at)
                while place >= 0:
                    end = place + len(spelling)
                    if self._begins(data, place) and self._ends(data, end):
                        found.append(Found(place, end if final or end < len(data) else None, name))
                    place = text.find(spelling, place + 1)
        if not final:
            found += self._begun(data, at)
        found.sort(key=lambda hit: (hit.start, -len(data) - 1 if hit.end is None else -hit.end))
        return found

    def _begun(self, data: str, at: int) -> Iterable[Found]:
        """Yield where the end of `data` is a beginning of a text."""
        tail = max(at, len(data) - self.longest + 1)
        lower = _lower(data[tail:])
        for place in range(tail, len(data)):
            if not self._begins(data, place):
                continue
            for table, rest in ((self._exact, data[place:]), (self._folded, lower[place - tail :])):
                for spelling, name in table.items():
                    if len(spelling) > len(rest) and spelling.startswith(rest):
                        yield Found(place, None, name)

    def _ends(self, data: str, end: int) -> bool:
        return end == len(data) or not (_WORD.match(data[end - 1]) and _WORD.match(data[end]))

    def _begins(self, data: str, place: int) -> bool:
        if place == 0 or not (_WORD.match(data[place]) and _WORD.match(data[place - 1])):
            return True
        return self._json and place >= 2 and _ESCAPED_BLANK.match(data, place - 2) is not None

    def _spellings(self, text: str) -> set[str]:
        if not self._json:
            return {text}
        once = json.dumps(text)[1:-1]
        return {text, once, json.dumps(once)[1:-1], text.replace("/", "\\/")}


def _lower(text: str) -> str:
    """Return `text` with ASCII letters in lower case: each character by itself, so cuts do not matter."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)
