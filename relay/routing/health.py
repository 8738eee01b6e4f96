"""What is known of one upstream, and how each answer or failure changes it: a circuit breaker and a moving latency.

    closed ──(`failures` in a row)──> open ──(`open_s` later, or a probe)──> half open ──(an answer)──> closed
                                       ^────────────(another failure)───────────┘

While it is open nothing is sent; half open, one request may try. One that has no answer after `open_s`, or while a
probe succeeds, keeps the next from trying no longer: else a slow request would keep everybody out for as long as it
takes. Times are seconds of the caller's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = [
    "Health",
    "News",
    "abandoned",
    "admits",
    "answered",
    "asked",
    "asked_to_wait",
    "completed",
    "failed",
    "heard",
    "probed",
    "timed",
]

_NEVER = float("-inf")
# The weight of the newest time to first token: the last ten answers make up two thirds.
_NEWEST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One upstream's record. `first_token_s` is a moving average over streamed answers, None before the first."""

    failures: int = 0  # in a row
    is_open: bool = False  # open or half open
    open_until: float = _NEVER
    on_trial: bool = False  # half open, and a request is trying; the next may after `open_until`
    wait_until: float = _NEVER  # the upstream asked for patience
    first_token_s: float | None = None


@dataclass(frozen=True, slots=True)
class News:
    """How often something was seen of an upstream: failures, whole answers, and ends of an open or half open state."""

    failures: int = 0
    answers: int = 0
    recoveries: int = 0


def admits(health: Health, now: float) -> bool:
    """Tell whether a request may be sent."""
    return not health.is_open or now >= health.open_until


def asked(health: Health, now: float, *, open_s: float) -> Health:
    """Return the record after a request went out: in a half open state it is the one that tries."""
    return replace(health, on_trial=True, open_until=now + open_s) if health.is_open else health


def answered(health: Health) -> Health:
    """Return the record after the head of an answer: others may be sent again."""
    if not health.is_open:
        return health
    return replace(health, is_open=False, on_trial=False, open_until=_NEVER, failures=0)


def completed(health: Health) -> Health:
    """Return the record after the end of an answer: whatever was wrong is over."""
    return replace(health, failures=0) if health.failures else health


def failed(health: Health, now: float, *, limit: int, open_s: float) -> Health:
    """Return the record after a failure; after `limit` in a row, or a failed trial, nothing is sent for `open_s`."""
    failures = health.failures + 1
    if health.is_open or failures >= limit:
        return replace(health, failures=failures, is_open=True, on_trial=False, open_until=now + open_s)
    return replace(health, failures=failures)


def abandoned(health: Health, now: float) -> Health:
    """Return the record after a request that ended without telling anything, such as a client that hung up."""
    return replace(health, on_trial=False, open_until=now) if health.on_trial else health


def probed(health: Health, now: float, *, reachable: bool, open_s: float) -> Health:
    """Return the record after a connection was tried: one that cannot be reached is not sent anything at all."""
    if not reachable:
        return replace(health, is_open=True, on_trial=False, open_until=now + open_s)
    return replace(health, open_until=now) if health.is_open and health.open_until > now else health


def heard(health: Health, news: News, now: float, *, limit: int, open_s: float) -> Health:
    """Return the record after what other processes have seen of the upstream: like one's own, whatever the order was.

    Failures that came among answers are not in a row.
    """
    if news.recoveries:
        health = answered(health)
    if news.answers:
        return completed(health)
    for _ in range(min(news.failures, limit)):
        health = failed(health, now, limit=limit, open_s=open_s)
    return health


def asked_to_wait(health: Health, until: float) -> Health:
    """Return the record after a 429 with `Retry-After`: others are preferred until then."""
    return replace(health, wait_until=max(health.wait_until, until))


def timed(health: Health, first_token_s: float) -> Health:
    """Return the record after the first bytes of a streamed answer came, `first_token_s` after it was asked for."""
    before = health.first_token_s
    average = first_token_s if before is None else before + _NEWEST * (first_token_s - before)
    return replace(health, first_token_s=average)
