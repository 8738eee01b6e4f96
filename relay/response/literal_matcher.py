"""Find given texts, unaltered, at word boundaries, in text that arrives in pieces.

This finds stand-ins. A text of one plain word counts in its own letter case only ("Grace" is a name
and "grace" is not); any other counts in every case of ASCII letters.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

import ahocorasick_rs

from relay.replace.placeholder_grammar import WORD_CHARS
from relay.types import Encoding

__all__ = ["LiteralFound", "Literals"]

_WORD = re.compile(f"[{WORD_CHARS}]")
_ESCAPED_BLANK = re.compile(r"\\[nrtbf]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASCII_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


class LiteralFound(NamedTuple):
    """The beginning and end of a text (None: it may continue after the data), and which one it is, where certain."""

    start: int
    end: int | None
    text: str


class _Row(NamedTuple):
    spelling: str
    text: str
    exact: bool


class Literals:
    """A fixed set of texts. Immutable, thread-safe; it finds any number of them in one pass."""

    __slots__ = ("_automaton", "_exact", "_folded", "_json", "_rows", "longest")

    def __init__(self, texts: Iterable[str], encoding: Encoding) -> None:
        self._json = encoding is Encoding.JSON
        exact: dict[str, str] = {}
        folded: dict[str, str] = {}
        for text in texts:
            table = exact if text.isalpha() else folded
            for spelling in self._spellings(text):
                table.setdefault(spelling if table is exact else _lower(spelling), text)
        by_fold: dict[str, list[_Row]] = {}
        for spelling, text in exact.items():
            by_fold.setdefault(_lower(spelling), []).append(_Row(spelling, text, exact=True))
        for spelling, text in folded.items():
            by_fold.setdefault(spelling, []).append(_Row(spelling, text, exact=False))
        self._rows = tuple(by_fold.values())
        self._exact, self._folded = sorted(exact), sorted(folded)
        self._automaton = (
            ahocorasick_rs.AhoCorasick(
                list(map(_utf8, by_fold)), implementation=ahocorasick_rs.Implementation.ContiguousNFA
            )
            if by_fold
            else None
        )
        self.longest = max(map(len, by_fold), default=0)

    def __bool__(self) -> bool:
        return self.longest > 0

    def find_all(self, data: str, at: int, *, final: bool) -> list[LiteralFound]:
        """Return every occurrence that begins at or after `at`, by start, at one start the longest first.

        Unless `final`, a text that may begin in `data` and continue after it counts as the longest, with end None.
        """
        if self._automaton is None:
            return []
        found: list[LiteralFound] = []
        lower = _lower(data)
        for number, start, end in self._automaton.find_matches_as_indexes(_utf8(lower[at:]), overlapping=True):
            start, end = start + at, end + at
            if not (self._begins(data, start) and self._ends(data, end)):
                continue
            for spelling, text, exact in self._rows[number]:
                if (data if exact else lower)[start:end] == spelling:
                    found.append(LiteralFound(start, end if final or end < len(data) else None, text))
        if not final:
            found += self._begun(data, lower, at)
        found.sort(key=lambda hit: (hit.start, -len(data) - 1 if hit.end is None else -hit.end))
        return found

    def _begun(self, data: str, lower: str, at: int) -> Iterable[LiteralFound]:
        """Yield the places where a text may begin that continues after `data`."""
        for place in range(max(at, len(data) - self.longest + 1), len(data)):
            if self._begins(data, place) and (
                _goes_on(self._exact, data[place:]) or _goes_on(self._folded, lower[place:])
            ):
                yield LiteralFound(place, None, "")

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
    """Return `text` with ASCII letters in lower case: each character separately, so cuts do not matter."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def _utf8(text: str) -> str:
    """Return `text` for a library that takes UTF-8, which has no lone surrogates."""
    return text if text.isascii() else _SURROGATE.sub("?", text)


def _goes_on(spellings: list[str], beginning: str) -> bool:
    """Tell whether any of the sorted `spellings` starts with `beginning` and is longer."""
    place = bisect_right(spellings, beginning)
    return place < len(spellings) and spellings[place].startswith(beginning)
