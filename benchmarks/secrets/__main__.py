"""Measure secrets: `python -m benchmarks.secrets [--values N] [--out FOLDER] [--verbose]`, also `make bench-secrets`.

Values are made afresh from the forms that issuers document and put into twelve carriers; a value is covered when every
letter and digit of it is inside a reported span. Beside it: what is reported as a secret in text that holds none. Only
patterns run, no model. The figures of the last results stand beside the new ones.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.patterns.sides import relay_side
from benchmarks.patterns.texts import Find
from benchmarks.secrets.carriers import CARRIERS
from benchmarks.secrets.forms import FORMS, make
from benchmarks.secrets.negatives import negatives, program_files
from relay.detect.taxonomy import Group, describe

__all__ = ["alarms", "coverage", "main"]

RESULTS = Path(__file__).parents[1] / "results"
GOAL = 0.95
_SEED = 5


def coverage(find: Find, values: int = 1) -> tuple[dict[str, float], Counter[str]]:
    """Return the covered share of each carrier and of `all`, and how often each form was missed, of `values` each."""
    random = Random(_SEED)
    shares: dict[str, list[bool]] = {name: [] for name in CARRIERS}
    missed: Counter[str] = Counter()
    for form in FORMS:
        for name, carry in CARRIERS.items():
            for _ in range(values):
                value = make(form.form, random)
                text = carry(form.words, value)
                covered = _is_covered(find, text, value)
                shares[name].append(covered)
                missed[form.name] += not covered
    every = [one for row in shares.values() for one in row]
    return {name: sum(row) / len(row) for name, row in (*shares.items(), ("all", every))}, +missed


def _is_covered(find: Find, text: str, value: str) -> bool:
    start = text.index(value)
    places = {place for span in find(text) for place in range(span[0], span[1])}
    return all(start + place in places for place, char in enumerate(value) if char.isalnum())


def alarms(find: Find, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return type and text of every span of the secrets group."""
    return [
        (kind, text[start:end])
        for text in texts
        for start, end, kind in find(text)
        if describe(kind).group is Group.SECRET
    ]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.secrets", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--values", type=int, default=3, help="values made for each form and carrier")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the results")
    parser.add_argument("--verbose", action="store_true", help="name the missed forms and show the false alarms")
    options = parser.parse_args()
    find = relay_side()
    shares, missed = coverage(find, options.values)
    texts = negatives() | {"program files": list(program_files())}
    rows = {kind: alarms(find, lines) for kind, lines in texts.items()}
    result: dict[str, Any] = {
        "forms": len(FORMS),
        "covered": {name: round(share, 4) for name, share in shares.items()},
        "negatives": {kind: {"texts": len(lines), "alarms": len(rows[kind])} for kind, lines in texts.items()},
    }
    path = options.out / "secrets.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    console = Console()
    _show(console, result, before)
    if options.verbose:
        for name, count in missed.most_common():
            console.print(f"missed {count:3} of {len(CARRIERS) * options.values}: {name}", markup=False)
        for kind, found in rows.items():
            for entity_type, value in found:
                console.print(f"{kind}: {entity_type} {value!r}", markup=False)
    path.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def _show(console: Console, result: dict[str, Any], before: dict[str, Any]) -> None:
    table = Table("carrier", "before", "covered", title=f"{result['forms']} forms of secrets")
    for name, share in result["covered"].items():
        table.add_row(name, _share(before.get("covered", {}).get(name)), _share(share))
    console.print(table)
    console.print(f"goal: {GOAL:.0%} covered", style="green" if result["covered"]["all"] >= GOAL else "red")
    table = Table("text without a secret", "texts", "alarms before", "alarms now")
    for kind, row in result["negatives"].items():
        was = before.get("negatives", {}).get(kind, {}).get("alarms", "")
        table.add_row(kind, str(row["texts"]), str(was), str(row["alarms"]))
    console.print(table)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


if __name__ == "__main__":
    main()
