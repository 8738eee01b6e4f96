"""spaCy pipelines that find entities beside relay's own recognizers and model.

A pipeline is an installed package or a folder; nothing is downloaded. Whatever of it assigns `doc.ents` finds: a
trained NER, an entity ruler, a part that its author wrote. Every text is read inside `memory_zone()`, after which
spaCy's string store, vocabulary and tokenizer cache hold none of its words. Not promised: what spaCy frees is not
overwritten until the memory is used again.

A memory zone belongs to one pipeline and cannot be entered twice, so a pipeline reads one text at a time. Its time per
character is for its author to say: relay promises nothing for it.

Importing this module imports spaCy, which takes a second; only recognizer files that name a pipeline do.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import spacy

from relay.errors import ConfigFault
from relay.types import Span

__all__ = ["LABELS", "USUAL_SCORE", "Pipeline", "PipelineFinder", "pieces"]

# What the usual labels mean: as in presidio-analyzer 2.2.366 (NerModelConfiguration), and FAC, a building or road.
# Labels of sums, ordinals, works and the like name no private value and have no place here.
LABELS: Mapping[str, str] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
    "NORP": "NRP",
}
# spaCy says no how sure it is; Presidio takes this number, too.
USUAL_SCORE = 0.85
# A parser or NER takes memory of about 1 GB per 100,000 characters (spaCy's error E088), so a text is read in pieces.
_PIECE_CHARS = 20_000


class Pipeline:
    """One loaded pipeline. Thread-safe: it reads one text at a time and remembers none."""

    def __init__(self, source: str, folder: Path) -> None:
        """Load the package `source`, or the folder of that name in `folder`. Raises ConfigFault."""
        path = folder / source
        try:
            self.nlp: Any = spacy.load(path if path.is_dir() else source)
        except Exception as error:
            raise ConfigFault(
                f"spaCy cannot load the pipeline {source} ({type(error).__name__}); expected an installed package or a "
                "folder; relay downloads nothing"
            ) from None
        self._lock = threading.Lock()
        self.labels = frozenset(
            label
            for name in self.nlp.pipe_names
            if "doc.ents" in self.nlp.get_pipe_meta(name).assigns
            for label in self.nlp.pipe_labels.get(name, ())
        )

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Return the pipeline for a while, inside a memory zone: nothing that it makes may be used afterwards."""
        with self._lock, self.nlp.memory_zone():
            yield self.nlp


class PipelineFinder:
    """Reports the entities of a pipeline as spans."""

    context: Sequence[tuple[str, Sequence[str]]] = ()

    def __init__(self, pipeline: Pipeline, labels: Mapping[str, str] | None = None, score: float = USUAL_SCORE) -> None:
        """Report `labels` (None: those of LABELS that the pipeline has) as the entity types that they stand for.

        Raises ConfigFault when the pipeline has no such label.
        """
        self.name = "spacy"
        wanted = {name: kind for name, kind in LABELS.items() if name in pipeline.labels} if labels is None else labels
        if not wanted or not wanted.keys() <= pipeline.labels:
            missing = ", ".join(sorted(wanted.keys() - pipeline.labels)) or "that relay knows; state labels"
            known = ", ".join(sorted(pipeline.labels)) or "none"
            raise ConfigFault(f"the pipeline has no label {missing}; its labels of entities are: {known}")
        self.pipeline = pipeline
        self._labels = dict(wanted)
        self._score = score
        self.entity_types = frozenset(wanted.values())

    def find(self, text: str) -> list[Span]:
        """Return the entities of `text` that have one of the labels."""
        found = []
        for start, piece in pieces(text):
            with self.pipeline.reading() as nlp:
                found += self._spans(nlp(piece), start)
        return found

    def _spans(self, document: Any, offset: int) -> list[Span]:
        return [
            Span(kind, offset + entity.start_char, offset + entity.end_char, self._score, self.name)
            for entity in document.ents
            if (kind := self._labels.get(entity.label_)) is not None
        ]


def pieces(text: str, limit: int = _PIECE_CHARS) -> Iterator[tuple[int, str]]:
    """Yield `text` in pieces of at most `limit` characters with where each begins, cut behind a line or a blank."""
    start = 0
    while len(text) - start > limit:
        cuts = (text.rfind(sign, start, start + limit) + 1 for sign in ("\n", " "))
        end = next((cut for cut in cuts if cut > start), start + limit)
        yield start, text[start:end]
        start = end
    yield start, text[start:]
