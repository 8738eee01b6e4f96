"""Logging by enumerated events and fields: numbers, enum members, booleans and random ids, never text.

There is no free-form message. A field's value may be an int, a float, a bool, an `Enum` member, an `Id` (a random
identifier made by relay) or a `Name` (fixed at start, in the configuration or in relay). Anything else raises, even
when the log level suppresses the line, so that every test shows a mistake.
"""

from __future__ import annotations

import logging
from enum import Enum, StrEnum

import orjson

__all__ = ["Id", "LogEvent", "Name", "Value", "configure", "event", "logger"]

logger = logging.getLogger("relay")


class LogEvent(StrEnum):
    """Every event that relay logs."""

    READY = "ready"
    RELOADED = "reloaded"
    RELOAD_FAILED = "reload_failed"
    DRAINING = "draining"
    STOPPED = "stopped"
    UNJUDGED = "unjudged"  # policy uses confidence, but local upstreams accept formats that carry none
    DECISIONS_END = "decisions_end"  # the newest hash of the decision log, to be kept elsewhere
    DECISIONS_LOST = "decisions_lost"  # queued when the log could not be written any more; no more are accepted
    SCRUBBED = "scrubbed"
    WORDS_DROPPED = "words_dropped"  # of a client's headers: no API version and no beta flag
    REFUSED = "refused"
    FAILED = "failed"
    UPSTREAM_FAILED = "upstream_failed"
    UPSTREAM_DOWN = "upstream_down"  # nothing is sent to it for the time being
    UPSTREAM_UP = "upstream_up"
    UPSTREAM_REFUSED_KEY = "upstream_refused_key"
    DISCONNECTED = "disconnected"
    SESSION_NOT_KEPT = "session_not_kept"  # what an answer added; what was sent was kept before


class Id(str):
    """A random identifier made by relay (exchange, decision): safe to log."""

    __slots__ = ()


class Name(str):
    """A name that no request can choose, safe to log: of a configured client or upstream, or the code of a fault."""

    __slots__ = ()


Value = int | float | bool | Enum | Id | Name


def event(name: LogEvent, level: int = logging.INFO, **fields: Value) -> None:
    """Log `name` with `fields` as one JSON line. Raises TypeError for a value that could hold a client's text."""
    for key, value in fields.items():
        if not isinstance(value, int | float | Enum | Id | Name):
            raise TypeError(
                f"log field {key!r} is a {type(value).__name__}, expected a number, enum member, Id or Name"
            )
    if logger.isEnabledFor(level):
        line = {"event": name.value, **{key: _plain(value) for key, value in fields.items()}}
        logger.log(level, orjson.dumps(line).decode())


class _Lines(logging.Formatter):
    """One JSON object a line, beginning with the time (seconds since 1970) and the level."""

    def format(self, record: logging.LogRecord) -> str:
        return f'{{"time":{record.created:.3f},"level":"{record.levelname.lower()}",{record.getMessage()[1:]}'


def _plain(value: Value) -> object:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Id | Name) else value


def configure(level: int = logging.INFO) -> None:
    """Send relay's events to stderr and silence every library that might print a URL or a body.

    httpx and httpcore print URLs at INFO, and a Gemini key may sit in one; aiohttp prints peers and request lines.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines())
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(level)
    silence_libraries()


def silence_libraries() -> None:
    """Keep other libraries' loggers at WARNING or off, whatever the root logger says."""
    for name in ("httpx", "httpcore", "h2", "hpack", "asyncio", "presidio-analyzer", "presidio-anonymizer"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("aiohttp.access", "aiohttp.server", "aiohttp.client", "aiohttp.internal", "aiohttp.web"):
        logger = logging.getLogger(name)
        logger.disabled = True
        logger.propagate = False
