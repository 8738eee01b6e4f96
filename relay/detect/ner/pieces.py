"""Cut a long text into pieces by what stands in it, so that an edit changes only those around it.

A piece is about as much as one window of the model holds, and ends where a line or a sentence ends. Each such place
has a rank, the check sum of the characters before it, and those that outrank all others nearby are taken; what then
is too long is cut again, from its beginning. So where pieces end depends on the text near their ends, and an edit
moves the cuts around it only.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from relay.process.slices import in_slices

__all__ = ["Piece", "plan_pieces"]

# In characters. A window holds some 400 of English, less of what has many digits and signs. `_MOST` is at least twice
# `_LEAST`, so that there is an end to cut at.
_LEAST, _MOST = 200, 420
# What is read on both sides of a piece for the sake of its edges, at most; it begins and ends beside white space.
_MARGIN, _LEAST_MARGIN = 80, 48
# Within a long line or sentence a piece may end at so many characters behind the last place where it may.
_STRIDE = _LEAST
_SEEN = 24
_END = re.compile(r"\n\s*|[.!?:;][\"')\]]*\s+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Ranges of a text, half-open: `low:high` is the piece, and `start:end` what is read for it, margins included.

    The pieces of a text tile it.
    """

    start: int
    low: int
    high: int
    end: int


def plan_pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of `text` in order, none for an empty one. Work is linear in its length."""
    low = 0
    for high in _cuts(text):
        yield Piece(start=_margin_before(text, low), low=low, high=high, end=_margin_behind(text, high))
        low = high


def _cuts(text: str) -> list[int]:
    """Return where pieces end, the last one at the end of `text`."""
    ends = list(in_slices(_ends(text)))
    ranks = [_rank(text[max(0, end - _SEEN) : end]) for end in in_slices(ends)]
    cuts: list[int] = []
    start = first = 0
    for place in in_slices([*_peaks(ends, ranks), len(ends) - 1]):
        # Between two peaks, the highest-ranking end of those that make a piece of the right size.
        while ends and ends[place] - start > _MOST:
            low = bisect_left(ends, start + _LEAST, first)
            high = bisect_right(ends, start + _MOST, low, place)
            first = max(range(low, high), key=ranks.__getitem__)
            cuts.append(start := ends[first])
        if ends and ends[place] > start:
            cuts.append(start := ends[place])
            first = place
    return cuts


def _peaks(ends: list[int], ranks: list[int]) -> list[int]:
    """Return the places in `ends` whose rank is the highest within `_LEAST` characters on either side."""
    peaks = []
    open_: list[int] = []  # places of falling rank, each still the highest since
    lonely = [False] * len(ends)  # nothing as high before it, near enough
    for place, (end, rank) in enumerate(in_slices(zip(ends, ranks, strict=True))):
        while open_ and ranks[open_[-1]] < rank:
            lower = open_.pop()
            if lonely[lower] and end - ends[lower] > _LEAST:
                peaks.append(lower)
        lonely[place] = not open_ or end - ends[open_[-1]] > _LEAST
        open_.append(place)
    return sorted([*peaks, *(place for place in open_ if lonely[place])])


def _rank(seen: str) -> int:
    return crc32(seen.encode("utf-8", "surrogatepass"))


def _ends(text: str) -> Iterator[int]:
    """Yield where a piece may end: behind lines and sentences, and within long ones behind a word or anywhere."""
    start = 0
    for found in _END.finditer(text):
        yield from _within(text, start, found.end())
        start = found.end()
        yield start
    yield from _within(text, start, len(text))
    if start < len(text):
        yield len(text)


def _within(text: str, start: int, end: int) -> Iterator[int]:
    while end - start > _STRIDE:
        space = _SPACE.search(text, start + _STRIDE // 2, start + _STRIDE)
        start = min(end, space.end() if space is not None else start + _STRIDE)
        if start < end:
            yield start


def _margin_before(text: str, low: int) -> int:
    farthest = max(0, low - _MARGIN)
    if farthest == 0:
        return 0
    space = _SPACE.search(text, farthest, low - _LEAST_MARGIN)
    return space.end() if space is not None else farthest


def _margin_behind(text: str, high: int) -> int:
    nearest, farthest = high + _LEAST_MARGIN, high + _MARGIN
    if farthest >= len(text):
        return len(text)
    space = _SPACE.search(text, nearest, farthest)
    return space.start() if space is not None else farthest
