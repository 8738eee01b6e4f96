"""The analyzer: one request's segments in, disjoint spans out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.errors import ScrubFailed
from relay.registry import collect
from relay.types import Candidate, Pattern, Segment, Span
from tests.support import patterns_only

ANALYZER = patterns_only()

CARD = "4111 1111 1111 1111"
MAIL = "maria@example.org"


class FakeModel:
    """Takes every capitalised "Maria" for a person."""

    labels = ("PERSON",)
    version = "fake"

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        return [
            [Span("PERSON", place, place + 5, 0.8, "ner")] if (place := text.find("Maria")) >= 0 else []
            for text in texts
        ]


def values(analyzer: Analyzer, *texts: str, message: int = -1) -> list[list[tuple[str, str]]]:
    segments = [
        Segment(pointer=f"/content/{place}/text", text=text, message=message) for place, text in enumerate(texts)
    ]
    rows = analyzer.analyze(segments)
    return [[(text[s.start : s.end], s.entity_type) for s in row] for text, row in zip(texts, rows, strict=True)]


def test_a_value_found_once_is_found_everywhere() -> None:
    """A value found in one segment is found in all, in places where no recognizer would take it."""
    found = values(ANALYZER, "my phone is 4155552671", "order 4155552671")
    assert found == [[("4155552671", "PHONE_NUMBER")], [("4155552671", "PHONE_NUMBER")]]
    assert values(ANALYZER, "order 4155552671") == [[]]


class Undecided:
    """Takes a name for a company's in one text and for a person's in another."""

    labels = ("ORGANIZATION", "PERSON")
    version = "fake"

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        kinds = {"Maria sells shoes": "ORGANIZATION", "Maria is my aunt": "PERSON"}
        return [[Span(kinds[text], 0, 5, 0.8, "ner")] if text in kinds else [] for text in texts]


@pytest.mark.parametrize(
    "texts", [("Maria sells shoes", "Maria is my aunt"), ("Maria is my aunt", "Maria sells shoes")]
)
def test_a_type_that_is_off_hides_none_that_is_on(texts: tuple[str, str]) -> None:
    """A value that is a person's anywhere is a person's everywhere, or it would leave where it is a company's."""
    found = values(Analyzer([], Undecided()), *texts, "ask Maria")
    assert found == [[("Maria", "PERSON")]] * 3


def test_values_of_the_session_are_found() -> None:
    """What an open session knows is found without any recognizer, in contract text too."""
    segments = [Segment(pointer="/a", text="ask about Blue Heron", contract=True)]
    rows = ANALYZER.analyze(segments, known=[("CUSTOM", "blue heron")])
    assert rows == ((Span("CUSTOM", 10, 20, 1.0, "known"),),)


@pytest.mark.parametrize("cut", range(1, len(CARD)))
def test_a_value_cut_in_two_parts_is_found_in_both(cut: int) -> None:
    """Each part of a message gets its piece of a value that lies across the border."""
    left, right = "pay with " + CARD[:cut], CARD[cut:] + " today"
    rows = values(ANALYZER, left, right, message=0)
    assert rows[0][-1] == (CARD[:cut], "CREDIT_CARD")
    assert rows[1][0] == (CARD[cut:], "CREDIT_CARD")


def test_fields_side_by_side_are_not_joined() -> None:
    """A key and its value, or two fields of an object, are two texts."""
    segments = [
        Segment(pointer="/messages/0/a", text="pay with 4111 1111", message=0),
        Segment(pointer="/messages/0/b", text=" 1111 1111 today", message=0),
    ]
    assert ANALYZER.analyze(segments) == ((), ())


def test_the_model_reads_no_single_words_of_a_contract() -> None:
    """An enum's words are searched by patterns only; what the model found elsewhere is still found in them."""
    analyzer = Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], FakeModel())
    contract = Segment(pointer="/tools", text="Maria", contract=True)
    assert analyzer.analyze([contract]) == ((),)
    assert analyzer.analyze([replace(contract, text="sent to Maria")]) != ((),)
    rows = analyzer.analyze([contract, Segment(pointer="/0", text="I am Maria")])
    assert [(s.entity_type, s.start, s.end) for s in rows[0]] == [("PERSON", 0, 5)]


def test_only_the_wanted_types_come_back() -> None:
    """Types that nobody asked for are neither returned nor in the way of others."""
    segment = Segment(pointer="/0", text=f"{MAIL} pays with {CARD}")
    (spans,) = ANALYZER.analyze([segment], entity_types=frozenset({"CREDIT_CARD"}))
    assert [s.entity_type for s in spans] == ["CREDIT_CARD"]


def test_a_lookalike_wins() -> None:
    """Text that looks like a placeholder comes back as itself, whatever else it could be."""
    analyzer = Analyzer(
        [plugin() for plugin in collect(relay.detect.recognizers).values()],
        None,
        lookalikes=lambda text: [(text.index("["), text.index("]") + 1)] if "[" in text else [],
    )
    assert values(analyzer, f"see [{MAIL}]") == [[(f"[{MAIL}]", "PLACEHOLDER_LOOKALIKE")]]


class Broken:
    """A recognizer that fails with a text that holds the value."""

    name: ClassVar[str] = "broken"
    entity_types: ClassVar[tuple[str, ...]] = ("CUSTOM",)
    patterns: ClassVar[tuple[Pattern, ...]] = (Pattern(name="broken/0", regex="secret", score=0.9),)
    context: ClassVar[dict[str, tuple[str, ...]]] = {}
    source: ClassVar[str] = "a test"

    def check(self, candidate: Candidate) -> Iterable[Span]:
        raise ValueError(candidate.value)


def test_a_failing_detector_stops_the_request() -> None:
    """The failure is raised, names the detector, and holds nothing of the text."""
    with pytest.raises(ScrubFailed) as caught:
        Analyzer([Broken()], None).analyze([Segment(pointer="/0", text="a secret")])
    assert "broken" in str(caught.value)
    assert "secret" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [CARD, MAIL, "+1 415 555 2671", "card", "DE89370400440532013000", "12 Elm Street", "\ud800", "é"]
        ),
        st.text(max_size=12),
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_spans_are_disjoint_sorted_and_inside(texts: list[str]) -> None:
    """For any text, lone surrogates and other scripts included, spans are disjoint, sorted and within their text."""
    segments = [Segment(pointer=f"/content/{place}/text", text=text, message=0) for place, text in enumerate(texts)]
    for text, row in zip(texts, ANALYZER.analyze(segments), strict=True):
        last = 0
        for span in row:
            assert last <= span.start < span.end <= len(text)
            last = span.end


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.sampled_from([CARD, MAIL, "DE89370400440532013000"]), st.text(max_size=20))
def test_offsets_are_code_points(before: str, value: str, after: str) -> None:
    """A span slices to its value whatever stands around it, with spaces between."""
    text = f"{before} . {value} ; {after}"
    (row,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert any(text[span.start : span.end] == value for span in row)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("0123456789٣९AZSXIBCKñÑß@./-:+ ()=[]{}'\"eyJ_%&\\nu\n"), max_size=24),
        max_size=6,
    ).map(" 4111 ".join)
)
def test_no_check_fails_on_any_text(text: str) -> None:
    """No recognizer raises, whatever digits and letters of any script stand in its windows."""
    ANALYZER.analyze([Segment(pointer="/0", text=text)])
