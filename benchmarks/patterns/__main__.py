"""Measure the pattern layer: `python -m benchmarks.patterns [--seconds S] [--out FOLDER] [--quick]`.

Beside Presidio's analyzer, in one process and turn by turn: both read the same texts without any model, Presidio with
its English pattern recognizers behind a blank spaCy pipeline. Then relay alone: false alarms on text without anything
private, time on hostile text as it grows, a list of 100,000 known values, a resent conversation, and the scan without
Hyperscan. Takes about three minutes; `--quick` half a minute.
"""

from __future__ import annotations

import argparse
import platform
from pathlib import Path
from typing import Any

from benchmarks.patterns import growth, report
from benchmarks.patterns.sides import accuracy, compare, presidio, relay_side
from benchmarks.patterns.texts import false_alarms

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.patterns", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.5, help="time spent on each text and side")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the results")
    parser.add_argument("--quick", action="store_true", help="smaller texts and lists, fewer runs")
    options = parser.parse_args()
    seconds = 0.1 if options.quick else options.seconds
    sides = {"relay": relay_side()}
    other = presidio()
    if other is not None:
        sides["presidio"] = other
    result: dict[str, Any] = {
        "python": platform.python_version(),
        "quick": options.quick,
        "times": compare(sides, seconds),
        "vectors": accuracy(sides),
        "false_alarms": false_alarms(sides["relay"]),
        "growth": growth.hostile(250_000 if options.quick else 1_000_000),
        "known": growth.known_values(10_000 if options.quick else 100_000, seconds),
        "turns": growth.turns(),
        "without_hyperscan": growth.without_hyperscan(seconds),
    }
    result["goals"] = report.goals(result)
    report.show(result)
    report.write(result, options.out)
    report.plot(result, options.out)
    print(f"wrote patterns.json, .md, .svg and .png to {options.out}")


if __name__ == "__main__":
    main()
