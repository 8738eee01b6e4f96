"""Overlapping, nested and touching spans resolve by one rule, and nothing that was covered is uncovered."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.detect.overlap import CERTAIN, LOOKALIKE, MODEL, resolve
from relay.types import Span

TEXT = "card 4111 1111 1111 1111, 221 Baker Street, Springfield"


def pattern(entity_type: str, start: int, end: int, score: float = 0.6) -> Span:
    return Span(entity_type, start, end, score, "pattern")


def model(entity_type: str, start: int, end: int, score: float = 1.0) -> Span:
    return Span(entity_type, start, end, score, MODEL)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([pattern("CREDIT_CARD", 5, 24, 0.95), model("ID_NUMBER", 0, 24)], [("CREDIT_CARD", 5, 24)]),
        ([pattern("US_SSN", 5, 24), model("ID_NUMBER", 5, 24)], [("US_SSN", 5, 24)]),
        ([pattern("PHONE_NUMBER", 5, 14), model("ID_NUMBER", 5, 24)], [("PHONE_NUMBER", 5, 14), ("ID_NUMBER", 15, 24)]),
        ([pattern("CREDIT_CARD", 5, 24, 0.95), model("STREET_ADDRESS", 5, 24)], [("CREDIT_CARD", 5, 24)]),
        ([pattern("STREET_ADDRESS", 26, 42), model("STREET_ADDRESS", 26, 55)], [("STREET_ADDRESS", 26, 55)]),
        ([pattern("PHONE_NUMBER", 5, 24), pattern("CREDIT_CARD", 5, 24, CERTAIN)], [("CREDIT_CARD", 5, 24)]),
        (
            [model("LOCATION", 26, 55), pattern("STREET_ADDRESS", 26, 42)],
            [("STREET_ADDRESS", 26, 42), ("LOCATION", 44, 55)],
        ),
        ([pattern(LOOKALIKE, 5, 24), pattern("CREDIT_CARD", 5, 24, 1.0)], [(LOOKALIKE, 5, 24)]),
        (
            [pattern("PHONE_NUMBER", 5, 14), pattern("PHONE_NUMBER", 14, 24)],
            [("PHONE_NUMBER", 5, 14), ("PHONE_NUMBER", 14, 24)],
        ),
        ([model("ID_NUMBER", 0, 24)], [("ID_NUMBER", 0, 24)]),
        ([], []),
    ],
    ids=[
        "a checksum beats the model, whose word beside it is no number",
        "a named number beats an unnamed one",
        "digits that only the model saw stay covered",
        "the model's certainty is no checksum",
        "of one type the longer stays whole",
        "a checksum beats another pattern",
        "what is off by default gives way but stays covered",
        "a look-alike beats everything",
        "touching spans do not overlap",
        "one span",
        "none",
    ],
)
def test_the_stronger_span_stays_whole(spans: list[Span], expected: list[tuple[str, int, int]]) -> None:
    """The order in which spans come does not matter."""
    for order in (spans, spans[::-1]):
        assert [(span.entity_type, span.start, span.end) for span in resolve(order, TEXT)] == expected


SPANS = st.lists(
    st.builds(
        lambda kind, start, length, score, by: Span(kind, start, min(start + length, len(TEXT)), score, by),
        st.sampled_from(["PERSON", "CREDIT_CARD", "ID_NUMBER", "LOCATION", LOOKALIKE]),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 30),
        st.sampled_from([0.4, 0.6, CERTAIN, 1.0]),
        st.sampled_from([MODEL, "pattern"]),
    ),
    max_size=8,
)


@given(SPANS)
def test_the_result_is_disjoint_sorted_and_uncovers_no_value(spans: list[Span]) -> None:
    """What is left uncovered of a span is too little to be a value, and nothing is covered that nobody found."""
    resolved = resolve(spans, TEXT)
    assert all(one.end <= other.start for one, other in pairwise(resolved))
    after = {place for span in resolved for place in range(span.start, span.end)}
    assert after <= {place for span in spans for place in range(span.start, span.end)}
    for span in spans:
        left = "".join("\0" if place in after else TEXT[place] for place in range(span.start, span.end))
        for piece in left.split("\0"):
            unnamed = span.entity_type == "ID_NUMBER" and not any(map(str.isdigit, piece))
            assert unnamed or sum(map(str.isalnum, piece)) < 2


@given(SPANS)
def test_order_does_not_matter(spans: list[Span]) -> None:
    """Two orders of the same spans give the same result."""
    key = lambda span: (span.start, span.end, span.entity_type, span.score, span.recognizer)  # noqa: E731
    assert resolve(sorted(spans, key=key), TEXT) == resolve(sorted(spans, key=key, reverse=True), TEXT)
