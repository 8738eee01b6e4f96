"""Make the heads for what passages imply: `python -m ner_models.train.oblique --data ../shared/data --out ner_models`.

For each model folder: the graph gets its hidden states as further outputs, if it has none yet; the labelled texts, and
texts of others that imply nothing, are read; a head is fitted and its scale chosen on styles that were left out; head,
digests and names go into the folder, and the tables of the styles kept apart into the card. Minutes on one core, most
of them reading. To be run again whenever the weights of a model have changed. `--smoke` does it all on every tenth text.
"""

from __future__ import annotations

import argparse
import copy
import io
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
import yaml
from numpy.typing import NDArray

from ner_models.train.card import write_between
from ner_models.train.oblique_code import code_passages, machine_passages
from ner_models.train.oblique_fit import Head, chosen, fit_head, left_out
from ner_models.train.oblique_graph import state_outputs, with_states
from ner_models.train.oblique_judge import tables
from ner_models.train.oblique_texts import APART, CLASSES, Labelled, other_texts, read_labelled
from ner_models.train.package import write_oblique
from ner_models.train.running import say
from relay.detect.ner.model import NerModel
from relay.detect.ner.oblique import ARRAYS, pooled
from relay.policy.lexicons import FINANCE, HEALTH, PRIVILEGED, SECRECY
from relay.policy.words import Words
from relay.types import Span

__all__ = ["add_oblique"]

SEED = 20261201
# Which languages each model reads.
LATIN, OTHER = ("en", "de", "fr", "es"), ("zh", "ru")
MODELS = {"fast": LATIN, "accurate": LATIN, "world": OTHER}
LEXICONS = {"PHI": HEALTH, "PRIVILEGED": PRIVILEGED, "NPI": FINANCE, "TRADE_SECRET": SECRECY}


class _Recorder:
    """Stands where a head does and keeps the pooled states of each passage."""

    def __init__(self, outputs: Sequence[str]) -> None:
        self.outputs = tuple(outputs)
        self.passages: list[NDArray[np.float32]] = []

    def verdicts(self, windows: Sequence[Sequence[NDArray[np.float32]]], start: int, end: int) -> list[Span]:
        self.passages.append(pooled(windows))
        return []


def _read(folder: Path, outputs: Sequence[str]) -> Callable[[str], NDArray[np.float32]]:
    """Return what gives the pooled states of each passage of a text, as `relay` reads it: float32 [passages, features]."""
    recorder = _Recorder(outputs)
    model = copy.copy(NerModel.load(folder))
    model._oblique = recorder  # type: ignore[assignment]

    def read(text: str) -> NDArray[np.float32]:
        recorder.passages.clear()
        model.find(text)
        return np.array(recorder.passages, dtype=np.float32)

    return read


def _with_words(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return whether each text has words of each class: bool [texts, classes]."""
    words = [Words([text]) for text in texts]
    return np.array([[bool(LEXICONS[name].find(row)) for name in CLASSES.values()] for row in words])


def _joined(rows: Sequence[Labelled], draw: random.Random) -> Iterator[Labelled]:
    """Yield each text once more beside one of its language that implies nothing: a passage holds other things, too."""
    plain: dict[str, list[str]] = {}
    for row in rows:
        if not row.classes:
            plain.setdefault(row.language, []).append(row.text)
    for row in rows:
        if row.classes and row.language in plain:
            pair = [row.text, draw.choice(plain[row.language])]
            draw.shuffle(pair)
            yield Labelled(row.style, row.language, row.classes, draw.choice((" ", "\n")).join(pair))


def add_oblique(
    folder: Path, data: Path, languages: Sequence[str], *, log: Callable[[str], None], share: float = 1.0
) -> str:
    """Fit the head of the model in `folder`, write it there and return the tables. `share` below 1 is a trial."""
    graph = with_states(onnx.load(folder / "model.onnx"))
    outputs = state_outputs(graph)
    write_oblique(folder, graph.SerializeToString())
    read = _read(folder, outputs)
    labelled = [row for row in read_labelled() if row.language in languages][:: max(1, round(1 / share))]
    known = [row for row in labelled if row.style not in APART]
    known = [*known, *_joined(known, random.Random(SEED))]
    latin = languages == LATIN
    others = list(other_texts(data, latin=latin, share=share))
    if latin:
        others += code_passages(round(500 * share)) + machine_passages(data, round(400 * share))
    texts = [row.text for row in known] + others
    log(f"{folder.name}: reading {len(texts):,} texts")
    passages = [read(text) for text in texts]
    # A text of several passages is, for the fit, one whose states are the mean of them; nearly all have one.
    features = np.array([rows.mean(axis=0) for rows in passages], dtype=np.float32)
    labels = np.array([[letter in row.classes for letter in CLASSES] for row in known], dtype=np.float32)
    none = np.zeros((len(others), len(CLASSES)), dtype=np.float32)
    everything = np.concatenate([labels, none])
    groups = [row.style for row in known] + [f"others {place % 4}" for place in range(len(others))]
    logits = left_out(features, everything, groups)
    marked = np.concatenate([labels, np.full_like(none, np.nan)])
    head = chosen(fit_head(features, everything), logits, marked, _with_words(texts))
    write_oblique(folder, graph.SerializeToString(), outputs, list(CLASSES.values()), _stored(head))
    apart = [row for row in labelled if row.style in APART]
    scores = np.array([_scores(head, read(row.text)) for row in apart])
    report = tables(apart, scores, _with_words([row.text for row in apart]))
    log(report)
    return report


def _scores(head: Head, passages: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the score of each class in the passage where it is highest: float64 [classes]."""
    found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-head.logits(passages).max(axis=0).clip(-30.0, 30.0)))
    return found


def _stored(head: Head) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **{name: getattr(head, name).astype(np.float16 if name == "inner" else np.float32) for name in ARRAYS})
    return stream.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the heads for what passages imply.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("ner_models"))
    parser.add_argument("--only", choices=tuple(MODELS), action="append")
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    for name in arguments.only or MODELS:
        report = add_oblique(
            arguments.out / name, arguments.data, MODELS[name], log=say, share=0.1 if arguments.smoke else 1.0
        )
        if not arguments.smoke:
            write_between(arguments.out / "README.md", f"{name}, implied", report)


if __name__ == "__main__":
    main()
