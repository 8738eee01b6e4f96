"""The operator's own recognizers, from their files to what is replaced."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from relay import build
from relay.detect.own.recognizer_files import load
from relay.doors import library
from relay.errors import ConfigFault
from relay.types import Segment

OWN = """
patterns:
  - {entity: STAFF_NUMBER, regex: 'E-\\d{6}'}
  - {entity: BADGE, regex: '\\d{4}', score: 0.3, context: [badge]}
deny:
  - {entity: TRADE_SECRET, values: [Blue Heron]}
  - {entity: CUSTOMER, file: customers.txt}
allow: [support@example.com]
presidio: [zip.yaml]
"""
PRESIDIO = """
recognizers:
  - name: "Zip code recognizer"
    supported_languages: [{language: en}]
    supported_entity: ZIP
    patterns: [{name: zip, regex: '(\\b\\d{5}(?:-\\d{4})?\\b)', score: 0.1}]
    context: [zip]
  - name: Titles
    supported_entity: TITLE
    deny_list: [Doctor, Professor]
  - {name: Off, supported_entity: OFF, deny_list: [nothing], enabled: false}
"""
POLICY = """
version: 1
rules:
  - {entity: STAFF_NUMBER, action: block, why: never}
model: none
"""
TEXT = (
    "Blue Heron is for ACME Ltd. and acme ltd., badge 1234, year 1234; Doctor X, zip 12345; support@example.com, "
    "jo@example.com"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file of each kind."""
    files = {
        "own.yaml": OWN,
        "zip.yaml": PRESIDIO,
        "customers.txt": "Acme Ltd.\n\n Zenith  Corp \n",
        "policy.yaml": POLICY,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def found(paths: list[Path], text: str) -> list[tuple[str, str]]:
    """Return what relay finds with the recognizers of `paths`, without a model."""
    policy = build.read_policy(None).model_copy(update={"model": "none"})
    (spans,) = build.analyzer(policy, added=load(paths)).analyze([Segment(pointer="", text=text)])
    return [(text[span.start : span.end], span.entity_type) for span in spans]


def test_everything_that_a_file_may_say(folder: Path) -> None:
    """Patterns wait for their words, lists are searched, allowed values stay, Presidio's file is read beside them."""
    assert found([folder / "own.yaml"], TEXT) == [
        ("Blue Heron", "TRADE_SECRET"),
        ("ACME Ltd.", "CUSTOMER"),
        ("acme ltd.", "CUSTOMER"),
        ("1234", "BADGE"),
        ("1234", "BADGE"),  # known by then
        ("Doctor", "TITLE"),
        ("12345", "ZIP"),
        ("jo@example.com", "EMAIL_ADDRESS"),
    ]


def test_a_presidio_file_may_stand_alone(folder: Path) -> None:
    """It is told by its key."""
    assert found([folder / "zip.yaml"], "Professor Y, zip 12345; take 54321") == [
        ("Professor", "TITLE"),
        ("12345", "ZIP"),
    ]


def test_a_policy_may_name_the_types(folder: Path) -> None:
    """A type of the operator's is known to policy, and unknown without its file."""
    added = build.additions([folder / "own.yaml"])
    assert build.read_policy(folder / "policy.yaml", added).rules
    with pytest.raises(ConfigFault, match="STAFF_NUMBER"):
        build.read_policy(folder / "policy.yaml")


def test_a_session_of_the_library_takes_them(folder: Path) -> None:
    """Values of the operator's types are replaced and come back, and nothing is left when no file is given."""
    with library.open_session(recognizers=[folder / "own.yaml"]) as session:
        clean = session.scrub("ask Blue Heron about E-123456")
        assert clean.text == "ask [TRADE_SECRET_1] about [STAFF_NUMBER_1]"
        assert session.restore(clean.text) == "ask Blue Heron about E-123456"
    assert not load([]).entity_types


def test_a_class_of_presidio_is_named_by_its_path(folder: Path) -> None:
    """Predefined recognizers run as Presidio's own."""
    pytest.importorskip("presidio_analyzer")
    (folder / "classes.yaml").write_text(
        'presidio: ["presidio_analyzer.predefined_recognizers:IbanRecognizer"]', encoding="utf-8"
    )
    (folder / "list.yaml").write_text(
        "recognizers: [UsSsnRecognizer, {name: My cards, class_name: CreditCardRecognizer, type: predefined}]",
        encoding="utf-8",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        added = load([folder / "classes.yaml", folder / "list.yaml"])
    assert added.entity_types == {"IBAN_CODE", "US_SSN", "CREDIT_CARD"}


PLUGIN = """
from relay.types import Pattern, Span

class Robots:
    name = "robots"
    entity_types = ("ROBOT",)
    patterns = (Pattern(name="robots/0", regex="R2-D[0-9]", score=0.9),)
    context = {}
    source = "a test"

    def check(self, candidate):
        yield Span("ROBOT", candidate.start, candidate.end, 0.9, self.name)

PLUGINS = (Robots,)
"""


def test_a_plug_in_module_is_named_by_its_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module from outside the tree adds recognizers, and `relay detect --list` tells of them."""
    (folder / "my_robots.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "plugins.yaml").write_text("plugins: [my_robots]", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    assert found([folder / "plugins.yaml"], "R2-D2") == [("R2-D2", "ROBOT")]
    assert build.sources(load([folder / "plugins.yaml"]))["ROBOT"] == "robots: a test"


def test_a_plug_in_file_stands_beside_its_yaml(folder: Path) -> None:
    """It is named with its ending, from whatever folder relay runs in; its folder is not searched for other modules."""
    (folder / "droids.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "plugins.yaml").write_text("plugins: [droids.py]", encoding="utf-8")
    assert found([folder / "plugins.yaml"], "R2-D2") == [("R2-D2", "ROBOT")]
    assert str(folder) not in sys.path


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("plugins: [short]", 'own.yaml:1:11: there is no module "short" to import$'),
        ("plugins: [droids]", 'own.yaml:1:11: .* to import; for the file beside this one write "droids.py"'),
        ("plugins: [.droids]", 'own.yaml:1:11: there is no module ".droids" to import'),
        ("plugins: [nothing.py]", "own.yaml:1:11: there is no file .*nothing.py"),
        ("plugins: [broken.py]", "plug-in module .*broken.py cannot be used: SyntaxError"),
    ],
)
def test_a_plug_in_that_is_not_there(folder: Path, text: str, complaint: str) -> None:
    """Start-up stops with the place, and with what to write where the file is there."""
    (folder / "droids.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "broken.py").write_text("PLUGINS = (", encoding="utf-8")
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFault, match=complaint):
        build.sources(load([folder / "own.yaml"]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("patterns:\n  - {entity: A, regex: '(x'}", "own.yaml:2:24: the pattern cannot be matched in linear time"),
        ("patterns:\n  - {entity: A, regex: 'x*'}", "own.yaml:2:24: the pattern cannot be matched in linear time"),
        ("patterns:\n\n  - {entity: A, regex: '(?=x)y'}", "own.yaml:3:24"),
        ("patterns:\n  - {entity: a, regex: 'x'}", "own.yaml:2:14: entity"),
        ("patterns:\n  - {entity: A, regex: 'x', scor: 1}", 'unknown key "scor"; did you mean "score"?'),
        ("patterns:\n  - {entity: A}", '"regex" is missing'),
        ("patterns:\n  - {entity: A, regex: x, score: 2}", "from 0 to 1"),
        ("deny:\n  - {entity: A, values: [ab]}", "own.yaml:2:26: is too short"),
        ("deny:\n  - {entity: A}", "expected values"),
        ("deny:\n  - {entity: A, file: none.txt}", "own.yaml:2:23"),
        ("deny:\n  - {entity: A, file: short.txt}", "short.txt:2: is too short"),
        ("deny:\n  - {entity: A, file: latin.txt}", "latin.txt: not UTF-8 at byte 1"),
        ("deny: {}", "expected a list"),
        ("denied: []", 'did you mean "deny"?'),
        ("allow: [abc]\nallow: [abd]", "a second time"),
        ("allow: [", "not valid YAML"),
        ("- x", "expected keys"),
        ("presidio: [none.yaml]", "none.yaml: cannot be read"),
        ("presidio: [own2.yaml]", "own2.yaml:1:1: expected Presidio's key"),
        ("presidio: [json]", "own.yaml:1:12: expected a .yaml file or module:Class"),
        ("presidio: ['no_such_module:A']", "no_such_module has no A"),
        ("presidio: ['json:JSONDecoder']", "JSONDecoder is no recognizer"),
        ("recognizers: 1", "own.yaml:1:14: recognizers: expected a list"),
        ("recognizers:\n  - {supported_entity: A, patterns: [{regex: '(?<=x)y', score: 1}]}", "own.yaml:2:46"),
        ("recognizers:\n  - {patterns: [{regex: x, score: 1}]}", "own.yaml:2:5: a recognizer made of patterns"),
        ("recognizers:\n  - {supported_entity: A, patterns: [{regex: x}]}", '"score" is missing'),
        ("recognizers: [SpacyRecognizer]", "SpacyRecognizer needs a pipeline; name one under spacy"),
    ],
)
def test_what_cannot_be_used_is_refused(folder: Path, text: str, complaint: str) -> None:
    """The complaint names file, line and reason."""
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    (folder / "own2.yaml").write_text("allow: [abc]", encoding="utf-8")
    (folder / "short.txt").write_text("Long enough\nab\n", encoding="utf-8")
    (folder / "latin.txt").write_bytes(b"M\xfcller")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ConfigFault) as caught:
            load([folder / "own.yaml"])
    assert complaint in str(caught.value)
    assert str(folder) in str(caught.value)


def test_no_value_is_in_a_complaint(folder: Path) -> None:
    """A list is somebody's data."""
    (folder / "own.yaml").write_text("deny:\n  - {entity: A, values: [qz]}", encoding="utf-8")
    with pytest.raises(ConfigFault) as caught:
        load([folder / "own.yaml"])
    assert "qz" not in str(caught.value)
