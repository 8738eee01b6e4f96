"""Find names and other context-only entities with a small ONNX model.

A text goes through six steps: long ones are cut into pieces
(`pieces`); tokens with their case and layout (`tokenizer`); where there is a screen, what can hold no entity is left
out (`screen`); overlapping windows (`windows`) give logits per token; the best valid BIO sequence over whole words is
found (`decoder`); spans are repaired.

The model keeps nothing of a text: what it found in a piece is remembered only by a memory that its caller brings.
Texts are never padded or stacked: the int8 arithmetic takes one scale per call, so a batch mate could change a
result.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relay.detect.ner.decoder import decode_words, word_scores
from relay.detect.ner.manifest import (
    FORMAT,
    LANGUAGES,
    OBLIQUE_FILE,
    SCREEN_FILE,
    Manifest,
    read_checked,
    read_manifest,
)
from relay.detect.ner.oblique import OBLIQUE, Oblique, read_oblique
from relay.detect.ner.pieces import Piece, plan_pieces
from relay.detect.ner.screen import Screen
from relay.detect.ner.session import open_session
from relay.detect.ner.span_repair import RECOGNIZER, repair_spans
from relay.detect.ner.tokenizer import Coder, Encoded
from relay.detect.ner.unigram import UnigramCoder
from relay.detect.ner.windows import around, narrowest, plan_windows
from relay.detect.opaque import without_opaque
from relay.detect.technical import is_believed, narrowed
from relay.errors import ConfigFault
from relay.process.slices import end_slice, spread
from relay.protocols import SpanMemory
from relay.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    # Of one window, by output: float32 [tokens, numbers].
    _States = list[NDArray[np.float32]]

__all__ = ["FORMAT", "LANGUAGES", "NerModel", "Scored"]

# A place or organisation that is a person with at least this probability counts as one. Names are also places and
# companies ("Logan", "Pearson"), which the default policy does not replace: a false alarm costs a placeholder, a miss
# exposes a name. From a third on instead, three in a hundred more people in Italian news are missed.
_MAYBE_PERSON = 0.05
# A text above this is cut into pieces without a look at how many tokens it has.
_SHORT_CHARS = 4_096
# Tokens on both sides of a piece that the network reads, too, for its edges. With 16 it covers no more people.
_EDGE = 10
# The log-probability of every label but "no entity" where the network did not read.
_UNREAD = -30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A text after the network. logs: float32 [words, 1 + 2 * types], log-probabilities per label."""

    encoded: Encoded = field(repr=False)
    logs: NDArray[np.float32] = field(repr=False)


