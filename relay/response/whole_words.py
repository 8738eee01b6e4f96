"""Decide whether a word of the answer is, as a whole, one of the request's: `[IP_ADDRESS_1]-[IP_ADDRESS_2]`.

What a value and its neighbours would be, a host or a mailbox of somebody's, the request had then already: writing it
again discloses nothing new. In the answer a word ends where a host and a mailbox end for every reader: at white space,
as it is or written as an escape, at a quotation mark, < and >. A sign that some readers go on over, such as a backslash
or a backtick, is a part of it. What stands before the word and would make more of it is for `value_joins` to tell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from relay.process.slices import in_slices
from relay.replace.replaced_urls import LONGEST

__all__ = ["WholeWords"]

_WORD = re.compile(r"[^\s<>\"]+")
_END = re.compile(r"[\s<>\"]|\\[nrt]")
# What may stand around a word and be none of it: the signs of sentences, of Markdown and of code.
_PUNCTUATION = ".,;:!?'\")]}*_~|`\\"
_OPENING = "(['\"{|*_~`"
_MOST_PUNCTUATION = 8  # signs of it behind a word
# A word with something beside a letter, a digit or a bracket: those of placeholders alone are no question.
_JOINED = re.compile(r"[^\w\[\]]|\]\w|\w\[")
_MOST = 20_000


class WholeWords:
    """The words of scrubbed texts, found when one is first asked for."""

    __slots__ = ("_sorted", "_texts", "_words")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = tuple(texts)
        self._words: frozenset[str] | None = None
        self._sorted: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __repr__(self) -> str:
        return f"WholeWords({len(self._texts)} texts)"

    def holds(self, begun: str, rest: str, *, final: bool) -> bool | None:
        """Tell whether the word that has `begun` and continues with `rest` is one of these; None while undecided."""
        if self._words is None:
            self._words = frozenset(self._found())
            self._sorted = sorted(self._words)
        end = _END.search(rest, 0, LONGEST)
        word = (begun + (rest if end is None else rest[: end.start()]))[: LONGEST + _MOST_PUNCTUATION + 1]
        bare = word.rstrip(_PUNCTUATION)
        known = bare in self._words and len(word) - len(bare) <= _MOST_PUNCTUATION
        if end is not None or final or len(word) > LONGEST + _MOST_PUNCTUATION:
            return known
        return None if known or self._begins(word) else False

    def _begins(self, word: str) -> bool:
        place = bisect_left(self._sorted, word)
        return place < len(self._sorted) and self._sorted[place].startswith(word)

    def _found(self) -> Iterator[str]:
        left = _MOST
        for text in self._texts:
            for word in _parted(in_slices(_WORD.finditer(text))):
                if len(word) <= LONGEST and _JOINED.search(word.lstrip(_OPENING)) is not None:
                    yield word
                    left -= 1
                    if not left:
                        return


def _parted(words: Iterable[re.Match[str]]) -> Iterator[str]:
    """Yield each word without the signs around it, and what backticks part in it."""
    for word in words:
        whole = word.group().rstrip(_PUNCTUATION).lstrip("`")
        yield whole
        if "`" in whole:
            yield from (part.rstrip(_PUNCTUATION) for part in whole.split("`"))
