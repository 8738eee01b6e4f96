"""Measure classification on the labelled set: precision and recall per data class, per split.

    python benchmarks/policy/classification.py [--model]

Given spans show what policy makes of what was found; `--model` finds them with the real analyzer and its NER model.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.types import Role, RouteKind, Segment, Span

SET = Path(__file__).parents[2] / "tests" / "vectors" / "policy" / "classification.jsonl"
CLASSES = ("PHI", "PCI", "NPI", "PRIVILEGED", "SECRET", "PII")


def rows() -> list[dict[str, object]]:
    """Return the labelled prompts."""
    return [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]


def scores(pairs: Iterable[tuple[set[str], set[str]]]) -> dict[str, tuple[int, float, float]]:
    """Return (how many are labelled, precision, recall) per class, from (labelled, found) pairs."""
    listed = list(pairs)
    result = {}
    for name in CLASSES:
        hits = sum(name in labelled and name in found for labelled, found in listed)
        labelled_count = sum(name in labelled for labelled, _ in listed)
        found_count = sum(name in found for _, found in listed)
        result[name] = (labelled_count, hits / found_count if found_count else 1.0, hits / labelled_count)
    return result


def main() -> None:
    engine = Engine(parse("version: 1", "none"), ENTITY_TYPES, describe=describe)
    analyze = None
    if "--model" in sys.argv:
        from relay import build

        analyze = build.analyzer(build.read_policy(None)).analyze
    by_split: dict[str, list[tuple[set[str], set[str]]]] = {}
    wrong = []
    for row in rows():
        segment = Segment(pointer="/messages/0/content", text=str(row["text"]), role=Role.USER, message=0)
        given = tuple(Span(*span) for span in row["spans"])  # type: ignore[attr-defined]
        spans = analyze((segment,)) if analyze else (given,)
        decision = engine.decide((segment,), spans, decision_id="b", available={RouteKind.FRONTIER})
        labelled, found = set(row["classes"]), set(decision.data_classes)  # type: ignore[call-overload]
        by_split.setdefault(str(row["split"]), []).append((labelled, found))
        if labelled != found and row["split"] == "dev":
            wrong.append((row["id"], sorted(labelled - found), sorted(found - labelled), row["text"]))
    print(f"spans: {'analyzer with model' if analyze else 'given'}")
    print(f"{'split':10} {'class':11} {'n':>4} {'precision':>9} {'recall':>7}")
    for split, pairs in sorted(by_split.items()):
        for name, (count, precision, recall) in scores(pairs).items():
            print(f"{split:10} {name:11} {count:4} {precision:9.3f} {recall:7.3f}")
    if "--wrong" in sys.argv:
        for entry in wrong:
            print(*entry)


if __name__ == "__main__":
    main()
