"""Read each stretch of a text with the model for its script.

Most texts are in Latin letters, and go to that model as they are. What the other one finds in Latin letters, a name or a
product among Korean words, is believed where the first one finds it as well. What is written otherwise goes to the other model,
which is loaded when the first such text comes: it takes some 80 MB.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from itertools import compress
from pathlib import Path

from relay.detect.ner.manifest import LANGUAGES, read_manifest
from relay.detect.ner.model import NerModel
from relay.detect.script import has_letters, has_other, stretches
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
            if is_other:
                rows = self._agreed(wanted, self.other.get().find_all(wanted, memory), memory)
            else:
                rows = self.latin.find_all([*wanted, *[texts[place] for place in whole]], memory)
            for (place, stretch), row in zip(some, rows, strict=False):
                found[place] += [
                    span._replace(start=span.start + stretch.start, end=span.end + stretch.start) for span in row
                ]
            for place, row in zip(whole if not is_other else (), rows[len(some) :], strict=True):
                found[place] = row
        for place in mixed:
            found[place].sort(key=_start)
        return found

    def _agreed(self, texts: Sequence[str], rows: Sequence[list[Span]], memory: SpanMemory | None) -> list[list[Span]]:
        """Return `rows` less what is written in Latin letters and the model for these does not find."""
        doubted = [any(_is_latin(text, span) for span in row) for text, row in zip(texts, rows, strict=True)]
        second = iter(self.latin.find_all(list(compress(texts, doubted)), memory))
        agreed = []
        for text, row, is_doubted in zip(texts, rows, doubted, strict=True):
            others = next(second) if is_doubted else []
            agreed.append([span for span in row if not _is_latin(text, span) or _overlaps(span, others)])
        return agreed


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


def _is_latin(text: str, span: Span) -> bool:
    return any(map(str.isalpha, value := text[span.start : span.end])) and not has_letters(value)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(
        span.entity_type == other.entity_type and span.start < other.end and other.start < span.end for other in others
    )


def _start(span: Span) -> int:
    return span.start
