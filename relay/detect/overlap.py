"""Make spans disjoint, by one rule.

Where spans overlap the stronger one stays whole, and what it leaves of the weaker one stays too: the characters that
were covered before are covered after, so resolving never uncovers a value. Stronger is, in this order:

1. the higher rank: a look-alike of a placeholder (it must come back as itself); then what a checksum or an issuer's
   own prefix backs (a pattern with a score of at least CERTAIN); then any other pattern or model; then the model's
   ID_NUMBER, which says only that no better name is known; then a type that is off by default;
2. the longer span;
3. the higher score;
4. the earlier start; then the names, so that the order of recognizers does not matter.

A remainder is dropped when it holds fewer than two letters or digits (a stray bracket is no value), and a number's when
it holds no digit.
A weaker span that lies inside a stronger one leaves nothing. Work is n log n for n spans.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from relay.detect.taxonomy import describe
from relay.types import Span

__all__ = ["CERTAIN", "LOOKALIKE", "MODEL", "resolve"]

# From this score on, a checksum or an issuer's prefix backs the span; context alone never lifts a span so high.
CERTAIN = 0.9
LOOKALIKE = "PLACEHOLDER_LOOKALIKE"
MODEL = "ner"  # the recognizer's name on the model's spans
_UNNAMED = "ID_NUMBER"


def resolve(spans: Iterable[Span], text: str) -> tuple[Span, ...]:
    """Return disjoint spans in order that cover what `spans` cover in `text`, by the rule above."""
    ordered = sorted(spans, key=_strength)
    if len(ordered) < 2:
        return tuple(ordered)
    taken: list[tuple[int, int, Span]] = []
    for span in ordered:
        for start, end in _uncovered(span, taken):
            if (start, end) == (span.start, span.end):
                insort(taken, (start, end, span), key=_place)
            else:
                trimmed = _trim(text, start, end)
                if trimmed is not None and (span.entity_type != _UNNAMED or _has_digit(text[start:end])):
                    piece = Span(span.entity_type, *trimmed, span.score, span.recognizer)
                    insort(taken, (piece.start, piece.end, piece), key=_place)
    return tuple(span for _, _, span in taken)


def _strength(span: Span) -> tuple[int, int, float, int, str]:
    modelled = span.recognizer == MODEL
    if span.entity_type == LOOKALIKE:
        rank = 0
    elif not describe(span.entity_type).default:
        rank = 4
    elif modelled and span.entity_type == _UNNAMED:
        rank = 3
    else:
        # A model's score is its own opinion; only a checksum or a prefix makes certain.
        rank = 1 if span.score >= CERTAIN and not modelled else 2
    return rank, span.start - span.end, -span.score, span.start, f"{span.entity_type} {span.recognizer}"


def _place(item: tuple[int, int, Span]) -> int:
    return item[0]


def _uncovered(span: Span, taken: Sequence[tuple[int, int, Span]]) -> list[tuple[int, int]]:
    """Return what the disjoint, sorted ranges of `taken` leave of `span`."""
    position = bisect_left(taken, span.start, key=_place)
    if position and taken[position - 1][1] > span.start:
        position -= 1
    start = span.start
    left: list[tuple[int, int]] = []
    while position < len(taken) and taken[position][0] < span.end:
        if start < taken[position][0]:
            left.append((start, taken[position][0]))
        start = max(start, taken[position][1])
        position += 1
    if start < span.end:
        left.append((start, span.end))
    return left


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return (start, end) if sum(map(str.isalnum, text[start:end])) >= 2 else None


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
