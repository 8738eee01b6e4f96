"""Guesses that the model does not hold to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.analyzer import Analyzer
from relay.detect.known import KnownValues
from relay.detect.low_confidence import SURE, Guess, guesses, held, unsure
from relay.detect.recognizers.email import EmailRecognizer
from relay.types import Segment, Span

LOW, HIGH = SURE - 0.1, SURE


def spans(text: str, score: float, *places: int, recognizer: str = "ner") -> list[Span]:
    """Return spans over the given ones of the places where "Rust" stands in `text`."""
    starts = [start for start in range(len(text)) if text.startswith("Rust", start)]
    return [Span("PERSON", starts[place], starts[place] + 4, score, recognizer) for place in places]


def since(texts: Sequence[str], rows: Sequence[Sequence[Span]]) -> dict[str, int]:
    """Return what is held, counting where the values in doubt stand."""
    guessed = guesses(texts, rows)
    known = KnownValues(("PERSON", value) for value in unsure(guessed))
    return held(guessed, [Counter(text[span.start : span.end] for span in known.find(text)) for text in texts])


def in_doubt(texts: Sequence[str], rows: Sequence[Sequence[Span]]) -> list[str]:
    return list(unsure(guesses(texts, rows)))


@pytest.mark.parametrize(
    ("text", "score", "places", "given_up"),
    [
        ("Rust, Rust and Rust", LOW, (0,), True),  # passed over twice
        ("Rust, Rust and Rust", HIGH, (0,), False),  # sure once
        ("Rust, Rust and Rust", LOW, (0, 1), False),  # found more often than not
        ("Rust and Rust", LOW, (0,), False),  # as often as not
        ("Rust", LOW, (0,), False),
        ("Rust, Rusty Rusts rust xRust", LOW, (0,), False),  # other words
        ("Rust Rust Rust Rust Rust", LOW, (0, 4), True),
    ],
)
def test_what_is_given_up(text: str, score: float, places: tuple[int, ...], given_up: bool) -> None:
    """A value goes when the model is never sure of it and passes over it more often than not."""
    assert since([text], [spans(text, score, *places)]) == ({} if given_up else {"Rust": 0})


def test_the_texts_before_count() -> None:
    """What is sure in one text is sure from there on, and what is passed over counts from there on."""
    once, often = "ask Rust", "Rust or Rust or Rust"
    assert since([often, once], [[], spans(once, LOW, 0)]) == {}
    assert since([once, often], [spans(once, LOW, 0), []]) == {"Rust": 0}  # what comes later is not asked
    assert since([often, once, once], [[], spans(once, LOW, 0), spans(once, HIGH, 0)]) == {"Rust": 2}
    assert since([once, often], [spans(once, HIGH, 0), spans(often, LOW, 1)]) == {"Rust": 0}


def test_what_others_found_is_kept() -> None:
    """Only the model's guesses are in doubt."""
    text = "Rust Rust Rust"
    assert guesses([text], [spans(text, LOW, 0, recognizer="known")]) == [[]]


def test_only_what_begins_in_doubt_is_counted() -> None:
    """A value whose first finding is sure needs no counting."""
    text = "Rust Rust Rust"
    assert in_doubt([text, text], [spans(text, HIGH, 0), spans(text, LOW, 0)]) == []
    assert in_doubt([text, text], [spans(text, LOW, 0), spans(text, HIGH, 0)]) == ["Rust"]
    assert in_doubt([text], [[*spans(text, LOW, 0), *spans(text, HIGH, 1)]]) == []


@pytest.mark.parametrize(("value", "given_up"), [("Claude Code", True), ("Claude Monet", False)])
def test_names_of_assistants(value: str, given_up: bool) -> None:
    """A sure guess goes, too, when it only names an assistant."""
    span = Span("PERSON", 4, 4 + len(value), HIGH, "ner")
    assert since([f"ask {value}"], [[span]]) == ({} if given_up else {value.lower(): 0})


@pytest.mark.parametrize(
    ("texts", "given_up"),
    [
        (["read CLAUDE.md"], True),
        (["read CLAUDE.md", "see CLAUDE.md"], True),
        (["read CLAUDE.md", "call CLAUDE today"], False),  # somebody's name as well
        (["read CLAUDE.pdf"], False),
        (["read MARIA.md"], False),
    ],
)
def test_files_of_assistants(texts: list[str], given_up: bool) -> None:
    """The file with an assistant's instructions keeps its name, unless the name is found elsewhere, too."""
    value = texts[0].split()[1].split(".")[0]
    rows = [[Span("PERSON", text.index(value), text.index(value) + len(value), HIGH, "ner")] for text in texts]
    assert since(texts, rows) == ({} if given_up else {value: len(texts) - 1})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([LOW, HIGH])), max_size=8))
def test_more_texts_change_nothing_before(shapes: list[tuple[int, int, float]]) -> None:
    """Whatever follows, the answer for the texts before is the same."""
    texts = [" or ".join(["Rust"] * count) for count, _, _ in shapes]
    rows = [
        spans(text, score, *range(min(count, found))) for text, (count, found, score) in zip(texts, shapes, strict=True)
    ]
    whole = since(texts, rows)
    for end in range(len(texts)):
        assert since(texts[:end], rows[:end]) == {key: place for key, place in whole.items() if place < end}


class Guessing:
    """Takes the first "Rust" of a text for a person, and never any other."""

    labels = ("PERSON",)
    version = "fake"

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        return [spans(text, LOW, 0) if "Rust" in text else [] for text in texts]


def test_a_value_is_kept_from_where_it_is_held() -> None:
    """The analyzer finds in every text what it keeps or the session knows, and keeps what it kept before."""
    analyzer = Analyzer([EmailRecognizer()], Guessing())
    texts = ["Rust is a language", "why Rust? because Rust is fast, a@example.org", "Rust, Rust, Rust, Rust"]
    segments = [Segment(pointer=f"/{place}", text=text) for place, text in enumerate(texts)]
    counts = [[1], [1, 3], [1, 3, 4]]
    for size, expected in enumerate(counts, 1):
        assert [len(row) for row in analyzer.analyze(segments[:size])] == expected
    doubted = [segments[2], segments[0]]
    assert [len(row) for row in analyzer.analyze(doubted)] == [0, 0]
    assert [len(row) for row in analyzer.analyze(doubted, known=[("PERSON", "Rust")])] == [4, 1]


def test_no_value_is_shown() -> None:
    """The repr tells what the model thinks only."""
    assert "Rust" not in repr(Guess("Rust", "Rust", True, False))
