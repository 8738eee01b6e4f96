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
_MOST_TEXTS = 8  # with so many values written, and with all of them


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

    __slots__ = ("_data", "_final", "_grammar", "_issued", "_known", "_open", "_rest", "_stand_ins")

    def __init__(self, issued: Issued, expressions: Grammar, stand_ins: Literals, open_: Callable[[str], str]) -> None:
        self._issued = issued
        self._grammar = expressions
        self._stand_ins = stand_ins
        self._open = open_
        self._data, self._final = "", False  # the text that was looked at last
        self._known: deque[FoundAt] = deque()  # what is found in it, from where a value was asked for on
        self._rest: Iterator[FoundAt] = iter(())

    def behind(self, data: str, end: int, *, final: bool) -> list[Behind]:
        """Return what may come to stand behind `end`. Unless `final`, more text follows `data`."""
        texts = [Behind(data, end, final)]
        stop = end + _WINDOW
        position, row = end, ""
        written: list[tuple[str, int]] = []  # texts with one value more each, and where the data goes on behind them
        for found in self._row(data, end, stop, final=final):
            between = data[position : found.start]
            row += between
            if _BLANK.search(between) is not None:
                break
            if found.end is None:
                texts.append(Behind(row, 0, final=False))
                break
            value = self._open(found.text)[:_WINDOW]
            row += value
            position = found.end
            written.append((row, position))
            if len(row) > _WINDOW or _BLANK.search(value) is not None:
                break
        for row, position in (*written[:_MOST_TEXTS], *written[_MOST_TEXTS:][-1:]):
            texts.append(Behind(row + data[position:stop], 0, final or stop < len(data)))
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

    def _row(self, data: str, at: int, stop: int, *, final: bool) -> Iterator[FoundAt]:
        """Yield the placeholders that begin from `at` on and before `stop`.

        The values of one text are asked for one after the other: each placeholder is found once for all of them.
        """
        known = self._known
        while known and known[0].start < at:
            passed = known.popleft()
            if passed.end is None or passed.end > at:
                self._data = ""  # it was read otherwise
        if data is not self._data or final is not self._final:
            self._data, self._final = data, final
            self._rest = self._all(data, at, final=final)
            known.clear()
        place = 0
        while True:
            if place == len(known):
                found = next(self._rest, None)
                if found is None:
                    return
                if found.start < at:
                    continue
                known.append(found)
            if known[place].start >= stop:
                return
            yield known[place]
            place += 1

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
