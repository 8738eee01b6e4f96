"""Train `world`, the model for all scripts but Latin: `python -m ner_models.train.world --data ../shared/data [--smoke]`.

Six layers of a multilingual encoder (`multilingual.py`) with the pieces that its languages need, on the corpora of
`world/train`, templates of `templates_world` and translations without names (`world_data.py`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch

from ner_models.train.calibrate import lowest, lowest_by_letters
from ner_models.train.corpora import read_gold
from ner_models.train.dataset import DataConfig
from ner_models.train.encoder import EncoderConfig
from ner_models.train.export import read_graph
from ner_models.train.fit import FitConfig, fit
from ner_models.train.judge import REPLACED, Score, score
from ner_models.train.multilingual import MARKS, UNKNOWN, read_multilingual
from ner_models.train.package import DEFAULT_THRESHOLDS, MAX_TOKENS, OVERLAP, write_by_letters, write_folder, write_thresholds
from ner_models.train.rows import LABELS
from ner_models.train.running import keep_memory, say
from ner_models.train.world_data import make_world_sampler, plain_rows, world_texts
from ner_models.train.world_rows import transliterated
from relay.detect.ner.model import NerModel
from relay.detect.ner.unigram import UnigramCoder

SEED = 20261130
VERSION = "2"
LAYERS, PIECES = 6, 36_000
# False alarms that may be added to 1,000 words, or 2,000 characters without spaces between them, of text without names, and
# the thresholds to choose from. A place that is taken for a person costs a placeholder, one that hides a person a name.
BUDGET = {
    "PERSON": (3.0, (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)), "STREET_ADDRESS": (0.3, (0.4, 0.5, 0.6)), "USERNAME": (0.25, (0.5, 0.6, 0.7)),
    "PASSWORD": (0.1, (0.5, 0.6, 0.7)), "ID_NUMBER": (0.3, (0.4, 0.5, 0.6)), "LOCATION": (6.0, (0.55,)), "ORGANIZATION": (5.0, (0.55,)),
    "DATE_TIME": (6.0, (0.5,)), "AGE": (1.0, (0.5, 0.6)), "NRP": (3.0, (0.5,)),
}
# Classes of letters that tell a language or a script, the first that a text has one of: Urdu, Kazakh, Mongolian, Ukrainian, Marathi
# before their scripts. A person's threshold is chosen for each by text without names in it.
LETTERS = ("ٹڈڑںے", "\u0600-\u06ff", "\u0590-\u05ff", "\u10a0-\u10ff", "әғқңұһ", "өү", "іїєґ", "\u0400-\u04ff", "\u0370-\u03ff", "ळ", "\u0900-\u097f", "\u0980-\u09ff",
           "\u0b80-\u0bff", "\u0c00-\u0c7f", "\u0e00-\u0e7f", "\uac00-\ud7a3", "\u3041-\u30ff", "\u4e00-\u9fff", "\u0530-\u058f")
PEOPLE_LIMIT, PEOPLE_STEPS = 4.0, (0.15, 0.2, 0.3, 0.4)
# Language -> its judging sets: news or encyclopaedia, and chat, tweets or notes.
JUDGED = {
    "Chinese": ("zh-Hans_uner_gsdsimp", "zh-Hant_uner_gsd", "zh-Hans_weibo"), "Japanese": ("ja_gsd", "ja_stockmark"), "Korean": ("ko_klue",),
    "Russian": ("ru_factrueval", "ru_wikiner"), "Ukrainian": ("uk_neruk2", "uk_parlamint"), "Bulgarian": ("bg_bgner",), "Serbian": ("sr_uner_set",),
    "Kazakh": ("kk_kaznerd",), "Mongolian": ("mn_ner",), "Greek": ("el_elner18",), "Armenian": ("hy_armtdp",), "Georgian": ("ka_gnc",),
    "Arabic": ("ar_aqmar", "ar_wojood_sample"), "Persian": ("fa_parstwiner",), "Urdu": ("ur_ilner",), "Hebrew": ("he_nemo",),
    "Hindi": ("hi_ilner", "hi_hiner"), "Marathi": ("mr_mahaner",), "Nepali": ("ne_nepaliner",), "Bengali": ("bn_rifat",), "Odia": ("or_ilner",),
    "Telugu": ("te_ilner",), "Tamil": ("ta_mwtt_subst",), "Thai": ("th_thainer",), "Amharic": ("am_say", "am_masakhaner"),
}
# Covered of the people in real text: .88 and more, .75 and more, and less or nothing to score with.
SPOKEN = {
    "best": ["Russian", "Ukrainian", "Bulgarian", "Serbian", "Kazakh", "Mongolian", "Chinese", "Japanese", "Korean", "Greek", "Armenian", "Thai", "Nepali", "Odia"],
    "scored": ["Hebrew", "Arabic", "Persian", "Urdu", "Hindi", "Marathi", "Bengali", "Telugu", "Tamil", "Amharic"],
    "unsupported": ["Georgian", "Kannada", "Malayalam", "Gujarati", "Punjabi", "Burmese", "Khmer", "Lao", "Sinhala", "Tibetan"],
}


def judge_world(model: NerModel, data: Path, *, every: int = 1) -> dict[str, dict[str, Score]]:
    """Return the figures of each judging set, by language."""
    scores: dict[str, dict[str, Score]] = {}
    for language, sets in JUDGED.items():
        for name in sets:
            gold = [transliterated(row) if language == "Serbian" else row for row in read_gold(data / f"dev/{name}.jsonl.gz")[::every]]
            scores.setdefault(language, {})[name] = score(gold, (model.find(str(row["text"])) for row in gold))
    return scores


def table(scores: Mapping[str, Mapping[str, Score]], noise: Mapping[str, float]) -> str:
    """Return the figures as a Markdown table. `noise`: false alarms on text without names, by language."""
    lines = ["| language | set | people covered | n people | any recall | any precision | false alarms, text without names |", "|---|---|---|---|---|---|---|"]
    for language, sets in scores.items():
        for name, s in sets.items():
            lines.append(f"| {language} | {name} | {s.person_hit:.3f} | {s.people} | {s.recall:.3f} | {s.precision:.3f} | {noise.get(language, float('nan')):.1f} |")
    return "\n".join(lines)


def units(text: str) -> float:
    """Return the length of a text in thousands of words, or in 2,000 characters where there are few spaces."""
    return max(len(text.split()) / 1000, len(text) / (2_000 if text.count(" ") * 20 < len(text) else 1e9))


def main() -> int:
    keep_memory("ner_models.train.world")
    parser = argparse.ArgumentParser(description="Train, calibrate, export and judge the model for scripts other than Latin.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("ner_models"))
    parser.add_argument("--minutes", type=float, default=200.0, help="training ends by then, with its schedule fitted to it")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without-share-alike", action="store_true", help="leave out the corpora under CC BY-SA")
    parser.add_argument("--start", type=Path, help="folder of the model as it ships, to go on from it")
    parser.add_argument("--weights", type=Path, help="file for the float weights, kept while training")
    parser.add_argument("--finish", action="store_true", help="train nothing: calibrate, export and judge the weights in --weights")
    parser.add_argument("--smoke", action="store_true", help="a tiny run of every step, for the tests")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    source = read_multilingual()
    if arguments.start:
        place = {piece: row for row, piece in enumerate(source.pieces)}
        rows = [place[line.rpartition("\t")[0]] for line in (arguments.start / "vocab.txt").read_text(encoding="utf-8").splitlines()]
        rows += source.likely(set(rows))[: PIECES - len(rows)]
    else:
        rows = source.vocabulary(world_texts(arguments.data, SEED)[:: 500 if arguments.smoke else 1], PIECES)
    lines = source.lines(rows)
    say(f"{len(rows)} pieces")
    config = EncoderConfig(labels=len(LABELS), layers=1 if arguments.smoke else LAYERS, vocabulary=len(rows), positions=MAX_TOKENS)
    model = source.encoder(config, rows)
    if arguments.start:
        go_on(model, arguments.start)
    if arguments.finish:
        model.load_state_dict({name: value.float() for name, value in torch.load(arguments.weights, weights_only=True).items()})
    else:
        data = DataConfig(
            limit=MAX_TOKENS, alone=0.35, share_alike=not arguments.without_share_alike, synthetic=300 if arguments.smoke else 90_000, code=60 if arguments.smoke else 20_000,
            share=0.004 if arguments.smoke else 0.5 if arguments.start else 1.0,
        )
        sampler = make_world_sampler(arguments.data, UnigramCoder(lines), data, SEED, say)
        lesson = FitConfig(
            epochs=1 if arguments.smoke else arguments.epochs, rate=1.2e-4 if arguments.start else 2e-4, embedding_rate=1e-4, new_rate=8e-4, noise=0.02, limit_s=60 * arguments.minutes, threads=arguments.threads,
        )
        fit(model, sampler, lesson, seed=SEED, unknown=MARKS.index(UNKNOWN), checkpoint=arguments.weights, log=say)
    finish(model.eval(), lines, arguments)
    return 0


def go_on(model: torch.nn.Module, folder: Path) -> None:
    """Give `model` the weights of the model in `folder`, as it ships; pieces that one has not keep theirs."""
    state = model.state_dict()
    for name, value in read_graph(onnx.load(str(folder / "model.onnx"))).items():
        state[name][: len(value)] = torch.from_numpy(value.copy())
    model.load_state_dict(state)


def finish(model: torch.nn.Module, lines: list[str], arguments: argparse.Namespace) -> None:
    """Choose thresholds, write the folder and the card's tables."""
    folder = arguments.out / "world"
    write_folder(
        model, lines, folder, name="world", version=VERSION, thresholds=DEFAULT_THRESHOLDS, int8=True, max_tokens=MAX_TOKENS, overlap=OVERLAP,
        languages=SPOKEN, tokenizer="unigram",
    )
    every = 60 if arguments.smoke else 1
    plain = plain_rows(arguments.data, SEED)
    texts = [row.text for rows in plain.values() for row in rows[::every]]
    thresholds = lowest(NerModel.load(folder), texts, sum(map(units, texts)), BUDGET)
    say(f"thresholds {thresholds}")
    write_thresholds(folder, thresholds)
    rows = lowest_by_letters(NerModel.load(folder), texts, units, LETTERS, "PERSON", PEOPLE_LIMIT, PEOPLE_STEPS, own=thresholds)
    say(f"people's thresholds by letters {rows}")
    write_by_letters(folder, rows)
    found = NerModel.load(folder)
    noise = {}
    for language, rows in plain.items():
        spans = sum(span.entity_type in REPLACED for row in rows[::every] for span in found.find(row.text))
        noise[language] = spans / max(1e-9, sum(units(row.text) for row in rows[::every]))
    scores = judge_world(found, arguments.data / "world", every=every)
    said = table(scores, noise)
    print(said, flush=True)
    card = arguments.out / "README.md"
    if card.exists() and not arguments.smoke:
        begin, end = "<!-- world, measured: begin -->", "<!-- world, measured: end -->"
        head, rest = card.read_text(encoding="utf-8").split(begin)
        card.write_text(f"{head}{begin}\n\n{said}\n\n{end}{rest.split(end)[1]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
