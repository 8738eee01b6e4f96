"""What recorded agent sessions cost: text that is new, and a history that is sent again.

Synthetic prose says little about files, logs and terminal output, of which real requests are made. A session is one
line of a `*.jsonl.gz` file: `{"system", "tools", "messages"}` as in Anthropic's format. None is part of the project.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from relay.errors import RelayFault
from relay.exchange import Core, Exchange
from relay.types import Request
from relay.wire import strict_json

__all__ = ["Cost", "beside", "costs", "load"]

_ROOT = Path(__file__).resolve().parents[2]
_PATH = "/v1/messages"
_HEADERS = (("authorization", "Bearer k"), ("anthropic-version", "2023-06-01"))
_AGAIN = 3


class Cost(NamedTuple):
    """Of the last request of a session: its bytes, and seconds for the first time and for the second."""

    size: int
    first_s: float
    again_s: float


def beside() -> Path | None:
    """Return a file of recorded sessions in a folder beside the project, or None."""
    return next(iter(sorted(_ROOT.parent.glob("*/*/sessions.jsonl.gz"))), None)


def load(where: Path) -> Iterator[dict[str, Any]]:
    """Yield the sessions of a file, or of all files of a folder."""
    for path in sorted(where.glob("*.jsonl.gz")) if where.is_dir() else [where]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def costs(core: Core, sessions: Iterator[dict[str, Any]]) -> Iterator[Cost]:
    """Yield what the last request of each session costs, through the whole exchange. What relay refuses is left out."""
    for session in sessions:
        body = {"model": "bench", "max_tokens": 1000, "messages": session["messages"][:-1]}
        body |= {key: session[key] for key in ("system", "tools") if session.get(key)}
        raw = strict_json.encode(body)
        try:
            first = _open_s(core, raw)
            yield Cost(len(raw), first, min(_open_s(core, raw) for _ in range(_AGAIN)))
        except RelayFault:
            continue


def _open_s(core: Core, raw: bytes) -> float:
    matched = core.directory.find(_PATH, _HEADERS)
    assert matched is not None
    exchange = Exchange(core, None, *matched, exchange_id="bench")
    begun = time.process_time()
    try:
        exchange.open(Request(method="POST", path=_PATH, headers=_HEADERS, body=raw))
    finally:
        exchange.close()
    return time.process_time() - begun
