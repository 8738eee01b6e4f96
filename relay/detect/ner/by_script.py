"""Read each stretch of a text with the model for its script.

Most texts are in Latin letters, and go to that model as they are. What is written otherwise goes to the other model,
which is loaded when the first such text comes: it takes some 80 MB.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from relay.detect.ner.manifest import LANGUAGES, read_manifest
from relay.detect.ner.model import NerModel
from relay.detect.script import has_other, stretches
from relay.protocols import SpanMemory
from relay.types import Span

__all__ = ["ByScript"]


class ByScript:
    """Two models as one. `find_all` may be called from several threads at once; equal texts give equal spans."""

    def __init__(self, latin: NerModel, other: Path | _Later) -> None:
        """Take the model for Latin letters, and the folder of the one for the rest. Raises ConfigFault."""
        self.latin = latin
        self.other = other if isinstance(other, _Later) else _Later(other)
        self.labels = latin.labels
        self.version = f"{latin.version}, {self.other.version}"
        # What the one for Latin letters is not to be relied on for, the other is for.
        self.languages = {
            key: self.other.languages[key]
            if key == "unsupported"
            else (*latin.languages[key], *self.other.languages[key])
            for key in LANGUAGES
        }

    def screened(self, wanted: Collection[str] | None) -> ByScript:
        """Return these models with the screen of the one for Latin letters in use for the types `wanted`, or none."""
        latin = self.latin.screened(wanted)
        return self if latin is self.latin else ByScript(latin, self.other)

    def find(self, text: str, memory: SpanMemory | None = None) -> list[Span]:
        """Return the entities in `text`: code-point offsets, disjoint, in order."""
        return self.find_all([text], memory)[0]

    def find_all(self, texts: Sequence[str], memory: SpanMemory | None = None) -> list[list[Span]]:
        """Return `[find(text) for text in texts]`."""
        mixed = [place for place, text in enumerate(texts) if has_other(text)]
        if not mixed:
            return self.latin.find_all(texts, memory)
        parts = [(place, stretch) for place in mixed for stretch in stretches(texts[place])]
        whole = sorted(set(range(len(texts))).difference(mixed))
        found: list[list[Span]] = [[] for _ in texts]
        for is_other in (False, True):
            some = [(place, stretch) for place, stretch in parts if stretch.other is is_other]
            wanted = [texts[place][stretch.start : stretch.end] for place, stretch in some]
            model = self.other.get() if is_other else self.latin
            rows = model.find_all([*wanted, *([] if is_other else [texts[place] for place in whole])], memory)
            for (place, stretch), row in zip(some, rows, strict=False):
                found[place] += [
                    span._replace(start=span.start + stretch.start, end=span.end + stretch.start) for span in row
                ]
            for place, row in zip(whole if not is_other else (), rows[len(some) :], strict=True):
                found[place] = row
        for place in mixed:
            found[place].sort(key=_start)
        return found


class _Later:
    """A model that is loaded when it is first needed."""

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        self.version, self.languages = manifest.version, manifest.languages
        self._folder = folder
        self._lock = threading.Lock()
        self._model: NerModel | None = None

    def get(self) -> NerModel:
        with self._lock:
            if self._model is None:
                self._model = NerModel.load(self._folder)
            return self._model


def _start(span: Span) -> int:
    return span.start
