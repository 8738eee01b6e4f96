"""Make a decision log that shows whether a line was changed, removed or inserted: JSON lines with a hash chain.

    {"seq": 0, "at": 1763712000.0, "decision": …, "previous": "000…", "hash": SHA-256 of everything before it}

A record holds what a decision holds: its id, the policy's digest, client, model, upstream, route, classes, reasons,
refusals and counts per entity type and action. No value, no length of one, no word of the text: of models only those
that the configuration names or that are called as published ones are. Nothing here opens a file or reads a clock.

A chain goes on over restarts, so an end that was cut off before one shows. That the end of the whole log was cut off,
or that all of it was rewritten, shows only to who has kept the newest hash elsewhere: relay logs it when it stops.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from relay.errors import ConfigFault
from relay.types import Decision

__all__ = ["START", "Chain", "Checked", "Link", "check_chain", "last_record", "record"]

# The predecessor hash of a chain's first record.
START = "0" * 64


# What a model that is neither configured nor called as published ones is called here.
_OTHER = "other"
_LONGEST_MODEL = 80
_FAMILIES = (
    "gpt chatgpt o[0-9] codex claude gemini gemma learnlm imagen veo text-embedding embedding omni-moderation llama "
    "codellama mistral mixtral ministral magistral codestral devstral pixtral qwen qwq deepseek grok command phi nova "
    "jamba kimi glm granite nemotron olmo smollm starcoder nomic-embed"
)
# A date, a build, a version, a size. Not three digits in a row without a unit: those are in telephone and id numbers.
# Each can be read in one way only; a date with hyphens is three of them.
_NUMBER = (
    r"20[0-9]{6}|20[0-9]{2}|00[0-9]|(?:0[0-9]|1[0-2])[0-9]{2}|(?:0[1-9]|[1-9][0-9])[0-9][bkm]"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2})?"
)
_MODEL = re.compile(
    rf"(?:{'|'.join(_FAMILIES.split())})(?:{_NUMBER})?[a-z]{{0,2}}(?:[-:](?:[a-z]?(?:{_NUMBER})[a-z]{{0,3}}|[a-z]{{1,12}}))*",
    re.IGNORECASE,
)


def record(decision: Decision, models: Collection[str] = ()) -> dict[str, Any]:
    """Return what a log may say about `decision`. `models` are the names in the configuration."""
    made: dict[str, Any] = {
        "id": decision.id,
        "policy": decision.policy,
        "client": decision.client,
        "model": _told(decision.model, models),
        "upstream": decision.upstream,
        "route": decision.route.value,
        "classes": list(decision.data_classes),
        "reasons": list(decision.reasons),
        "blocked": [list(pair) for pair in decision.blocked],
        "counts": [[name, action, count] for (name, action), count in sorted(decision.counts().items())],
    }
    if decision.observed:
        made["observed"] = True  # decided only: the request was sent unchanged
    return made


def _told(model: str, models: Collection[str]) -> str:
    """Return the name of a model as a log may have it: a client can write anything there."""
    if not model or model in models:
        return model
    return model if len(model) <= _LONGEST_MODEL and _MODEL.fullmatch(model) else _OTHER


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain goes on: the hash before the next record, and that record's number."""

    previous: str = START
    sequence: int = 0


class Chain:
    """Writes records in sequence, the first one behind `link`. Not thread-safe: use one writer, or hold a lock."""

    def __init__(self, link: Link | None = None, models: Collection[str] = ()) -> None:
        link = link or Link()
        self._previous = link.previous
        self._sequence = link.sequence
        self._models = models

    def append(self, decision: Decision, at: float) -> str:
        """Return the line, without its end, for a decision made at `at` (seconds since 1970)."""
        return self.add(record(decision, self._models), at)

    def add(self, row: dict[str, Any], at: float) -> str:
        """Return the same for what `record` made of a decision."""
        body = {
            "seq": self._sequence,
            "at": round(at, 3),
            "decision": row,
            "previous": self._previous,
        }
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
    chains: int  # beginnings: of the log, and of each run of relay that could not read where the one before ended
    unlinked: int  # those that do not say what stood before them, except the log's
    others: int  # lines that are not records
    head: str


def check_chain(lines: Iterable[str], file: str = "log", *, kept: str | None = None) -> Checked:
    """Return what `lines` hold. Raises ConfigFault at the first record that does not fit.

    Other lines may be mixed in, for example when standard output is shared with the `ready` line. A record that was
    turned into such a line is missing, so the next record does not fit. With `kept`, the head of an earlier check, a
    log without that hash is refused: its end was cut off, or all of it was rewritten.
    """
    previous, sequence = START, 0
    records = chains = unlinked = others = 0
    found = kept is None
    for number, line in enumerate(lines, 1):
        row = _row(line)
        if row is None:
            others += bool(line.strip())
            continue
        claimed, parent, order = row.pop("hash"), row.get("previous"), row.get("seq")
        if _hash(row) != claimed:
            raise ConfigFault(f"{file}:{number}: was changed after it was written")
        begins = order == 0 and (not chains or parent in (START, previous))
        if not begins and (parent != previous or order != sequence or not chains):
            raise ConfigFault(f"{file}:{number}: does not follow the record before it; something is missing or moved")
        previous, sequence = claimed, 1 if begins else sequence + 1
        unlinked += begins and chains > 0 and parent == START
        records, chains = records + 1, chains + begins
        found = found or claimed == kept
    if not found:
        raise ConfigFault(f"{file}: the record with the kept hash is missing; the log was cut off or rewritten")
    return Checked(records=records, chains=chains, unlinked=unlinked, others=others, head=previous)


def last_record(lines: Iterable[str]) -> Link | None:
    """Return where a log goes on whose last lines, newest first, are `lines`; None when none of them is a record.

    Raises ConfigFault when the newest record was changed.
    """
    for line in lines:
        row = _row(line)
        if row is not None:
            claimed = row.pop("hash")
            if _hash(row) != claimed or type(row.get("seq")) is not int:
                raise ConfigFault("decision_log: the last record in the log was changed after it was written")
            return Link(claimed, row["seq"] + 1)
    return None


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
