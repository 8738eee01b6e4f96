"""Cut a long text into overlapping pieces, and the tokens of each into overlapping windows.

Pure arithmetic. A window is what the model sees at once; of each window only the part that no neighbour sees better is
kept, so the kept parts tile the sequence and the work is linear in its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Piece", "Window", "plan_pieces", "plan_windows"]

# A piece is as much as is turned into tokens at once: some 10 ms of work, and a bound on memory.
_PIECE_CHARS = 16_384
_PIECE_OVERLAP = 1_024
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A range of a text, half-open: the model reads `start:end`, and what it finds counts up to `border`."""

    start: int
    end: int
    border: int


def plan_pieces(text: str, *, limit: int = _PIECE_CHARS, overlap: int = _PIECE_OVERLAP) -> list[Piece]:
    """Return pieces of at most `limit` characters that cover `text`, one for a short text.

    Neighbours share up to `overlap` characters, divided at their middle. A piece begins and ends beside white space
    where there is some, and where it begins does not depend on what stands behind it.
    """
    pieces: list[Piece] = []
    start = 0
    while len(text) - start > limit:
        end = _after_space(text, start + limit - overlap // 4, start + limit)
        following = _after_space(text, end - overlap, end - overlap // 2)
        pieces.append(Piece(start=start, end=end, border=(following + end) // 2))
        start = following
    return [*pieces, Piece(start=start, end=len(text), border=len(text))]


def _after_space(text: str, low: int, high: int) -> int:
    found = _SPACE.search(text, low, high)
    return high if found is None else found.end()


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
