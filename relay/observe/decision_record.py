"""Make a decision log that shows whether a line was changed, removed or inserted: JSON lines with a hash chain.

    {"seq": 0, "at": 1763712000.0, "decision": …, "previous": "000…", "hash": SHA-256 of everything before it}

A record holds what a decision holds: its id, the policy's digest, route, classes, reasons, refusals and counts per
entity type and action. No value, no length of one, no word of the text. Nothing here opens a file or reads a clock.

The chain does not show that its end was cut off, or that all of it was rewritten. To detect that, keep the newest hash
somewhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from relay.errors import ConfigFault
from relay.types import Decision

__all__ = ["START", "Chain", "Checked", "check_chain", "record"]

# The predecessor hash of a chain's first record.
START = "0" * 64


def record(decision: Decision) -> dict[str, Any]:
    """Return what a log may say about `decision`."""
    made: dict[str, Any] = {
        "id": decision.id,
        "policy": decision.policy,
        "route": decision.route.value,
        "classes": list(decision.data_classes),
        "reasons": list(decision.reasons),
        "blocked": [list(pair) for pair in decision.blocked],
        "counts": [[name, action, count] for (name, action), count in sorted(decision.counts().items())],
    }
    if decision.observed:
        made["observed"] = True  # decided only: the request was sent unchanged
    return made


class Chain:
    """Writes records in sequence. Not thread-safe: use one writer, or hold a lock."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The contents of a valid log. `head` is the newest hash; START without records."""

    records: int
    chains: int  # each start of relay begins one
    others: int  # lines that are not records
    head: str


def check_chain(lines: Iterable[str], file: str = "log", *, kept: str | None = None) -> Checked:
    """Return what `lines` hold. Raises ConfigFault at the first record that does not fit.

    Other lines may be mixed in, for example when standard output is shared with the `ready` line. A record that was
    turned into such a line is missing, so the next record does not fit. With `kept`, the head of an earlier check, a
    log without that hash is refused: its end was cut off, or all of it was rewritten.
    """
    previous, sequence = START, 0
    records = chains = others = 0
    found = kept is None
    for number, line in enumerate(lines, 1):
        row = _row(line)
        if row is None:
            others += bool(line.strip())
            continue
        claimed, parent, order = row.pop("hash"), row.get("previous"), row.get("seq")
        if _hash(row) != claimed:
            raise ConfigFault(f"{file}:{number}: was changed after it was written")
        begins = parent == START and order == 0
        if not begins and (parent != previous or order != sequence or not chains):
            raise ConfigFault(f"{file}:{number}: does not follow the record before it; something is missing or moved")
        previous, sequence = claimed, 1 if begins else sequence + 1
        records, chains = records + 1, chains + begins
        found = found or claimed == kept
    if not found:
        raise ConfigFault(f"{file}: the record with the kept hash is missing; the log was cut off or rewritten")
    return Checked(records=records, chains=chains, others=others, head=previous)


def _row(line: str) -> dict[str, Any] | None:
    """Return the record in `line`, or None when there is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("hash"), str) else None


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(_text(body).encode("utf-8", "surrogatepass")).hexdigest()


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
