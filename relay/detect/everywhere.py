"""Cover every occurrence of a value that was found anywhere in a request.

Spans of a text itself and of earlier texts are resolved by the rule of `overlap`; later texts only add spans where
nothing is covered yet. So a conversation keeps its spans and their types: turn n + 1 covers all that turn n covered,
and may add. A person's name is also covered inside of identifiers (`relay.detect.identifiers`).

Where two values overlap, a piece of the weaker one remains, and such a piece becomes a value itself: it is searched
like any other, until no distinctive value that is replaced anywhere stands uncovered anywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from relay.detect.bounds import MOST_VALUES, too_many
from relay.detect.distinctive import PEOPLE, distinctive, recurs
from relay.detect.identifiers import INSIDE, inside
from relay.detect.known import KNOWN, form
from relay.detect.occurrences import Occurrences, Row, Text
from relay.detect.overlap import LOOKALIKE, resolve
from relay.detect.split_values import SEAM
from relay.detect.taxonomy import describe
from relay.process.slices import end_slice, in_slices
from relay.types import Span

__all__ = ["Value", "cover"]

# Each round searches pieces of what the previous round found, so pieces get shorter; two rounds are rare.
_ROUNDS = 16


class Value(NamedTuple):
    """A value, and the place of the first text in which it was found."""

    since: int
    entity_type: str
    value: str

    def __repr__(self) -> str:
        """Leave the value out."""
        return f"Value(since={self.since}, entity_type={self.entity_type!r})"


class _Known(NamedTuple):
    """The type under which a value is replaced, the first such text, and the text that also covers earlier ones."""

    entity_type: str
    since: int
    back: int | None

    def since_at(self, place: int) -> int | None:
        """Return the `since` of an occurrence in the text at `place`, or None when it is not replaced."""
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
    `(entity type, value)` pairs that an open session knows; those that are not found in the texts themselves are known
    from the first text on.
    """
    result = [
        resolve([*row, *more], text.text) if more else tuple(row)
        for text, row, more in zip(texts, own, alikes, strict=True)
    ]
    known: dict[str, _Known] = {}
    seen: dict[tuple[str, str], int] = {}
    new = _add(values, known, seen)
    new += _add_session(session, known)
    for _ in range(_ROUNDS):
        people = [value.value for value in new if value.entity_type in PEOPLE]
        occurrences.look_for([value.value for value in new], people)
        keys = {form(value.value) for value in new} | set(map(inside, people))
        changed = [place for place, rows in enumerate(occurrences.rows) if any(row[0] in keys for row in rows)]
        for place in changed:
            end_slice()
            spans, text = list(_spans(place, occurrences.rows[place], known)), texts[place].text
            row = resolve([*own[place], *alikes[place], *_outside(own[place], spans)], text)
            # A remainder that `resolve` drops may have covered a value.
            bare = list(_bare(row, spans))
            result[place] = resolve([*row, *bare], text) if bare else row
        end_slice()
        new = _add(_pieces(texts, result, changed), known, seen)
        if not new:
            break
    return result


def _add(values: Iterable[Value], known: dict[str, _Known], seen: dict[tuple[str, str], int]) -> list[Value]:
    """Add what is new in `values` to `known` and return it; what was `seen` in an earlier text is not."""
    new = []
    for value in in_slices(sorted(values, key=_since)):
        since, entity_type, text = value
        if seen.get((entity_type, text), since + 1) <= since:
            continue
        seen[entity_type, text] = since
        if not recurs(entity_type, text):
            continue
        key = form(text)
        before = known.get(key)
        now = _Known(entity_type, since, since if distinctive(entity_type, text) else None)
        known[key] = now if before is None else _merged(before, now)
        if known[key] != before:
            new.append(value)
    if len(seen) > MOST_VALUES and sum(_is_on(entity_type) for entity_type, _ in seen) > MOST_VALUES:
        raise too_many(MOST_VALUES)
    return new


def _add_session(pairs: Iterable[tuple[str, str]], known: dict[str, _Known]) -> list[Value]:
    """Add the session's values that were found in no text, under a type that is on, and return them.

    A value found in a text is known from there on, as in the request that sealed it.
    """
    new = []
    for entity_type, text in pairs:
        if distinctive(entity_type, text):
            before = known.get(form(text))
            if before is None or _is_on(entity_type) > _is_on(before.entity_type):
                known[form(text)] = _Known(entity_type, 0, 0)
            elif before.back is None:
                known[form(text)] = before._replace(back=0)
            else:
                continue
            new.append(Value(0, entity_type, text))
    return new


def _merged(one: _Known, other: _Known) -> _Known:
    """Merge two records of one value, in any order: the first type that is on stays."""
    first = min(one, other, key=_rank)
    backs = [max(found.back, first.since) for found in (one, other) if found.back is not None]
    return _Known(first.entity_type, first.since, min(backs, default=None))


def _rank(found: _Known) -> tuple[bool, int]:
    return not _is_on(found.entity_type), found.since


def _spans(place: int, rows: Iterable[Row], known: Mapping[str, _Known]) -> Iterable[Span]:
    for key, start, end in in_slices(rows):
        value = known.get(key.removeprefix(INSIDE))
        if value is None or (key.startswith(INSIDE) and value.entity_type not in PEOPLE):
            continue
        since = value.since_at(place)
        if since is not None:
            yield Span(value.entity_type, start, end, 1.0, KNOWN, since)


def _outside(own: Sequence[Span], spans: Iterable[Span]) -> Iterable[Span]:
    """Return those of `spans` that no span of `own`, disjoint and sorted, covers already."""
    for span in in_slices(spans):
        before = bisect_right(own, span.start, key=_start)
        if before:
            one = own[before - 1]
            if one.end >= span.end and one.since <= span.since and _is_on(one.entity_type) >= _is_on(span.entity_type):
                continue
        yield span


def _bare(row: Sequence[Span], spans: Iterable[Span]) -> Iterable[Span]:
    """Return those of `spans` that touch no span of `row`, disjoint and sorted."""
    for span in in_slices(spans):
        place = bisect_right(row, span.start, key=_start)
        if (not place or row[place - 1].end <= span.start) and (place == len(row) or row[place].start >= span.end):
            yield span


def _pieces(texts: Sequence[Text], rows: Sequence[Sequence[Span]], places: Iterable[int]) -> Iterable[Value]:
    for place in places:
        for span in in_slices(rows[place]):
            if span.recognizer != SEAM and span.entity_type != LOOKALIKE:
                yield Value(max(place, span.since), span.entity_type, texts[place].text[span.start : span.end])


@cache
def _is_on(entity_type: str) -> bool:
    return describe(entity_type).default


def _start(span: Span) -> int:
    return span.start


def _since(value: Value) -> int:
    return value.since
