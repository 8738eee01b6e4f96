"""Presidio's recognizers in relay, and relay's in Presidio."""

from __future__ import annotations

import socket
import warnings
from typing import Any

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.recognizers.email import EmailRecognizer
from relay.detect.recognizers.payment_card import PaymentCardRecognizer
from relay.types import Segment

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    presidio = pytest.importorskip("presidio_analyzer")
    import spacy
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import EmailRecognizer as PresidioEmail

    from relay.detect.presidio.pack import PresidioFinder, RelayRecognizer


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


def test_a_presidio_recognizers_own_words_raise_its_score() -> None:
    """What Presidio's analyzer does with the context of a recognizer, relay does in its own way."""
    weak = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"\b\d{4}\b", 0.2)], context=["badge"])
    analyzer = Analyzer([], None, finders=[PresidioFinder([weak])])
    assert found(analyzer, "badge 1234") == [("1234", "BADGE")]
    assert found(analyzer, "year 1234") == []


def test_relay_is_a_presidio_recognizer() -> None:
    """Presidio gets relay's spans, of the types that it asks for."""
    recognizer = RelayRecognizer(Analyzer([EmailRecognizer(), PaymentCardRecognizer()], None))
    text = "jane@example.com, card 4111111111111111"
    results = recognizer.analyze(text, ["CREDIT_CARD"])
    assert [(text[one.start : one.end], one.entity_type) for one in results] == [("4111111111111111", "CREDIT_CARD")]
    assert {one.entity_type for one in recognizer.analyze(text, [])} == {"CREDIT_CARD", "EMAIL_ADDRESS"}


def test_presidios_analyzer_runs_relay() -> None:
    """Registered with Presidio's engine, relay finds beside Presidio's own recognizers."""
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(RelayRecognizer(Analyzer([EmailRecognizer()], None)))
    nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    nlp.nlp = {"en": spacy.blank("en")}
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])
    text = "write to jane@example.com"
    assert [text[one.start : one.end] for one in engine.analyze(text, language="en")] == ["jane@example.com"]
