"""spaCy pipelines as finders: what they find, what they refuse, and that nothing of a text stays in them."""

from __future__ import annotations

import builtins
import socket
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relay import build
from relay.errors import ConfigFault
from relay.policy.loader import parse
from relay.types import Segment

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    spacy = pytest.importorskip("spacy")
    from relay.detect.presidio.pipelines import Pipeline, PipelineFinder, pieces

CANARY = "Kanarienvogelstrasse"
PATTERNS = [
    {"label": "PERSON", "pattern": "Zorblax Quindle"},
    {"label": "ORG", "pattern": "Blue Heron"},
    {"label": "GPE", "pattern": [{"LOWER": "narnia"}]},
    {"label": "MONEY", "pattern": "ten crowns"},
    {"label": "STAFF", "pattern": [{"TEXT": {"REGEX": r"^E\d{4}$"}}]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a pipeline of a blank tokenizer and a ruler."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)
    nlp.to_disk(tmp_path / "names")
    spacy.blank("en").to_disk(tmp_path / "blank")
    (tmp_path / "presidio.yaml").write_text("recognizers: [SpacyRecognizer]", encoding="utf-8")
    return tmp_path


def _analyzed(folder: Path, recognizers: str, text: str) -> list[tuple[str, str]]:
    path = folder / "own.yaml"
    path.write_text(recognizers, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        added = build.additions([path])
    analyzer = build.analyzer(parse("version: 1\nmodel: none", "p.yaml"), added=added)
    (spans,) = analyzer.analyze((Segment(pointer="", text=text),))
    return [(text[span.start : span.end], span.entity_type) for span in spans]


TEXT = "Zorblax Quindle of Blue Heron, E1234, took ten crowns to Narnia"
# (recognizer file, what is found in TEXT)
FOUND = [
    (
        "spacy: [{pipeline: names}]",
        [("Zorblax Quindle", "PERSON"), ("Blue Heron", "ORGANIZATION"), ("Narnia", "LOCATION")],
    ),
    ("spacy: [{pipeline: names, labels: {STAFF: STAFF_NUMBER}}]", [("E1234", "STAFF_NUMBER")]),
    (
        "spacy: [{pipeline: names, labels: {MONEY: SUM}}, {pipeline: names, labels: {STAFF: STAFF_NUMBER}}]",
        [("E1234", "STAFF_NUMBER"), ("ten crowns", "SUM")],
    ),
    ("spacy: [{pipeline: names, labels: {PERSON: PERSON}, score: 0.01}]", []),
    (
        "spacy: [{pipeline: names, labels: {MONEY: SUM}}]\npresidio: [presidio.yaml]",
        [
            ("Zorblax Quindle", "PERSON"),
            ("Blue Heron", "ORGANIZATION"),
            ("E1234", "PERSON"),  # Presidio's meaning of STAFF
            ("ten crowns", "SUM"),
            ("Narnia", "LOCATION"),
        ],
    ),
]


@pytest.mark.parametrize(("recognizers", "expected"), FOUND)
def test_a_pipeline_finds_beside_relays_own(
    recognizers: str, expected: list[tuple[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the labels that relay knows, or those that the file states; Presidio's recognizer reads it, too. Offline."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert _analyzed(folder, recognizers, TEXT) == expected


def test_a_found_type_can_be_named_in_a_policy(folder: Path) -> None:
    """An entity type of a label is known, and a type that nothing reports is not."""
    path = folder / "own.yaml"
    path.write_text("spacy: [{pipeline: names, labels: {STAFF: STAFF_NUMBER}}]", encoding="utf-8")
    policy = folder / "policy.yaml"
    policy.write_text("version: 1\nrules: [{entity: STAFF_NUMBER, action: redact, why: w}]", encoding="utf-8")
    assert build.read_policy(policy, build.additions([path])).rules
    with pytest.raises(ConfigFault, match="STAFF_NUMBER"):
        build.read_policy(policy)


def test_a_pipeline_forgets_what_it_read(folder: Path) -> None:
    """Neither the string store nor the vocabulary has a word more than before."""
    pipeline = Pipeline("names", folder)
    finder = PipelineFinder(pipeline)
    vocab = pipeline.nlp.vocab
    before = (set(vocab.strings), {word.text for word in vocab})
    text = f"Zorblax Quindle lives in the {CANARY}, " * 3
    assert [text[span.start : span.end] for span in finder.find(text)] == ["Zorblax Quindle"] * 3
    assert (set(vocab.strings), {word.text for word in vocab}) == before
    assert CANARY not in vocab.strings


@pytest.mark.parametrize("length", [19_990, 20_000, 20_010, 60_000])
def test_a_long_text_is_read_in_pieces(length: int, folder: Path) -> None:
    """Where a value stands is counted from the beginning of the text, and no cut goes through a word."""
    text = ("word " * (length // 5)) + "Zorblax Quindle"
    spans = PipelineFinder(Pipeline("names", folder)).find(text)
    assert [text[span.start : span.end] for span in spans] in (["Zorblax Quindle"], [])
    cut = list(pieces(text))
    assert "".join(piece for _, piece in cut) == text
    assert all(text[start - 1].isspace() for start, _ in cut if start)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("", 4, [(0, "")]),
        ("abcd", 4, [(0, "abcd")]),
        ("abcdefgh!", 4, [(0, "abcd"), (4, "efgh"), (8, "!")]),
        ("a\nb cd", 4, [(0, "a\n"), (2, "b cd")]),
        ("a b cd e", 5, [(0, "a b "), (4, "cd e")]),
    ],
)
def test_where_pieces_end(text: str, limit: int, expected: list[tuple[int, str]]) -> None:
    """Behind a line, else behind a blank, else at the limit."""
    assert list(pieces(text, limit)) == expected


REFUSED = [
    ("spacy: [{pipeline: nowhere}]", "own.yaml:1:9: spaCy cannot load the pipeline nowhere (OSError)"),
    ("spacy: [{pipeline: blank}]", "no label that relay knows; state labels; its labels of entities are: none"),
    (
        "spacy: [{pipeline: names, labels: {CAT: PET}}]",
        "no label CAT; its labels of entities are: GPE, MONEY, ORG, PERSON, STAFF",
    ),
    ("spacy: [{pipeline: names, labels: {}}]", "no label that relay knows"),
    ("spacy: [{pipeline: names, label: {}}]", 'unknown key "label"; did you mean "labels"?'),
    (
        "presidio: ['presidio_analyzer.predefined_recognizers:StanzaRecognizer']",
        "StanzaRecognizer needs a pipeline of another library than spaCy",
    ),
    (
        "presidio: ['presidio_analyzer.predefined_recognizers:SpacyRecognizer']",
        "own.yaml:1:12: SpacyRecognizer needs a pipeline; name one under spacy",
    ),
]


@pytest.mark.parametrize(("recognizers", "complaint"), REFUSED)
def test_what_cannot_be_used_stops_start_up(recognizers: str, complaint: str, folder: Path) -> None:
    """With file, line and reason; nothing is downloaded."""
    with pytest.raises(ConfigFault) as caught:
        _analyzed(folder, recognizers, "")
    assert complaint in caught.value.public


@pytest.mark.parametrize(
    ("recognizers", "package"),
    [
        ("spacy: [{pipeline: names}]", "spaCy"),
        ("presidio: ['presidio_analyzer.predefined_recognizers:EmailRecognizer']", "Presidio"),
    ],
)
def test_a_missing_package_is_named(
    recognizers: str, package: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recognizer file that needs it says what to install."""
    real: Callable[..., Any] = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("relay.detect.presidio"):
            raise ImportError(name, name="spacy")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ConfigFault, match=f"own.yaml:1:.*{package} is not installed; `pip install"):
        _analyzed(folder, recognizers, "")
