"""Measure what patterns alone find in twelve scripts: `python -m benchmarks.patterns.world [--out FOLDER]`.

Forty kinds of value, twelve languages, seven carriers: a sentence with the value glued to its label, one with blanks, a
line of a form, JSON, a question on the line above, a sentence that names nothing, and a form in the script's own
digits. A value counts as found when every letter and digit of it is covered. No model. Takes a quarter of a minute.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.patterns.world import CARRIERS, KINDS, LANGUAGES, Cell, cells, near_misses
from relay.detect.taxonomy import describe
from relay.types import Segment
from tests.support import patterns_only

ROOT = Path(__file__).parents[3]
_GOAL = 0.95


def found(cell: Cell) -> bool:
    """Tell whether patterns cover the whole value of `cell`."""
    covered = _covered(cell.text)
    start = cell.text.rindex(cell.value)
    return all(place in covered or not cell.text[place].isalnum() for place in range(start, start + len(cell.value)))


def _covered(text: str) -> set[int]:
    (spans,) = patterns_only().analyze([Segment(pointer="", text=text)])
    return {place for span in spans if describe(span.entity_type).default for place in range(span.start, span.end)}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.patterns.world", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the results")
    options = parser.parse_args()
    rows = [(cell, found(cell)) for cell in cells()]
    alarms = [line for line in near_misses() if _covered(line)]
    page = _page(rows, len(alarms), len(near_misses()))
    print(page)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "patterns_world.md").write_text(page, encoding="utf-8")
    result = {
        "cells": len(rows),
        "found": sum(hit for _, hit in rows),
        "goal": _GOAL,
        "near_misses": len(near_misses()),
        "alarms": len(alarms),
        "missed": [[cell.kind, cell.language, cell.carrier] for cell, hit in rows if not hit],
    }
    (options.out / "patterns_world.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _page(rows: list[tuple[Cell, bool]], alarms: int, misses: int) -> str:
    share = sum(hit for _, hit in rows) / len(rows)
    return "\n".join(
        [
            "# Patterns in twelve scripts\n",
            f"`python -m benchmarks.patterns.world`, patterns alone: {share:.1%} of {len(rows):,} values found (goal"
            f" {_GOAL:.0%}), {alarms} false alarms in {misses} lines of near misses.\n",
            _table("carrier", CARRIERS, rows, lambda cell: cell.carrier),
            _table("kind", KINDS, rows, lambda cell: cell.kind),
        ]
    )


def _table(name: str, keys: Iterable[str], rows: list[tuple[Cell, bool]], key: Callable[[Cell], str]) -> str:
    tried = Counter((key(cell), cell.language) for cell, _ in rows)
    hits = Counter((key(cell), cell.language) for cell, hit in rows if hit)
    lines = [f"| {name} | {' | '.join(LANGUAGES)} |", "| --- |" + " ---: |" * len(LANGUAGES)]
    for row in keys:
        places = [(row, language) for language in LANGUAGES]
        shown = [f"{hits[place] / tried[place]:.0%}" if tried[place] else "" for place in places]
        lines.append(f"| {row} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
