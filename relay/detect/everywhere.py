"""Cover every place where a value stands that was found anywhere in a request.

What a text shows by itself, and what the texts before it gave away, is settled by the rule of `overlap`; a later text
only covers what is still bare. So a conversation that goes on keeps what it hid, type by type: turn n + 1 covers all
that turn n covered, and adds.

Where two values overlap, a piece of the weaker one is left, and such a piece is a value of its own from then on: it is
looked for like any other, until no distinctive value that is replaced anywhere stands bare anywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from relay.detect.known import KNOWN, distinctive, form, recurs
from relay.detect.occurrences import Occurrences, Row, Text
from relay.detect.overlap import LOOKALIKE, resolve
from relay.detect.seams import SEAM
from relay.detect.taxonomy import describe
from relay.types import Span

__all__ = ["Value", "cover"]

# Each round looks for pieces of what the round before found, so a piece gets shorter with each; two rounds are rare.
_ROUNDS = 16


class Value(NamedTuple):
    """A value, and the place of the first text that gave it away."""

    since: int
    entity_type: str
    value: str

    def __repr__(self) -> str:
        """Leave the value out."""
        return f"Value(since={self.since}, entity_type={self.entity_type!r})"


class _Known(NamedTuple):
    """The type under which a value is replaced, from which text on, and from which one on in earlier texts as well."""

    entity_type: str
    since: int
    back: int | None

    def since_at(self, place: int) -> int | None:
        """Return what the span of an occurrence in the text at `place` says, or None when it stays."""
        if place >= self.since:
            return 0
        return self.back if self.back is None or self.back > place else 0


def cover(
    texts: Sequence[Text],
    own: Sequence[Sequence[Span]],
    alikes: Sequence[Sequence[Span]],
    values: Iterable[Value],
    session: Iterable[tuple[str, str]],
    occurrences: Occurrences,
) -> list[tuple[Span, ...]]:
    """Return the disjoint, sorted spans of each text: `own`, disjoint, and the occurrences of `values` beside them.

    Of two types for one value the first one that is on by default stays, then the first. `session` are the
    `(entity type, value)` pairs that an open session knows; those that the texts do not give away anew are known from
    the first text on.
    """
    result = [
        resolve([*row, *more], text.text) if more else tuple(row)
        for text, row, more in zip(texts, own, alikes, strict=True)
    ]
    known: dict[str, _Known] = {}
    seen: set[tuple[str, str]] = set()
    new = _add(values, known, seen)
    new += _add((Value(0, *pair) for pair in session if distinctive(*pair)), known, seen)
    for _ in range(_ROUNDS):
        occurrences.look_for(value.value for value in new)
        keys = {form(value.value) for value in new}
        changed = [place for place, rows in enumerate(occurrences.rows) if any(row[0] in keys for row in rows)]
        for place in changed:
            others = _outside(own[place], _spans(place, occurrences.rows[place], known))
            result[place] = resolve([*own[place], *alikes[place], *others], texts[place].text)
        new = _add(_pieces(texts, result, changed), known, seen)
        if not new:
            break
    return result


def _add(values: Iterable[Value], known: dict[str, _Known], seen: set[tuple[str, str]]) -> list[Value]:
    """Add what is new in `values` to `known` and return it; what was `seen` is not."""
    new = []
    for value in sorted(values, key=_since):
        since, entity_type, text = value
        if (entity_type, text) in seen:
            continue
        seen.add((entity_type, text))
        if not recurs(entity_type, text):
            continue
        key = form(text)
        before = known.get(key)
        # What was replaced in earlier texts, under a type that is off, is replaced there under this one as well.
        reaches_back = distinctive(entity_type, text) or (before is not None and before.back is not None)
        back = since if reaches_back else None
        if before is None or _is_on(entity_type) > _is_on(before.entity_type):
            known[key] = _Known(entity_type, since, back)
        elif before.back is None and back is not None:
            known[key] = before._replace(back=back)
        else:
            continue
        new.append(value)
    return new


def _spans(place: int, rows: Iterable[Row], known: Mapping[str, _Known]) -> Iterable[Span]:
    for key, start, end in rows:
        value = known.get(key)
        since = None if value is None else value.since_at(place)
        if value is not None and since is not None:
            yield Span(value.entity_type, start, end, 1.0, KNOWN, since)


def _outside(own: Sequence[Span], spans: Iterable[Span]) -> Iterable[Span]:
    """Return those of `spans` that no span of `own`, disjoint and sorted, covers already."""
    for span in spans:
        before = bisect_right(own, span.start, key=_start)
        if before:
            one = own[before - 1]
            if one.end >= span.end and one.since <= span.since and _is_on(one.entity_type) >= _is_on(span.entity_type):
                continue
        yield span


def _pieces(texts: Sequence[Text], rows: Sequence[Sequence[Span]], places: Iterable[int]) -> Iterable[Value]:
    for place in places:
        for span in rows[place]:
            if span.recognizer != SEAM and span.entity_type != LOOKALIKE:
                yield Value(max(place, span.since), span.entity_type, texts[place].text[span.start : span.end])


@cache
def _is_on(entity_type: str) -> bool:
    return describe(entity_type).default


def _start(span: Span) -> int:
    return span.start


def _since(value: Value) -> int:
    return value.since
