"""Find names and other context-only entities with a small ONNX model.

The door to `onnxruntime`, imported on `load`. One text goes through five steps: tokens with their case and layout
(`tokenizer`), overlapping windows (`windows`), logits per token, the best valid BIO sequence over whole words
(`decoder`), span repair.

The model keeps nothing of a text: no result is stored.
Texts are never padded or stacked: the int8 arithmetic takes one scale per call, so a batch mate could change a result.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relay.detect.ner.decoder import decode_words, word_scores
from relay.detect.ner.span_repair import RECOGNIZER, repair_spans
from relay.detect.ner.tokenizer import Coder, Encoded
from relay.detect.ner.windows import plan_windows
from relay.detect.technical import is_believed, narrowed
from relay.errors import ConfigFault
from relay.process.slices import end_slice
from relay.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FORMAT", "LANGUAGES", "NerModel", "Scored"]

FORMAT = 1  # The layout of model.yaml and the graph's inputs; a model of another format is refused.
FILES = ("model.onnx", "vocab.txt")
# What model.yaml says of languages: made for, scored on text that training never saw, and not to be relied on.
LANGUAGES = ("best", "scored", "unsupported")

# A place or organisation that is a person with at least this probability counts as one. Names are also places and
# companies ("Logan", "Pearson"), which the default policy does not replace: a false alarm costs a placeholder, a miss
# exposes a name. From a third on instead, three in a hundred more people in Italian news are missed.
_MAYBE_PERSON = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A text after the network. logs: float32 [words, 1 + 2 * types], log-probabilities per label."""

    encoded: Encoded = field(repr=False)
    logs: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    """What model.yaml says."""

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    max_tokens: int
    overlap: int
    version: str
    languages: Mapping[str, tuple[str, ...]]
    digests: Mapping[str, str]


