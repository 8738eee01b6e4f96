"""Measure what relay finds: `python -m benchmarks.accuracy [--data FOLDER] [--out FOLDER] [--quick]`.

Judges the shipped model and patterns together, as a user gets them, on every labelled set of the data folder; counts
false alarms in prompts and in source code; and compares names by country. Presidio's own patterns read the same texts.
Takes about five minutes on two cores, with `--quick` under one. The int8 model is judged; float weights are made in
training only (`python -m ner_models.train --float FOLDER`), and `--float FOLDER/fast` puts them beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.accuracy import report, safe_harbor
from benchmarks.accuracy.labels import exactness
from benchmarks.accuracy.languages import spoken
from benchmarks.accuracy.score import Row, Score, score
from benchmarks.accuracy.texts import Named, code_rows, name_rows, read_sets
from benchmarks.accuracy.views import Found, View, run
from relay import build
from relay.detect.ner.model import NerModel
from relay.policy.model import Model
from relay.types import Span

__all__ = ["main", "measure"]

ROOT = Path(__file__).parents[2]
NAMES = "lists/popular_names_by_country"
PEERS = ROOT / "benchmarks/results/accuracy_peers.json"  # what `benchmarks.accuracy.peers` wrote
_WORLD = "world/"  # before the names of sets in other languages, which begin with the language's code


def main(arguments: list[str] | None = None) -> None:
    """Run, print, write; without data say so and stop."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data", help="folder with dev/ and lists/")
    parser.add_argument("--out", type=Path, help="folder for the results, by default one for each model")
    parser.add_argument("--model", type=Model, default=Model.FAST, help="fast, or accurate as a policy may choose")
    parser.add_argument("--float", type=Path, help="folder with the same model in float, to stand beside it")
    parser.add_argument("--quick", action="store_true", help="one text in ten")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes, each with its own model")
    options = parser.parse_args(arguments)
    console = Console(width=max(Console().width, 124))
    if not any((options.data / "dev").glob("*.jsonl.gz")):
        console.print(f"skipped: no labelled sets in {options.data / 'dev'}; name a folder with --data")
        return
    results = ROOT / "benchmarks" / "results"
    out = options.out or (results if options.model is Model.FAST else results / options.model)
    begun = time.perf_counter()
    result = measure(
        options.data,
        console,
        model=options.model,
        float_model=options.float,
        quick=options.quick,
        jobs=options.jobs,
    )
    result["seconds"] = round(time.perf_counter() - begun, 1)
    report.show(result, console)
    report.write(result, out)
    report.plot(result, out)
    console.print(f"{result['seconds']:.0f} s; wrote accuracy.json, .md, .svg and .png to {out}")


def measure(
    data: Path,
    console: Console,
    *,
    model: Model = Model.FAST,
    float_model: Path | None = None,
    quick: bool = False,
    jobs: int = 1,
) -> dict[str, Any]:
    """Return all figures as plain values; they hold no text."""
    sets = read_sets(data / "dev", every=10 if quick else 1)
    others = read_sets(data / "world/dev", every=40 if quick else 4)
    world = {f"{_WORLD}{name}": rows for name, rows in others.items()}
    sets |= world
    plain = {name: rows for name, rows in sets.items() if not any(row.labels for row in rows)}
    plain["source code"] = code_rows(every=16 if quick else 2)
    labelled = {name: rows for name, rows in sets.items() if name not in plain}
    named = name_rows(data / NAMES, count=24 if quick else 120) if (data / NAMES).is_dir() else []
    groups: dict[str, list[Row]] = {**labelled, **plain, "names": [one.row for one in named]}
    found: dict[str, Found] = {}
    with console.status("loading") as status:
        texts = {name: [row.text for row in rows] for name, rows in groups.items()}
        for name, spans in run(texts, jobs=jobs, model=model, float_model=float_model, rival=True):
            found[name] = spans
            status.update(f"{len(found)} of {len(groups)}: {name}")
    scores = {name: {view: score(groups[name], spans) for view, spans in found[name].items()} for name in groups}
    result = {
        "python": platform.python_version(),
        "model": NerModel.load(build.MODELS / model).version,
        "quick": quick,
        "sets": {name: _views(scores[name]) for name in labelled if name not in world},
        "world": {
            name: _plain(scores[name][View.DEFAULT].as_json()) | spoken(name.removeprefix(_WORLD), rows)
            for name, rows in world.items()
            if name in labelled
        },
        "peers": json.loads(PEERS.read_text(encoding="utf-8")) if PEERS.exists() else {},
        "exact": {
            name: exactness(groups[name], found[name][View.EVERYTHING]) for name in labelled if name not in world
        },
        "false_alarms": {name: _views(scores[name]) for name in plain},
        "safe_harbor": safe_harbor.measure(model),
        "origins": _origins(named, found["names"]),
        "origins_precision": _origins_precision(named, found["names"]),
    }
    result["goals"] = _goals(result)
    return result


