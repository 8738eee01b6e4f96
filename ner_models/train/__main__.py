"""Run the whole recipe: `python -m ner_models.train --data ../shared/data --out ner_models [--smoke]`.

`accurate` is trained on the labels; `fast` starts with half of its layers and learns from the labels and from it. Where
there is a GPU, larger teachers learn the labels first, and both learn from the labels and from them instead. With
`--narrow 6x768` `fast` is then made narrower; with `--only fast --start ner_models` that of a folder is, and nothing else. With
`--only fast --start ner_models` alone the one in the folder goes on learning.
"""

from __future__ import annotations

import argparse
import copy
import os
import random
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import onnx
import torch

from ner_models.train.calibrate import calibrate
from ner_models.train.card import origin_table, speed_line, write_scores
from ner_models.train.dataset import DataConfig, Sampler, beforehand, make_sampler, with_texts
from ner_models.train.encoder import Encoder, EncoderConfig, read_vocabulary
from ner_models.train.export import read_graph
from ner_models.train.fit import FitConfig, fit
from ner_models.train.gate import losses
from ner_models.train.judge import SETS, judge, table
from ner_models.train.languages import language_table
from ner_models.train.names import read_lists
from ner_models.train.narrow import narrowed
from ner_models.train.package import DEFAULT_THRESHOLDS, MAX_TOKENS, OVERLAP, SPOKEN, SPOKEN_BY_FAST, write_folder, write_thresholds
from ner_models.train.rows import LABELS
from ner_models.train.running import keep_memory, say
from ner_models.train.screen_texts import texts
from ner_models.train.screening import add_screen
from ner_models.train.teacher import Council, Teacher, packaged
from relay.detect.ner.model import NerModel
from relay.detect.ner.tokenizer import Coder

SEED = 20261121
VERSION = "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One of the two models. `layers` of the pretrained six, or of the teacher's; `share` of the time for training."""

    name: str
    layers: tuple[int, ...]
    share: float


ACCURATE = Size(name="accurate", layers=(0, 1, 2, 3, 4, 5), share=0.6)
FAST = Size(name="fast", layers=(0, 2, 4), share=0.4)

# With a GPU: how many teachers learn, their share of the time, how they learn, and how the two models learn.
TEACHERS = 2
TEACHERS_SHARE = 0.25
# The narrow network learns nothing new: it learns to say what the wide one says, also of texts without labels, above all
# where that sees an entity, in so much of the time.
NARROW = FitConfig(epochs=3, rate=2e-4, embedding_rate=0.0, new_rate=2e-4, noise=0.0, teacher_share=0.9, weight=8.0)
NARROW_SHARE = 0.4
# A finished model that learns further languages: so much of what it learnt before is said to it again, and it is its own teacher there.
AGAIN = 0.2
GOING_ON = FitConfig(epochs=2, rate=3e-4, embedding_rate=2e-4, new_rate=3e-4)
# So much of its weights from before stays in the mean of both, which forgets less than it gives up of the new (Wortsman et al.,
# "Robust fine-tuning of zero-shot models", 2022): of 5,883 people in English sets .9407 were covered before, .9376 by the new
# weights alone, .9390 by the mean; of those in Polish, Turkish and Vietnamese .45, .81 and .80.
KEPT = 0.3
# So many sequences tell which of its heads and units count, and fit the rest.
LOOKED_AT = 2_000
TEACHER = FitConfig(epochs=3, tokens=16_384, rate=5e-5, embedding_rate=5e-5, new_rate=1e-3)
WITH_GPU = FitConfig(epochs=16, tokens=16_384, rate=6e-4, embedding_rate=2e-4, new_rate=6e-4, teacher_share=0.7)


