"""Find values that are cut in two: by the border of two parts of a message, or of two neighbouring messages.

The texts on both sides of a border are read as one, within SEAM_CHARS of it. Parts of one message are one text, so
any value across their border counts. Messages are separate texts, so only a value that a checksum or an issuer's prefix
makes certain counts, whether the cut is inside a word or number or at a space, and only when neither piece is such a
value by itself: "help" before "maria@example.org" is not the beginning of a
longer address. Neighbours are two messages in a row, and two of one role with one message of another between them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from relay.detect.overlap import CERTAIN
from relay.process.slices import end_slice
from relay.types import Segment, Span

__all__ = ["SEAM", "SEAM_CHARS", "Crossing", "are_parts", "crossings"]

SEAM = "seam"  # the recognizer that pieces name
SEAM_CHARS = 160
_DIGIT = re.compile(r"\d")
# Signs that no plain word has; a length that no plain word has.
_VALUE_SIGN = re.compile(r"[\d@]")
_LONG = 20


class Crossing(NamedTuple):
    """A value that crosses a border: its type, its whole text, and its pieces as `(segment's place, span)`.

    A piece names SEAM as its recognizer: it is not a value by itself, so it is replaced only where it was found.
    """

    entity_type: str
    value: str
    pieces: tuple[tuple[int, Span], ...]

    def __repr__(self) -> str:
        """Leave the value out."""
        return f"Crossing({self.entity_type!r}, {len(self.pieces)} pieces)"


class _Part(NamedTuple):
    """`text[start:end]` of the segment at `place`."""

    place: int
    start: int
    end: int


def crossings(segments: Sequence[Segment], find: Callable[[str], Iterable[Span]]) -> Iterator[Crossing]:
    """Yield the values that `find` sees across the borders in `segments`."""
    for run in _runs(segments):
        yield from _cross(segments, [_Part(place, 0, len(segments[place].text)) for place in run], "", find)
    for left, right in _neighbours(segments):
        end_slice()
        size = len(segments[left].text)
        parts = [
            _Part(left, max(0, size - SEAM_CHARS), size),
            _Part(right, 0, min(SEAM_CHARS, len(segments[right].text))),
        ]
        texts = [segments[part.place].text[part.start : part.end] for part in parts]
        for glue in _glues(*texts):
            for crossing in _cross(segments, parts, glue, find):
                if all(span.score >= CERTAIN for _, span in crossing.pieces) and not any(
                    span.entity_type == crossing.entity_type and span.start + part.start < piece.end
                    for part, text, (_, piece) in zip(parts, texts, crossing.pieces, strict=True)
                    for span in find(text)
                    if span.end + part.start > piece.start
                ):
                    yield crossing


def _cross(
    segments: Sequence[Segment], parts: Sequence[_Part], glue: str, find: Callable[[str], Iterable[Span]]
) -> Iterator[Crossing]:
    texts = [segments[part.place].text[part.start : part.end] for part in parts]
    joined = glue.join(texts)
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + len(glue))
    for low, high in _windows(starts[1:-1], len(joined)):
        end_slice()
        for span in find(joined[low:high]):
            first, last = span.start + low, span.end + low
            # The part that holds the first character, and the one that holds the last.
            begin, finish = bisect_right(starts, first) - 1, bisect_left(starts, last) - 1
            if begin == finish:
                continue
            pieces = []
            for number in range(begin, finish + 1):
                part, offset = parts[number], starts[number]
                left, right = max(first, offset) - offset, min(last - offset, len(texts[number]))
                if left < right:
                    piece = Span(span.entity_type, part.start + left, part.start + right, span.score, SEAM)
                    pieces.append((part.place, piece))
            if len(pieces) > 1:
                yield Crossing(span.entity_type, joined[first:last], tuple(pieces))


def _runs(segments: Sequence[Segment]) -> Iterator[range]:
    """Yield the runs of two and more segments that are parts of one text."""
    start = 0
    while start < len(segments):
        end = start + 1
        while end < len(segments) and are_parts(segments[end - 1], segments[end]):
            end += 1
        if end - start > 1:
            yield range(start, end)
        start = end


def are_parts(one: Segment, other: Segment) -> bool:
    """Tell whether two neighbouring segments are parts of one text, such as /messages/0/content/0/text and …/1/text.

    Neighbouring fields of an object are not: a key and its value, joined, would read as one word.
    """
    if one.is_id or other.is_id or not one.message == other.message >= 0:
        return False
    pairs = [pair for pair in zip(one.pointer.split("/"), other.pointer.split("/"), strict=False) if pair[0] != pair[1]]
    return (
        one.pointer.count("/") == other.pointer.count("/")
        and len(pairs) == 1
        and all(index.isdigit() for index in pairs[0])
        and not one.pointer.endswith("/" + pairs[0][0])
    )


def _neighbours(segments: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """Yield the (last segment, first segment) of neighbouring messages. Contract text is no message."""
    ends: list[tuple[int, int]] = []  # first and last segment of each message
    for place, segment in enumerate(segments):
        if segment.message < 0 or segment.contract or not segment.text:
            continue
        if ends and segments[ends[-1][0]].message == segment.message:
            ends[-1] = (ends[-1][0], place)
        else:
            ends.append((place, place))
    for (_, left), (right, _) in pairwise(ends):
        yield left, right
    for (_, left), (between, _), (right, _) in zip(ends, ends[1:], ends[2:], strict=False):
        if segments[left].role is segments[right].role is not segments[between].role:
            yield left, right


def _glues(left: str, right: str) -> Iterator[str]:
    """Yield the texts to insert between two texts so that a value cut by their border is whole; mostly none."""
    before, behind = left.rsplit(None, 1)[-1:], right.split(None, 1)[:1]
    if not before or not behind:
        return
    (last,), (first,) = before, behind
    spaced = left[-1].isspace() or right[0].isspace()
    if _DIGIT.search(last) and _DIGIT.search(first):
        yield ""
        if not spaced:
            yield " "
    elif not spaced and (len(last) + len(first) >= _LONG or _VALUE_SIGN.search(last + first)):
        yield ""


def _windows(borders: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Return the ranges within SEAM_CHARS of a border, merged where they touch."""
    merged: list[tuple[int, int]] = []
    for border in borders:
        low, high = max(0, border - SEAM_CHARS), min(length, border + SEAM_CHARS)
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged
