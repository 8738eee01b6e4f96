"""Choose the log odds above which a token counts: as high as the loss on every judging set allows.

What is lost: a labelled value that the model covers when it reads everything, in a short text or a piece of a long one in which
the screen marks nothing, so that the model does not read it. People are counted by themselves, and with all other labels together. All types that the
default policy replaces get one threshold first; then each but PERSON is raised as far as nothing more is lost than allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ner_models.train.corpora import read_gold
from ner_models.train.generate import Generator
from ner_models.train.judge import PERSON_LABELS, REPLACED, SETS
from ner_models.train.languages import LANGUAGES
from ner_models.train.names import Lists
from ner_models.train.rows import TYPES
from relay.detect.ner.model import NerModel
from relay.detect.ner.pieces import plan_pieces
from relay.detect.ner.tokenizer import Coder, Encoded
from relay.types import Span

__all__ = ["Loss", "calibrate_screen"]

# Share of the people of a set that may be lost, and of all its labels.
PEOPLE_LOSS, LABEL_LOSS = 0.001, 0.002
# Share of the model's own spans of a type that may be lost, over all sets, for each type but PERSON.
OTHER_LOSS = 0.003
HIGHEST = -2.0
STEPS = tuple(-1.0 - 0.25 * step for step in range(37))
# Tokens of the longest text that is read at once, and those on both sides of a piece that count with it.
WINDOW, EDGE = 126, 10
MADE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What the screen costs on one set. read: share of the tokens that are read. people, labels: shares lost, 0 to 1."""

    read: float
    people: float
    labels: float


