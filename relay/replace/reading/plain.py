"""A value in the signs that the other modules read: digits of any script as 0 to 9, one kind of dash, small letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

__all__ = ["NUMBER_WORDS", "Range", "listed", "number_of", "plain", "tokens", "words"]


def words(text: str) -> list[str]:
    """Return the words of a table that is written as one text."""
    return text.split()


def listed(text: str) -> list[str]:
    """Return the names of a table that is written as one text with commas."""
    return [name.strip() for name in text.split(",")]


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
# Vowel signs and the like, which Python does not count as part of a word: Arabic, Devanagari, Thai.
_MARKS = "\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e"
_TOKEN = re.compile(rf"[0-9]+(?:[.,][0-9]+)*|[^\W\d_](?:[^\W\d_]|[{_MARKS}])*|[^\w\s]")
_SMALL = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * number for number, word in enumerate(_TENS, 2)
}
_HUNDRED = "hundred"


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be, both ends included; `high` may be infinite."""

    low: float
    high: float


def plain(text: str) -> str:
    """Return `text` in small letters, with digits of any script as ASCII and every dash as a hyphen."""
    text = normalize("NFKC", text).casefold().translate(_DASHES)
    if text.isascii():
        return text
    return "".join([str(int(char)) if char.isdecimal() else char for char in text])


def tokens(text: str) -> list[str]:
    """Return the numbers, words and signs of `text`, which is `plain`, in order."""
    return _TOKEN.findall(text)


def number_of(named: list[str]) -> int | None:
    """Return the whole number below 1,000 that English words, `named`, name: "ninety three", "a hundred and two"."""
    total, rest = 0, [word for word in named if word != "and"]
    if _HUNDRED in rest:
        place = rest.index(_HUNDRED)
        before = rest[:place]
        if len(before) > 1 or (before and before[0] != "a" and not 0 < NUMBER_WORDS.get(before[0], 0) < 10):
            return None
        total, rest = 100 * (NUMBER_WORDS.get(before[0], 1) if before else 1), rest[place + 1 :]
        if not rest:
            return total
    match [NUMBER_WORDS.get(word) for word in rest]:
        case [int(one)]:
            return total + one
        case [int(ten), int(one)] if ten >= 20 and 0 < one < 10:
            return total + ten + one
        case _:
            return None
