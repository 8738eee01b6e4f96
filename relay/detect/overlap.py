"""Make spans disjoint, by one rule.

Where spans overlap the stronger one stays whole, and the remainder of the weaker one stays too: characters that were
covered before are covered after, so resolving never uncovers a value. The stronger span is, in this order:

1. one of a type that is on by default; a type that is off never hides one that is on: a name may be a person's in one
   place and a company's in another;
2. one that is known earlier: from the text itself or one before it, because a later text may add to what was found,
   but not change it;
3. the one of higher rank: a look-alike of a placeholder (it must be restored as itself); then one that a checksum or an
   issuer's prefix confirms (a pattern with a score of at least CERTAIN), or that an operator's own pattern found; then
   any other pattern or model; then the model's ID_NUMBER, the type of last resort;
4. the longer span;
5. one that a pattern found, since it has read the label;
6. the higher score;
7. the earlier start; then the names, so that the order of recognizers does not matter.

A remainder loses the signs and spaces at its borders, and is dropped when nothing else is in it, when it is the scheme
of a URL, or when it is a number's and holds no digit; whatever it lay over then takes its place.
A weaker span that lies inside a stronger one leaves nothing. Work is n log n for n spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.taxonomy import describe
from relay.process.slices import end_slice, in_slices
from relay.types import Span

__all__ = ["CERTAIN", "CUSTOM", "LOOKALIKE", "MODEL", "resolve"]

# From this score on, a checksum or an issuer's prefix confirms the span; context alone never raises a score so high.
CERTAIN = 0.9
LOOKALIKE = "PLACEHOLDER_LOOKALIKE"
CUSTOM = "custom"  # the recognizer's name on spans of an operator's own patterns
MODEL = "ner"  # the recognizer's name on the model's spans
_SPANS_A_SLICE = 256
_UNNAMED = "ID_NUMBER"


def resolve(spans: Iterable[Span], text: str) -> tuple[Span, ...]:
    """Return disjoint spans in order that cover what `spans` cover in `text`, by the rule above."""
    ordered = sorted(spans, key=_place)
    result: list[Span] = []
    first, count = 0, len(ordered)
    while first < count:
        if not len(result) % _SPANS_A_SLICE:
            end_slice()
        # Spans that overlap, directly or through others.
        end, last = ordered[first].end, first + 1
        while last < count and ordered[last].start < end:
            end = max(end, ordered[last].end)
            last += 1
        if last - first == 1:
            result.append(ordered[first])
        else:
            result.extend(_paint(ordered[first:last], text))
        first = last
    return tuple(result)


def _paint(spans: list[Span], text: str, *, again: bool = False) -> Iterable[Span]:
    """Paint the stretches between neighbouring borders, the strongest span first; each stretch is painted once."""
    spans.sort(key=_strength)
    borders = sorted({border for span in spans for border in (span.start, span.end)})
    number = {border: place for place, border in enumerate(borders)}
    owners: list[Span | None] = [None] * len(borders)
    following = list(range(len(borders) + 1))
    for span in in_slices(spans):
        place, last = _unpainted(following, number[span.start]), number[span.end]
        while place < last:
            owners[place] = span
            following[place] = place + 1
            place = _unpainted(following, place)
    painted, bare = [], False
    place = 0
    while place < len(borders):
        owner, start = owners[place], borders[place]
        while place < len(borders) and owners[place] is owner:
            place += 1
        if owner is None:
            continue
        end = borders[place]
        if (start, end) == (owner.start, owner.end):
            painted.append(owner)
        elif owner.entity_type == _UNNAMED and not _has_digit(text[start:end]):
            bare = True
        elif (trimmed := _trim(text, start, end)) is not None and not _is_scheme(text, *trimmed):
            start, end = trimmed
            painted.append(owner._replace(start=start, end=end))
    if not bare or again:
        return painted
    # Spans under the dropped remainders take their place.
    numbers = [span for span in painted if span.entity_type == _UNNAMED]
    return _paint([*numbers, *(span for span in spans if span.entity_type != _UNNAMED)], text, again=True)


def _unpainted(following: list[int], place: int) -> int:
    """Return the first stretch from `place` on that is not painted, shortening the way there for the next search."""
    while following[place] != place:
        following[place] = following[following[place]]
        place = following[place]
    return place


def _strength(span: Span) -> tuple[bool, int, int, int, bool, float, int, str]:
    modelled = span.recognizer == MODEL
    if span.entity_type == LOOKALIKE:
        rank = 0
    elif modelled and span.entity_type == _UNNAMED:
        rank = 3
    else:
        # A model's score is an estimate; only a checksum or a prefix makes a span certain.
        rank = 1 if (span.score >= CERTAIN and not modelled) or span.recognizer == CUSTOM else 2
    is_off = not describe(span.entity_type).default
    return (
        is_off,
        span.since,
        rank,
        span.start - span.end,
        modelled,
        -span.score,
        span.start,
        span.entity_type + span.recognizer,
    )


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return (start, end) if start < end else None


def _is_scheme(text: str, start: int, end: int) -> bool:
    """Tell whether a remainder is all of a URL before `://`: no secret, and without it the URL is none."""
    return text.startswith("://", end) and _SCHEME.fullmatch(text, start, end) is not None


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}")


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
