"""Code and records that imply nothing, for a head to learn from: of Python's own library, and of invented programs."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

from ner_models.train.machine_text import KINDS, Machine
from ner_models.train.names import read_lists

__all__ = ["code_passages", "machine_passages"]

SEED = 20261201
CHARS = 380  # about a piece of a long text


def code_passages(count: int) -> list[str]:
    """Return `count` passages of code, comments and docstrings, the same each time on one version of Python."""
    draw = random.Random(SEED)
    files = sorted(path for path in Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    passages = []
    while len(passages) < count:
        text = draw.choice(files).read_text(encoding="utf-8", errors="replace")
        start = text.rfind("\n", 0, draw.randrange(max(1, len(text) - CHARS))) + 1
        passage = text[start : start + draw.randrange(60, CHARS)]
        if len(passage.strip()) > 40:
            passages.append(passage)
    return passages


def machine_passages(data: Path, count: int) -> list[str]:
    """Return `count` passages of logs, JSON and other records with invented people; none where `data` has no lists."""
    if not (data / "lists").exists():
        return []
    draw = random.Random(SEED)
    machine = Machine(read_lists(data / "lists"), SEED)
    passages = []
    for place in range(count):
        text = machine.text(KINDS[place % len(KINDS)], 30)
        start = draw.randrange(max(1, len(text) - CHARS))
        passages.append(text[start : start + draw.randrange(150, CHARS)])
    return [passage for passage in passages if passage.strip()]
