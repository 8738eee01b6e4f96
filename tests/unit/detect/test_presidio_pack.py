"""Presidio's recognizers in relay, and relay's in Presidio."""

from __future__ import annotations

import socket
import warnings
from typing import Any

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.recognizers.email import EmailRecognizer
from relay.detect.recognizers.payment_card import PaymentCardRecognizer
from relay.errors import ConfigFault
from relay.types import Segment

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    presidio = pytest.importorskip("presidio_analyzer")
    from presidio_analyzer.predefined_recognizers import EmailRecognizer as PresidioEmail

    from relay.detect.presidio_pack import PresidioFinder, RelayRecognizer, load_yaml

YAML = """
recognizers:
  - name: "Zip code recognizer"
    supported_language: en
    supported_entity: ZIP
    patterns: [{name: zip, regex: '(\\b\\d{5}(?:-\\d{4})?\\b)', score: 0.5}]
    context: [zip]
  - name: Titles
    supported_entity: TITLE
    deny_list: [Doctor, Professor]
"""


def found(analyzer: Analyzer, text: str) -> list[tuple[str, str]]:
    (spans,) = analyzer.analyze([Segment(pointer="/0", text=text)])
    return [(text[span.start : span.end], span.entity_type) for span in spans]


def test_a_presidio_recognizer_runs_beside_relays_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it finds is found, without any connection."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    analyzer = Analyzer([PaymentCardRecognizer()], None, finders=[PresidioFinder([PresidioEmail()])])
    text = "write to jane@example.com, card 4111111111111111"
    assert found(analyzer, text) == [("jane@example.com", "EMAIL_ADDRESS"), ("4111111111111111", "CREDIT_CARD")]


def test_presidios_yaml_is_read() -> None:
    """Patterns and deny lists of a recognizer file work as custom rules."""
    analyzer = Analyzer([], None, custom=load_yaml(YAML, "zip.yaml"))
    assert found(analyzer, "Professor X, 12345-6789") == [("Professor", "TITLE"), ("12345-6789", "ZIP")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("recognizers:\n  - {supported_entity: A, patterns: [{regex: '(?<=x)y', score: 1}]}", "zip.yaml:2"),
        ("recognizers:\n  - EmailRecognizer", "supported_entity"),
        ("recognizers:\n  - {supported_entity: A, patterns: [{regex: x}]}", "score"),
        ("other: 1", "list of recognizers"),
        ("{", "not valid YAML"),
    ],
)
def test_what_cannot_be_used_is_refused(text: str, complaint: str) -> None:
    """The complaint names file, line and reason."""
    with pytest.raises(ConfigFault, match=r"zip\.yaml") as caught:
        load_yaml(text, "zip.yaml")
    assert complaint in str(caught.value)


def test_relay_is_a_presidio_recognizer() -> None:
    """Presidio gets relay's spans, of the types that it asks for."""
    recognizer = RelayRecognizer(Analyzer([EmailRecognizer(), PaymentCardRecognizer()], None))
    text = "jane@example.com, card 4111111111111111"
    results = recognizer.analyze(text, ["CREDIT_CARD"])
    assert [(text[one.start : one.end], one.entity_type) for one in results] == [("4111111111111111", "CREDIT_CARD")]
    assert {one.entity_type for one in recognizer.analyze(text, [])} == {"CREDIT_CARD", "EMAIL_ADDRESS"}
