"""The model as a Presidio recognizer, for those who run Presidio. Three lines, given an AnalyzerEngine `analyzer`:

    from relay.build import MODELS
    from relay.detect.presidio.model import ModelRecognizer
    analyzer.registry.add_recognizer(ModelRecognizer(MODELS / "fast"))

It reads the text alone and needs no language pipeline, so a blank spaCy pipeline does. Where another recognizer of
names stands in the registry, take it out: `analyzer.registry.remove_recognizer("SpacyRecognizer")`. Values with a fixed
form are left to Presidio's own recognizers; `presidio_pack.RelayRecognizer` brings relay's.

Importing this module imports Presidio, which takes a second or two: only those who use it pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult

from relay.detect.ner.model import NerModel

__all__ = ["ModelRecognizer"]


class ModelRecognizer(EntityRecognizer):  # type: ignore[misc]
    """Names, addresses and what only context gives away, found by the model. Safe to use from several threads."""

    def __init__(self, model: Path | NerModel, supported_language: str = "en") -> None:
        """Load the model in a folder, or share a loaded one among languages; it reads all of them the same way.

        Raises ConfigFault when a file of the folder is missing, truncated or altered.
        """
        self._model = model if isinstance(model, NerModel) else NerModel.load(model)
        super().__init__(
            supported_entities=list(self._model.labels),
            name="relay model",
            supported_language=supported_language,
            version=self._model.version,
        )

    def load(self) -> None:
        """Do nothing: the model is loaded by then."""

    def analyze(self, text: str, entities: Iterable[str] | None = None, nlp_artifacts: Any = None) -> list[Any]:
        """Return disjoint results in order, of the wanted `entities` (all when there are none)."""
        wanted = frozenset(entities or self.supported_entities)
        return [
            RecognizerResult(entity_type=span.entity_type, start=span.start, end=span.end, score=span.score)
            for span in self._model.find(text)
            if span.entity_type in wanted
        ]
