"""Overlapping spans: one rule."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.overlap import resolve
from relay.types import Span

TEXT = "0123456789abcdefghij"


def span(entity_type: str, start: int, end: int, score: float = 0.6) -> Span:
    return Span(entity_type, start, end, score)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # a checksum beats a longer pattern, and what it leaves stays
        (
            [span("PERSON", 0, 10), span("IBAN_CODE", 2, 6, 0.95)],
            [("PERSON", 0, 2), ("IBAN_CODE", 2, 6), ("PERSON", 6, 10)],
        ),
        # longer beats higher score among equals
        ([span("PHONE_NUMBER", 0, 5, 0.8), span("US_SSN", 0, 9, 0.6)], [("US_SSN", 0, 9)]),
        # then the higher score, then the earlier start
        ([span("PHONE_NUMBER", 0, 5, 0.7), span("US_SSN", 0, 5, 0.6)], [("PHONE_NUMBER", 0, 5)]),
        ([span("US_SSN", 3, 8), span("PHONE_NUMBER", 0, 5)], [("PHONE_NUMBER", 0, 5), ("US_SSN", 5, 8)]),
        # what the operator's own pattern found beats a guess
        (
            [span("POSTCODE", 0, 5, 0.8), Span("ZIP", 0, 5, 0.5, "custom")],
            [("ZIP", 0, 5)],
        ),
        # a look-alike beats everything
        (
            [span("IBAN_CODE", 0, 9, 0.99), span("PLACEHOLDER_LOOKALIKE", 2, 4, 1.0)],
            [("IBAN_CODE", 0, 2), ("PLACEHOLDER_LOOKALIKE", 2, 4), ("IBAN_CODE", 4, 9)],
        ),
        # what is off by default is never in the way
        ([span("URL", 0, 12, 0.99), span("USERNAME", 4, 8, 0.5)], [("URL", 0, 4), ("USERNAME", 4, 8), ("URL", 8, 12)]),
        # what a later text gives away only fills the gaps, however certain it is
        (
            [span("PERSON", 3, 8, 0.5), Span("IBAN_CODE", 0, 12, 0.99, "known", since=4)],
            [("IBAN_CODE", 0, 3), ("PERSON", 3, 8), ("IBAN_CODE", 8, 12)],
        ),
        (
            [Span("PERSON", 3, 8, 1.0, "known", since=2), Span("PERSON", 0, 12, 1.0, "known", since=4)],
            [("PERSON", 0, 3), ("PERSON", 3, 8), ("PERSON", 8, 12)],
        ),
        # but it comes before a type that is off
        (
            [span("URL", 0, 12, 0.99), Span("USERNAME", 4, 8, 0.5, "known", since=9)],
            [("URL", 0, 4), ("USERNAME", 4, 8), ("URL", 8, 12)],
        ),
        # a number's remainder without a digit leaves its place to what it lay over
        (
            [Span("ID_NUMBER", 5, 15, 0.6, "ner"), span("US_SSN", 2, 10, 0.95), Span("PERSON", 11, 15, since=7)],
            [("US_SSN", 2, 10), ("PERSON", 11, 15)],
        ),
        # touching spans stay, and so does a remainder of one letter
        ([span("PERSON", 0, 5), span("PERSON", 5, 9)], [("PERSON", 0, 5), ("PERSON", 5, 9)]),
        ([span("PERSON", 0, 6), span("IBAN_CODE", 1, 6, 0.95)], [("PERSON", 0, 1), ("IBAN_CODE", 1, 6)]),
        ([span("US_SSN", 0, 5), span("US_SSN", 0, 5)], [("US_SSN", 0, 5)]),
        ([], []),
    ],
)
def test_the_rule(spans: list[Span], expected: list[tuple[str, int, int]]) -> None:
    """Each case resolves as stated, in any order of input."""
    for order in (spans, spans[::-1]):
        assert [(s.entity_type, s.start, s.end) for s in resolve(order, TEXT)] == expected


TYPES = st.sampled_from(["PERSON", "IBAN_CODE", "URL", "PLACEHOLDER_LOOKALIKE", "US_SSN"])
SPANS = st.lists(
    st.builds(
        lambda kind, start, size, score: Span(kind, start, min(start + size, len(TEXT)), score),
        TYPES,
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 9),
        st.sampled_from([0.4, 0.6, 0.95]),
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(SPANS, st.randoms(use_true_random=False))
def test_nothing_is_uncovered(spans: list[Span], random: object) -> None:
    """The result is disjoint, sorted, the same in any order, and covers every letter and digit that was covered."""
    result = resolve(spans, TEXT)
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(shuffled, TEXT) == result
    assert all(left.end <= right.start for left, right in pairwise(result))
    before = {place for s in spans for place in range(s.start, s.end)}
    after = {place for s in result for place in range(s.start, s.end)}
    assert after <= before
    assert not before - after


def test_signs_at_the_border_of_a_remainder_go() -> None:
    """What is left of a weaker span begins and ends with a letter or digit, and is nothing without one."""
    text = "Ann (4111), B"
    spans = [span("PERSON", 0, 13), span("CREDIT_CARD", 5, 9, 0.95)]
    assert [text[s.start : s.end] for s in resolve(spans, text)] == ["Ann", "4111", "B"]
    assert [s.entity_type for s in resolve([span("PERSON", 4, 10), spans[1]], text)] == ["CREDIT_CARD"]


def test_work_grows_no_faster_than_sorting() -> None:
    """Ten thousand long spans over as many short ones are resolved: each stretch is painted once."""
    text = "x" * 20_100
    short = [span("IBAN_CODE", place, place + 1, 0.95) for place in range(0, 20_000, 2)]
    long = [span("PERSON", place, place + 100) for place in range(0, 20_000, 2)]
    result = resolve([*short, *long], text)
    assert sum(s.end - s.start for s in result) == 20_098
