"""Words near a span raise or lower its score."""

from __future__ import annotations

import pytest

from relay.detect.context import ContextTable, words_near
from relay.detect.overlap import CERTAIN
from relay.types import Segment, Span
from tests.support import patterns_only

TABLE = ContextTable([("STAFF_NUMBER", ("Badge",))])
VALUE = "4155552671"


def score(text: str, entity_type: str = "PHONE_NUMBER", base: float = 0.3) -> float:
    """Return the score of VALUE in `text`, rounded."""
    start = text.index(VALUE)
    return round(TABLE.adjust(Span(entity_type, start, start + len(VALUE), base), text, {}).score, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"it is {VALUE}", 0.3),  # no word near
        (f"phone {VALUE}", 0.7),
        (f"PHONE: {VALUE}", 0.7),
        (f"my phones are {VALUE}", 0.7),  # the plural
        (f"workPhone={VALUE}", 0.7),  # a part of a name
        (f"work_phone={VALUE}", 0.7),
        (f"{VALUE} is my mobile", 0.7),  # behind
        (f"meine Handynummer ist {VALUE}", 0.7),
        (f"mon numéro de portable {VALUE}", 0.7),
        (f"mi teléfono {VALUE}", 0.7),
        (f"il mio cellulare {VALUE}", 0.7),
        (f"o meu telemóvel {VALUE}", 0.7),
        (f"mijn telefoonnummer {VALUE}", 0.7),
        (f"headphoneset {VALUE}", 0.3),  # inside a word
        (f"phone:\n{VALUE}", 0.7),  # a label on the line above
        (f"my phone\n{VALUE}", 0.3),  # no label
        (f"phone: none; id {VALUE}", 0.3),  # a semicolon ends what is said
        (f"phone {'x' * 80} {VALUE}", 0.3),  # too far
        (f"order {VALUE}", 0.0),
        (f"order {VALUE}, phone below", 0.0),  # both: the word right before decides
        (f"order by phone {VALUE}", 0.7),
    ],
)
def test_what_is_near(text: str, expected: float) -> None:
    """The score moves as the words near the value say."""
    assert score(text) == expected


def test_context_claims_no_certainty() -> None:
    """A raised score stays below what a checksum may claim, and a certain span is not moved."""
    assert score(f"phone {VALUE}", base=0.8) < CERTAIN
    assert score(f"order {VALUE}", base=0.95) == 0.95


def test_a_recognizer_brings_its_own_words() -> None:
    """They count for its types, whatever their case."""
    assert score(f"badge {VALUE}", "STAFF_NUMBER") == 0.7
    assert score(f"badge {VALUE}") == 0.3


def test_pairs_of_words() -> None:
    """Two neighbouring words count as one entry, in their order, on one side of the span."""
    assert words_near("his Social-Security number 123 of old", 27, 30) == (
        ["his", "social", "security", "number"],
        ["of", "old"],
    )
    table = ContextTable([("STAFF_NUMBER", ("blue card",))])

    def score(text: str) -> float:
        start = text.index("123")
        return round(table.adjust(Span("STAFF_NUMBER", start, start + 3, 0.3), text, {}).score, 2)

    assert score("the blue card 123") == score("123 (blue-card)") == 0.7
    assert score("the card is blue: 123") == score("blue 123 card") == score("blue 123") == 0.3


def dates_and_phones(text: str) -> list[tuple[str, str]]:
    (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    kinds = ("DATE_OF_BIRTH", "PHONE_NUMBER")
    return [(span.entity_type, text[span.start : span.end]) for span in spans if span.entity_type in kinds]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("DOB\n07/23/1984\nGender\nfemale", "07/23/1984"),
        ("Date of Birth\n\n07/23/1984", "07/23/1984"),
        ("**DOB**\n07/23/1984", "07/23/1984"),
        ("Geburtsdatum\n23.07.1984", "23.07.1984"),
        ("Q: Date of birth?\nA: 23.07.1984", "23.07.1984"),
        ("nora: dob?\nbob: 23 July 1984", "23 July 1984"),
        ("What is your date of birth, please?\n07/23/1984.", "07/23/1984"),
        ("> date of birth:\n> 1984-07-23", "1984-07-23"),
        ("出生日期\n1984-07-23", "1984-07-23"),
        # near misses
        ("DOB\nUpdated: 2024-05-01", ""),
        ("nora: dob?\nbob: no, we met on 23 July 1984", ""),
        ("Birth rate by year and region\n2020-01-01", ""),
        ("in an année\n2020-01-01", ""),
        ("Year\n2024-05-01", ""),
        ("DOB\nfemale\n2024-05-01", ""),
        ("DOB\n2024-05-01 Release 3", ""),
    ],
)
def test_a_date_below_what_asks_for_it(text: str, date: str) -> None:
    """A label or a question above makes a date alone on its line one of birth, whoever says it."""
    assert dates_and_phones(text) == ([("DATE_OF_BIRTH", date)] if date else [])


@pytest.mark.parametrize("before", ["item", "row", "page", "section", "order", "version", "row 3", "203.0.113.77"])
def test_an_area_code_in_brackets_is_one_behind_any_word(before: str) -> None:
    """Beside the same digits without brackets, and brackets of no area."""
    for number in ("(212) 664-7665", "(415) 555-0132", "(415)555-0132"):
        assert dates_and_phones(f"{before} {number}") == [("PHONE_NUMBER", number)]
    assert dates_and_phones(f"{before} 212 664 7665") == []
    assert dates_and_phones(f"{before} (12) 34-5678") == []
