"""Read each text with the models for its scripts.

Most texts are in Latin letters, and go to that model as they are. The stretches that are written otherwise go to the
other model, which is loaded when the first such text comes: it takes some 80 MB. Of a text in both, each is believed in
its own letters only: a product among Korean words is a word to the one and a name to the other.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from relay.detect.ner.manifest import LANGUAGES, read_manifest
from relay.detect.ner.model import NerModel
from relay.detect.ner.oblique import OBLIQUE
from relay.detect.script import has_latin, has_other, has_other_letter, stretches
from relay.errors import ConfigFault
from relay.protocols import SpanMemory
from relay.types import Span

__all__ = ["ByScript"]


class ByScript:
    """Two models as one. `find_all` may be called from several threads at once; equal texts give equal spans."""

    def __init__(self, latin: NerModel, other: Path | _Later, *, implying: bool = False) -> None:
        """Take the model for Latin letters, and the folder of the one for the rest. Raises ConfigFault.

        `implying`: both tell what passages imply.
        """
        self.latin = latin.implying() if implying else latin
        self._implying = implying
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
        return self if latin is self.latin else ByScript(latin, self.other, implying=self._implying)

    def implying(self) -> ByScript:
        """Return these models, both of which tell what passages imply (`NerModel.implying`). Raises ConfigFault."""
        if not self.other.has_oblique:
            raise ConfigFault(f"NER model: {self.other.version} cannot tell what texts imply; policy: implied: []")
        return ByScript(self.latin, self.other, implying=True)

    def load_all(self) -> None:
        """Load the other model now: processes that are forked later share it."""
        self.other.get()

    def find(self, text: str, memory: SpanMemory | None = None) -> list[Span]:
        """Return the entities in `text`: code-point offsets, disjoint, in order."""
        return self.find_all([text], memory)[0]

    def find_all(self, texts: Sequence[str], memory: SpanMemory | None = None) -> list[list[Span]]:
        """Return `[find(text) for text in texts]`."""
        mixed = [place for place, text in enumerate(texts) if has_other(text)]
        if not mixed:
            return self.latin.find_all(texts, memory)
        both = set(mixed)
        read = [place for place, text in enumerate(texts) if place not in both or has_latin(text)]
        found: list[list[Span]] = [[] for _ in texts]
        for place, row in zip(read, self.latin.find_all([texts[place] for place in read], memory), strict=True):
            found[place] = row
        parts = [(place, part) for place in mixed for part in stretches(texts[place]) if part.other]
        other = self.other.get().implying() if self._implying else self.other.get()
        rows = other.find_all([texts[place][part.start : part.end] for place, part in parts], memory)
        others: dict[int, list[Span]] = {place: [] for place in mixed}
        for (place, part), row in zip(parts, rows, strict=True):
            others[place] += [span._replace(start=span.start + part.start, end=span.end + part.start) for span in row]
        for place in mixed:
            found[place] = _joined(texts[place], found[place], others[place]) + _verdicts(
                texts[place], found[place], others[place]
            )
        return found


class _Later:
    """A model that is loaded when it is first needed."""

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        self.version, self.languages = manifest.version, manifest.languages
        self.has_oblique = manifest.oblique is not None
        self._folder = folder
        self._lock = threading.Lock()
        self._model: NerModel | None = None

    def get(self) -> NerModel:
        with self._lock:
            if self._model is None:
                self._model = NerModel.load(self._folder)
            return self._model


def _joined(text: str, latin: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return what each of the models finds in its own letters; where both find something, the one for other scripts."""

    def in_other(span: Span) -> bool:
        return has_other_letter(text[span.start : span.end])

    latin, other = ([span for span in spans if span.recognizer != OBLIQUE] for spans in (latin, other))
    other = [span for span in other if in_other(span) or not has_latin(text[span.start : span.end])]
    joined: list[Span] = []
    for span in sorted([*other, *(span for span in latin if not in_other(span))], key=_start):
        if not joined or joined[-1].end <= span.start:
            joined.append(span)
        elif in_other(span) and not in_other(joined[-1]):
            joined[-1] = span
    return joined


def _verdicts(text: str, latin: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return what passages imply: the model for Latin letters speaks for those without any other letters."""
    verdicts = [span for span in other if span.recognizer == OBLIQUE]
    read = [span for span in latin if span.recognizer == OBLIQUE]
    return [*verdicts, *(span for span in read if not has_other_letter(text[span.start : span.end]))]


def _start(span: Span) -> int:
    return span.start
