"""Index what a restorer looks for: the placeholders and stand-ins of one vault at one moment.

Building the tables costs some microseconds a value, so an exchange builds them once and its restorers share them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from relay.protocols import Restoring
from relay.replace.placeholder_grammar import Grammar, key_of
from relay.response.literal_matcher import Literals
from relay.types import Encoding

__all__ = ["Ahead", "FoundAt", "Issued"]

_PLACEHOLDER = re.compile(r"\[[0-9A-Za-z]+(?:_[0-9A-Za-z]+)+\]")
_KEY = re.compile(r"[0-9A-Za-z_]*")
# Beginnings of spellings longer than one character; all others that reach the end have words in them.
_NO_WORDS = re.compile(r"[\[\\&%\uff3b\u3010]")
_OPENERS = ("[", "\uff3b", "\u3010")
# Joins the words of a placeholder that was not issued, outside brackets: a blank or hyphen may be meant literally.
_LINE = re.compile(r"\\*_")


class FoundAt(NamedTuple):
    """The beginning and end of an issued text (None: it may continue after the data), which one, and its form."""

    start: int
    end: int | None
    text: str
    form: str


class Issued:
    """The tables. Immutable, for any number of restorers and threads."""

    __slots__ = ("_keys", "_placeholders", "_stand_ins", "_texts", "_unissued", "_widest", "needles")

    def __init__(self, vault: Restoring) -> None:
        issued = vault.placeholders()
        self._placeholders = {text[1:-1]: text for text in issued if _PLACEHOLDER.fullmatch(text)}
        self._texts = tuple(text for text in issued if text[1:-1] not in self._placeholders)
        self._unissued = frozenset(text[1:-1] for text in vault.forms()) - self._placeholders.keys()
        self._placeholders |= {key: f"[{key}]" for key in self._unissued}
        self._keys = sorted(self._placeholders)
        # Every form of a placeholder holds each of its words, in some letter case: the longest are looked for first.
        kinds = {key.rpartition("_")[0] for key in self._keys}
        self.needles = tuple({max(kind.split("_"), key=len).lower().encode() for kind in kinds})
        # The maximum numbers of words and characters.
        lines = max((key.count("_") for key in self._keys), default=0)
        self._widest = "_" * lines + "X" * (max(map(len, self._keys), default=0) - lines)
        self._stand_ins: dict[Encoding, Literals] = {}

    def __bool__(self) -> bool:
        """Tell whether there is anything to restore."""
        return bool(self._placeholders or self._texts)

    def __repr__(self) -> str:
        return f"Issued({len(self._placeholders)} placeholders, {len(self._texts)} stand-ins)"

    def stand_ins(self, encoding: Encoding) -> Literals:
        """Return the stand-ins as they are written in `encoding`."""
        if encoding not in self._stand_ins:
            self._stand_ins[encoding] = Literals(self._texts, encoding)
        return self._stand_ins[encoding]

    def longest(self, expressions: Grammar) -> int:
        """Return how many characters a text that stands for a placeholder can have, or more; 0 without placeholders."""
        return expressions.longest(self._widest) if self._keys else 0

    def begins(self, part: str, expressions: Grammar) -> bool:
        """Tell whether an issued placeholder can begin with `part`, which has the shape of such a beginning."""
        opening = expressions.opening.match(part)
        rest = part[opening.end() :] if opening is not None else part
        if opening is None and _NO_WORDS.match(part):
            return True
        rest = expressions.separator.sub("_", rest)
        words = _KEY.match(rest)
        assert words is not None, "the expression matches the empty text"
        key = words.group().upper()
        if len(key) == len(rest) and not key.endswith("_"):
            return self._begins(key)
        key = key.rstrip("_")
        if opening is not None and (not key or key in self._placeholders):
            return True
        return self._begins(key + "_")

    def _begins(self, key: str) -> bool:
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place].startswith(key)

    def next(self, data: str, at: int, expressions: Grammar, *, final: bool) -> FoundAt | None:
        """Return the first issued placeholder from `at`, or (end None) where one may begin that continues after it."""
        search = expressions.final.search if final else expressions.search.search
        while self.needles and (match := search(data, at)) is not None:
            start = match.start()
            complete: re.Match[str] | None = match
            if match.lastgroup == "part":
                if self.begins(match.group(), expressions):
                    return FoundAt(start, None, "", "")
                complete = expressions.full.match(data, start)
            found = self.place(complete, data, expressions) if complete is not None else None
            if found is not None:
                return found
            at = start + 1
        return None

    def place(self, match: re.Match[str], data: str, expressions: Grammar) -> FoundAt | None:
        """Return the issued placeholder that a complete match stands for, where it ends, and its form."""
        form = match.lastgroup or ""
        end = match.end()
        placeholder = self._named(match[form], form, expressions)
        if placeholder is None and form == "upper":
            # Words in capitals may follow the placeholder: take the longest beginning that was issued.
            for gap in reversed(list(expressions.separator.finditer(data, match.start(), match.end()))):
                end = gap.start()
                placeholder = self._named(data[match.start() : end], form, expressions)
                if placeholder is not None and "_" not in gap.group():
                    break
                placeholder = None
        if placeholder is None:
            return None
        if form in ("bare", "upper") and end == len(data) and data[: match.start()].endswith(_OPENERS):
            return None  # a bracketed placeholder without its end, so its number may be incomplete
        return FoundAt(match.start(), end, placeholder, form)

    def _named(self, words: str, form: str, expressions: Grammar) -> str | None:
        key = key_of(words, expressions)
        if key in self._unissued and form == "upper" and _LINE.sub("", words) != key.replace("_", ""):
            return None
        return self._placeholders.get(key)


class Ahead:
    """The places of the needles in one text. Each needle is searched once along the text, so the work is linear."""

    __slots__ = ("_folded", "_places", "_same_length")

    def __init__(self, data: str, needles: Iterable[str]) -> None:
        self._folded = data.lower()
        self._same_length = len(self._folded) == len(data)
        self._places = dict.fromkeys(needles, -1)

    def next(self, data: str, at: int) -> int | None:
        """Return the place of the first needle from `at` on, or None; `at` where lower case changed the length."""
        if not self._same_length:
            return at
        first: int | None = None
        for needle, place in self._places.items():
            if place < at:
                found = self._folded.find(needle, at)
                place = self._places[needle] = found if found >= 0 else len(data)
            if place < len(data) and (first is None or place < first):
                first = place
        return first
