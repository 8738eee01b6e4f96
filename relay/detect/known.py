"""Find every occurrence of values that are already known.

The rule, which the check of outbound bytes shares:

* a value counts where it stands between word boundaries: the characters just outside do not continue the word or number
  that the value begins or ends with. A value in a script written without spaces counts anywhere;
* case matters only for a single plain word (letters only), because "Will" is a name and "will" is not; a value with a
  digit, a space, an @ or any other sign is found in any letter case;
* a value shorter than 3 characters (2 in a script without spaces), or a number of fewer than 5 digits, is not
  searched: it is a word or number like any other, and finding it everywhere would break the text without protecting
  anyone.

Values are looked up by their first word in a table, so a text costs the same however many values are known, and nothing
is compiled from a value (a compiled expression outlives its use in the `re` module's cache). The table holds plain
values and lives as long as the call that made it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from relay.detect.taxonomy import describe
from relay.types import Span

__all__ = ["KNOWN", "KnownValues", "fold", "form", "is_bounded", "is_off", "is_unspaced", "searchable"]

KNOWN = "known"  # the recognizer that such spans name

_MIN_CHARS = 3
_MIN_DIGITS = 5
_WORD = re.compile(r"\w+")
# Scripts without spaces between words: Thai, Lao, Khmer, Myanmar, kana, Han (by Unicode block).
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")

# Up to so many first words that occur in a text, searching for each beats walking over all words.
_FEW = 12

# first word -> {(characters before the word, length of the value): {value: entity type}}
_Table = dict[str, dict[tuple[int, int], dict[str, str]]]


def searchable(value: str) -> bool:
    """Tell whether the rule searches `value` at all."""
    if len(value) < _MIN_CHARS:
        return len(value) > 1 and is_unspaced(value)
    if value.isdigit():
        return len(value) >= _MIN_DIGITS
    return value[0].isalnum() or any(map(str.isalnum, value))


def fold(text: str) -> str:
    """Return `text` in lower case with its length unchanged, whatever the script."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def form(value: str) -> str:
    """Return what two spellings of one value have in common: where their forms are equal, both find the same."""
    return value if value.isalpha() or is_unspaced(value) else fold(value)


def is_unspaced(value: str) -> bool:
    """Tell whether `value` holds letters of a script that is written without spaces."""
    return not value.isascii() and _UNSPACED.search(value) is not None


class KnownValues:
    """A set of `(entity type, value)` pairs that can be found in any number of texts. Immutable."""

    __slots__ = ("_anywhere", "_exact", "_folded")

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        """Index `values`; of two types for one value one that is on by default stays, then the first."""
        self._exact: _Table = {}
        self._folded: _Table = {}
        self._anywhere: dict[str, str] = {}
        for entity_type, value in sorted(values, key=is_off):
            if not searchable(value):
                continue
            if is_unspaced(value):
                self._anywhere.setdefault(value, entity_type)
                continue
            table = self._exact
            if not value.isalpha():
                table, value = self._folded, fold(value)
            first = _WORD.search(value)
            if first is None:
                continue
            place = (first.start(), len(value))
            table.setdefault(first.group(), {}).setdefault(place, {}).setdefault(value, entity_type)

    def __bool__(self) -> bool:
        """Tell whether there is anything to find."""
        return bool(self._exact or self._folded or self._anywhere)

    def __repr__(self) -> str:
        return f"KnownValues({len(self._exact) + len(self._folded) + len(self._anywhere)} first words)"

    def find(self, text: str, besides: Container[tuple[int, int]] = ()) -> list[Span]:
        """Return every occurrence in `text`, in order; occurrences of different values may overlap.

        Those at a place in `besides`, a `(start, end)` pair, are left out.
        """
        found: list[Span] = []
        if self._exact:
            self._look(text, self._exact, found, besides)
        if self._folded:
            self._look(fold(text), self._folded, found, besides)
        for value, entity_type in self._anywhere.items():
            for start in _places(text, value):
                if (start, start + len(value)) not in besides:
                    found.append(Span(entity_type, start, start + len(value), 1.0, KNOWN))
        if len(found) > 1:
            found.sort(key=lambda span: (span.start, -span.end))
        return found

    def _look(self, text: str, table: _Table, found: list[Span], besides: Container[tuple[int, int]]) -> None:
        # A few words are looked for one by one, many among all the words of the text. A word inside a longer one is
        # sorted out below, where the borders of the value are looked at.
        few = len(table) <= 2 * _FEW
        present = {word for word in table if word in text} if few else table.keys() & set(_WORD.findall(text))
        if not present:
            return
        if len(present) <= _FEW:
            for word in present:
                _at(text, _places(text, word), table[word], found, besides)
        else:
            for match in _WORD.finditer(text):
                if match.group() in present:
                    _at(text, (match.start(),), table[match.group()], found, besides)


def _at(
    text: str,
    starts: Iterable[int],
    places: dict[tuple[int, int], dict[str, str]],
    found: list[Span],
    besides: Container[tuple[int, int]],
) -> None:
    for word_start in starts:
        for (before, length), values in places.items():
            start = word_start - before
            if start < 0 or (start, start + length) in besides:
                continue
            entity_type = values.get(text[start : start + length])
            if entity_type is not None and is_bounded(text, start, start + length):
                found.append(Span(entity_type, start, start + length, 1.0, KNOWN))


def is_off(pair: tuple[str, str]) -> bool:
    """Tell whether the type of an `(entity type, value)` pair is off by default."""
    return not describe(pair[0]).default


def _places(text: str, word: str) -> Iterable[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + len(word))


def is_bounded(text: str, start: int, end: int) -> bool:
    """Tell whether the characters just outside of `text[start:end]` do not continue the words at its ends."""
    return not (
        (start > 0 and _continues(text[start - 1]) and _continues(text[start]))
        or (end < len(text) and _continues(text[end - 1]) and _continues(text[end]))
    )


def _continues(char: str) -> bool:
    return char.isalnum() or char == "_"
