"""Presidio's recognizers in relay, and relay's in Presidio.

* `PresidioFinder` runs any Presidio recognizer beside relay's own; give it to the analyzer as a finder. Such a
  recognizer scans by itself, with a matcher that may backtrack: relay cannot promise linear time for it.
* `recognizer_class` finds the classes that Presidio's YAML files or the operator name; the patterns in such files run
  as the operator's own (`relay/detect/own/recognizer_files.py`).
* `RelayRecognizer` is a Presidio recognizer that finds what relay's analyzer finds.

Importing this module imports Presidio, which takes a second or two; nothing else in relay does. Presidio's e-mail
recognizer asks `tldextract` for the public suffix list, which would be fetched from the network and kept on disk:
here it uses the copy that comes with the library.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Any

from presidio_analyzer import EntityRecognizer, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer, StanzaRecognizer, TransformersRecognizer

from relay.detect.analyzer import Analyzer
from relay.detect.presidio.pipelines import Pipeline, pieces
from relay.types import Segment, Span

__all__ = ["PresidioFinder", "RelayRecognizer", "needs_pipeline", "recognizer_class"]

# Presidio keeps a pipeline for each language; a pipeline of relay's reads every text.
_LANGUAGE = "en"
# They read what a pipeline of another library found, and are kinds of SpacyRecognizer.
_NEED_ANOTHER_PIPELINE = (StanzaRecognizer, TransformersRecognizer)


class PresidioFinder:
    """Runs Presidio recognizers over a text.

    A SpacyRecognizer reads what each spaCy pipeline found; every other one gets the text alone.
    """

    name = "presidio"

    def __init__(self, recognizers: Sequence[Any], pipelines: Sequence[Pipeline] = ()) -> None:
        """Load `recognizers`, instances of Presidio's EntityRecognizer."""
        _stay_off_the_network()
        self._recognizers = tuple(one for one in recognizers if not needs_pipeline(type(one)))
        self._readers = tuple(one for one in recognizers if needs_pipeline(type(one)))
        self._pipelines = tuple((pipeline, _engine(pipeline)) for pipeline in pipelines) if self._readers else ()
        self.entity_types = frozenset(kind for one in recognizers for kind in one.supported_entities)
        self.context: Sequence[tuple[str, Sequence[str]]] = tuple(
            (kind, tuple(one.context)) for one in recognizers if one.context for kind in one.supported_entities
        )

    def find(self, text: str) -> list[Span]:
        """Return what the recognizers find, with their scores."""
        found = []
        for recognizer in self._recognizers:
            for one in recognizer.analyze(text, recognizer.supported_entities, None) or ():
                found.append(Span(one.entity_type, one.start, one.end, float(one.score), self.name))
        for pipeline, engine in self._pipelines:
            for start, piece in pieces(text):
                with pipeline.reading():
                    found += self._read(engine, piece, start)
        return found

    def _read(self, engine: Any, piece: str, offset: int) -> list[Span]:
        artifacts = engine.process_text(piece, _LANGUAGE)
        return [
            Span(one.entity_type, offset + one.start, offset + one.end, float(one.score), self.name)
            for recognizer in self._readers
            for one in recognizer.analyze(piece, recognizer.supported_entities, artifacts)
        ]


def _engine(pipeline: Pipeline) -> Any:
    """Return Presidio's engine around a pipeline that is loaded: its own `load` would download."""
    engine = SpacyNlpEngine()
    engine.nlp = {_LANGUAGE: pipeline.nlp}
    return engine


def needs_pipeline(recognizer: type[Any]) -> bool:
    """Tell whether a Presidio recognizer reads what a spaCy pipeline found."""
    return issubclass(recognizer, SpacyRecognizer)


class RelayRecognizer(EntityRecognizer):  # type: ignore[misc]
    """Everything that relay's analyzer finds, as one Presidio recognizer."""

    def __init__(self, analyzer: Analyzer, supported_language: str = "en") -> None:
        """Offer the entity types of `analyzer` in one language; the rules are the same in all."""
        self._analyzer = analyzer
        super().__init__(
            supported_entities=sorted(analyzer.entity_types), name="relay", supported_language=supported_language
        )

    def load(self) -> None:
        """Do nothing: the analyzer is compiled already."""

    def analyze(self, text: str, entities: Iterable[str], nlp_artifacts: Any = None) -> list[Any]:
        """Return results for the wanted `entities` (all when there are none)."""
        wanted = frozenset(entities) or None
        (spans,) = self._analyzer.analyze([Segment(pointer="", text=text)], entity_types=wanted)
        return [
            RecognizerResult(entity_type=span.entity_type, start=span.start, end=span.end, score=span.score)
            for span in spans
            if wanted is None or span.entity_type in wanted
        ]


def recognizer_class(module_name: str, class_name: str) -> tuple[Any, str | None]:
    """Return a class of Presidio recognizers that works on text, or on a spaCy pipeline; or None and what is wrong."""
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        return None, f"{module_name} has no {class_name} ({type(error).__name__})"
    if not (isinstance(found, type) and issubclass(found, EntityRecognizer)):
        return None, f"{class_name} is no recognizer of Presidio"
    if not issubclass(found, LocalRecognizer):
        return None, f"{class_name} calls another machine"
    if issubclass(found, _NEED_ANOTHER_PIPELINE):
        return None, f"{class_name} needs a pipeline of another library than spaCy, which relay does not run"
    return found, None


def _stay_off_the_network() -> None:
    try:
        import tldextract.tldextract as library
    except ImportError:
        return
    offline = library.TLDExtract(cache_dir=None, suffix_list_urls=())
    library.TLD_EXTRACTOR = offline
    library.extract = offline.__call__  # type: ignore[assignment]
    import tldextract

    tldextract.extract = offline.__call__  # type: ignore[assignment]
