"""Choose the log odds above which a token counts: as high as the loss on every judging set allows.

What is lost: a labelled value that the model covers when it reads everything, and around which the screen marks nothing, so
near that the model would read it. People are counted by themselves, and with all other labels together.
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
from relay.detect.ner.tokenizer import Coder
from relay.types import Span

__all__ = ["Loss", "calibrate_screen"]

# Share of all labels of a set that may be lost, of people and of all labels that the replaced types cover.
LEAST_LOSS = 0.001
# Share of the spans of any other type that may be lost: the screen looks for them only where a policy asks.
OTHER_LOSS = 0.003
STEPS = tuple(-1.0 - 0.25 * step for step in range(37))
# As many tokens as the model reads around a mark.
REACH = 24
MADE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What the screen costs on one set. read: share of the tokens that are read. people, labels: shares lost, 0 to 1."""

    read: float
    people: float
    labels: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One set as the screen sees it: for each value that the model covers, the highest score near it, [values]."""

    people: NDArray[np.float32]
    labels: NDArray[np.float32]
    people_count: int
    label_count: int
    widened: NDArray[np.float32]  # for each token the highest score near it
    others: dict[str, list[float]]

    def loss(self, threshold: float) -> Loss:
        return Loss(
            read=float((self.widened > threshold).mean()),
            people=float((self.people <= threshold).sum()) / max(1, self.people_count),
            labels=float((self.labels <= threshold).sum()) / max(1, self.label_count),
        )


def calibrate_screen(
    graph: bytes, model: NerModel, coder: Coder, data: Path, lists: Lists, *, every: int = 1
) -> tuple[dict[str, float], dict[str, Loss]]:
    """Return the threshold of each entity type, and by set what the screen then skips and loses."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    seen = {name: _seen(session, model, coder, rows[::every]) for name, rows in _sets(data, lists)}
    losses = {step: {name: one.loss(step) for name, one in seen.items()} for step in STEPS}
    fitting = (step for step in STEPS if all(max(one.people, one.labels) <= LEAST_LOSS for one in losses[step].values()))
    chosen = next(fitting, STEPS[-1])
    thresholds = {}
    for kind in TYPES:
        scores = [score for one in seen.values() for score in one.others.get(kind, ())]
        quantile = float(np.quantile(scores, OTHER_LOSS, method="lower")) - 0.01 if scores else chosen
        thresholds[kind] = chosen if kind in REPLACED else round(min(chosen + 3.0, quantile), 2)
    return thresholds, losses[chosen]


def _sets(data: Path, lists: Lists) -> Iterable[tuple[str, list[dict]]]:
    for name in SETS:
        yield name, read_gold(data / f"dev/{name}.jsonl.gz")
    for language, (style, _, _) in LANGUAGES.items():
        world = Generator(lists, 11, test=True)
        templates = [pair for pair in world.templates if pair[0] == style]
        made = [world.row(*templates[index % len(templates)]) for index in range(MADE)] if templates else []
        yield language, [{"text": row.text, "spans": [{"start": a, "end": b, "label": kind} for a, b, kind in row.spans]} for row in made]


def _seen(session: onnxruntime.InferenceSession, model: NerModel, coder: Coder, rows: Sequence[dict]) -> _Seen:
    people, labels, widened = [], [], [np.empty(0, np.float32)]
    people_count = label_count = 0
    others: dict[str, list[float]] = {}
    columns = [TYPES.index(kind) for kind in sorted(REPLACED)]
    for row in rows:
        text = str(row["text"])
        encoded = coder.encode(text)
        if not len(encoded.ids):
            continue
        (scores,) = session.run(None, {"ids": encoded.ids[None], "types": encoded.types[None]})
        words = np.maximum.reduceat(scores[0], encoded.heads, axis=1)
        best = words[columns].max(axis=0)
        widened.append(_widened(scores[0][columns].max(axis=0)))
        reach = np.maximum.reduceat(widened[-1], encoded.heads)
        spans = model.find(text)
        for span in spans:
            if span.entity_type not in REPLACED:
                inside = _inside(encoded.starts, encoded.ends, span.start, span.end)
                others.setdefault(span.entity_type, []).append(float(words[TYPES.index(span.entity_type)][inside].max(initial=-99.0)))
        hidden = _covered(text, [span for span in spans if span.entity_type in REPLACED])
        for label in row["spans"]:
            letters = {place for place in range(label["start"], label["end"]) if text[place].isalnum()}
            if not letters:
                continue
            is_person = label["label"] in PERSON_LABELS
            people_count += is_person
            label_count += 1
            if letters <= hidden:
                inside = _inside(encoded.starts, encoded.ends, label["start"], label["end"])
                score = float(np.maximum(reach, best)[inside].max(initial=-99.0))
                labels.append(score)
                if is_person:
                    people.append(score)
    return _Seen(
        people=np.array(people, np.float32), labels=np.array(labels, np.float32), people_count=people_count, label_count=label_count,
        widened=np.concatenate(widened), others=others,
    )


def _inside(starts: NDArray[np.int64], ends: NDArray[np.int64], start: int, end: int) -> slice:
    return slice(int(np.searchsorted(ends, start, side="right")), int(np.searchsorted(starts, end)))


def _covered(text: str, spans: Iterable[Span]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end) if text[place].isalnum()}


def _widened(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each token the highest score of those within `REACH`."""
    padded = np.pad(scores, REACH, constant_values=-99.0)
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1).max(axis=1)