def main() -> int:
    keep_memory("ner_models.train")
    parser = argparse.ArgumentParser(description="Train, calibrate, export, quantise and gate the NER models.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("ner_models"))
    parser.add_argument("--only", choices=(ACCURATE.name, FAST.name), help="train this one; the other one's weights are taken from --weights")
    parser.add_argument("--finish", action="store_true", help="train nothing: calibrate, export and judge the weights in --weights")
    parser.add_argument("--smoke", action="store_true", help="a tiny run of every step, for the tests")
    parser.add_argument("--epochs", type=int, help="of either model (default: 5, and 16 with a GPU)")
    parser.add_argument("--teachers", type=int, help="how many learn first (default: none, and 2 with a GPU; their weights: `make teachers`)")
    parser.add_argument("--minutes", type=float, default=100.0, help="training ends by then, with its schedule fitted to it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--share-alike", action="store_true", help="also train on the CC BY-SA corpora")
    parser.add_argument("--weights", type=Path, help="folder for the float weights, kept while training")
    parser.add_argument("--start", type=Path, help="folder with one or both models as they ship, to start from instead of the pretrained weights")
    parser.add_argument("--narrow", type=_shape, metavar="HEADSxUNITS", help="what stays of each layer of fast, such as 6x768 (default: all)")
    parser.add_argument("--float", type=Path, help="folder for both models in float, for `python -m benchmarks.accuracy --float`")
    parser.add_argument("--card", type=Path, help="model card whose measured part is rewritten (default: README.md in OUT)")
    arguments = parser.parse_args()
    if arguments.teachers is None:
        arguments.teachers = TEACHERS if torch.cuda.is_available() else 0
    if arguments.only == FAST.name and not (arguments.weights or arguments.start):
        parser.error("fast begins as a part of accurate: --only fast needs --weights or --start")
    torch.manual_seed(SEED)
    random.seed(SEED)
    vocabulary, rows = read_vocabulary()
    coder = Coder(vocabulary)
    again = bool(arguments.start) and not arguments.narrow
    data = DataConfig(
        share_alike=arguments.share_alike, limit=MAX_TOKENS, share=0.004 if arguments.smoke else AGAIN if again else 1.0,
        latin=0.004 if arguments.smoke else 1.0, latin_heard=not again, **({"code": 60, "translations": 40} if arguments.smoke else {}),
    )
    config = EncoderConfig(labels=len(LABELS), layers=len(ACCURATE.layers), vocabulary=len(rows), positions=MAX_TOKENS)
    if arguments.start:
        models = {size: shipped(arguments.start / size.name, config) for size in (ACCURATE, FAST) if (arguments.start / size.name).is_dir()}
    else:
        models = {
            ACCURATE: Encoder.from_pretrained(config, ACCURATE.layers, rows),
            FAST: Encoder(replace(config, layers=len(FAST.layers), **dict(zip(("heads", "inner"), arguments.narrow or (), strict=False)))),
        }
    wanted = [size for size in models if arguments.only in (None, size.name)]
    for size, model in models.items():
        if arguments.weights and (arguments.finish if size in wanted else not arguments.start):
            model.load_state_dict(torch.load(arguments.weights / f"{size.name}.pt", weights_only=True))
            model.eval()
    if not arguments.finish:
        sampler = make_sampler(arguments.data, coder, data, SEED, say)
        more = texts(arguments.data, SEED, say, share=data.share) if arguments.narrow else []
        train(models, wanted, sampler, with_texts(sampler, more, coder, data, SEED), vocabulary, arguments)
    worse = [size.name for size in wanted if not finish(models[size], vocabulary, size.name, arguments)]
    return 1 if worse else 0


def _shape(text: str) -> tuple[int, int]:
    heads, _, inner = text.partition("x")
    return int(heads), int(inner)


def shipped(folder: Path, config: EncoderConfig) -> Encoder:
    """Return the model in `folder`, of the shape that its weights have."""
    weights = {name: torch.from_numpy(value.copy()) for name, value in read_graph(onnx.load(str(folder / "model.onnx"))).items()}
    layers = sum(name.endswith("qkv.bias") for name in weights)
    heads, inner = len(weights["layers.0.qkv.bias"]) // 3 // config.head, len(weights["layers.0.inner.bias"])
    model = Encoder(replace(config, layers=layers, heads=heads, inner=inner))
    model.load_state_dict(weights)
    return model.eval()


def train(
    models: dict[Size, Encoder], wanted: list[Size], sampler: Sampler, mixed: Sampler, vocabulary: list[str], arguments: argparse.Namespace
) -> None:
    """Train the wanted ones of `models` in place, `accurate` before `fast`. `mixed` adds texts without labels to `sampler`."""
    gpu = torch.cuda.is_available()
    plan = WITH_GPU if gpu else FitConfig(epochs=5)
    plan = replace(plan, epochs=1 if arguments.smoke else arguments.epochs or plan.epochs, threads=arguments.threads)
    seconds = 60 * arguments.minutes / sum(size.share for size in wanted)
    if arguments.weights:
        arguments.weights.mkdir(parents=True, exist_ok=True)
    unknown = vocabulary.index("[UNK]")
    council: Council | None = None
    if gpu:
        sampler = beforehand(sampler, plan.epochs, os.cpu_count() or 1)
    if arguments.teachers:
        weights, own = packaged()
        council = Council([Teacher.from_packages(weights, own, vocabulary, models[ACCURATE].config) for _ in range(arguments.teachers)])
        lesson = replace(TEACHER, epochs=min(TEACHER.epochs, plan.epochs), limit_s=60 * arguments.minutes * TEACHERS_SHARE / arguments.teachers)
        for number, teacher in enumerate(council.teachers):
            say(f"teacher {number + 1}")
            fit(teacher, sampler, lesson, seed=SEED + number, unknown=unknown, log=say)
        seconds *= 1.0 - TEACHERS_SHARE
    for size in wanted:
        say(f"{size.name}: {len(size.layers)} layers")
        learn = partial(fit, make_samples=sampler, seed=SEED, unknown=unknown, log=say)
        checkpoint = arguments.weights / f"{size.name}.pt" if arguments.weights else None
        budget = replace(plan, limit_s=seconds * size.share)
        if size is ACCURATE:
            learn(models[ACCURATE], config=budget, teacher=council, checkpoint=checkpoint)
            continue
        if not arguments.start:
            models[FAST] = models[ACCURATE].student(FAST.layers)
            limit_s = budget.limit_s * (1.0 - NARROW_SHARE) if arguments.narrow else budget.limit_s
            learn(models[FAST], config=replace(budget, limit_s=limit_s), teacher=council or models[ACCURATE], checkpoint=checkpoint)
        if arguments.start and not arguments.narrow:
            lesson = replace(GOING_ON, limit_s=budget.limit_s, threads=budget.threads, epochs=1 if arguments.smoke else arguments.epochs or GOING_ON.epochs)
            before = copy.deepcopy(models[FAST])
            learn(models[FAST], config=lesson, teacher=before, checkpoint=checkpoint)
            mix(models[FAST], before, KEPT)
        if arguments.narrow:
            wide, (heads, inner) = models[FAST], arguments.narrow
            say(f"fast: narrowed to {heads} heads and {inner} units")
            models[FAST] = narrowed(wide, sampler(0)[:LOOKED_AT], heads=heads, inner=inner)
            limit_s = budget.limit_s * (1.0 if arguments.start else NARROW_SHARE)
            last = replace(NARROW, limit_s=limit_s, threads=budget.threads)
            learn(models[FAST], make_samples=mixed, config=last, teacher=wide, checkpoint=checkpoint)


def mix(model: Encoder, before: Encoder, kept: float) -> None:
    """Replace the weights of `model` by their mean with those of `before`, which count `kept`."""
    weights = before.state_dict()
    model.load_state_dict({name: torch.lerp(value, weights[name], kept) for name, value in model.state_dict().items()})


def finish(model: Encoder, vocabulary: list[str], name: str, arguments: argparse.Namespace) -> bool:
    """Export a trained model, choose its thresholds, judge it and write its part of the card. False: int8 lost too much."""
    every = 50 if arguments.smoke else 1
    folder = arguments.out / name

    def write(where: Path, *, int8: bool) -> NerModel:
        write_folder(
            model, vocabulary, where, name=name, version=VERSION, thresholds=DEFAULT_THRESHOLDS, int8=int8,
            max_tokens=MAX_TOKENS, overlap=OVERLAP, languages=SPOKEN_BY_FAST if name == FAST.name else SPOKEN,
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
    add_screen(
        folder, arguments.data, log=say, share=0.004 if arguments.smoke else 1.0, threads=arguments.threads,
        card=card if card.exists() and not arguments.smoke else None,
    )
    # A smoke run has learnt nothing, so its figures are noise.
    worse = [] if arguments.smoke else losses(plain, int8)
    for line in worse:
        say(f"gate: {line}")
    return not worse


if __name__ == "__main__":
    sys.exit(main())
