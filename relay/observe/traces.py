"""Trace exchanges: one span each, with a child for every step, kept in memory until a collector takes them.

    exchange                     the whole of it, until the last byte is written
      admit                      client, session and format are known
      scrub                      waited for a worker (event `begun`), scrubbed
      upstream                   one for each attempt: slot, connection, head of the answer
      answer                     first byte, last byte

An exchange has one id, 32 hexadecimal digits: in every line of the log, in `X-Relay-Exchange`, as the decision's id
and, unless a client's trace is continued, as the trace's. It is a keyed hash of a number, so that no client can count
the others' requests.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType

from relay.observe.attributes import Attribute, checked, error_type
from relay.observe.logs import Id
from relay.types import Headers

__all__ = [
    "NOT_TRACED",
    "Parent",
    "Recorded",
    "Span",
    "SpanEvent",
    "SpanName",
    "Telemetry",
    "Trace",
    "Tracer",
]

# W3C Trace Context, version 00: 55 characters, and no id of zeros only. Other versions may mean other things.
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED = 0x01
# Exchanges that may wait for the collector: some 4 KB each.
LIMIT = 2_048


class SpanName(StrEnum):
    """Every span."""

    EXCHANGE = "exchange"
    ADMIT = "admit"
    SCRUB = "scrub"
    UPSTREAM = "upstream"
    ANSWER = "answer"


class SpanEvent(StrEnum):
    """What may happen in a span."""

    BEGUN = "begun"  # a worker has taken it
    FIRST_BYTE = "first_byte"


class Span:
    """One step of an exchange. Times in nanoseconds since 1970. In a `with` block it ends with it."""

    __slots__ = ("_clock_ns", "attributes", "begun_ns", "ended_ns", "events", "is_failed", "name")

    def __init__(self, name: SpanName, clock_ns: Callable[[], int]) -> None:
        self.name = name
        self._clock_ns = clock_ns
        self.begun_ns = clock_ns()
        self.ended_ns = 0
        self.attributes: dict[Attribute, object] = {}  # checked here, and again where they are written
        self.events: list[tuple[SpanEvent, int]] = []
        self.is_failed = False

    def set(self, attribute: Attribute, value: object) -> None:
        """Say something of it. Raises TypeError for what `attribute` does not take."""
        checked(attribute, value)
        self.attributes[attribute] = value

    def happened(self, event: SpanEvent) -> None:
        """Note that `event` is now."""
        self.events.append((SpanEvent(event), self._clock_ns()))

    def failed(self, error: BaseException) -> None:
        """Note what went wrong, by its code only."""
        self.is_failed = True
        self.set(Attribute.ERROR, error_type(error))

    def end(self, error: BaseException | None = None) -> None:
        """End it; the first call counts."""
        if not self.ended_ns:
            self.ended_ns = self._clock_ns()
            if error is not None:
                self.failed(error)

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)


@dataclass(frozen=True, slots=True)
class Parent:
    """The span of a client's that an exchange belongs to, in hexadecimal digits."""

    trace_id: str
    span_id: str


class Recorded:
    """The spans of an exchange that is traced; `done` takes it when it has ended. In a `with` block it ends with it."""

    __slots__ = ("_clock_ns", "_done", "id", "parent", "spans", "whole")

    def __init__(
        self, id: Id, parent: Parent | None, clock_ns: Callable[[], int], done: Callable[[Recorded], None]
    ) -> None:
        self.id = id
        self.parent = parent
        self._clock_ns = clock_ns
        self._done: Callable[[Recorded], None] | None = done
        self.whole = Span(SpanName.EXCHANGE, clock_ns)
        self.spans = [self.whole]
        self.whole.set(Attribute.EXCHANGE, id)

    def span(self, name: SpanName) -> Span:
        """Begin a step."""
        span = Span(SpanName(name), self._clock_ns)
        self.spans.append(span)
        return span

    def end(self, error: BaseException | None = None) -> None:
        """End the exchange, and with it what has not ended."""
        done, self._done = self._done, None
        if done is not None:
            for span in reversed(self.spans):
                span.end(error)
            done(self)

    def __enter__(self) -> Recorded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)


@dataclass(frozen=True, slots=True)
class Trace:
    """The id of one exchange and, if it is traced, its spans. Without, a step costs one look at `recorded`."""

    id: Id
    recorded: Recorded | None = None


# Stands for the span of what is not traced: `with NOT_TRACED if trace.recorded is None else trace.recorded.span(…)`.
NOT_TRACED: AbstractContextManager[None] = nullcontext()


class Tracer:
    """Begins traces and keeps those that have ended, at most `limit`; more are dropped, and `dropped` is told.

    `sample` is the part of exchanges that is traced. With `trust_parent` a client's `traceparent` decides instead,
    where there is one. `clock_ns`: since 1970.
    """

    def __init__(
        self,
        *,
        clock_ns: Callable[[], int],
        dropped: Callable[[int], None],
        sample: float = 1.0,
        trust_parent: bool = False,
        limit: int = LIMIT,
    ) -> None:
        self._clock_ns = clock_ns
        self._dropped = dropped
        self._below = sample * (1 << 32)
        self._trusts = trust_parent
        self._limit = limit
        self._ended: deque[Recorded] = deque()

    def begin(self, id: Id, headers: Headers) -> Trace:
        """Return the trace of exchange `id`, whose request came with `headers` (names in lower case)."""
        parent = None
        if self._trusts and (found := _parent(headers)) is not None:
            parent, is_sampled = found
        else:
            is_sampled = int(id[:8], 16) < self._below
        return Trace(id, Recorded(id, parent, self._clock_ns, self._keep) if is_sampled else None)

    def take(self, most: int) -> list[Recorded]:
        """Return up to `most` traces that have ended, the oldest first, and keep them no more."""
        return [self._ended.popleft() for _ in range(min(most, len(self._ended)))]

    def _keep(self, trace: Recorded) -> None:
        if len(self._ended) < self._limit:
            self._ended.append(trace)
        else:
            self._dropped(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What is sent to a collector, and where. `headers` hold the operator's credentials for it."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    tracer: Tracer | None
    metrics: bool
    interval_s: float
    instance: Id  # tells processes apart: each has its own series


def _parent(headers: Headers) -> tuple[Parent, bool] | None:
    """Return the parent in `headers`, and whether it is sampled. None without exactly one that is well formed."""
    given = [value for name, value in headers if name == "traceparent"]
    found = _TRACEPARENT.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        return None
    return Parent(found[1], found[2]), bool(int(found[3], 16) & _SAMPLED)
