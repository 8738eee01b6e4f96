"""Find names and other context-only entities with a small ONNX model.

The door to `onnxruntime` and `tokenizers`, both imported on `load`. One text goes through five steps: tokens with their
case and layout, overlapping windows, logits per token, the best valid BIO sequence over whole words, span repair.

The model keeps nothing of a text: the tokenizer is WordPiece, which has no cache, and no result is stored.
Texts are never padded or stacked: the int8 arithmetic takes one scale per call, so a batch mate could change a result.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relay.detect.ner.windows import plan_windows
from relay.detect.technical import is_believed, narrowed
from relay.errors import ConfigFault
from relay.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "FORMAT",
    "LANGUAGES",
    "TYPE_ROWS",
    "Coder",
    "Encoded",
    "NerModel",
    "Scored",
    "decode_words",
    "repair_spans",
    "word_scores",
]

FORMAT = 1  # The layout of model.yaml and the graph's inputs; a model of another format is refused.
RECOGNIZER = "ner"
FILES = ("model.onnx", "vocab.txt")
# What model.yaml says of languages: made for, scored on text that training never saw, and not to be relied on.
LANGUAGES = ("best", "scored", "unsupported")
TYPE_ROWS = 12  # Four kinds of case times three kinds of gap before the word.
_GLUED, _SPACE, _NEWLINE = 0, 4, 8  # Added to the case, 0 to 3.
# BERT's own limit: a longer "word" becomes one unknown token instead of many pieces.
_LONGEST_WORD = 100
# Above this probability of "no entity" a word separates what stands left and right of it when a sequence is repaired.
_CERTAINLY_OUTSIDE = 0.98

_SHORTEST_NUMBER = 4
_SUM = re.compile(r"[*+=<>^×÷\r\n]")

# A place or organisation that is a person with at least this probability counts as one. Names are also places and
# companies ("Logan", "Pearson"), which the default policy does not replace: a false alarm costs a placeholder, a miss
# exposes a name. From a third on instead, three in a hundred more people in Italian news are missed.
_MAYBE_PERSON = 0.05

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A text as the model reads it.

    ids, types: int64 [tokens]. heads: int64 [words], index of each word's first token. starts, ends: int64 [words],
    code-point offsets into the text.
    """

    ids: NDArray[np.int64] = field(repr=False)
    types: NDArray[np.int64] = field(repr=False)
    heads: NDArray[np.int64] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    ends: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A text after the network. logs: float32 [words, 1 + 2 * types], log-probabilities per label."""

    encoded: Encoded = field(repr=False)
    logs: NDArray[np.float32] = field(repr=False)


class Coder:
    """Turns text into tokens with case and layout. The same class prepares the training data."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        import numpy
        from tokenizers import Tokenizer
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        table = {piece: index for index, piece in enumerate(vocabulary)}
        model = WordPiece(vocab=table, unk_token="[UNK]", max_input_chars_per_word=_LONGEST_WORD)  # noqa: S106
        self._numpy = numpy
        self._tokenizer = Tokenizer(model)
        self._tokenizer.normalizer = BertNormalizer(
            clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True
        )
        self._tokenizer.pre_tokenizer = BertPreTokenizer()
        self.first, self.last = table["[CLS]"], table["[SEP]"]

    def encode(self, text: str) -> Encoded:
        """Return the tokens of `text` without the sentence marks. Lone surrogates count as unknown characters."""
        np = self._numpy
        if not text.isascii():
            text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids = np.array(encoding.ids, dtype=np.int64)
        if not len(ids):
            return Encoded(ids=ids, types=ids, heads=ids, starts=ids, ends=ids)
        words = np.array(encoding.word_ids, dtype=np.int64)
        offsets = np.array(encoding.offsets, dtype=np.int64)
        heads = np.flatnonzero(np.concatenate(([True], words[1:] != words[:-1])))
        lengths = np.diff(np.append(heads, len(ids)))
        starts = offsets[heads, 0]
        ends = offsets[heads + lengths - 1, 1]
        return Encoded(
            ids=ids,
            types=np.repeat(np.array(_word_types(text, starts.tolist(), ends.tolist()), dtype=np.int64), lengths),
            heads=heads,
            starts=starts,
            ends=ends,
        )


