"""What the recipe makes for other scripts and further languages: names, templates, technical text, pieces."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from ner_models.train.generate import SLOT, read_templates
from ner_models.train.latin_data import FOLDER as LATIN_FOLDER
from ner_models.train.native import LANGUAGES, LATIN, STREETS, Native
from ner_models.train.rows import ALL, Row
from ner_models.train.technical_world import technical_rows
from ner_models.train.transliterate import SCRIPTS, transliterated_name
from ner_models.train.world_data import FOLDER
from ner_models.train.world_rows import in_language, swapped, transliterated

DATA = Path(__file__).parents[4] / "shared" / "data"
SLOTS = {"person", "first", "last", "address", "city", "org", "phone", "email", "id", "date", "age", "num"}
SLOTS |= {"username", "password"}


def native(language: str, *, foreign: tuple[tuple[str, str], ...] = ()) -> Native:
    """Return a language whose names are few and known."""
    return Native(
        language=language,
        given=["Zofia", "Jan"],
        family=["Nowak", "Lis"],
        middle=["Ewa"],
        words=["Polna"],
        cities=["Opole"],
        addresses=[],
        foreign=list(foreign),
    )


@pytest.mark.parametrize(
    ("language", "name", "written"),
    [
        ("he", "Jimmy Carter", "ג'ימי קארטר"),
        ("he", "Ivan Petrov", "איואן פטרוו"),
        ("ar", "Victoria Schmidt", "فيكتوريا شميدت"),
        ("fa", "Umberto Eco", "اومبرتو اکو"),
        ("ka", "Tom Harkin", "ტომ ჰარკინ"),
        ("el", "Tom Harkin", "Τομ Χαρκιν"),
        ("hy", "Tom Harkin", "Տոմ Հարկին"),
        ("ru", "José Müller", "Джосе Мулер"),
        ("uk", "Jimmy Carter", "Джімі Картер"),
        ("hi", "Anna", "आना"),
    ],
)
def test_foreign_names_in_other_letters(language: str, name: str, written: str) -> None:
    assert transliterated_name(name, language) == written


@pytest.mark.parametrize("language", SCRIPTS)
def test_no_latin_letter_stays(language: str) -> None:
    made = transliterated_name("Abcdef Ghijklm Nopqrs Tuvwxyz Thatcher Zhukov O'Neill", language)
    assert not any("a" <= letter.lower() <= "z" for letter in made)
    assert len(made.split()) == 7


@pytest.mark.parametrize(("folder", "languages"), [(FOLDER, LANGUAGES), (LATIN_FOLDER, LATIN)])
def test_every_language_has_templates_with_slots_that_can_be_filled(folder: Path, languages: tuple[str, ...]) -> None:
    for test in (False, True):
        for language, template in read_templates(test=test, folder=folder):
            assert language in languages
            assert {kind for kind, _ in SLOT.findall(template)} <= SLOTS
    trained = [language for language, _ in read_templates(test=False, folder=folder)]
    assert {language: trained.count(language) >= 20 for language in languages} == dict.fromkeys(languages, True)


def test_each_language_has_an_address() -> None:
    assert {*LANGUAGES, *LATIN} == set(STREETS)
    for language in STREETS:
        address = native(language).address(random.Random(1))
        assert address
        assert "{" not in address


def test_a_template_marks_what_fills_it() -> None:
    rng = random.Random(2)
    row = in_language("{person1}, {address1}: {first1} {num1}", native("pl"), None, rng)
    values = {kind: row.text[start:end] for start, end, kind in row.spans}
    assert set(values) == {"PERSON", "STREET_ADDRESS"}
    assert {row.text[start:end] for start, end, kind in row.spans if kind == "PERSON"} >= {values["PERSON"]}
    assert values["PERSON"] in ("Zofia", "Jan")


def test_some_people_are_foreigners() -> None:
    rng = random.Random(3)
    names = [native("ru", foreign=(("Том", "Харкин"),)).name(rng) for _ in range(200)]
    assert 20 < names.count(("Том", "Харкин")) < 90


def test_other_people_keep_the_offsets() -> None:
    row = Row(text="Anh Nam và chị Lan", spans=((4, 7, "PERSON"), (15, 18, "PERSON")), known=ALL, source="t")
    other = swapped(row, native("vi"), random.Random(4))
    found = [other.text[start:end] for start, end, _ in other.spans]
    assert other.text == f"Anh {found[0]} và chị {found[1]}"


def test_serbian_in_its_other_letters() -> None:
    row = {"text": "Ljubica je tu", "spans": [{"start": 0, "end": 7, "label": "PERSON"}]}
    made = transliterated(row)
    span = made["spans"][0]  # type: ignore[index]
    assert str(made["text"])[span["start"] : span["end"]].lower() == "љубица"


def test_technical_text_holds_messages_and_no_slots() -> None:
    """And is taught to hold no person."""
    rows = technical_rows({"Korean": ["%(count)s개 저장", "{name} 삭제"], "Tamil": []}, random.Random(5), 50)
    assert len(rows) == 50
    assert all("저장" in row.text or "삭제" in row.text for row in rows)
    assert not any("%(" in row.text or "{name}" in row.text for row in rows)
    assert all("PERSON" in row.known and not row.spans for row in rows)


def test_pieces_of_scripts_without_texts() -> None:
    """The likeliest pieces of a script of few texts are taken, those of others by what texts need."""
    pytest.importorskip("torch", reason="needs the recipe's packages")
    import numpy as np

    from ner_models.train.multilingual import MARKS, Multilingual

    pieces = [*MARKS, "▁של", "▁rare", "ים", "▁да", "a"]
    scores = np.array([*[0.0] * len(MARKS), -3.0, -1.0, -2.0, -4.0, -5.0], dtype=np.float32)
    source = Multilingual(hidden=1, inner=1, pieces=pieces, scores=scores, directory={}, data=b"")
    assert [pieces[row] for row in source.likely({0, 1})] == ["ים", "▁של"]


@pytest.mark.skipif(not (DATA / "world").exists(), reason="needs the corpora of shared/data")
def test_corpora_of_further_languages() -> None:
    from ner_models.train.latin_data import Latin

    with_all, without = (Latin(DATA, share_alike=share, per_language=2) for share in (True, False))
    facts = json.loads((DATA / "world/annotates.json").read_text(encoding="utf-8"))
    assert set(without.corpora) < set(with_all.corpora)
    assert all(facts[name]["licence_class"] != "sa" for name in without.corpora)
    assert not {facts[name]["lang"] for name in with_all.corpora} & set(LANGUAGES)
    rows = with_all.rows(random.Random(1))
    assert {row.source for row in rows} >= {"tr_wikiner", "templates/pl", "templates/vi"}
