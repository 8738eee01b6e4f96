"""What `policies/hipaa.yaml` replaces: of what Safe Harbor has removed, and of prompts that hold nothing of it.

Detection alone says nothing of that: a policy keeps ages under 90, years and states. The prompts are invented
(`clinical.txt`, one a line, what must go between ⟦ and ⟧). The first part was read while policies and word lists were
written, the second was not. Both come from one hand, so real ones will do worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.score import Row, score
from relay import build
from relay.policy.model import Model
from relay.types import Action, RouteKind, Segment, Span

__all__ = ["PARTS", "PROMPTS", "measure", "read_marked", "replaced"]

PROMPTS = Path(__file__).parent / "clinical.txt"
POLICY = "hipaa"
PARTS = ("read", "unread")
_OPEN, _CLOSE = "⟦", "⟧"


def read_marked(path: Path = PROMPTS) -> dict[str, list[Row]]:
    """Return the prompts of a file by part: "read" and "unread".

    Marks become labels, and `\\n` a line end. Lines with # are comments; one that begins with a part's name opens it.
    """
    parts: dict[str, list[Row]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, colon, _ = line.removeprefix("# ").partition(":")
        if line.startswith("#"):
            if colon and name in PARTS:
                parts[name] = []
        elif line:
            parts[next(reversed(parts))].append(_row(line.replace("\\n", "\n")))
    return parts


def _row(marked: str) -> Row:
    text, labels = "", []
    for number, part in enumerate(marked.replace(_CLOSE, _OPEN).split(_OPEN)):
        if number % 2:
            labels.append((len(text), len(text) + len(part), "MUST_GO"))
        text += part
    return Row(text=text, labels=tuple(labels))


def replaced(texts: Sequence[str], model: Model = Model.FAST) -> list[tuple[Span, ...]]:
    """Return the spans of each text that the policy does not keep on its way to a provider."""
    loaded = build.read_policy(POLICY).model_copy(update={"model": model})
    engine, analyzer = build.engine(loaded), build.analyzer(loaded)
    rows = []
    for text in texts:
        segments = (Segment(pointer="", text=text),)
        (actions,) = engine.actions(segments, analyzer.analyze(segments), RouteKind.FRONTIER)
        rows.append(tuple(item.span for item in actions if item.action is not Action.KEEP))
    return rows


def measure(model: Model = Model.FAST) -> dict[str, dict[str, Any]]:
    """Return the figures of each part as plain values; they hold no text."""
    parts = read_marked()
    found = iter(replaced([row.text for rows in parts.values() for row in rows], model))
    return {name: _figures(rows, [next(found) for _ in rows]) for name, rows in parts.items()}


def _figures(rows: Sequence[Row], found: Sequence[tuple[Span, ...]]) -> dict[str, Any]:
    result = score(rows, found)
    return {
        "rows": result.rows,
        "labels": sum(len(row.labels) for row in rows),
        "recall": round(result.recall, 4),
        "covered": round(result.hit, 4),
        "clean": result.clean,
        "touched": result.flagged,
        "touching_types": dict(result.noise_types),
    }
