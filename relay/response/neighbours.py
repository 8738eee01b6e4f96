"""Tell what may come to stand behind a value: the text as it came, and with the values of the placeholders in it.

`[US_SSN_1][EMAIL_ADDRESS_2]` becomes a mailbox of somebody else's only when both are written. Whether a neighbour is
will be decided later, so every beginning of the row counts as written. A row ends at a blank, in the text or a value.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from relay.replace.placeholder_grammar import Grammar
from relay.response.issued import FoundAt, Issued
from relay.response.literal_matcher import Literals

__all__ = ["Behind", "Neighbours", "judged"]

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_WINDOW = 700  # characters behind a value that are looked at
_MOST_TEXTS = 8


class Behind(NamedTuple):
    """A text that may come to stand behind a value, from `at`. Unless `final`, more follows it."""

    text: str
    at: int
    final: bool


def judged(judge: Callable[[Behind], bool | None], texts: list[Behind]) -> bool | None:
    """Tell whether the judge says yes to one of the texts; None while that is undecided."""
    answers = {judge(text) for text in texts}
    return True if True in answers else None if None in answers else False


class Neighbours:
    """Finds the placeholders behind a value."""

    __slots__ = ("_grammar", "_issued", "_open", "_stand_ins")

    def __init__(self, issued: Issued, expressions: Grammar, stand_ins: Literals, open_: Callable[[str], str]) -> None:
        self._issued = issued
        self._grammar = expressions
        self._stand_ins = stand_ins
        self._open = open_

    def behind(self, data: str, end: int, *, final: bool) -> list[Behind]:
        """Return what may come to stand behind `end`. Unless `final`, more text follows `data`."""
        texts = [Behind(data, end, final)]
        final = final or end + _WINDOW < len(data)
        start = max(0, end - 2)  # a boundary, or an escape before it
        window = data[start : end + _WINDOW]
        position, row = end - start, ""
        for found in self._row(window, position, final=final):
            row += window[position : found.start]
            if found.end is None:
                texts.append(Behind(row, 0, final=False))
                break
            row += self._open(found.text)[:_WINDOW]
            position = found.end
            del texts[_MOST_TEXTS:]
            texts.append(Behind(row + window[position:], 0, final))
            if len(row) > _WINDOW or _BLANK.search(row) is not None:
                break
        return texts

    def parts(self, text: str) -> tuple[list[str], list[str]]:
        """Return the values of the placeholders in a whole text, and the texts between them."""
        values, between, position = [], [], 0
        for found in self._all(text, 0, final=True):
            if found.end is not None:
                values.append(self._open(found.text))
                between.append(text[position : found.start])
                position = found.end
        return values, [*between, text[position:]]

    def _row(self, window: str, at: int, *, final: bool) -> Iterator[FoundAt]:
        """Find the placeholders before the first blank between them."""
        for found in self._all(window, at, final=final):
            if _BLANK.search(window, at, found.start) is not None:
                return
            yield found
            at = found.end if found.end is not None else len(window)

    def _all(self, text: str, at: int, *, final: bool) -> Iterator[FoundAt]:
        hits = deque(self._stand_ins.find_all(text, at, final=final) if self._stand_ins else ())
        while True:
            while hits and hits[0].start < at:
                hits.popleft()
            found = self._issued.next(text, at, self._grammar, final=final)
            if hits and (found is None or hits[0].start <= found.start):
                other = FoundAt(hits[0].start, hits[0].end, hits[0].text, "stand-in")
                if found is None or other.start < found.start or other.end is None or other.end > (found.end or at):
                    found = found if found is not None and found[:2] == (other.start, None) else other
            if found is None:
                return
            yield found
            if found.end is None:
                return
            at = found.end
