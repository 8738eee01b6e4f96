"""Words near a span raise or lower its score."""

from __future__ import annotations

import pytest

import relay.detect.recognizers
from relay.detect.context import LOWERING, RAISING, ContextTable, words_near
from relay.detect.context_latin import RAISING_IN_LATIN
from relay.detect.context_scripts import RAISING_ELSEWHERE
from relay.detect.overlap import CERTAIN
from relay.registry import collect
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
        (f"what is your phone?\n{VALUE}", 0.7),  # who asks on the line above
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


def test_no_entry_is_dead() -> None:
    """Each word and row of words counts where it stands before a value as it is listed."""
    plugins = collect(relay.detect.recognizers).values()
    listed = [
        *(word for table in (RAISING, LOWERING) for words in table.values() for word in words),
        *(
            word
            for table in (RAISING_IN_LATIN, RAISING_ELSEWHERE)
            for words in table.values()
            for word in words.split(",")
        ),
        *(word for plugin in plugins for words in plugin().context.values() for word in words),
    ]
    entries = dict.fromkeys(word.strip() for word in listed)
    table = ContextTable((f"STAFF_NUMBER_{number}", (word,)) for number, word in enumerate(entries))
    dead = []
    for number, word in enumerate(entries):
        for text in (f"{word}: {VALUE}", f"{word.upper() if word.isascii() else word} {VALUE}"):
            start = text.index(VALUE)
            if table.adjust(Span(f"STAFF_NUMBER_{number}", start, len(text), 0.3), text, {}).score <= 0.3:
                dead.append(text)
    assert len(entries) > 1_000
    assert dead == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("row: Kim | 415-555-2671 | NY", "415-555-2671"),
        ("DETAIL: Failing row contains (17, kim, 415-555-2671, x)", "415-555-2671"),
        ("error in section: 415-555-2671", "415-555-2671"),
        ("| name | phone |\n|---|---|\n| Kim | 4155552671 |", "4155552671"),
        ("from=8 (495) 123-45-67&to=x", "8 (495) 123-45-67"),
        ("caller_id=8 (495) 123-45-67", "8 (495) 123-45-67"),
        ("whatsapp: 8(495)123-45-67", "8(495)123-45-67"),
        ("Nr telefonu: 415 555 26", "415 555 26"),
        ("Puhelin: 415 555 26", "415 555 26"),
        ("Telefonszám: 415 555 26", "415 555 26"),
        ("Cep telefonu: 415 555 26", "415 555 26"),
        ("Số điện thoại: 415 555 26", "415 555 26"),
        # near misses
        ("| name | total |\n|---|---|\n| Kim | 4155552671 |", ""),
        ("row: Kim | 4155552671 | NY", ""),
        ("order 415-555-2671", ""),
        ("version 8 (495) 123", ""),
        ("8 (123) 123-45-67", ""),
        ("sum(8 (12) 345)", ""),
    ],
)
def test_telephones_in_rows_and_fields(text: str, number: str) -> None:
    """What is written as a telephone number needs no word, and words for places of a text take nothing from it."""
    found = [value for kind, value in dates_and_phones(text) if kind == "PHONE_NUMBER"]
    assert found == ([number] if number else [])


@pytest.mark.parametrize("before", ["item", "row", "page", "section", "order", "version", "row 3", "203.0.113.77"])
def test_an_area_code_in_brackets_is_one_behind_any_word(before: str) -> None:
    """Beside the same digits without brackets, and brackets of no area."""
    for number in ("(212) 664-7665", "(415) 555-0132", "(415)555-0132"):
        assert dates_and_phones(f"{before} {number}") == [("PHONE_NUMBER", number)]
    assert dates_and_phones(f"{before} 212 664 7665") == []
    assert dates_and_phones(f"{before} (12) 34-5678") == []


ENDS = (
    "src",
    "DST",
    "saddr",
    "daddr",
    "rhost",
    "laddr",
    "raddr",
    "id.orig_h",
    "peer",
    "src_ip",
    "target_ip",
    "dest.addr",
)


@pytest.mark.parametrize("label", ENDS)
@pytest.mark.parametrize("address", ["10.1.2.3", "2.4.8.9", "1.1.1.1"])
@pytest.mark.parametrize("form", ["{}={}", "IN=eth0 {}={} LEN=60", '{}="{}"', "{}: {} ok"])
def test_ends_of_a_connection(label: str, address: str, form: str) -> None:
    """Behind the names that logs give them, numbers as small as a version's are an address."""
    if ":" in form and not address.startswith("10."):
        return
    assert addresses(form.format(label, address)) == [address]


@pytest.mark.parametrize("label", ["source", "target", "from", "to", "dest"])
def test_what_may_have_a_version(label: str) -> None:
    """Behind these words only an address that no version looks like counts."""
    assert addresses(f"{label}=10.1.2.3") == ["10.1.2.3"]
    assert addresses(f"{label}=2.4.8.9") == []


@pytest.mark.parametrize("text", ["django=10.1.2.3", "mysrc=10.1.2.3", "src-version=10.1.2.3", "hostess=2.4.8.9"])
def test_other_names_before_an_equals_sign(text: str) -> None:
    """What stands behind them is a version."""
    assert addresses(text) == []


def addresses(text: str) -> list[str]:
    (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    return [text[span.start : span.end] for span in spans if span.entity_type == "IP_ADDRESS"]


PASSPORTS = (
    *(
        "Pasnummer",
        "Passnr",
        "Passin numero",
        "Passinumber",
        "Pases numurs",
        "Paso numeris",
        "Nr paszportu",
        "Číslo pasu",
    ),
    *("Cestovní pas", "Útlevélszám", "Pașaport", "Paşaport", "Broj putovnice", "Pasoš", "Potni list", "Vegabréf"),
    *("Pasaport numarası", "Passaport", "Nomor paspor", "Số hộ chiếu"),
)


@pytest.mark.parametrize("label", PASSPORTS)
def test_passports_of_other_languages(label: str) -> None:
    """Behind a label and its sign; a word alone is none."""
    for value in ("L8985234", "89852341"):
        text = f"{label}: {value}"
        (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
        assert [(span.entity_type, text[span.start : span.end]) for span in spans][-1:] == [("PASSPORT", value)]
    assert patterns_only().find("passi on: 89852341") == patterns_only().find("my pass: 4") == ()
