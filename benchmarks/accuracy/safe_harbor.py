"""What `policies/hipaa.yaml` replaces: of what Safe Harbor has removed, and of prompts that hold nothing of it.

Detection alone says nothing of that: a policy keeps ages under 90, years and states. The prompts are invented
(`clinical.txt`, one a line, what must go between ⟦ and ⟧). They come from one hand, so real ones will do worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.score import Row, score
from relay import build
from relay.types import Action, RouteKind, Segment, Span

__all__ = ["PROMPTS", "measure", "read_marked", "replaced"]

PROMPTS = Path(__file__).parent / "clinical.txt"
POLICY = "hipaa"
_OPEN, _CLOSE = "⟦", "⟧"


def read_marked(path: Path = PROMPTS) -> list[Row]:
    """Return the prompts of a file: marks become labels, `\\n` a line end; lines with # are comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_row(line.replace("\\n", "\n")) for line in lines if line and not line.startswith("#")]


def _row(marked: str) -> Row:
    text, labels = "", []
    for number, part in enumerate(marked.replace(_CLOSE, _OPEN).split(_OPEN)):
        if number % 2:
            labels.append((len(text), len(text) + len(part), "MUST_GO"))
        text += part
    return Row(text=text, labels=tuple(labels))


def replaced(texts: Sequence[str], policy: str = POLICY) -> list[tuple[Span, ...]]:
    """Return the spans of each text that a shipped policy does not keep on its way to a provider."""
    loaded = build.read_policy(policy)
    engine, analyzer = build.engine(loaded), build.analyzer(loaded)
    rows = []
    for text in texts:
        segments = (Segment(pointer="", text=text),)
        (actions,) = engine.actions(segments, analyzer.analyze(segments), RouteKind.FRONTIER)
        rows.append(tuple(item.span for item in actions if item.action is not Action.KEEP))
    return rows


def measure(policy: str = POLICY) -> dict[str, Any]:
    """Return the figures as plain values; they hold no text."""
    rows = read_marked()
    found = score(rows, replaced([row.text for row in rows], policy))
    return {
        "policy": policy,
        "rows": found.rows,
        "labels": sum(len(row.labels) for row in rows),
        "recall": round(found.recall, 4),
        "covered": round(found.hit, 4),
        "clean": found.clean,
        "touched": found.flagged,
        "noise": round(found.noise, 4),
        "noise_types": dict(found.noise_types),
    }
