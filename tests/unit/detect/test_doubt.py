"""Guesses that the model does not hold to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.doubt import SURE, doubted
from relay.detect.recognizers.email import EmailRecognizer
from relay.types import Segment, Span

LOW, HIGH = SURE - 0.1, SURE


def spans(text: str, score: float, *places: int, recognizer: str = "ner") -> list[Span]:
    """Return spans over the given ones of the places where "Rust" stands in `text`."""
    starts = [start for start in range(len(text)) if text.startswith("Rust", start)]
    return [Span("PERSON", starts[place], starts[place] + 4, score, recognizer) for place in places]


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
    assert doubted([text], [spans(text, score, *places)]) == (frozenset({"Rust"}) if given_up else frozenset())


def test_the_whole_request_counts() -> None:
    """What is sure in one text is sure in all, and so is what is passed over."""
    once, often = "ask Rust", "Rust or Rust or Rust"
    assert doubted([once, often], [spans(once, LOW, 0), []]) == {"Rust"}
    assert doubted([once, often], [spans(once, HIGH, 0), spans(often, LOW, 1)]) == frozenset()


def test_what_others_found_is_kept() -> None:
    """Only the model's guesses are in doubt."""
    text = "Rust Rust Rust"
    assert doubted([text], [spans(text, LOW, 0, recognizer="known")]) == frozenset()


@pytest.mark.parametrize(("value", "given_up"), [("Claude Code", True), ("Claude Monet", False)])
def test_names_of_assistants(value: str, given_up: bool) -> None:
    """A sure guess goes, too, when it only names an assistant."""
    span = Span("PERSON", 4, 4 + len(value), HIGH, "ner")
    assert doubted([f"ask {value}"], [[span]]) == (frozenset({value}) if given_up else frozenset())


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
    assert doubted(texts, rows) == (frozenset({value}) if given_up else frozenset())


class Guessing:
    """Takes the first "Rust" of a text for a person, and never any other."""

    labels = ("PERSON",)
    version = "fake"

    def find_all(self, texts: Sequence[str]) -> list[list[Span]]:
        return [spans(text, LOW, 0) for text in texts]


def test_a_value_is_given_up_everywhere_or_nowhere() -> None:
    """The analyzer drops a doubted guess in every text, and finds in every text what it keeps or the session knows."""
    analyzer = Analyzer([EmailRecognizer()], Guessing())
    texts = ["Rust is a language", "why Rust? because Rust is fast, a@example.org"]
    segments = [Segment(pointer=f"/{place}", text=text) for place, text in enumerate(texts)]
    assert [len(row) for row in analyzer.analyze(segments[:1])] == [1]
    assert [[span.entity_type for span in row] for row in analyzer.analyze([*segments, segments[0]])] == [
        ["PERSON"],
        ["PERSON", "PERSON", "EMAIL_ADDRESS"],
        ["PERSON"],
    ]  # three of four
    more = Segment(pointer="/2", text="Rust, Rust, Rust, Rust")
    assert [len(row) for row in analyzer.analyze([*segments, more])] == [0, 1, 0]
    known = [("PERSON", "Rust")]
    assert [len(row) for row in analyzer.analyze([*segments, more], known=known)] == [1, 3, 4]
