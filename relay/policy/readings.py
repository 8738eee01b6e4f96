"""What the values of one request say. One value of one type has one verdict, wherever it stands.

"93" may have "months" behind it at one place and nothing at another: what is kept here must not be replaced there, so
the verdicts of all places count together, and where they differ the verdict is UNKNOWN. For names the places of longer
ones count, too: where Dr. Murphy is somebody, Murphy's sign does not stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from relay.policy.comparisons import Verdict
from relay.policy.value_condition import ValueFacts, ValueTest
from relay.types import Segment, Span

__all__ = ["Readings"]

# A longer value is no age, date or code: it is not read, which is UNKNOWN.
_LONGEST_VALUE = 120
_BESIDE_CHARS = 24

_Place = tuple[Segment, Span]
# An entity type with a value in one form, or with a word.
_Key = tuple[str, str]
_WORD = re.compile(r"[^\W_]+")


class Readings:
    """The verdicts on the values of one request, each made once. It holds the request's text: not kept, not shown."""

    __slots__ = ("_longer", "_places", "_segments", "_spans", "_verdicts", "_year")

    def __init__(self, segments: Sequence[Segment], spans: Sequence[Sequence[Span]], year: int | None) -> None:
        """Take a request; `year` is the present one, None where nobody says, which leaves ages by date unread."""
        self._segments = segments
        self._spans = spans
        self._year = year
        self._places: dict[_Key, list[_Place]] | None = None
        self._longer: dict[_Key, list[str]] | None = None
        self._verdicts: dict[tuple[tuple[ValueTest, ...], str, str], Verdict] = {}

    def verdict(self, tests: tuple[ValueTest, ...], segment: Segment, span: Span) -> Verdict:
        """Tell whether all of `tests` hold for the value of `span`, at each place where it stands under its type."""
        key = (tests, span.entity_type, _form(segment, span))
        found = self._verdicts.get(key)
        if found is None:
            places = self._by_value().get(key[1:], [(segment, span)])
            if any(test.within_names for test in tests):
                places = [*places, *self._in_longer(span.entity_type, key[2])]
            found = _agreed(self._judge(tests, *place) for place in places)
            self._verdicts[key] = found
        return found

    def _by_value(self) -> dict[tuple[str, str], list[_Place]]:
        if self._places is None:
            self._places = {}
            for segment, row in zip(self._segments, self._spans, strict=True):
                for span in row:
                    self._places.setdefault((span.entity_type, _form(segment, span)), []).append((segment, span))
        return self._places

    def _in_longer(self, entity_type: str, form: str) -> Iterable[_Place]:
        """Yield the places of values of the type that hold `form` and more words."""
        by_value = self._by_value()
        if self._longer is None:
            self._longer = {}
            for kind, value in by_value:
                for word in dict.fromkeys(_WORD.findall(value)):
                    self._longer.setdefault((kind, word), []).append(value)
        named = _WORD.findall(form)
        for longer in self._longer.get((entity_type, named[0]), ()) if named else ():
            words = _WORD.findall(longer)
            if len(words) > len(named) and f" {' '.join(named)} " in f" {' '.join(words)} ":
                yield from by_value[entity_type, longer]

    def _judge(self, tests: tuple[ValueTest, ...], segment: Segment, span: Span) -> Verdict:
        if span.end - span.start > _LONGEST_VALUE:
            return Verdict.UNKNOWN
        before = segment.text[max(0, span.start - _BESIDE_CHARS) : span.start]
        if not before.strip() and segment.label:
            before = segment.label[-_BESIDE_CHARS:]
        facts = ValueFacts(
            value=segment.text[span.start : span.end],
            entity_type=span.entity_type,
            before=before,
            after=segment.text[span.end : span.end + _BESIDE_CHARS],
            year=self._year,
        )
        return min(test.judge(facts) for test in tests)


def _agreed(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what all say, else UNKNOWN."""
    different = set(verdicts)
    return different.pop() if len(different) == 1 else Verdict.UNKNOWN


def _form(segment: Segment, span: Span) -> str:
    return " ".join(segment.text[span.start : span.end].casefold().split())
