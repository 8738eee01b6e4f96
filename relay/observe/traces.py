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
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import count
from types import TracebackType

from relay.observe.attributes import Attribute, checked, error_type
from relay.observe.logs import Id
from relay.types import Headers

__all__ = ["ExchangeIds", "Parent", "RecordedTrace", "Span", "SpanEvent", "SpanName", "Telemetry", "Trace", "Tracer"]

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


class ExchangeIds:
    """Makes the ids of exchanges. `key` is random; no id is made twice in a process, nor in two."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._numbers = count()

    def __call__(self) -> Id:
        """Return the next one."""
        return Id(blake2b(b"%d" % next(self._numbers), key=self._key, digest_size=16).hexdigest())


class Span:
    """One step of an exchange that is not traced: it keeps nothing. In a `with` block it ends with it."""

    __slots__ = ()

    def set(self, attribute: Attribute, value: object) -> None:
        """Say something of it. Raises TypeError for what `attribute` does not take."""

    def happened(self, event: SpanEvent) -> None:
        """Note that `event` is now."""

    def failed(self, error: BaseException) -> None:
        """Note what went wrong, by its code only."""

    def end(self, error: BaseException | None = None) -> None:
        """End it; the first call counts."""

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)


class RecordedSpan(Span):
    """A step that is kept. Times in nanoseconds since 1970."""

    __slots__ = ("_clock_ns", "attributes", "begun_ns", "ended_ns", "events", "is_failed", "name")

    def __init__(self, name: SpanName, clock_ns: Callable[[], int]) -> None:
        self.name = name
        self._clock_ns = clock_ns
        self.begun_ns = clock_ns()
        self.ended_ns = 0
        self.attributes: dict[Attribute, bool | int | str] = {}
        self.events: list[tuple[SpanEvent, int]] = []
        self.is_failed = False

    def set(self, attribute: Attribute, value: object) -> None:
        self.attributes[attribute] = checked(attribute, value)

    def happened(self, event: SpanEvent) -> None:
        self.events.append((SpanEvent(event), self._clock_ns()))

    def failed(self, error: BaseException) -> None:
        self.is_failed = True
        self.set(Attribute.ERROR, error_type(error))

    def end(self, error: BaseException | None = None) -> None:
        if not self.ended_ns:
            self.ended_ns = self._clock_ns()
            if error is not None:
                self.failed(error)


_NOT_KEPT = Span()


class Trace:
    """One exchange that is not traced: its id, and spans that keep nothing. In a `with` block it ends with it."""

    __slots__ = ("id",)

    def __init__(self, id: Id) -> None:
        self.id = id

    @property
    def is_recorded(self) -> bool:
        """Whether anything that is said to its spans is kept."""
        return False

    @property
    def whole(self) -> Span:
        """The span of the exchange itself."""
        return _NOT_KEPT

    def span(self, name: SpanName) -> Span:
        """Begin a step."""
        return _NOT_KEPT

    def end(self, error: BaseException | None = None) -> None:
        """End the exchange, and with it what has not ended."""

    def __enter__(self) -> Trace:
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


class RecordedTrace(Trace):
    """An exchange that is traced. `done` takes it when it has ended."""

    __slots__ = ("_clock_ns", "_done", "parent", "spans")

    def __init__(
        self, id: Id, parent: Parent | None, clock_ns: Callable[[], int], done: Callable[[RecordedTrace], None]
    ) -> None:
        super().__init__(id)
        self.parent = parent
        self._clock_ns = clock_ns
        self._done: Callable[[RecordedTrace], None] | None = done
        self.spans = [RecordedSpan(SpanName.EXCHANGE, clock_ns)]
        self.whole.set(Attribute.EXCHANGE, id)

    @property
    def is_recorded(self) -> bool:
        return True

    @property
    def whole(self) -> Span:
        return self.spans[0]

    def span(self, name: SpanName) -> Span:
        span = RecordedSpan(SpanName(name), self._clock_ns)
        self.spans.append(span)
        return span

    def end(self, error: BaseException | None = None) -> None:
        done, self._done = self._done, None
        if done is not None:
            for span in reversed(self.spans):
                span.end(error)
            done(self)


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
        self._ended: deque[RecordedTrace] = deque()

    def begin(self, id: Id, headers: Headers) -> Trace:
        """Return the trace of exchange `id`, whose request came with `headers` (names in lower case)."""
        parent = None
        if self._trusts and (found := _parent(headers)) is not None:
            parent, is_sampled = found
        else:
            is_sampled = int(id[:8], 16) < self._below
        return RecordedTrace(id, parent, self._clock_ns, self._keep) if is_sampled else Trace(id)

    def take(self, most: int) -> list[RecordedTrace]:
        """Return up to `most` traces that have ended, the oldest first, and keep them no more."""
        return [self._ended.popleft() for _ in range(min(most, len(self._ended)))]

    def _keep(self, trace: RecordedTrace) -> None:
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
