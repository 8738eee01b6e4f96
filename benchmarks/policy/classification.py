"""Measure classification on the labelled set: precision and recall per data class, per split.

Given spans show what policy makes of what was found; the analyzer with its NER model shows the whole.

    classification.jsonl          made from templates: what the rules were written with
    classification_harder.jsonl   one by one, in other styles: dev (words were added after reading what it missed),
                                  held_out (written at the same time, not read again), fresh (written after that, and
                                  measured once); labelled for all classes but PII
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.policy.authoring.cases import Analyze
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.types import Analysis, Role, RouteKind, Segment, Span

_VECTORS = Path(__file__).parents[2] / "tests" / "vectors" / "policy"
SET = _VECTORS / "classification.jsonl"
HARDER = _VECTORS / "classification_harder.jsonl"
CLASSES = ("PHI", "PCI", "NPI", "PRIVILEGED", "SECRET", "PII")


def rows(path: Path = SET) -> list[dict[str, Any]]:
    """Return the labelled prompts."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def scores(pairs: Iterable[tuple[set[str], set[str]]]) -> dict[str, tuple[int, float, float]]:
    """Return (how many are labelled, precision, recall) per class, from (labelled, found) pairs."""
    listed = list(pairs)
    result = {}
    for name in CLASSES:
        if not any(name in labelled for labelled, _ in listed):
            continue
        hits = sum(name in labelled and name in found for labelled, found in listed)
        labelled_count = sum(name in labelled for labelled, _ in listed)
        found_count = sum(name in found for _, found in listed)
        result[name] = (labelled_count, hits / found_count if found_count else 1.0, hits / labelled_count)
    return result


def measure(analyze: Analyze | None, path: Path = SET) -> dict[str, dict[str, tuple[int, float, float]]]:
    """Return split → class → (how many are labelled, precision, recall); without `analyze` the spans are given."""
    engine = Engine(parse("version: 1", "none"), ENTITY_TYPES, describe=describe)
    by_split: dict[str, list[tuple[set[str], set[str]]]] = {}
    for row in rows(path):
        segment = Segment(pointer="/messages/0/content", text=row["text"], role=Role.USER, message=0)
        given = Analysis(spans=(tuple(Span(*span) for span in row.get("spans", ())),))
        read = analyze((segment,)) if analyze else given
        decision = engine.explain(
            (segment,), read.spans, decision_id="b", available=(RouteKind.FRONTIER,), implied=read.implied
        ).decision
        by_split.setdefault(row["split"], []).append((set(row["classes"]), set(decision.data_classes)))
    return {split: scores(pairs) for split, pairs in by_split.items()}
