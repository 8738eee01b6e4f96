"""Cut the tokens of a text into overlapping windows.

Pure arithmetic. A window is what the model sees at once; of each window only the part that no neighbour sees better is
kept, so the kept parts tile the sequence and the work is linear in its length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Window", "around", "narrowest", "plan_windows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Token ranges, half-open: the model reads `start:end` and its results count for `keep_start:keep_end`."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def plan_windows(tokens: int, *, limit: int, overlap: int) -> list[Window]:
    """Return windows of at most `limit` tokens whose kept parts tile `0:tokens` in order.

    Neighbours share at least `overlap` tokens; a shared stretch is divided in its middle, so a kept token has at least
    `overlap // 2` tokens of context on each side, or reaches the end of the text. Windows are of equal size to within
    one token, which leaves no tiny last one. Raises ValueError unless `0 <= overlap < limit`.
    """
    if not 0 <= overlap < limit:
        raise ValueError(f"got an overlap of {overlap} tokens, expected at least 0 and less than the limit of {limit}")
    if tokens <= 0:
        return []
    if tokens <= limit:
        return [Window(start=0, end=tokens, keep_start=0, keep_end=tokens)]
    count = -(-(tokens - overlap) // (limit - overlap))
    starts = [index * (tokens - limit) // (count - 1) for index in range(count)]
    windows = []
    kept = 0
    for index, start in enumerate(starts):
        end = start + limit
        keep_end = tokens if index == count - 1 else (starts[index + 1] + end) // 2
        windows.append(Window(start=start, end=end, keep_start=kept, keep_end=keep_end))
        kept = keep_end
    return windows


def narrowest(tokens: int, *, limit: int, overlap: int) -> int:
    """Return the least limit under which `plan_windows` needs no more windows than under `limit`, at least 1."""
    if tokens <= limit:
        return max(1, tokens)
    count = -(-(tokens - overlap) // (limit - overlap))
    return -(-(tokens + (count - 1) * overlap) // count)


def around(first: int, last: int, reach: int, bounds: Sequence[int]) -> tuple[int, int]:
    """Return `first:last` with `reach` tokens on both sides, widened to whole words.

    `bounds` holds where each word begins, and where the last one ends.
    """
    start = bounds[bisect_right(bounds, max(0, first - reach)) - 1]
    return start, bounds[bisect_left(bounds, min(bounds[-1], last + reach))]
