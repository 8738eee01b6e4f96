"""Decide whether a word of the answer is, as a whole, one of the request's: `[IP_ADDRESS_1]-[IP_ADDRESS_2]`.

What a value and its neighbours would be, a host or a mailbox of somebody's, the request had then already: writing it
again discloses nothing new. A word has no white space, quotation mark, backtick, < or >.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from relay.process.slices import in_slices
from relay.replace.replaced_urls import LONGEST
from relay.response.whole_urls import Begun, WholeUrls

__all__ = ["WholeWords"]

_WORD = re.compile(r"[^\s<>\"`]+")
# A word with something beside a letter, a digit or a bracket: those of placeholders alone are no question.
_JOINED = re.compile(r"[^\w\[\]]|\]\w|\w\[")
_MOST = 20_000


class WholeWords:
    """The words of scrubbed texts, found when one is first asked for."""

    __slots__ = ("_texts", "_words")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = tuple(texts)
        self._words: WholeUrls | None = None

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __repr__(self) -> str:
        return f"WholeWords({len(self._texts)} texts)"

    def holds(self, begun: str, rest: str, *, final: bool) -> bool | None:
        """Tell whether the word that has `begun` and continues with `rest` is one of these; None while undecided."""
        if self._words is None:
            self._words = WholeUrls(self._found())
        return self._words.holds(Begun(begun, ""), rest, final=final)

    def _found(self) -> Iterator[str]:
        left = _MOST
        for text in self._texts:
            for match in in_slices(_WORD.finditer(text)):
                word = match.group()
                if len(word) <= LONGEST and _JOINED.search(word) is not None:
                    yield word
                    left -= 1
                    if not left:
                        return
