"""Run the whole recipe: `python -m ner_models.train --data ../shared/data --out ner_models [--smoke]`.

`accurate` is trained on the labels; `fast` starts with half of its layers and learns from the labels and from it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from ner_models.train.calibrate import calibrate
from ner_models.train.card import origin_table, speed_line, write_scores
from ner_models.train.dataset import DataConfig, make_sampler
from ner_models.train.encoder import Encoder, EncoderConfig, read_vocabulary
from ner_models.train.fit import FitConfig, fit
from ner_models.train.gate import losses
from ner_models.train.judge import SETS, judge, table
from ner_models.train.languages import language_table
from ner_models.train.names import read_lists
from ner_models.train.package import DEFAULT_THRESHOLDS, write_folder, write_thresholds
from ner_models.train.rows import LABELS
from relay.detect.ner_onnx import Coder, NerModel

SEED = 20261121
VERSION = "3"
MAX_TOKENS, OVERLAP = 128, 32
# Freed memory goes back to the kernel and comes again page by page, which costs more than the arithmetic.
ALLOCATOR = "glibc.malloc.mmap_threshold=4294967295:glibc.malloc.trim_threshold=17179869184"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One of the two models. `layers` of the pretrained six, or of the teacher's; `share` of the time for training."""

    name: str
    layers: tuple[int, ...]
    share: float


ACCURATE = Size(name="accurate", layers=(0, 1, 2, 3, 4, 5), share=0.6)
FAST = Size(name="fast", layers=(0, 2, 4), share=0.4)


def say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


def main() -> int:
    if sys.platform == "linux" and "GLIBC_TUNABLES" not in os.environ:
        os.execve(sys.executable, [sys.executable, "-m", "ner_models.train", *sys.argv[1:]], {**os.environ, "GLIBC_TUNABLES": ALLOCATOR})
    parser = argparse.ArgumentParser(description="Train, calibrate, export, quantise and gate the NER models.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("ner_models"))
    parser.add_argument("--only", choices=(ACCURATE.name, FAST.name), help="train this one; the other one's weights are taken from --weights")
    parser.add_argument("--finish", action="store_true", help="train nothing: calibrate, export and judge the weights in --weights")
    parser.add_argument("--smoke", action="store_true", help="a tiny run of every step, for the tests")
    parser.add_argument("--epochs", type=int, default=5, help="of either model")
    parser.add_argument("--minutes", type=float, default=100.0, help="training ends by then, with its schedule fitted to it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--share-alike", action="store_true", help="also train on the CC BY-SA corpora")
    parser.add_argument("--weights", type=Path, help="folder for the float weights, kept while training")
    parser.add_argument("--float", type=Path, help="folder for both models in float, for `python -m benchmarks.accuracy --float`")
    parser.add_argument("--card", type=Path, help="model card whose measured part is rewritten (default: README.md in OUT)")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    random.seed(SEED)
    vocabulary, rows = read_vocabulary()
    coder = Coder(vocabulary)
    data = DataConfig(
        share_alike=arguments.share_alike, limit=MAX_TOKENS, share=0.004 if arguments.smoke else 1.0, **({"code": 60, "translations": 40} if arguments.smoke else {})
    )
    sampler = None if arguments.finish else make_sampler(arguments.data, coder, data, SEED, say)
    config = EncoderConfig(labels=len(LABELS), layers=len(ACCURATE.layers), vocabulary=len(rows), positions=MAX_TOKENS)
    model: Encoder | None = None
    worse = False
    for size in (ACCURATE, FAST):
        teacher = model
        model = Encoder.from_pretrained(config, size.layers, rows) if teacher is None else teacher.student(size.layers)
        if arguments.weights:
            arguments.weights.mkdir(parents=True, exist_ok=True)
        weights = arguments.weights / f"{size.name}.pt" if arguments.weights else None
        wanted = arguments.only in (None, size.name)
        if sampler is None or not wanted:
            if weights is None or not weights.exists():
                break
            model.load_state_dict(torch.load(weights, weights_only=True))
            model.eval()
            if sampler is None and wanted:
                worse = not finish(model, vocabulary, size.name, arguments) or worse
            continue
        plan = FitConfig(
            epochs=1 if arguments.smoke else arguments.epochs, limit_s=60 * arguments.minutes * (1.0 if arguments.only else size.share), threads=arguments.threads
        )
        say(f"{size.name}: {len(size.layers)} layers")
        fit(model, sampler, plan, seed=SEED, unknown=vocabulary.index("[UNK]"), teacher=teacher, checkpoint=weights, log=say)
        worse = not finish(model, vocabulary, size.name, arguments) or worse
    return 1 if worse else 0


def finish(model: Encoder, vocabulary: list[str], name: str, arguments: argparse.Namespace) -> bool:
    """Export a trained model, choose its thresholds, judge it and write its part of the card. False: int8 lost too much."""
    every = 50 if arguments.smoke else 1
    folder = arguments.out / name

    def write(where: Path, *, int8: bool) -> NerModel:
        write_folder(
            model, vocabulary, where, name=name, version=VERSION, thresholds=DEFAULT_THRESHOLDS, int8=int8,
            max_tokens=MAX_TOKENS, overlap=OVERLAP,
        )
        return NerModel.load(where)

    thresholds = calibrate(write(folder, int8=True), arguments.data, every=every)
    say(f"thresholds {thresholds}")
    write_thresholds(folder, thresholds)
    quantised = NerModel.load(folder)
    int8 = judge(quantised, arguments.data, SETS, every=every)
    print(table(int8), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        unrounded = arguments.float / name if arguments.float else Path(scratch)
        write(unrounded, int8=False)
        write_thresholds(unrounded, thresholds)
        plain = judge(NerModel.load(unrounded), arguments.data, SETS, every=every)
    print(table(plain), flush=True)
    speed = speed_line(quantised)
    say(speed)
    card = arguments.card or arguments.out / "README.md"
    if card.exists() and not arguments.smoke:
        lists = read_lists(arguments.data / "lists")
        write_scores(
            card, name, plain, int8, languages=language_table(quantised, arguments.data, lists), origins=origin_table(quantised, lists),
            speed=speed, size_mb=(folder / "model.onnx").stat().st_size / 1e6,
        )
    # A smoke run has learnt nothing, so its figures are noise.
    worse = [] if arguments.smoke else losses(plain, int8)
    for line in worse:
        say(f"gate: {line}")
    return not worse


if __name__ == "__main__":
    sys.exit(main())
