"""Run the whole recipe: `python -m ner_models.train --data ../shared/data --out ner_models/fast [--smoke]`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import torch

from ner_models.train.calibrate import calibrate
from ner_models.train.card import origin_table, speed_line, write_scores
from ner_models.train.dataset import DataConfig, make_sampler
from ner_models.train.encoder import Encoder, EncoderConfig, pretrained_folder
from ner_models.train.fit import FitConfig, fit
from ner_models.train.gate import losses
from ner_models.train.judge import SETS, judge, table
from ner_models.train.names import read_lists
from ner_models.train.package import DEFAULT_THRESHOLDS, write_folder, write_thresholds
from ner_models.train.rows import LABELS
from relay.detect.ner_onnx import Coder, NerModel

SEED = 20261121
NAME, VERSION = "fast", "1"
LAYERS = (0, 2, 4)  # of the six pretrained layers
MAX_TOKENS, OVERLAP = 128, 32


def say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Train, calibrate, export, quantise and gate the NER model.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("ner_models/fast"))
    parser.add_argument("--smoke", action="store_true", help="a tiny run of every step, for the tests")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=100.0, help="training ends by then, with its schedule fitted to it")
    parser.add_argument("--share-alike", action="store_true", help="also train on the CC BY-SA corpora")
    parser.add_argument("--checkpoint", type=Path, help="keep the weights here while training")
    parser.add_argument("--weights", type=Path, help="skip training and take these weights")
    parser.add_argument("--card", type=Path, help="model card whose measured part is rewritten (default: README.md beside OUT)")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    random.seed(SEED)
    vocabulary = (pretrained_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    coder = Coder(vocabulary)
    model = Encoder.from_pretrained(EncoderConfig(labels=len(LABELS), layers=len(LAYERS)), LAYERS)
    if arguments.weights:
        model.load_state_dict(torch.load(arguments.weights, weights_only=True))
        model.eval()
    else:
        data = DataConfig(
            share_alike=arguments.share_alike, limit=MAX_TOKENS, share=0.004 if arguments.smoke else 1.0, code=60 if arguments.smoke else 1500
        )
        sampler = make_sampler(arguments.data, coder, data, SEED, say)
        plan = FitConfig(epochs=1 if arguments.smoke else arguments.epochs, limit_s=60 * arguments.minutes)
        fit(model, sampler, plan, seed=SEED, checkpoint=arguments.checkpoint, log=say)
    every = 50 if arguments.smoke else 1

    def write(folder: Path, *, int8: bool) -> NerModel:
        write_folder(
            model, vocabulary, folder, name=NAME, version=VERSION, thresholds=DEFAULT_THRESHOLDS, int8=int8,
            max_tokens=MAX_TOKENS, overlap=OVERLAP,
        )
        return NerModel.load(folder)

    thresholds = calibrate(write(arguments.out, int8=True), arguments.data, every=every)
    say(f"thresholds {thresholds}")
    write_thresholds(arguments.out, thresholds)
    quantised = NerModel.load(arguments.out)
    int8 = judge(quantised, arguments.data, SETS, every=every)
    print(table(int8), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), int8=False)
        write_thresholds(Path(scratch), thresholds)
        plain = judge(NerModel.load(Path(scratch)), arguments.data, SETS, every=every)
    print(table(plain), flush=True)
    speed = speed_line(quantised)
    say(speed)
    card = arguments.card or arguments.out.parent / "README.md"
    if card.exists() and not arguments.smoke:
        origins = origin_table(quantised, read_lists(arguments.data / "lists"))
        size_mb = (arguments.out / "model.onnx").stat().st_size / 1e6
        write_scores(card, plain, int8, origins, speed, size_mb)
    # A smoke run has learnt nothing, so its figures are noise.
    worse = [] if arguments.smoke else losses(plain, int8)
    for line in worse:
        say(f"gate: {line}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
