"""Find every occurrence of values that are already known.

The rule, which the check of outbound bytes shares:

* a value counts where it stands between the borders of `relay.detect.borders`: the characters just outside do not
  continue the word or number that the value begins or ends with. A value in a script written without spaces counts
  anywhere;
* case matters only for a single plain word (letters only), because "Will" is a name and "will" is not; a value with a
  digit, a space, an @ or any other sign is found in any letter case;
* a value shorter than 3 characters (2 in a script without spaces), or a number of fewer than 5 digits, is not
  searched: it is a word or number like any other, and finding it everywhere would break the text without protecting
  anyone.

Values are looked up by their first word in a table, or piece by piece in a tree where many begin with one word, so a
text costs the same however many values are known, and nothing is compiled from a value (a compiled expression outlives
its use in the `re` module's cache). The table holds plain values and lives as long as the call that made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import normalize

from relay.detect.borders import PIECE, RUN, WORD, is_bounded, is_firm, is_unspaced
from relay.detect.taxonomy import describe
from relay.process.slices import end_slice, in_slices
from relay.types import Span

__all__ = ["KNOWN", "KnownValues", "fold", "form", "is_off", "searchable"]

KNOWN = "known"  # the recognizer that such spans name

_MIN_CHARS = 3
_MIN_DIGITS = 5
_PART_CHARS = 65_536

# Up to so many first words that occur in a text, searching for each beats walking over all words.
_FEW = 12

# Where values that begin with one word have so many lengths, each step into the text is cheaper than trying them all.
_MANY = 16

# first word -> {(characters before the word, length of the value): {value: entity type}}
_Table = dict[str, dict[tuple[int, int], dict[str, str]]]
# A tree of values by the pieces they are made of: piece -> what may follow. Where a value ends, _END holds what stands
# before its first word, with the entity type.
_Tree = dict[str, Any]
_END = ""
_NOTHING: dict[str, str] = {}


def searchable(value: str) -> bool:
    """Tell whether the rule searches `value` at all."""
    if len(value) < _MIN_CHARS:
        return len(value) > 1 and is_unspaced(value)
    if value.isdigit():
        return len(value) >= _MIN_DIGITS
    return value[0].isalnum() or any(map(str.isalnum, value))


def fold(text: str) -> str:
    """Return `text` in lower case with its length unchanged, whatever the script and wherever in a word it is cut."""
    # The one letter whose small form depends on its neighbours.
    lower = text.replace("Σ", "σ").lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def form(value: str) -> str:
    """Return what two spellings of one value have in common: where their forms are equal, both find the same."""
    if is_unspaced(value):
        return normalize("NFC", value)
    return value if value.isalpha() else fold(value)


class KnownValues:
    """A set of `(entity type, value)` pairs that can be found in any number of texts. Immutable."""

    __slots__ = ("_anywhere", "_exact", "_firm", "_folded", "_trees")

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        """Index `values`; of two types for one value one that is on by default stays, then the first."""
        self._exact: _Table = {}
        self._folded: _Table = {}
        self._trees: _Tree = {}  # of folded values: those that are exact are single words
        self._firm: _Table = {}  # by their first run of digits, which may be a part of a word
        self._anywhere: dict[str, str] = {}
        for entity_type, value in in_slices(sorted(values, key=is_off)):
            if not searchable(value):
                continue
            if is_unspaced(value):
                # A syllable of Hangul, a kana with its mark: whole, or taken apart as some systems write files' names.
                for spelling in (value, normalize("NFC", value), normalize("NFD", value)):
                    self._anywhere.setdefault(spelling, entity_type)
                continue
            table, first = self._exact, WORD.search(value)
            if is_firm(value):
                table, value = self._firm, fold(value)
                first = RUN.search(value)
            elif not value.isalpha():
                table, value = self._folded, fold(value)
                first = WORD.search(value)
            if first is not None:
                place = (first.start(), len(value))
                table.setdefault(first.group(), {}).setdefault(place, {}).setdefault(value, entity_type)
        for places in self._folded.values():
            if len(places) > _MANY:
                for (before, _), found in places.items():
                    for value, entity_type in found.items():
                        _plant(self._trees, PIECE.findall(value, before), value[:before], entity_type)
                places.clear()

    def __bool__(self) -> bool:
        """Tell whether there is anything to find."""
        return bool(self._exact or self._folded or self._firm or self._anywhere)

    def __repr__(self) -> str:
        tables = (self._exact, self._folded, self._firm, self._anywhere)
        return f"KnownValues({sum([len(table) for table in tables])} first words)"

    def find(self, text: str) -> list[Span]:
        """Return every occurrence in `text`, in order; occurrences of different values may overlap."""
        found: list[Span] = []
        if self._exact:
            self._look(text, self._exact, WORD, found)
        if self._folded or self._firm:
            folded = fold(text)
            self._look(folded, self._folded, WORD, found)
            self._look(folded, self._firm, RUN, found)
        if self._anywhere:
            self._look_anywhere(text, found)
        if len(found) > 1:
            found.sort(key=lambda span: (span.start, -span.end))
        return found

    def _look(self, text: str, table: _Table, words: re.Pattern[str], found: list[Span]) -> None:
        # A few words are looked for one by one, many among all the words of the text. A word inside a longer one is
        # sorted out below, where the borders of the value are looked at.
        few = len(table) <= 2 * _FEW
        present = {word for word in table if word in text} if few else _present(table, words, text)
        if not present:
            return
        if len(present) <= _FEW:
            for word in present:
                for start in in_slices(_places(text, word)):
                    self._at(text, start, word, table[word], found)
        else:
            for match in in_slices(words.finditer(text)):
                if match.group() in present:
                    self._at(text, match.start(), match.group(), table[match.group()], found)

    def _at(
        self, text: str, word_start: int, word: str, places: dict[tuple[int, int], dict[str, str]], found: list[Span]
    ) -> None:
        """Add the values whose first word stands at `word_start`."""
        for (before, length), values in places.items():
            start = word_start - before
            if start < 0:
                continue
            entity_type = values.get(text[start : start + length])
            if entity_type is not None and is_bounded(text, start, start + length):
                found.append(Span(entity_type, start, start + length, 1.0, KNOWN))
        if not places and word in self._trees:
            _climb(text, word_start, word_start + len(word), self._trees[word], found)

    def _look_anywhere(self, text: str, found: list[Span]) -> None:
        if len(self._anywhere) <= _FEW:
            for value, entity_type in self._anywhere.items():
                for start in in_slices(_places(text, value)):
                    found.append(Span(entity_type, start, start + len(value), 1.0, KNOWN))
            return
        tree: _Tree = {}
        for value, entity_type in self._anywhere.items():
            _plant(tree, value, "", entity_type)
        done: dict[str, int] = {}  # where the last occurrence of a value ends: they do not overlap themselves
        for match in in_slices(re.finditer(r"(?s).", text)):
            node, end = tree.get(match.group()), match.end()
            while node is not None:
                entity_type = node.get(_END, {}).get("")
                if entity_type is not None and done.get(text[match.start() : end], 0) <= match.start():
                    done[text[match.start() : end]] = end
                    found.append(Span(entity_type, match.start(), end, 1.0, KNOWN))
                node, end = node.get(text[end : end + 1] or None), end + 1


def _present(table: _Table, words: re.Pattern[str], text: str) -> set[str]:
    """Return the words of `table` that are words of `text`, part by part: a list of all takes ten times its text."""
    present: set[str] = set()
    start = 0
    while start < len(text):
        if start:
            end_slice()
        goes_on = words.match(text, start + _PART_CHARS)
        end = start + _PART_CHARS if goes_on is None else goes_on.end()
        present |= table.keys() & set(words.findall(text, start, end))
        start = end
    return present


def _plant(tree: _Tree, pieces: Iterable[str], before: str, entity_type: str) -> None:
    for piece in pieces:
        tree = tree.setdefault(piece, {})
    tree.setdefault(_END, {}).setdefault(before, entity_type)


def _climb(text: str, start: int, end: int, node: _Tree, found: list[Span]) -> None:
    """Add the values whose first word is `text[start:end]`. Each step takes one more piece of the text."""
    while True:
        for before, entity_type in node.get(_END, _NOTHING).items():
            first = start - len(before)
            if text.startswith(before, max(first, 0)) and first >= 0 and is_bounded(text, first, end):
                found.append(Span(entity_type, first, end, 1.0, KNOWN))
        piece = PIECE.match(text, end)
        if piece is None or piece.group() not in node:
            return
        node, end = node[piece.group()], piece.end()


def is_off(pair: tuple[str, str]) -> bool:
    """Tell whether the type of an `(entity type, value)` pair is off by default."""
    return not describe(pair[0]).default


def _places(text: str, word: str) -> Iterable[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + len(word))
