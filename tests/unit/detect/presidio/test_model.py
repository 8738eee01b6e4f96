"""The model inside Presidio's AnalyzerEngine, with a blank spaCy pipeline and no network."""

from __future__ import annotations

import inspect
import re
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest

from relay.build import MODELS
from relay.detect.ner.model import NerModel
from relay.errors import ConfigFault

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    presidio = pytest.importorskip("presidio_analyzer")
    import spacy
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    from relay.detect.presidio import model
    from relay.detect.presidio.model import ModelRecognizer

TEXT = "Badge ZX-12: please ask Maria Gonzalez to call Dr. Okafor in London."
LINES = re.findall(r"^    (.+)$", inspect.getdoc(model) or "", re.MULTILINE)


class BlankEngine(SpacyNlpEngine):  # type: ignore[misc]
    """A tokenizer and nothing else."""

    def load(self) -> None:
        self.nlp = {"en": spacy.blank("en")}


@pytest.fixture
def analyzer() -> Any:
    """An engine as a Presidio user has it, with one small recognizer: an empty registry would be filled up."""
    badge = presidio.PatternRecognizer(
        supported_entity="BADGE", patterns=[presidio.Pattern("badge", r"ZX-\d+", 0.9)], name="badge"
    )
    registry = presidio.RecognizerRegistry(recognizers=[badge], supported_languages=["en"])
    return presidio.AnalyzerEngine(registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"])


@pytest.fixture(scope="module")
def model() -> NerModel:
    return NerModel.load(MODELS / "fast")


def found(results: list[Any]) -> list[tuple[str, str]]:
    return [(TEXT[one.start : one.end], one.entity_type) for one in sorted(results, key=lambda one: one.start)]


def test_three_lines_of_the_docstring(analyzer: Any) -> None:
    """The documented lines, run as they stand, add the model to an engine beside what is there."""
    assert len(LINES) == 3
    assert ("Maria Gonzalez", "PERSON") not in found(analyzer.analyze(TEXT, "en"))
    exec(textwrap.dedent("\n".join(LINES)), {"analyzer": analyzer})
    assert found(analyzer.analyze(TEXT, "en")) == [
        ("ZX-12", "BADGE"),
        ("Maria Gonzalez", "PERSON"),
        ("Okafor", "PERSON"),
        ("London", "LOCATION"),
    ]


def test_the_engine_names_what_found_it(analyzer: Any, model: NerModel) -> None:
    """Presidio's own entity filter and its record of the recognizer work."""
    analyzer.registry.add_recognizer(ModelRecognizer(model))
    assert {"PERSON", "STREET_ADDRESS", "BADGE"} <= set(analyzer.get_supported_entities("en"))
    results = analyzer.analyze(TEXT, "en", entities=["LOCATION"])
    assert found(results) == [("London", "LOCATION")]
    assert results[0].recognition_metadata["recognizer_name"] == "relay model"
    assert 0.5 < results[0].score <= 1


def test_one_model_serves_languages(model: NerModel) -> None:
    """A loaded model is shared, and gives what it gives by itself."""
    german = ModelRecognizer(model, supported_language="de")
    assert (german.supported_language, german.version) == ("de", model.version)
    text = "Bitte rufen Sie Jürgen Schäfer an."
    own = [(span.entity_type, span.start, span.end, span.score) for span in model.find(text)]
    assert own
    assert [(one.entity_type, one.start, one.end, one.score) for one in german.analyze(text)] == own


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "😀" * 300], ids=["empty", "blank", "surrogate", "emoji"])
def test_odd_text(text: str, model: NerModel) -> None:
    """Text without an entity gives none, whatever it is made of."""
    assert ModelRecognizer(model).analyze(text, ["PERSON"]) == []


def test_missing_model(tmp_path: Path) -> None:
    """A folder without a model is refused when the recognizer is made, not at the first text."""
    with pytest.raises(ConfigFault, match=re.escape("model.yaml")):
        ModelRecognizer(tmp_path)