class NerModel:
    """A loaded model. `find` may be called from several threads at once; equal texts give equal spans."""

    def __init__(
        self,
        *,
        coder: Coder,
        session: Any,
        manifest: Manifest,
        screen: Screen | None = None,
        oblique: Oblique | None = None,
    ) -> None:
        import numpy

        self.labels = manifest.labels
        self.version = manifest.version
        self.languages = manifest.languages
        self._mark = manifest.version.encode()
        self._numpy = numpy
        self._coder = coder
        self._session = session
        self._content = manifest.max_tokens - 2
        self._overlap = manifest.overlap
        self._shift = self._as_shift(manifest.thresholds)
        self._by_letters = [(letters, self._as_shift(row)) for letters, row in manifest.by_letters]
        self._person = self.labels.index("PERSON") if "PERSON" in self.labels else None
        self._shipped_screen = screen
        self._screen: Screen | None = None
        self._shipped_oblique = oblique
        self._oblique: Oblique | None = None

    @classmethod
    def load(cls, folder: Path, *, intra_op_threads: int = 1) -> NerModel:
        """Read the model in `folder`, without its screen in use. Raises ConfigFault for a missing or altered file."""
        manifest = read_manifest(folder)
        contents = {name: read_checked(folder / name, digest) for name, digest in manifest.digests.items()}
        vocabulary = contents["vocab.txt"].decode("utf-8").splitlines()
        session = open_session(folder / "model.onnx", contents["model.onnx"], intra_op_threads)
        screen = None
        if manifest.screen is not None:
            path = folder / SCREEN_FILE
            graph = open_session(path, read_checked(path, manifest.screen.digest), 1)
            screen = Screen(graph, manifest.labels, manifest.screen.thresholds)
        oblique = None
        if manifest.oblique is not None:
            facts = manifest.oblique
            oblique = read_oblique(read_checked(folder / OBLIQUE_FILE, facts.digest), facts.outputs, facts.classes)
        coder = Coder(vocabulary) if manifest.tokenizer == "wordpiece" else UnigramCoder(vocabulary)
        return cls(coder=coder, session=session, manifest=manifest, screen=screen, oblique=oblique)

    @property
    def screened_for(self) -> frozenset[str] | None:
        """The entity types that the screen looks for; None where it is not used."""
        return None if self._screen is None else self._screen.wanted

    def screened(self, wanted: Collection[str] | None) -> NerModel:
        """Return a model that shares all with this one and leaves out text without entities of the types `wanted`.

        With None, or without a screen in the folder, it reads everything.
        """
        screen = None
        if wanted is not None and self._shipped_screen is not None:
            screen = self._shipped_screen.looking_for(wanted)
        if self.screened_for == (None if screen is None else screen.wanted):
            return self
        other = copy.copy(self)
        other._screen = screen
        return other

    def implying(self) -> NerModel:
        """Return a model that shares all with this one, reads everything, and also tells what passages imply.

        Its rows end with a span for each passage and data class, of the recognizer `OBLIQUE`, above the entities that
        stand there. Raises ConfigFault for a model without a head for that.
        """
        if self._shipped_oblique is None:
            raise ConfigFault(f"NER model: {self.version} cannot tell what texts imply; policy: implied: []")
        other = copy.copy(self)
        other._oblique = self._shipped_oblique
        other._mark = self._mark + b" oblique"
        return other

    def find(self, text: str, memory: SpanMemory | None = None) -> list[Span]:
        """Return the entities in `text`: code-point offsets, disjoint, in order. Never raises on any string.

        What `memory` knows of the pieces of a long text is not read again, and gives the same.
        """
        read = text if self._screen is None else without_opaque(text)
        encoded = self._in_one_window(read)
        if encoded is None:
            found = self._find_long(read, memory)
        elif self._oblique is not None:
            found = self._read(read, encoded, 0, len(encoded.ids), passage=(0, len(read)))
        elif self._screen is not None and not self._screen.marks(read, encoded).any():
            found = []
        else:
            found = self.choose(read, self._scored(encoded, 0, len(encoded.ids)))
        spans = [narrowed(text, span) for span in found if not _is_verdict(span)]
        return [*(span for span in spans if is_believed(text, span)), *filter(_is_verdict, found)]

    def find_all(self, texts: Sequence[str], memory: SpanMemory | None = None) -> list[list[Span]]:
        """Return `[find(text) for text in texts]`, by several threads where whoever runs this lends some.

        Texts are never stacked: one a call is fastest on one core; see the module's note.
        """
        found: list[list[Span]] = [[] for _ in texts]

        def read(place: int) -> None:
            found[place] = self.find(texts[place], memory)

        # Threads are lent once: to the short texts, each a part, and to the pieces of each long one.
        spread(read, [place for place, text in enumerate(texts) if len(text) <= _SHORT_CHARS])
        for place, text in enumerate(texts):
            if len(text) > _SHORT_CHARS:
                read(place)
        return found

    def _in_one_window(self, text: str) -> Encoded | None:
        """Return the tokens of a text that the network reads at once; None for any other."""
        # What has more words than a window has tokens need not be turned into tokens to know.
        if len(text) > _SHORT_CHARS or len(text.split(None, self._content)) > self._content:
            return None
        encoded = self._coder.encode(text)
        return encoded if len(encoded.ids) <= self._content else None

    def _find_long(self, text: str, memory: SpanMemory | None) -> list[Span]:
        """Find piece by piece, so that memory and the time of a slice do not depend on the length of the text.

        What the pieces on both sides of a border find there is joined: each may see a part of it only.
        """
        pieces = list(plan_pieces(text))
        rows: list[Sequence[Span]] = [()] * len(pieces)

        def read(place: int) -> None:
            piece = pieces[place]
            rows[place] = self._remembered(text[piece.start : piece.end], piece, memory)

        spread(read, range(len(pieces)))
        found: list[Span] = []
        verdicts: list[Span] = []
        for piece, row in zip(pieces, rows, strict=True):
            for span in row:
                start, end = span.start + piece.start, span.end + piece.start
                if _is_verdict(span):
                    verdicts.append(span._replace(start=start, end=end))
                elif found and start < found[-1].end:
                    found[-1] = found[-1]._replace(end=max(end, found[-1].end))
                else:
                    found.append(span._replace(start=start, end=end))
        return [*found, *verdicts]

    def _remembered(self, part: str, piece: Piece, memory: SpanMemory | None) -> Sequence[Span]:
        """Return what stands in a piece, by its own offsets. `part` is its text with its margins."""
        low, high = piece.low - piece.start, piece.high - piece.start
        if part.isspace():
            return ()
        if memory is None:
            return self._find_in(part, low, high)
        # The same text with another division of its margins is another piece, and each model has its own.
        name, known = memory.recall(part, b"%s piece %d %d" % (self._mark, low, high))
        if known is None:
            known = tuple(self._find_in(part, low, high))
            memory.keep(name, known)
        return known

    def _find_in(self, part: str, low: int, high: int) -> list[Span]:
        """Return what reaches into `low:high` of a text."""
        encoded = self._coder.encode(part)
        places = self._numpy.flatnonzero((encoded.ends > low) & (encoded.starts < high))
        if not len(places):
            return []
        bounds = [*encoded.heads.tolist(), len(encoded.ids)]
        first, last = bounds[int(places[0])], bounds[int(places[-1]) + 1]
        start, end = around(first, last, _EDGE, bounds)
        spans = self._read(part, encoded, start, end, passage=(low, high))
        return [span for span in spans if span.end > low and span.start < high]

    def _read(self, text: str, encoded: Encoded, first: int, last: int, *, passage: tuple[int, int]) -> list[Span]:
        """Return what the network finds in the tokens `first:last` of a text, and what that implies of `passage`."""
        if self._oblique is None:
            if self._screen is not None and not self._screen.marks(text, encoded)[first:last].any():
                return []
            return self.choose(text, self._scored(encoded, first, last))
        states: list[_States] = []
        spans = self.choose(text, self._scored(encoded, first, last, states))
        return [*spans, *self._oblique.verdicts(states, *passage)] if states else spans

    def tokens(self, text: str) -> int:
        """Return how many tokens `text` has for the network."""
        return len(self._coder.encode(text).ids)

    def score(self, text: str) -> Scored:
        """Run the network over `text`. With `choose` this is `find` in two steps, for choosing thresholds."""
        encoded = self._coder.encode(text)
        return self._scored(encoded, 0, len(encoded.ids))

    def _scored(self, encoded: Encoded, first: int, last: int, states: list[_States] | None = None) -> Scored:
        """Run the network over the tokens `first:last`, whole words; in the others is nothing.

        To `states` is added what the head for what texts imply reads of each window.
        """
        if not len(encoded.ids):
            return Scored(encoded=encoded, logs=self._numpy.empty((0, len(self._shift)), dtype=self._numpy.float32))
        return Scored(
            encoded=encoded, logs=word_scores(self._token_scores(encoded, first, last, states), encoded.heads)
        )

    def choose(self, text: str, scored: Scored, thresholds: Sequence[float] | None = None) -> list[Span]:
        """Return the entities of a scored text, with the model's thresholds or others (one per label)."""
        if not len(scored.logs):
            return []
        shift = self._shift_of(text) if thresholds is None else self._as_shift(thresholds)
        spans = []
        for first, last, kind in decode_words(scored.logs + shift, len(self.labels)):
            certainty = self._certainty(scored.logs[first:last], kind)
            if self.labels[kind] in ("LOCATION", "ORGANIZATION") and self._person is not None:
                person = self._certainty(scored.logs[first:last], self._person)
                if person >= _MAYBE_PERSON:
                    kind, certainty = self._person, person
            start, end = int(scored.encoded.starts[first]), int(scored.encoded.ends[last - 1])
            spans.append(Span(self.labels[kind], start, end, certainty, RECOGNIZER))
        return repair_spans(text, spans)

    def _certainty(self, logs: NDArray[np.float32], kind: int) -> float:
        """Return the mean probability over words that they are of a type, 0 to 1. logs: float32 [words, labels]."""
        columns = self._numpy.exp(logs[:, 1 + 2 * kind : 3 + 2 * kind])
        return round(min(1.0, float(columns.sum(axis=1).mean())), 4)

    def _shift_of(self, text: str) -> NDArray[np.float32]:
        """Return what a text's letters are told by: a language with little to learn from needs a lower threshold."""
        return next((shift for letters, shift in self._by_letters if letters.search(text)), self._shift)

    def _as_shift(self, thresholds: Sequence[float]) -> NDArray[np.float32]:
        """Return what is added to the log-probabilities before decoding: float32 [1 + 2 * types].

        A type wins over "no entity" when its share of the two passes its threshold: a constant in log space.
        """
        shift = self._numpy.zeros(1 + 2 * len(self.labels), dtype=self._numpy.float32)
        for index, threshold in enumerate(thresholds):
            shift[1 + 2 * index : 3 + 2 * index] = math.log((1.0 - threshold) / threshold)
        return shift

    def _token_scores(
        self, encoded: Encoded, first: int, last: int, states: list[_States] | None = None
    ) -> NDArray[np.float32]:
        """Return token scores: float32 [tokens, 1 + 2 * types], log-probabilities per label."""
        import numpy as np

        logits: NDArray[np.float32] = np.full((len(encoded.ids), len(self._shift)), _UNREAD, dtype=np.float32)
        logits[:, 0] = 0.0
        limit = narrowest(last - first, limit=self._content, overlap=self._overlap)
        for window in plan_windows(last - first, limit=limit, overlap=min(self._overlap, limit - 1)):
            end_slice()
            output, *more = self._run(encoded, first + window.start, first + window.end, states is not None)
            if states is not None:
                states.append(more)
            kept = output[window.keep_start - window.start : window.keep_end - window.start]
            logits[first + window.keep_start : first + window.keep_end] = kept
        top = logits.max(axis=1, keepdims=True)
        logits -= top
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logits

    def _run(self, encoded: Encoded, start: int, end: int, with_states: bool) -> _States:
        """Return the network's logits for the tokens `start:end`, float32 [tokens, 1 + 2 * types], and its states."""
        import numpy as np

        size = end - start
        ids = np.empty((1, size + 2), dtype=np.int64)
        ids[0, 0], ids[0, -1] = self._coder.first, self._coder.last
        ids[0, 1:-1] = encoded.ids[start:end]
        types = np.zeros((1, size + 2), dtype=np.int64)
        types[0, 1:-1] = encoded.types[start:end]
        wanted = self._oblique.outputs if with_states and self._oblique is not None else ()
        # Outputs are named: a graph has those that only the head for what texts imply reads, too.
        outputs = self._session.run(["logits", *wanted], {"ids": ids, "types": types})
        return [output[0, 1:-1] for output in outputs]


def _is_verdict(span: Span) -> bool:
    return span.recognizer == OBLIQUE
