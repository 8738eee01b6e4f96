"""A log of decisions that shows whether a line was changed, taken out or put in: JSON lines with a hash chain.

    {"seq": 0, "at": 1763712000.0, "decision": …, "previous": "000…", "hash": SHA-256 of everything before it}

A record holds what a decision holds: its id, the policy's digest, route, classes, reasons, refusals and counts per
entity type and action. No value, no length of one, no word of the text. Nothing here opens a file or reads a clock.

What the chain does not show: that its end was cut off, or that all of it was written anew. Whoever needs that keeps the
newest hash somewhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from relay.errors import ConfigFault
from relay.types import Decision

__all__ = ["START", "Chain", "check_chain", "record"]

# What the first record of a chain names as its predecessor.
START = "0" * 64


def record(decision: Decision) -> dict[str, Any]:
    """Return what a log may say about `decision`."""
    return {
        "id": decision.id,
        "policy": decision.policy,
        "route": decision.route.value,
        "classes": list(decision.data_classes),
        "reasons": list(decision.reasons),
        "blocked": [list(pair) for pair in decision.blocked],
        "counts": [[name, action, count] for (name, action), count in sorted(decision.counts().items())],
    }


class Chain:
    """Writes records one after the other. Not thread-safe: one writer, or a lock of the caller's."""

    def __init__(self) -> None:
        self._previous = START
        self._sequence = 0

    def append(self, decision: Decision, at: float) -> str:
        """Return the line, without its end, for a decision made at `at` (seconds since 1970)."""
        body = {"seq": self._sequence, "at": round(at, 3), "decision": record(decision), "previous": self._previous}
        self._previous = _hash(body)
        self._sequence += 1
        return _text({**body, "hash": self._previous})

    @property
    def head(self) -> str:
        """The newest hash: the one to keep elsewhere."""
        return self._previous


def check_chain(lines: Iterable[str], file: str = "log") -> tuple[int, str]:
    """Return how many records there are and the newest hash. Raises ConfigFault at the first line that does not fit."""
    previous, sequence = START, 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            claimed = row.pop("hash")
            parent, order = row["previous"], row["seq"]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ConfigFault(f"{file}:{number}: is no record of a decision log") from None
        if _hash(row) != claimed:
            raise ConfigFault(f"{file}:{number}: was changed after it was written")
        # A program that starts anew begins a new chain.
        if not (parent == START and order == 0) and (parent != previous or order != sequence):
            raise ConfigFault(f"{file}:{number}: does not follow the line before it; something is missing or moved")
        previous, sequence = claimed, order + 1
    return sequence, previous


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(_text(body).encode("utf-8", "surrogatepass")).hexdigest()


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