def _word_types(text: str, starts: list[int], ends: list[int]) -> list[int]:
    """Return the case (0 none or lower, 1 Capitalised, 2 UPPER, 3 mIxed) plus the gap before each word."""
    types = []
    previous = 0
    for start, end in zip(starts, ends, strict=True):
        word = text[start:end]
        if word == word.lower():
            kind = 0
        elif len(word) > 1 and word.isupper():
            kind = 2
        elif word[1:] == word[1:].lower():
            kind = 1
        else:
            kind = 3
        if start == previous and start:
            gap = _GLUED
        elif start == 0 or "\n" in text[previous:start]:
            gap = _NEWLINE
        else:
            gap = _SPACE
        types.append(kind + gap)
        previous = end
    return types


def decode_words(scores: NDArray[np.float32], types: int) -> list[tuple[int, int, int]]:
    """Return `(first word, last word + 1, type)` of every entity in the best valid BIO sequence.

    scores: float32 [words, 1 + 2 * types], log-probabilities, columns O, B-0, I-0, B-1, I-1, ... A sequence is valid
    when I-x follows B-x or I-x. Where the best label of every word already makes a valid sequence, that is the answer;
    the search runs only over stretches where it does not.
    """
    best = scores.argmax(axis=1)
    stray = (best > 0) & (best % 2 == 0)  # I labels ...
    stray[1:] &= (best[1:] != best[:-1]) & (best[1:] != best[:-1] + 1)  # ... that follow neither their B nor their I
    if stray.any():
        outside = scores[:, 0] > math.log(_CERTAINLY_OUTSIDE)
        borders = [-1, *(int(place) for place in outside.nonzero()[0]), len(best)]
        for left, right in itertools.pairwise(borders):
            if right - left > 1 and stray[left + 1 : right].any():
                best[left + 1 : right] = _viterbi(scores[left + 1 : right].tolist(), types)
    found = []
    start = -1
    labels = best.tolist()
    for place, label in enumerate(labels):
        if start >= 0 and (label == 0 or label % 2 == 1):
            found.append((start, place, (labels[start] - 1) // 2))
            start = -1
        if label % 2 == 1:
            start = place
    if start >= 0:
        found.append((start, len(labels), (labels[start] - 1) // 2))
    return found


def _viterbi(scores: list[list[float]], types: int) -> list[int]:
    """Return the best valid labels for a stretch. Linear in words: an I label has two possible predecessors only."""
    totals = [value if label % 2 or not label else -math.inf for label, value in enumerate(scores[0])]
    back: list[list[int]] = []
    for row in scores[1:]:
        top = max(range(len(totals)), key=totals.__getitem__)
        came = [top] * len(row)
        new = [totals[top] + value for value in row]
        for label in range(2, 1 + 2 * types, 2):
            came[label] = label if totals[label] > totals[label - 1] else label - 1
            new[label] = totals[came[label]] + row[label]
        back.append(came)
        totals = new
    label = max(range(len(totals)), key=totals.__getitem__)
    path = [label]
    for came in reversed(back):
        label = came[label]
        path.append(label)
    return path[::-1]


def word_scores(logs: NDArray[np.float32], heads: NDArray[np.int64]) -> NDArray[np.float32]:
    """Average token log-probabilities [tokens, labels] over words: the head token votes B or I, the others I only.

    A word is then labelled as one: B for a word means B for its first piece and I for the rest.
    """
    import numpy as np

    if len(heads) == len(logs):
        return logs
    rest = logs.copy()
    rest[:, 1::2] = rest[:, 2::2]  # in a continuation, both "B word" and "I word" expect I
    rest[heads] = logs[heads]
    lengths = np.diff(np.append(heads, len(logs))).astype(np.float32)
    mean = np.add.reduceat(rest, heads, axis=0) / lengths[:, None]
    return mean.astype(np.float32)


# Lower-case words that stand inside names. Sources: the particles of Dutch, German, French, Iberian, Italian, Nordic,
# Arabic, Hebrew and Celtic names.
_PARTICLE = (
    "van|von|der|den|dem|de|del|della|di|da|dos|das|do|du|des|la|le|las|los|el|al|bin|bint|ibn|abu|ben|zu|zum|zur|ter|ten"
    "|te|op|af|av|y|e|i|san|st|mac|mc"
)
_BRIDGE = re.compile(rf" (?:(?:{_PARTICLE}) ){{0,3}}|[-'’]|(?<=\b\w)\. ?", re.IGNORECASE)
_GAP_LIMIT = 24  # Longest bridge: three particles and their spaces.
_NAME_RIGHT = re.compile(r"(?:[-'’][^\W\d_]{2,})+")
_NAME_LEFT = re.compile(r"(?:(?<![^\W\d_])[A-Z]['’]|[A-Z][^\W\d_]*-)$")
# "Dr." goes with the name: corpora disagree on it, and a doctor's title next to a placeholder still says who is meant
# more often than other titles do.
_DOCTOR = re.compile(r"\bdr\.? $", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’`´]s?$", re.IGNORECASE)
_HANDLE = re.compile(r"[\w.@-]")
_SOLID = re.compile(r"[^\s\"'`<>,;(){}\[\]]")
_NUMBERISH = re.compile(r"[\w/-]")
_REACH = 64  # Code points that a span may grow on each side when it is extended to a whole handle or password.


def repair_spans(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return spans with pieces of one name joined, edges on whole words, and punctuation trimmed.

    Input and output are disjoint and sorted; work is linear in the number of spans.
    """
    joined: list[Span] = []
    for span in spans:
        if joined and span.entity_type == joined[-1].entity_type == "PERSON":
            before = joined[-1]
            gap = text[before.end : span.start]
            if len(gap) <= _GAP_LIMIT and _BRIDGE.fullmatch(text, before.end, span.start):
                joined[-1] = Span("PERSON", before.start, span.end, min(before.score, span.score), RECOGNIZER)
                continue
        joined.append(span)
    repaired: list[Span] = []
    for index, span in enumerate(joined):
        low = repaired[-1].end if repaired else 0
        high = joined[index + 1].start if index + 1 < len(joined) else len(text)
        start, end = _edges(text, span, low, high)
        if _is_worth(text[start:end], span.entity_type):
            repaired.append(Span(span.entity_type, start, end, span.score, RECOGNIZER))
    return repaired


def _is_worth(value: str, entity_type: str) -> bool:
    """Say whether a value can be an entity: something to read, and for a person more than one Latin letter.

    A short number, a sum or a column of numbers is more often what is asked about than whose it is.
    """
    if entity_type == "ID_NUMBER":
        return sum(map(str.isalnum, value)) >= _SHORTEST_NUMBER and not _SUM.search(value)
    if entity_type != "PERSON":
        return any(character.isalnum() for character in value)
    letters = [character for character in value if character.isalpha()]
    return len(letters) > 1 or any(ord(letter) > 0x2E7F for letter in letters)  # one letter of CJK can be a name


def _edges(text: str, span: Span, low: int, high: int) -> tuple[int, int]:
    """Return the repaired edges of one span, within `low:high`."""
    start, end = span.start, span.end
    match span.entity_type:
        case "PERSON":
            if (right := _NAME_RIGHT.match(text, end, high)) and right[0][1].isupper():
                end = right.end()
            if left := _NAME_LEFT.search(text[max(low, start - _REACH) : start]):
                start -= len(left[0])
            if doctor := _DOCTOR.search(text[max(low, start - len("x Dr. ")) : start]):
                start -= len(doctor[0])
        case "USERNAME":
            start, end = _grow(text, start, end, low, high, _HANDLE)
        case "PASSWORD":
            start, end = _grow(text, start, end, low, high, _SOLID)
        case "ID_NUMBER":
            start, end = _grow(text, start, end, low, high, _NUMBERISH)
    keep = "@" if span.entity_type == "USERNAME" else "!#$%&*+?@^_~=-" if span.entity_type == "PASSWORD" else ""
    while start < end and not (text[start].isalnum() or text[start] in keep):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in keep or _is_mark(text[end - 1])):
        end -= 1
    if span.entity_type in {"PERSON", "ORGANIZATION", "LOCATION"} and (
        tail := _POSSESSIVE.search(text, max(start, end - 2), end)
    ):
        end = tail.start()
    return start, end


def _grow(text: str, start: int, end: int, low: int, high: int, kind: re.Pattern[str]) -> tuple[int, int]:
    low, high = max(low, start - _REACH), min(high, end + _REACH)
    while start > low and kind.match(text[start - 1]):
        start -= 1
    while end < high and kind.match(text[end]):
        end += 1
    return start, end


def _is_mark(character: str) -> bool:
    """Say whether a character is a combining mark, which belongs to the letter before it."""
    import unicodedata

    return unicodedata.category(character)[0] == "M"


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
            (output,) = self._session.run(None, {"ids": ids, "types": types})
            shift = 1 - window.start
            logits[window.keep_start : window.keep_end] = output[0, window.keep_start + shift : window.keep_end + shift]
        top = logits.max(axis=1, keepdims=True)
        logits -= top
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logits
