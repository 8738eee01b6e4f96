"""Dates of birth: what labels say so, in which languages, and which forms count right behind a label only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from relay.types import Segment
from tests.support import patterns_only


def births(text: str) -> list[str]:
    (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    return [text[span.start : span.end] for span in spans if span.entity_type == "DATE_OF_BIRTH"]


LABELLED = (
    *("DoB: ", "patientDoB = ", "name,DoB\nAnn,", "D.O.B. ", "D. O. B.: ", "d.o.b ", '"dateofbirth": "'),
    *("<DoB>", "bdate: ", "b_date: ", "b-date=", "bDate: ", "BDAY;VALUE=date:", "birthdt=", "(b. ", "(* "),
    *("Fødselsdato: ", "Födelsedatum: ", "Fæðingardagur: ", "Syntymäaika: ", "Sünniaeg: ", "Dzimšanas datums: "),
    *("Gimimo data: ", "Data urodzenia: ", "Datum narození: ", "Dátum narodenia: ", "Születési dátum: "),
    *("Születési idő: ", "Data nașterii: ", "Datum rođenja: ", "Datum rojstva: ", "Doğum tarihi: ", "DOĞUM TARİHİ: "),
    *("Data de naixement: ", "Ngày sinh: ", "Tanggal lahir: ", "Fecha de nac. ", "F. nac.: ", "data_nasc: "),
    *("Jan Nowak, ur. ", "Eva Malá, nar. "),
    *("जन्मतिथि: ", "Dyddiad geni: ", "Petsa ng Kapanganakan: "),
)


@pytest.mark.parametrize("label", LABELLED)
@pytest.mark.parametrize("date", ["1979-05-23", "12.03.1984"])
def test_labels(label: str, date: str) -> None:
    """Every one makes a date one of birth, and no date of a line that says something else."""
    assert births(f"{label}{date}") == [date]
    assert births(f"{label}{date}\nUpdated: 2024-05-01") == [date]


@pytest.mark.parametrize(
    "text",
    [
        "a. 12.03.1984, b. 13.03.1984",  # the items of a list
        "plan b date 2024-05-01",
        "see (f 2024-05-01)",
        "do b: 2024-05-01",
        "natural. 12.03.1984",
        "sinh(x) of 2024-05-01",
        "NAC 2024-05-01",
        "d. o. 2024-05-01",
    ],
)
def test_what_is_no_label(text: str) -> None:
    """Letters and words that are something else elsewhere."""
    assert births(text) == []


@pytest.mark.parametrize(
    ("label", "date"),
    [
        ("Fødselsdato: ", "12. mars 1984"),
        ("Född: ", "12 augusti 1984"),
        ("Syntymäaika: ", "12. maaliskuuta 1984"),
        ("Sünniaeg: ", "12. märts 1984"),
        ("Data urodzenia: ", "12 października 1984"),
        ("Datum narození: ", "12. března 1984"),
        ("Datum narození: ", "1. září 1984"),
        ("Dátum narodenia: ", "12. júna 1984"),
        ("Születési dátum: ", "1984. március 12."),
        ("Születési dátum: ", "1984. 03. 12."),
        ("Data nașterii: ", "12 martie 1984"),
        ("Doğum tarihi: ", "12 Şubat 1984"),
        ("Datum rođenja: ", "12. ožujka 1984"),
        ("Datum rojstva: ", "12. avgusta 1984"),
        ("Data de naixement: ", "12 de març de 1984"),
        ("Tanggal lahir: ", "12 Maret 1984"),
    ],
)
def test_months_of_other_languages(label: str, date: str) -> None:
    """Behind a label of their language; by themselves they are no dates of birth."""
    assert births(label + date) == [date]
    assert births(f"Version: {date}") == []


COMPACT = (
    *(
        "BDAY:{}",
        "BDAY;VALUE=date:{}",
        '{{"dob":"{}"}}',
        '{{"birthDate": {}}}',
        "name,dob\nAnn,{}",
        "dob\n{}\n",
        "dob {}",
    ),
    *(
        "PatientBirthDate: {}",
        "(0010,0030) DA [{}]  # 8",
        '<birthTime value="{}"/>',
        '<birthTime value="{}1200+0000"/>',
    ),
    *("PID|1||4711^^^X||LEE^ANN^M||{}|F|", "MSH|^~\\&|A\rPID|1||4711||LEE^ANN||{}|F", "DMG*D8*{}*F~"),
    *("Geburtsdatum: {}", "Datum narození: {}", "出生日期：{}", "Date of birth (YYYYMMDD): {}"),
)


@pytest.mark.parametrize("form", COMPACT)
def test_eight_digits_right_behind_a_label(form: str) -> None:
    """A real day of the past counts, in any order; none that never was, and none to come."""
    ahead = (datetime.now(UTC) + timedelta(days=400)).strftime("%Y%m%d")
    assert births(form.format("19790523")) == ["19790523"]
    assert births(form.format("23051979")) == ["23051979"]
    for other in ("19791345", "18790523", "99999999", "79052312", ahead):
        assert births(form.format(other)) == []


@pytest.mark.parametrize(
    "text",
    [
        "19790523",
        "build 20190523",
        "the birth of version 20190523",
        "dob updated in build 20190523",
        "birth certificate 20190523",
        "PID|1||4711||LEE^ANN|20190523|M",  # another field
        "OBX|1||4711||A||20190523|F|",
        "DTP*D8*20190523~",
        "(0008,0020) DA [20190523]  # StudyDate",
        '<effectiveTime value="20190523"/>',
        "REV:20190523",
        "name,updated\nAnn,20190523",
        "dob: 1979052312345",
        "1.19790523",
        "12 03 1984",
        "rows 12 03 1984 7",
        "DOB: 12 03 1984 7",
    ],
)
def test_digits_that_no_label_names(text: str) -> None:
    """Near misses of compact dates and of dates with blanks."""
    assert births(text) == []


@pytest.mark.parametrize("date", ["12 03 1984", "3 12 1984", "1984 03 12"])
def test_blanks_between_the_numbers(date: str) -> None:
    """Right behind a label they are a date."""
    assert births(f"DOB: {date}") == [date]
    assert births(f"name,dob\nAnn,{date}") == [date]
