"""Measure how fast the name model reads: `python -m benchmarks.model [--model NAME] [--data FOLDER] [--quick]`.

Each text is read with the screen and without, in turn, and the shortest of several times counts: so the ratio holds
on a busy machine, too. Patterns do not run. "edited" is a document that was read before, with a sentence put into its
middle, against reading that document for the first time. With the labelled sets at hand, people wholly covered are
counted both ways, each text by itself and several of a set joined to long texts. About two minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.accuracy.score import Row, score
from benchmarks.accuracy.texts import read_sets
from benchmarks.model.texts import edited, texts
from relay import build
from relay.detect.cache import SpanCache
from relay.detect.ner.model import NerModel
from relay.detect.repeats import without_repeats
from relay.policy.model import Model

__all__ = ["joined", "main", "people", "speeds"]

ROOT = Path(__file__).parents[2]
_TIMES = 5
_JOINED_CHARS = 3_000
_KEY = bytes(32)


def main(arguments: list[str] | None = None) -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", type=Model, default=Model.FAST, help="fast, or accurate")
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data", help="folder with dev/")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the result")
    parser.add_argument("--quick", action="store_true", help="one labelled text in ten, each text timed once")
    options = parser.parse_args(arguments)
    console = Console(width=max(Console().width, 124))
    model = NerModel.load(build.MODELS / options.model)
    policy = build.read_policy(build.DEFAULT_POLICY)
    screened = model.screened(build.looked_for(policy) or frozenset())
    result: dict[str, Any] = {
        "model": model.version,
        "speed": speeds(model, screened, times=1 if options.quick else _TIMES),
        "people": people(model, screened, read_sets(options.data / "dev", every=10 if options.quick else 1)),
    }
    _show(result, console)
    path = options.out / ("model.json" if options.model is Model.FAST else f"{options.model}/model.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    console.print(f"wrote {path.name} to {path.parent}")


def speeds(model: NerModel, screened: NerModel, *, times: int = _TIMES) -> dict[str, dict[str, float]]:
    """Return for each text its characters, tokens, seconds with and without the screen, and their ratio."""
    found = {}
    for name, text in texts().items():
        read = without_repeats(text)
        took: dict[str, list[float]] = {"on": [], "off": []}
        for _ in range(times):
            took["off"].append(_seconds(model, read))
            took["on"].append(_seconds(screened, read))
        found[name] = _row(read, model, min(took["on"]), min(took["off"]))
    document = texts()["50 KB document"]
    for name, reader in (("edited, screen on", screened), ("edited, screen off", model)):
        again, first = [], []
        for _ in range(times):
            memory = SpanCache(_KEY, clock=time.monotonic)
            first.append(_seconds(reader, document, memory))
            again.append(_seconds(reader, edited(document), memory))
        found[f"50 KB document {name} / first reading"] = _row(document, model, min(again), min(first))
    return found


def _seconds(model: NerModel, text: str, memory: SpanCache | None = None) -> float:
    begun = time.perf_counter()
    model.find(text, memory)
    return time.perf_counter() - begun


def _row(text: str, model: NerModel, on: float, off: float) -> dict[str, float]:
    return {
        "characters": len(text),
        "tokens": model.tokens(text),
        "on_s": round(on, 6),
        "off_s": round(off, 6),
        "ratio": round(on / off, 4),
    }


def people(model: NerModel, screened: NerModel, sets: dict[str, list[Row]]) -> dict[str, dict[str, float]]:
    """Return by set how many people there are and which share the default policy's types cover, on and off.

    The rows as they are, and joined to texts of some 3,000 characters.
    """
    policy = build.read_policy(build.DEFAULT_POLICY)
    replaced = build.engine(policy).entity_types()
    shares: dict[str, dict[str, float]] = {}
    for name, rows in sets.items():
        for kind, texts_ in (("rows", rows), ("joined", list(joined(rows)))):
            scores = {
                way: score(texts_, [[s for s in reader.find(row.text) if s.entity_type in replaced] for row in texts_])
                for way, reader in (("on", screened), ("off", model))
            }
            if scores["on"].people is None:
                continue
            figures = shares.setdefault(name, {"people": scores["on"].people_count})
            for way, one in scores.items():
                figures[f"{kind}_{way}"] = round(one.people or 0.0, 4)
                figures[f"{kind}_{way}_all"] = round(one.hit, 4)
    return shares


def joined(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows joined to texts of some 3,000 characters, with their labels."""
    text, labels = "", []
    for row in rows:
        labels += [(start + len(text), end + len(text), label) for start, end, label in row.labels]
        text += row.text + "\n"
        if len(text) >= _JOINED_CHARS:
            yield Row(text=text, labels=tuple(labels))
            text, labels = "", []
    if text:
        yield Row(text=text, labels=tuple(labels))


def _show(result: dict[str, Any], console: Console) -> None:
    table = Table("text", "tokens", "on, ms", "off, ms", "on / off", "tokens a second, on", "characters a second, on")
    for name, row in result["speed"].items():
        times = [f"{1e3 * row[way]:.2f}" for way in ("on_s", "off_s")]
        rates = [f"{row[unit] / row['on_s']:,.0f}" for unit in ("tokens", "characters")]
        table.add_row(name, f"{row['tokens']:,}", *times, f"{row['ratio']:.3f}", *rates)
    console.print(table)
    table = Table("set", "people", "covered, on", "off", "joined, on", "off", "all labels, joined, on", "off")
    for name, row in result["people"].items():
        keys = ("rows_on", "rows_off", "joined_on", "joined_off", "joined_on_all", "joined_off_all")
        table.add_row(name, str(row["people"]), *(f"{row[key]:.4f}" for key in keys))
    console.print(table)


if __name__ == "__main__":
    main()
