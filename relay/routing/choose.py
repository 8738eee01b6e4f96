"""The one decision: which upstreams of a kind qualify for a request, best first, or why none does.

An upstream qualifies when it takes the format, its breaker lets the request through, it has a place or room to wait,
the request has not failed there already, and the client's budget covers it. Among those that do, in this order: the
overflow pool last, then those that asked for patience, then slow ones, then as the route's plug-in ranks them
(`relay/routing/kinds`), then as the configuration lists them.

A kind is chosen by policy, never here: nothing in this module leads from one kind to another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from relay.config import UpstreamConfig
from relay.routing.health import Health, admits
from relay.types import UpstreamStats

__all__ = ["Load", "Options", "RouteRequest", "Unavailability", "options"]


class Unavailability(StrEnum):
    """Why no upstream of a kind qualifies: the one that was nearest to it."""

    NOT_CONFIGURED = "not_configured"
    FAILED = "failed"  # this request was tried there
    DOWN = "down"
    OVER_BUDGET = "over_budget"
    BUSY = "busy"


_NEARNESS = {obstacle: rank for rank, obstacle in enumerate(Unavailability)}


@dataclass(slots=True)
class Load:
    """How many requests are with an upstream and how many wait for a place there.

    `release_s`: seconds between two places that become free while all are taken, lately; 0 before the first.
    """

    in_flight: int = 0
    waiting: int = 0
    release_s: float = 0.0

    @property
    def wait_s(self) -> float:
        """How long one more would wait for its place, in seconds."""
        return (self.waiting + 1) * self.release_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest:
    """What is asked of an upstream. `avoid` are the names of those where this request has failed."""

    family: str
    model: str | None = None
    tokens: int = 0  # of the request, estimated
    output_tokens: int = 0  # of the answer, expected
    avoid: frozenset[str] = frozenset()
    deadline_s: float | None = None  # a moving time to first token above it is slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The upstreams of one kind that qualify, best first; `obstacle` when there is none. `slow`: even the best is."""

    names: tuple[str, ...] = ()
    slow: bool = False
    obstacle: Unavailability = Unavailability.NOT_CONFIGURED


def options(
    candidates: Sequence[tuple[str, UpstreamConfig]],
    health: Mapping[str, Health],
    loads: Mapping[str, Load],
    need: RouteRequest,
    now: float,
    *,
    rank: Callable[[UpstreamStats], tuple[float, ...]],
    cost_usd: Callable[[str], float | None] | None,
    left_usd: float,
) -> Options:
    """Return which of `candidates`, the upstreams of one kind that take the format, qualify for `need`.

    `cost_usd` prices the request at an upstream: it returns None for an unknown price, which no budget covers; without
    it everything is free. `left_usd` is what the client may still spend today, `rank` orders what qualifies.
    """
    fit: list[tuple[str, UpstreamConfig, float]] = []
    obstacle = Unavailability.NOT_CONFIGURED
    for name, upstream in candidates:
        cost = cost_usd(name) if cost_usd is not None else 0.0
        over = cost is None or cost > max(left_usd, 0.0)
        problem = _problem(name, upstream, health[name], loads[name], need, now, over=over)
        if problem is None:
            fit.append((name, upstream, cost or 0.0))
        else:
            obstacle = max(obstacle, problem, key=_NEARNESS.__getitem__)
    if not fit:
        return Options(obstacle=obstacle)
    if len(fit) > 1:
        orders = [
            (_order(upstream, health[name], loads[name], cost, need, now, rank), place)
            for place, (name, upstream, cost) in enumerate(fit)
        ]
        fit = [fit[place] for _, place in sorted(orders)]
    return Options(names=tuple([name for name, _, _ in fit]), slow=_is_slow(health[fit[0][0]], need))


def _order(
    upstream: UpstreamConfig,
    record: Health,
    load: Load,
    cost: float,
    need: RouteRequest,
    now: float,
    rank: Callable[[UpstreamStats], tuple[float, ...]],
) -> tuple[float, ...]:
    standing = UpstreamStats(
        cost_usd=cost,
        load=(load.in_flight + load.waiting) / (upstream.max_concurrent or 1),
        first_token_s=record.first_token_s or 0.0,
    )
    return (upstream.overflow, record.wait_until > now, _is_slow(record, need), *rank(standing))


def _is_slow(record: Health, need: RouteRequest) -> bool:
    return need.deadline_s is not None and record.first_token_s is not None and record.first_token_s > need.deadline_s


def _problem(
    name: str, upstream: UpstreamConfig, record: Health, load: Load, need: RouteRequest, now: float, *, over: bool
) -> Unavailability | None:
    if name in need.avoid:
        return Unavailability.FAILED
    if record.is_open and not admits(record, now):
        return Unavailability.DOWN
    if over:
        return Unavailability.OVER_BUDGET
    limit = upstream.max_concurrent
    if limit is not None and load.in_flight >= limit and load.waiting >= upstream.max_queue:
        return Unavailability.BUSY
    return None
