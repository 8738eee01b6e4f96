"""Word lists of traits: what a text says openly of a person, and what looks like it and is said of things."""

from __future__ import annotations

import pytest

from relay import build
from tests.support import patterns_only

KINDS = {"TITLE", "GENDER", "MARITAL_STATUS", "ETHNICITY", "SEXUAL_ORIENTATION", "UNION_MEMBERSHIP"}


ANALYZER = patterns_only()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mr. Poe and Mrs Åkesson saw Dr Roe", ["Mr.", "Mrs", "Dr"]),
        ("Dr. med. Anna Weiß, Sig.ra Rossi, Frau Müller", ["Dr. med.", "Sig.ra", "Frau"]),
        ("Prof. Dr. Weber", ["Prof.", "Dr."]),
        ("the Drive, Mrs are, dr who, Msgs A", []),
        ('Gender: F, sex=male, Geschlecht: weiblich, "sex": "M"', ["F", "male", "weiblich", "M"]),
        ("a 45-year-old woman, a 61 yo M, 33jährige Patientin", ["woman", "M", "Patientin"]),
        ("pronouns: she/her, a transgender man", ["she/her", "transgender"]),
        ("sex: pistols, gender equality, key M", []),
        ("She is married with two kids and was divorced in 2001.", ["married", "divorced"]),
        ("I'm single, he is separated.", ["single", "separated"]),
        ("Familienstand: ledig; estado civil: casada", ["ledig", "casada"]),
        ("a single file is single-threaded, values are separated by commas, she is engaged in work", []),
        ("He is African American, of Turkish descent", ["African American", "Turkish"]),
        ("Ethnicity: White British, Māori by birth", ["White British", "Māori"]),
        ("kurdischer Herkunft, d'origine algérienne, de origen mexicano", ["kurdischer", "algérienne", "mexicano"]),
        ("sozialer Herkunft, d'origine humaine, in the ethnic kitchen, Roma", []),
        ("an openly gay man; she is lesbian", ["openly gay", "lesbian"]),
        ("sexual orientation: bisexual", ["bisexual"]),
        ("Marvin Gay sang; asexual reproduction", []),
        ("a union member who pays union dues", ["union member", "union dues"]),
        ("Mitglied der IG Metall, adhérente à la CGT", ["Mitglied der IG Metall", "adhérente à la CGT"]),
        ("European Union member states, a credit union, the union of sets", []),
    ],
)
def test_traits(text: str, found: list[str]) -> None:
    """The table: a text and the traits in it, in order."""
    assert [text[span.start : span.end] for span in ANALYZER.find(text) if span.entity_type in KINDS] == found


def test_what_no_word_list_covers_says_so() -> None:
    """Employers, schools and hospitals are organisations to the model, and the table of types claims no more."""
    sources = build.sources()
    assert all(sources[name].startswith("none:") for name in ("EMPLOYER", "SCHOOL", "HOSPITAL"))
    assert all("none: " not in sources[name] for name in KINDS)