def _read_manifest(folder: Path) -> _Manifest:
    import yaml

    path = folder / "model.yaml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigFault(f"NER model: cannot read {path}: {error.strerror}") from None
    try:
        data: Any = yaml.safe_load(raw)
        if data["format"] != FORMAT:
            raise ConfigFault(f"NER model: {path} has format {data['format']!r}, expected {FORMAT}")
        manifest = _Manifest(
            labels=tuple(str(label) for label in data["labels"]),
            thresholds=tuple(float(data["thresholds"][label]) for label in data["labels"]),
            max_tokens=int(data["max_tokens"]),
            overlap=int(data["overlap"]),
            version=f"{data['name']}-{data['version']}-{hashlib.sha256(raw).hexdigest()[:12]}",
            languages={key: tuple(map(str, data["languages"][key])) for key in LANGUAGES},
            digests={name: str(data["sha256"][name]) for name in FILES},
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        raise ConfigFault(f"NER model: {path} is not a complete model description") from None
    if not all(0.0 < threshold < 1.0 for threshold in manifest.thresholds):
        raise ConfigFault(f"NER model: {path} has a threshold outside 0 to 1")
    if not 0 <= manifest.overlap < manifest.max_tokens - 2:
        raise ConfigFault(f"NER model: {path} has an overlap that does not fit max_tokens")
    return manifest


def _read_checked(path: Path, digest: str) -> bytes:
    """Return the file's bytes, which have the SHA-256 `digest`; what is checked is what is used."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigFault(f"NER model: cannot read {path}: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise ConfigFault(
            f"NER model: {path} ({len(data)} bytes) does not have the SHA-256 stated in model.yaml; "
            "it is truncated, altered or of another version"
        )
    return data


class NerModel:
    """A loaded model. `find` may be called from several threads at once; equal texts give equal spans."""

    def __init__(self, *, coder: Coder, session: Any, manifest: _Manifest) -> None:
        import numpy

        self.labels = manifest.labels
        self.version = manifest.version
        self.languages = manifest.languages
        self._numpy = numpy
        self._coder = coder
        self._session = session
        self._content = manifest.max_tokens - 2
        self._overlap = manifest.overlap
        self._shift = self._as_shift(manifest.thresholds)
        self._person = self.labels.index("PERSON") if "PERSON" in self.labels else None

    @classmethod
    def load(cls, folder: Path, *, intra_op_threads: int = 1) -> NerModel:
        """Read the model in `folder`. Raises ConfigFault when a file is missing, truncated or altered."""
        manifest = _read_manifest(folder)
        contents = {name: _read_checked(folder / name, digest) for name, digest in manifest.digests.items()}
        # Since 1.29 the wheels for Linux and macOS send an event to their maker when they are imported, and write an
        # identifier of the device below ~/.cache. The variable prevents both, the call comes too late for them
        # (onnxruntime pull request 27379, seen 2026-11-29). On Windows only the call has an effect.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = intra_op_threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        # The graph is already made of fused operators; higher levels swap in slower ones.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(contents["model.onnx"], options, providers=["CPUExecutionProvider"])
        except Exception:
            # The library raises many classes for a bad graph; the digest matched, so the model and library disagree.
            raise ConfigFault(
                f"NER model: {folder / 'model.onnx'} cannot be run by onnxruntime {onnxruntime.__version__}"
            ) from None
        vocabulary = contents["vocab.txt"].decode("utf-8").splitlines()
        return cls(coder=Coder(vocabulary), session=session, manifest=manifest)

    def find(self, text: str) -> list[Span]:
        """Return the entities in `text`: code-point offsets, disjoint, in order. Never raises on any string."""
        spans = [narrowed(text, span) for span in self.choose(text, self.score(text))]
        return [span for span in spans if is_believed(text, span)]

    def find_all(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return `[find(text) for text in texts]`. One text a call is fastest on one core; see the module's note."""
        return [self.find(text) for text in texts]

    def score(self, text: str) -> Scored:
        """Run the network over `text`. With `choose` this is `find` in two steps, for choosing thresholds."""
        encoded = self._coder.encode(text)
        if not len(encoded.ids):
            return Scored(encoded=encoded, logs=self._numpy.empty((0, len(self._shift)), dtype=self._numpy.float32))
        return Scored(encoded=encoded, logs=word_scores(self._token_scores(encoded), encoded.heads))

    def choose(self, text: str, scored: Scored, thresholds: Sequence[float] | None = None) -> list[Span]:
        """Return the entities of a scored text, with the model's thresholds or others (one per label)."""
        if not len(scored.logs):
            return []
        shift = self._shift if thresholds is None else self._as_shift(thresholds)
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

    def _as_shift(self, thresholds: Sequence[float]) -> NDArray[np.float32]:
        """Return what is added to the log-probabilities before decoding: float32 [1 + 2 * types].

        A type wins over "no entity" when its share of the two passes its threshold: a constant in log space.
        """
        shift = self._numpy.zeros(1 + 2 * len(self.labels), dtype=self._numpy.float32)
        for index, threshold in enumerate(thresholds):
            shift[1 + 2 * index : 3 + 2 * index] = math.log((1.0 - threshold) / threshold)
        return shift

    def _token_scores(self, encoded: Encoded) -> NDArray[np.float32]:
        """Return token scores: float32 [tokens, 1 + 2 * types], log-probabilities per label."""
        import numpy as np

        tokens = len(encoded.ids)
        logits: NDArray[np.float32] = np.empty((tokens, len(self._shift)), dtype=np.float32)
        for window in plan_windows(tokens, limit=self._content, overlap=self._overlap):
            size = window.end - window.start
            ids = np.empty((1, size + 2), dtype=np.int64)
            ids[0, 0], ids[0, -1] = self._coder.first, self._coder.last
            ids[0, 1:-1] = encoded.ids[window.start : window.end]
            types = np.zeros((1, size + 2), dtype=np.int64)
            types[0, 1:-1] = encoded.types[window.start : window.end]
            end_slice()
            (output,) = self._session.run(None, {"ids": ids, "types": types})
            shift = 1 - window.start
            logits[window.keep_start : window.keep_end] = output[0, window.keep_start + shift : window.keep_end + shift]
        top = logits.max(axis=1, keepdims=True)
        logits -= top
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logits
