"""The exact type of a value: its label or its shape says it, whatever a model took the value for.

Lines of the table: the type, then a text with the value in brackets. The model of these tests takes every value for an
ID_NUMBER, or a label for a person, as real ones do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.detect.exact_types import exact
from relay.protocols import Recognizer
from relay.registry import collect
from relay.types import Segment, Span

LINES = (Path(__file__).parents[2] / "vectors" / "detect" / "exact_types.txt").read_text(encoding="utf-8").splitlines()
TABLE = [line for line in LINES if line and not line.startswith("#")]
RECOGNIZERS = [plugin() for plugin in collect(relay.detect.recognizers, Recognizer).values()]


class Says:
    """Reports what stands between two places of the texts as one type."""

    labels = ("ID_NUMBER", "PERSON")
    version = "fake"

    def __init__(self) -> None:
        self.span = Span("ID_NUMBER", 0, 1)

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        return [[self.span] for _ in texts]


MODEL = Says()
ANALYZER = Analyzer(RECOGNIZERS, MODEL)


def found(text: str, start: int, end: int, said: str = "ID_NUMBER", label: str = "") -> list[tuple[str, str]]:
    """Return what is found at `start:end` of `text` when the model says that it is a `said`."""
    MODEL.span = Span(said, start, end, 0.8, "ner")
    (row,) = ANALYZER.analyze([Segment(pointer="", text=text, label=label)])
    return [(span.entity_type, text[span.start : span.end]) for span in row if span.start < end and span.end > start]


def parsed(line: str) -> tuple[str, str, int, int]:
    """Return the type, the text and the place of the value of a line of the table."""
    expected, marked = line.split(None, 1)
    place = re.search(r"\[(.+?)\]", marked)
    assert place is not None
    return expected, marked[: place.start()] + place[1] + marked[place.end() :], place.start(), place.end() - 2


def test_the_table_is_long() -> None:
    """It has the types that people expect, in several languages, with near misses."""
    assert len(TABLE) >= 150
    assert sum(line.startswith("ID_NUMBER") for line in TABLE) >= 25


@pytest.mark.parametrize("line", TABLE)
def test_the_label_or_the_shape_says_the_type(line: str) -> None:
    """The value comes back whole and as exactly this type."""
    expected, text, start, end = parsed(line)
    assert found(text, start, end) == [(expected, text[start:end])]


@pytest.mark.parametrize(
    ("text", "said", "value", "expected"),
    [
        # a person that has the shape of something else
        ("ask mgarcia2 for access", "PERSON", "mgarcia2", "USERNAME"),
        ("thanks @anna_k for the patch", "PERSON", "anna_k", "USERNAME"),
        ("see anna.k@example.org", "PERSON", "anna.k@example.org", "EMAIL_ADDRESS"),
        ("host 00:1B:44:11:3A:B7 is back", "PERSON", "00:1B:44:11:3A:B7", "MAC_ADDRESS"),
        ("from 203.0.113.77 again", "ID_NUMBER", "203.0.113.77", "IP_ADDRESS"),
        ("anna 45 gmailcom", "PERSON", "anna 45 gmailcom", "EMAIL_ADDRESS"),
        ("annakesslergmailcom", "USERNAME", "annakesslergmailcom", "EMAIL_ADDRESS"),
        # and one that has not
        ("ask Garcia for access", "PERSON", "Garcia", "PERSON"),
        ("Louis XIV was king", "PERSON", "Louis XIV", "PERSON"),
        ("the passport of Garcia", "PERSON", "Garcia", "PERSON"),
        ("Carta Smith, 44, has called", "PERSON", "Carta Smith", "PERSON"),
        # version, not an address
        ("from 1.300.2.4 again", "ID_NUMBER", "1.300.2.4", "ID_NUMBER"),
    ],
)
def test_a_shape_says_the_type(text: str, said: str, value: str, expected: str) -> None:
    """Whatever the model took it for."""
    start = text.index(value)
    assert found(text, start, start + len(value), said) == [(expected, value)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Kontonummer 0648489890", "Kontonummer"),
        ("compte bancaire 00012345678", "compte bancaire"),
        ("Kreditkarte 5500005555555560", "Kreditkarte"),
        ("targa EF 482 KL", "targa"),
        ("IMEI 490154203237518", "IMEI"),
        ("amtliches Kennzeichen M XY 815", "amtliches Kennzeichen"),
    ],
)
def test_a_label_is_no_person(text: str, word: str) -> None:
    """It stands before the number that it is for."""
    assert found(text, 0, len(word), "PERSON") == []


@pytest.mark.parametrize("text", ["Placa has left", "Visa Petrova, 44", "Chart 4 by Miller"])
def test_a_name_that_is_a_label_elsewhere_stays(text: str) -> None:
    """Without a number behind it, or with a word of another kind."""
    end = len(text.split(",", maxsplit=1)[0].split(" has")[0].split(" 4")[0])
    name = "Miller" if "Miller" in text else text[:end]
    start = text.index(name)
    assert found(text, start, start + len(name), "PERSON") == [("PERSON", name)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"name": "Vin", "age": 51}', "Vin"),
        ("Cap, 34, lives there", "Cap"),
        ("Carta (42) said so", "Carta"),
    ],
)
def test_a_number_of_another_cell_makes_no_label(text: str, name: str) -> None:
    start = text.index(name)
    assert found(text, start, start + len(name), "PERSON") == [("PERSON", name)]


@pytest.mark.parametrize("value", ["E 12345678", "MA 123456", "N 123456"])
def test_the_letters_of_a_series_stay_with_the_number(value: str) -> None:
    text = f"case: {value} is open"
    assert [covered for _, covered in found(text, 6, 6 + len(value), "ID_NUMBER")] == [value]


def test_the_label_of_a_text_counts() -> None:
    """The key or the head of a column, where the text itself has none."""
    assert found("X4821093", 0, 8, label="passport number") == [("PASSPORT", "X4821093")]
    assert found("X4821093", 0, 8, label="order number") == [("ID_NUMBER", "X4821093")]


def test_what_is_certain_or_an_operators_own_is_not_asked() -> None:
    """Only what is a guess is named anew, and nothing is uncovered by it."""
    text = "passport GB29NWBK60161331926819 and K-48210"
    spans = [
        Span("IBAN_CODE", 9, 31, 0.95, "iban"),
        Span("US_SSN", 9, 31, 0.5, "x"),
        Span("STAFF_NUMBER", 36, 43, 0.5, "custom"),
    ]
    assert sorted(exact(text, spans)) == sorted(spans)