def _views(scores: Mapping[View, Score]) -> dict[str, Any]:
    return {view.value: one.as_json() for view, one in scores.items()}


def _plain(score: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in score.items() if key not in ("by_label", "noise_types", "clean_rows_flagged")}


def _origins(named: list[Named], found: Found) -> dict[str, dict[str, list[float]]]:
    """Return script → country → [share of names that the default policy replaces whole, how many], best first."""
    hits: dict[tuple[bool, str], list[float]] = defaultdict(list)
    for one, spans in zip(named, found[View.DEFAULT], strict=True):
        hits[one.latin, one.country].append(score([one.row], [spans]).hit)
    origins: dict[str, dict[str, list[float]]] = {"latin": {}, "own script": {}}
    for (latin, country), row in sorted(hits.items(), key=lambda item: (-sum(item[1]) / len(item[1]), item[0])):
        origins["latin" if latin else "own script"][country] = [round(sum(row) / len(row), 4), len(row)]
    return origins


def _origins_precision(named: list[Named], found: Found) -> dict[str, float]:
    """Return script → precision in characters: whether names are found, or whole sentences taken for names."""
    pairs: dict[bool, list[tuple[Row, Sequence[Span]]]] = {True: [], False: []}
    for one, spans in zip(named, found[View.DEFAULT], strict=True):
        pairs[one.latin].append((one.row, spans))
    scores = {latin: score([row for row, _ in each], [spans for _, spans in each]) for latin, each in pairs.items()}
    return {"latin": round(scores[True].precision, 4), "own script": round(scores[False].precision, 4)}


# What the figures are held to: set, view, figure, goal.
_REACH = (
    ("presidio_synth_v2", View.EVERYTHING, "f2", 0.93),
    ("presidio_synth_v2", View.DEFAULT, "people", 0.97),
    ("ewt_uner_dev", View.DEFAULT, "people", 0.93),
    ("multidogo_test", View.DEFAULT, "people", 0.90),
    ("ambientmeta_adversarial", View.DEFAULT, "people", 0.85),
    *(
        (f"{_WORLD}{name}", View.DEFAULT, "people", goal)
        for name, goal in (
            ("zh-Hans_uner_gsdsimp", 0.88),
            ("zh-Hans_weibo", 0.88),
            ("zh-Hant_uner_gsd", 0.88),
            ("ja_gsd", 0.88),
            ("ja_stockmark", 0.88),
            ("ko_klue", 0.85),
            ("ru_factrueval", 0.93),
            ("uk_neruk2", 0.90),
            ("ar_aqmar", 0.90),
            ("fa_parstwiner", 0.90),
            ("he_nemo", 0.85),
            ("el_elner18", 0.92),
            ("hi_ilner", 0.88),
            ("bn_rifat", 0.85),
            ("th_thainer", 0.82),
            ("tr_wikiner", 0.93),
            ("pl_kpwr", 0.93),
            ("fr_wikiann", 0.93),
            ("nl_wikiann", 0.93),
            ("sv_klintan", 0.93),
            ("cs_cnec2", 0.93),
            ("vi_vtb_silver", 0.88),
            ("id_nergrit", 0.93),
        )
    ),
)
_NOISE = (("prompts_unlabelled", 3.0), ("source code", 1.0))
_SPREAD = 0.05
# Of what Safe Harbor has removed, and of prompts that hold nothing of it.
_COVERED, _TOUCHED = 0.985, 0.2


def _goals(result: dict[str, Any]) -> list[dict[str, Any]]:
    words = {"f2": "F2", "people": "people wholly covered"}
    rows: list[tuple[str, float, str, float]] = []
    sets = result["sets"] | {name: {View.DEFAULT: one} for name, one in result["world"].items()}
    for name, view, figure, goal in _REACH:
        if (measured := sets.get(name, {}).get(view, {}).get(figure)) is not None:
            rows.append((f"{name}: {words[figure]}, {view}", measured, "≥", goal))
    for name, goal in _NOISE:
        if name in result["false_alarms"]:
            measured = result["false_alarms"][name][View.DEFAULT]["noise"]
            rows.append((f"{name}: false alarms per 1,000 words, default", measured, "≤", goal))
    for part, one in result["safe_harbor"].items():
        touched = one["touched"] / one["clean"]
        rows.append((f"hipaa, clinical prompts, {part}: recall of what must go", one["recall"], "≥", _COVERED))
        rows.append((f"hipaa, clinical prompts, {part}: share of clean ones touched", touched, "≤", _TOUCHED))
    if latin := result["origins"]["latin"]:
        shares = [share for share, _ in latin.values()]
        rows.append(("names in Latin letters: best country less worst", max(shares) - min(shares), "≤", _SPREAD))
    return [
        {
            "what": what,
            "measured": round(measured, 4),
            "sign": sign,
            "goal": goal,
            "met": measured >= goal if sign == "≥" else measured <= goal,
        }
        for what, measured, sign, goal in rows
    ]


if __name__ == "__main__":
    main()