COLUMNS = sorted(REPLACED, key=TYPES.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One set as the screen sees it: the highest scores of what is read with a place, float32 [places, len(COLUMNS)].

    people, labels: with the labelled values that the model covers. tokens: with every token. spans: with the model's own spans
    by type; of a type that is not replaced, the score of that type in the span, [spans, 1].
    """

    people: NDArray[np.float32]
    labels: NDArray[np.float32]
    people_count: int
    label_count: int
    tokens: NDArray[np.float32]
    spans: dict[str, NDArray[np.float32]]

    def loss(self, limits: NDArray[np.float32]) -> Loss:
        return Loss(
            read=float((self.tokens > limits).any(axis=1).mean()),
            people=_lost(self.people, limits) / max(1, self.people_count),
            labels=_lost(self.labels, limits) / max(1, self.label_count),
        )


def _lost(scores: NDArray[np.float32], limits: NDArray[np.float32]) -> int:
    return int((scores <= limits).all(axis=1).sum())


def calibrate_screen(
    graph: bytes, model: NerModel, coder: Coder, data: Path, lists: Lists, *, every: int = 1
) -> tuple[dict[str, float], dict[str, Loss]]:
    """Return the threshold of each entity type, and by set what the screen then skips and loses."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    seen = {name: _seen(session, model, coder, rows[::every]) for name, rows in _sets(data, lists)}
    limits = np.full(len(COLUMNS), STEPS[-1], dtype=np.float32)
    for step in STEPS:
        limits[:] = step
        if _fits(seen.values(), limits):
            break
    for kind in COLUMNS:
        spans = _spans(seen.values(), kind)
        for step in np.arange(HIGHEST, limits[COLUMNS.index(kind)], -0.25) if kind != "PERSON" and len(spans) else ():
            raised = limits.copy()
            raised[COLUMNS.index(kind)] = step
            if _fits(seen.values(), raised) and _lost(spans, raised) <= OTHER_LOSS * len(spans):
                limits = raised
                break
    thresholds = dict(zip(COLUMNS, limits.tolist(), strict=True))
    for kind in TYPES:
        if kind not in REPLACED:
            spans = _spans(seen.values(), kind)
            lowest = float(np.quantile(spans, OTHER_LOSS, method="lower")) - 0.01 if len(spans) else STEPS[-1]
            thresholds[kind] = round(min(HIGHEST, lowest), 2)
    return thresholds, {name: one.loss(limits) for name, one in seen.items()}


def _fits(seen: Iterable[_Seen], limits: NDArray[np.float32]) -> bool:
    losses = [one.loss(limits) for one in seen]
    return all(loss.people <= PEOPLE_LOSS and loss.labels <= LABEL_LOSS for loss in losses)


def _spans(seen: Iterable[_Seen], kind: str) -> NDArray[np.float32]:
    found = [one.spans[kind] for one in seen if kind in one.spans]
    return np.concatenate(found) if found else np.empty((0, 1), np.float32)


def _sets(data: Path, lists: Lists) -> Iterable[tuple[str, list[dict]]]:
    for name in SETS:
        yield name, read_gold(data / f"dev/{name}.jsonl.gz")
    for language, (style, _, _) in LANGUAGES.items():
        world = Generator(lists, 11, test=True)
        templates = [pair for pair in world.templates if pair[0] == style]
        made = [world.row(*templates[index % len(templates)]) for index in range(MADE)] if templates else []
        # A handful of templates says nothing of other types.
        people = [[span for span in row.spans if span[2] == "PERSON"] for row in made]
        spans = [[{"start": start, "end": end, "label": kind} for start, end, kind in row] for row in people]
        yield language, [{"text": row.text, "spans": own} for row, own in zip(made, spans, strict=True)]


def _seen(session: onnxruntime.InferenceSession, model: NerModel, coder: Coder, rows: Sequence[dict]) -> _Seen:
    people, labels, tokens = [], [], []
    people_count = label_count = 0
    spans: dict[str, list[NDArray[np.float32]]] = {}
    for row in rows:
        text = str(row["text"])
        encoded = coder.encode(text)
        if not len(encoded.ids):
            continue
        (scores,) = session.run(None, {"ids": encoded.ids[None], "types": encoded.types[None]})
        near = _read_together(text, encoded, scores[0][[TYPES.index(kind) for kind in COLUMNS]])
        tokens.append(near.T)
        near, words = (np.maximum.reduceat(one, encoded.heads, axis=1) for one in (near, scores[0]))
        found = model.find(text)
        for span in found:
            inside = _inside(encoded.starts, encoded.ends, span.start, span.end)
            own = near if span.entity_type in REPLACED else words[[TYPES.index(span.entity_type)]]
            spans.setdefault(span.entity_type, []).append(own[:, inside].max(axis=1, initial=-99.0))
        hidden = _covered(text, [span for span in found if span.entity_type in REPLACED])
        for label in row["spans"]:
            letters = {place for place in range(label["start"], label["end"]) if text[place].isalnum()}
            if not letters:
                continue
            is_person = label["label"] in PERSON_LABELS
            people_count += is_person
            label_count += 1
            if letters <= hidden:
                labels.append(near[:, _inside(encoded.starts, encoded.ends, label["start"], label["end"])].max(axis=1, initial=-99.0))
                if is_person:
                    people.append(labels[-1])
    empty = np.empty((0, len(COLUMNS)), np.float32)
    return _Seen(
        people=np.stack(people) if people else empty, labels=np.stack(labels) if labels else empty, people_count=people_count,
        label_count=label_count, tokens=np.concatenate([empty, *tokens]), spans={kind: np.stack(rows) for kind, rows in spans.items()},
    )


def _inside(starts: NDArray[np.int64], ends: NDArray[np.int64], start: int, end: int) -> slice:
    return slice(int(np.searchsorted(ends, start, side="right")), int(np.searchsorted(starts, end)))


def _covered(text: str, spans: Iterable[Span]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end) if text[place].isalnum()}


def _read_together(text: str, encoded: Encoded, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each token the highest score of those that are read with it or left out with it, float32 [types, tokens]."""
    best = np.full_like(scores, -99.0)
    if len(encoded.ids) <= WINDOW:
        best[:] = scores.max(axis=1, keepdims=True)
        return best
    word_of = np.repeat(np.arange(len(encoded.heads)), np.diff(np.append(encoded.heads, len(encoded.ids))))
    starts, ends = encoded.starts[word_of], encoded.ends[word_of]
    for piece in plan_pieces(text):
        inside = np.flatnonzero((ends > piece.low) & (starts < piece.high))
        if len(inside):
            read = scores[:, max(0, inside[0] - EDGE) : inside[-1] + EDGE + 1].max(axis=1, keepdims=True)
            best[:, inside] = np.maximum(best[:, inside], read)
    return best
