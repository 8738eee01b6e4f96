"""Logging by enumerated events and fields: numbers, enum members, booleans and random ids, never text.

There is no free-form message. A field's value may be an int, a float, a bool, an `Enum` member, an `Id` (a random
identifier made by relay) or a `Name` (fixed at start, in the configuration or in relay). Anything else raises, even
when the log level suppresses the line, so that every test shows a mistake.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from enum import Enum, StrEnum

import orjson

__all__ = ["Id", "LogEvent", "Name", "Value", "configure", "event", "logger"]

logger = logging.getLogger("relay")


class LogEvent(StrEnum):
    """Every event that relay logs."""

    READY = "ready"
    RELOADED = "reloaded"
    RELOAD_FAILED = "reload_failed"
    WORKER_ENDED = "worker_ended"  # by itself; another one takes its place
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
    CLIENT_EXPIRED = "client_expired"  # a key or token whose entry counts no more
    CLIENTS_READ = "clients_read"  # the file of clients, again
    CLIENTS_FAILED = "clients_failed"  # it cannot be used; the entries in force stay
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - of an issuer, with the step that it failed at
    KEYS_FAILED = "keys_failed"  # of an issuer cannot be read; those in force stay
    ATTEMPT = "attempt"  # an upstream was asked, and what came of it
    TELEMETRY_LOST = "telemetry_lost"  # the collector takes nothing; what is lost from now on is counted in the metrics
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


class _JsonLines(logging.Formatter):
    """One JSON object a line, beginning with the time (RFC 3339, UTC) and the level."""

    def format(self, record: logging.LogRecord) -> str:
        return f'{{"time":"{_time(record)}","level":"{record.levelname.lower()}",{record.getMessage()[1:]}'


class _TextLines(logging.Formatter):
    """The same for people: time, level, event, then the fields as `key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        line = orjson.loads(record.getMessage())
        name = line.pop("event")
        # A name of the configuration may hold spaces or line ends: JSON's own form of it is one word to a reader.
        fields = [f" {key}={orjson.dumps(value).decode()}" for key, value in line.items()]
        return f"{_time(record)} {record.levelname.lower():<7} {name}{''.join(fields)}"


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Value) -> object:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Id | Name) else value


def configure(level: int = logging.INFO, *, text: bool = False) -> None:
    """Send relay's events to stderr and silence every library that might print a URL or a body.

    httpx and httpcore print URLs at INFO, and a Gemini key may sit in one; aiohttp prints peers and request lines.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_TextLines() if text else _JsonLines())
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
