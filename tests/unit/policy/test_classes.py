"""Data classes: from types and words, with near misses, and measured on the labelled set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relay.detect.taxonomy import ENTITY_TYPES
from relay.policy.classes import ClassEvidence, classify
from relay.policy.engine import Engine
from relay.policy.lexicons import CARD, FINANCE, HEALTH, PRIVILEGED
from relay.policy.loader import parse
from relay.policy.words import Words
from relay.types import RouteKind, Segment

HARDER = Path(__file__).parents[2] / "vectors" / "policy" / "classification_harder.jsonl"
SET = Path(__file__).parents[2] / "vectors" / "policy" / "classification.jsonl"

# (entity types that were found, text, classes)
TABLE = [
    ("", "", ""),
    ("PERSON", "", "PII"),
    ("LOCATION", "", ""),
    # PHI: a patient's number alone; others beside a person
    ("MEDICAL_RECORD_NUMBER", "", "PHI PII"),
    ("US_MBI", "", "PHI PII"),
    ("CONDITION", "", ""),
    ("CONDITION PERSON", "", "PHI PII"),
    ("MEDICATION EMAIL_ADDRESS", "", "PHI PII"),
    ("US_NPI", "", "PII"),
    ("US_NPI PERSON", "", "PHI PII"),
    ("PERSON", "has asthma", "PHI PII"),
    ("PERSON", "Metastatic disease", "PHI PII"),
    ("PERSON", "appendicitis", "PHI PII"),
    ("PERSON", "empagliflozin", "PHI PII"),
    ("PERSON", "hat Bluthochdruck", "PHI PII"),
    ("", "has asthma", ""),
    ("LOCATION", "has asthma", ""),
    ("PERSON", "the doctor", "PII"),
    ("PERSON", "the doctor at the hospital", "PHI PII"),
    ("PERSON", "nostalgia at the academia in Bohemia", "PII"),
    ("PERSON", "an SQL injection and a race condition", "PII"),
    ("PERSON", "diagnosed the outage", "PII"),
    ("PERSON", "diagnosed with measles", "PHI PII"),
    ("ID_NUMBER", "Member ID", "PHI PII"),
    ("ID_NUMBER", "order number", "PII"),
    # PCI
    ("CREDIT_CARD", "", "PCI PII"),
    ("CARD_CVV", "", "PCI PII"),
    ("ID_NUMBER", "my credit card", "PCI PII"),
    ("ID_NUMBER", "my library card", "PII"),
    ("PERSON", "my credit card", "PII"),
    # NPI: account and person are two values
    ("IBAN_CODE", "", "PII"),
    ("IBAN_CODE PERSON", "", "NPI PII"),
    ("US_SSN", "", "PII"),
    ("US_SSN PERSON", "", "NPI PII"),
    ("US_SSN US_BANK_NUMBER", "", "NPI PII"),
    ("US_BANK_NUMBER SWIFT_CODE", "", "PII"),
    ("ID_NUMBER PERSON", "routing number", "NPI PII"),
    ("ID_NUMBER PERSON", "ticket number", "PII"),
    ("ID_NUMBER", "routing number", "PII"),
    # PRIVILEGED
    ("", "PRIVILEGED & CONFIDENTIAL", "PRIVILEGED"),
    ("", "Attorney-client communication", "PRIVILEGED"),
    ("", "attorney–client privileged", "PRIVILEGED"),
    ("", "what is attorney-client privilege?", ""),
    ("", "my lawyer expects a settlement", "PRIVILEGED"),
    ("", "a lawyer expects a settlement", ""),
    ("", "My Lawyer told me", "PRIVILEGED"),
    ("", "our outside employment attorneys", "PRIVILEGED"),
    ("", "my lawyer friend Ted", ""),
    ("", "our town, and a lawyer", ""),
    ("", "unsere Kanzlei rät", "PRIVILEGED"),
    ("", "general counsel wanted", ""),
    ("", "our client will be deposed", "PRIVILEGED"),
    ("", "our client claims it is blue", ""),
    ("", "our lawyers on the claims", "PRIVILEGED"),
    ("", "run with privileged access", ""),
    # SECRET
    ("GITHUB_TOKEN", "", "SECRET"),
    ("PASSWORD PERSON", "", "SECRET PII"),
    # TRADE_SECRET, alone and beside a person
    ("TRADE_SECRET", "", "TRADE_SECRET"),
    ("TRADE_SECRET PERSON", "", "TRADE_SECRET PII"),
    # several
    ("CREDIT_CARD PERSON IBAN_CODE JWT", "biopsy; attorney work product", "PHI PCI NPI PRIVILEGED SECRET PII"),
]


def _classes(types: str, *segments: Segment) -> list[str]:
    found = {name: ENTITY_TYPES[name] for name in types.split()}
    personal = frozenset(name for name in found if found[name].default)
    return [item.data_class.value for item in classify(segments, ClassEvidence.of(found, personal))]


@pytest.mark.parametrize(("types", "text", "classes"), TABLE)
def test_classes_follow_from_types_and_words(types: str, text: str, classes: str) -> None:
    """Each row: what was found, what the text says, and the classes in their order."""
    assert _classes(types, Segment(pointer="", text=text)) == classes.split()


def test_a_tools_description_is_no_evidence() -> None:
    """Schemas and descriptions speak about data in general; other segments of the request count together."""
    contract = Segment(pointer="/tools", text="look up the chemotherapy of a patient", contract=True)
    assert _classes("PERSON", contract) == ["PII"]
    spoken = Segment(pointer="/messages", text="look up the chemotherapy of a patient")
    assert _classes("PERSON", contract, spoken) == ["PHI", "PII"]


def test_evidence_shows_no_word_in_its_repr_or_reason() -> None:
    """A condition in a log would be the leak itself."""
    found = {"PERSON": ENTITY_TYPES["PERSON"]}
    (phi, _) = classify((Segment(pointer="", text="asthma and gout"),), ClassEvidence.of(found, found))
    assert phi.words == ("asthma", "gout")
    assert phi.reason == "PHI: PERSON, 2 health words"
    assert "asthma" not in repr(phi)


# (class, recall to reach, precision to reach) on each split, with the entities given
TARGETS = [
    ("PHI", 0.97, 0.9),
    ("PCI", 0.97, 0.9),
    ("SECRET", 0.97, 0.9),
    ("NPI", 0.9, 0.9),
    ("PRIVILEGED", 0.9, 0.9),
    ("PII", 0.97, 0.9),
]


@pytest.mark.parametrize("split", ["dev", "held_out"])
@pytest.mark.parametrize(("name", "recall", "precision"), TARGETS)
def test_the_labelled_set_is_classified_well_enough(split: str, name: str, recall: float, precision: float) -> None:
    """Given the entities, each class reaches its recall and precision on templates seen and not seen."""
    rows = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 300
    labelled = found = hits = 0
    for row in rows:
        if row["split"] == split:
            types = " ".join({span[0] for span in row["spans"]})
            answer = name in _classes(types, Segment(pointer="", text=row["text"]))
            wanted = name in row["classes"]
            labelled, found, hits = labelled + wanted, found + answer, hits + (wanted and answer)
    assert labelled >= 15
    assert hits / labelled >= recall
    assert hits / found >= precision


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Heart attack; HEART failure", "strong", ("heart attack", "heart failure")),
        ("heart\nattack", "strong", ("heart attack",)),
        ("heartattack, the attack of a heart", "strong", ()),
        ("Parkinson’s", "strong", ("parkinson's",)),
        ("parkinsons", "strong", ()),
        ("x-ray", "strong", ("x ray",)),
        ("gastroscopy microscopy", "strong", ("gastroscopy",)),
        ("itis", "strong", ()),
    ],
)
def test_a_lexicon_finds_whole_words_in_any_case(text: str, kind: str, words: tuple[str, ...]) -> None:
    """Phrases match word by word, whatever stands between the words; endings match words of seven letters or more."""
    assert HEALTH.find(Words([text])).get(kind, ()) == words


def test_phrases_do_not_run_from_one_text_into_the_next() -> None:
    """Segments are searched one by one."""
    assert HEALTH.find(Words(["a heart", "attack"])) == {}
    assert PRIVILEGED.find(Words(["outside counsel", "a settlement"])).keys() == {"a lawyer", "matter"}
    assert (FINANCE.find(Words(["my card"])), CARD.find(Words(["my card"]))) == ({}, {})


def test_the_harder_prompts_are_labelled_and_told_apart() -> None:
    """No prompt twice, only classes that there are, and every class but PII in every part."""
    rows = [json.loads(line) for line in HARDER.read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in rows}) == len({row["id"] for row in rows}) == len(rows) >= 250
    parts: dict[str, set[str]] = {}
    for row in rows:
        parts.setdefault(row["split"], set()).update(row["classes"])
    every = {"PHI", "PCI", "NPI", "PRIVILEGED", "SECRET"}
    assert parts == dict.fromkeys(("dev", "held_out", "fresh"), every)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("Project Heron", "the project  HERON plan", True),
        ("Project Heron", "project. Heron", True),
        ("Project Heron", "project herons", False),
        ("nightjar", "(Nightjar)", True),
        ("nightjar", "nightjars", False),
        ("R2-D7", "r2-d7 fails", True),
        ("R2-D7", "r2 d70", False),
        ("夜鷹計画", "これは夜鷹計画の資料です", True),
        ("夜鷹計画", "これは夜の計画です", False),
    ],
)
def test_a_trade_secret_is_an_operators_phrase_as_whole_words(phrase: str, text: str, found: bool) -> None:
    """In any letter case; a script without spaces has no words to be whole."""
    policy = parse(f"version: 1\ntrade_secrets: {{code_names: '{phrase}'}}", "p.yaml")
    engine = Engine(policy, ENTITY_TYPES)
    segment = Segment(pointer="", text=text)
    explained = engine.explain((segment,), ((),), decision_id="d", available=(RouteKind.FRONTIER,))
    assert ("TRADE_SECRET" in explained.decision.data_classes) is found
    assert phrase.casefold() not in " ".join(explained.decision.reasons)
    if found:
        assert explained.evidence[0].words == (phrase.casefold(),)
