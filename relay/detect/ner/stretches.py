"""Widen ranges of tokens to what is read for them. Pure arithmetic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

__all__ = ["around"]


def around(ranges: Sequence[tuple[int, int]], reach: int, bounds: Sequence[int]) -> list[tuple[int, int]]:
    """Return `ranges` with `reach` tokens on both sides, whole words, those that then touch as one.

    Ranges are half-open, not empty, in order. `bounds` holds where each word begins and where the last one ends.
    """
    widened: list[tuple[int, int]] = []
    for start, end in ranges:
        first = bounds[bisect_right(bounds, max(0, start - reach)) - 1]
        last = bounds[bisect_left(bounds, min(bounds[-1], end + reach))]
        if widened and first <= widened[-1][1]:
            widened[-1] = (widened[-1][0], max(last, widened[-1][1]))
        else:
            widened.append((first, last))
    return widened
