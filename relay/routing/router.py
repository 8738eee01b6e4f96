"""The state of the running relay that routing is decided from, and the one place that changes it.

Every record is an immutable value that is replaced whole, so that the threads which decide and the event loop which
reports never see half of one. Records are written by the event loop alone.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from relay.config import RoutingConfig, UpstreamConfig
from relay.errors import (
    BudgetExhausted,
    PolicyRefused,
    RelayBusy,
    RelayFault,
    UpstreamUnreachable,
)
from relay.observe import logs
from relay.observe.metrics import Metrics
from relay.protocols import Route
from relay.routing import health
from relay.routing.budget import BudgetLedger, Hold, Prices, cost_usd
from relay.routing.choose import Load, Options, RouteRequest, Unavailability, options
from relay.routing.health import Health
from relay.routing.usage import Usage
from relay.types import RouteKind

__all__ = ["Move", "RetryBudget", "Router", "Ticket"]

_NOT_CONFIGURED = Options()


class Move(StrEnum):
    """Why a request did not go where policy would have it first. `X-Relay-Route-Why` says it."""

    DOWN = "down"
    BUSY = "busy"
    OVER_BUDGET = "over-budget"
    SLOW = "slow"
    UNSURE = "unsure"


@dataclass(slots=True, kw_only=True)
class Ticket:
    """One request at one upstream, from the choice until its answer is over: what it is counted with."""

    upstream: str
    route: RouteKind
    model: str
    input_tokens: int
    hold: Hold | None
    settled: bool = False


class RetryBudget:
    """A retry budget: retries may be a fifth of all requests, and ten more.

    Without one, everybody's retries are what keeps an upstream in trouble there (Finagle's `RetryBudget` has the same
    shape).
    """

    _EACH = 0.2
    _MOST = 10.0

    def __init__(self) -> None:
        self._left = self._MOST

    def deposit(self) -> None:
        """Count a request."""
        self._left = min(self._left + self._EACH, self._MOST)

    def withdraw(self) -> bool:
        """Take one retry out. Return whether there was one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Router:
    """Knows every upstream. `clock` is monotonic, `wall` counts since 1970, `random` is from 0 to 1."""

    def __init__(
        self,
        upstreams: Mapping[str, UpstreamConfig],
        routes: Mapping[RouteKind, Route],
        config: RoutingConfig,
        metrics: Metrics,
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        self.upstreams = upstreams
        self.config = config
        self.loads = {name: Load() for name in upstreams}
        self.retries = {name: RetryBudget() for name in upstreams}
        self.clock = clock
        self.wall = wall
        self.random = random
        self._routes = routes
        self._by_format: dict[tuple[RouteKind, str], tuple[tuple[str, UpstreamConfig], ...]] = {}
        self._health = {name: Health() for name in upstreams}
        self._metrics = metrics
        self._prices = Prices(config.prices)
        self._ledger = BudgetLedger(config.budgets)
        self._has_budgets = bool(self._ledger)
        # Whether anything depends on what a request costs.
        self.counts_cost = self._has_budgets or bool(self._prices)
        metrics.declare({name: upstream.kind for name, upstream in upstreams.items()})

    # -------------------------------------------------------------------------------------------------------- choosing

    def options(self, need: RouteRequest, client: str) -> dict[RouteKind, Options]:
        """Return for each kind which upstreams qualify for `need`."""
        now = self.clock()
        left = self._ledger.left(client, self.wall()) if self._has_budgets else math.inf
        cost = self._cost_of(need) if self.counts_cost else None
        return {
            kind: _NOT_CONFIGURED
            if not (candidates := self._candidates(kind, need.family))
            else options(
                candidates,
                self._health,
                self.loads,
                need,
                now,
                rank=route.rank,
                cost_usd=cost,
                left_usd=left,
            )
            for kind, route in self._routes.items()
        }

    def _candidates(self, kind: RouteKind, family: str) -> tuple[tuple[str, UpstreamConfig], ...]:
        found = self._by_format.get((kind, family))
        if found is None:
            found = tuple(
                (name, upstream)
                for name, upstream in self.upstreams.items()
                if upstream.kind is kind and upstream.takes(family)
            )
            self._by_format[kind, family] = found
        return found

    def model_at(self, upstream: str, model: str | None) -> str | None:
        """Return what `upstream` calls `model`."""
        names = self.upstreams[upstream].models
        return names.get(model, names.get("*", model)) if names and model is not None else model

    def admits(self, upstream: str) -> bool:
        """Tell whether the breaker of `upstream` lets a request through."""
        return health.admits(self._health[upstream], self.clock())

    def record(self, upstream: str) -> Health:
        """Return what is known of `upstream`."""
        return self._health[upstream]

    def fault(self, found: Options, kind: RouteKind, family: str) -> RelayFault:
        """Return what to tell the client when no upstream of `kind` qualifies."""
        match found.obstacle:
            case Unavailability.OVER_BUDGET:
                return BudgetExhausted(
                    "the day's budget of this client is spent, or no price is configured for the model; the "
                    "configuration keys are routing.budgets and routing.prices"
                )
            case Unavailability.BUSY:
                return RelayBusy(
                    f"Every {kind.value} upstream is busy; try again in a moment. The configuration keys are "
                    "upstreams.<name>.max_concurrent and max_queue.",
                    min((self.loads[name].wait_s for name, _ in self._candidates(kind, family)), default=0.0),
                )
            case Unavailability.DOWN | Unavailability.FAILED:
                return UpstreamUnreachable(f"No {kind.value} upstream can be reached at present.")
            case _:
                return PolicyRefused(
                    f"no {kind.value} upstream is configured for the {family} format; the configuration keys are "
                    "upstreams.<name>.kind and upstreams.<name>.formats"
                )

    def _cost_of(self, need: RouteRequest) -> Callable[[str], float | None]:
        expected = Usage(need.tokens, need.output_tokens)

        def cost(upstream: str) -> float | None:
            price = self._prices.of(upstream, self.model_at(upstream, need.model) or "")
            if price is not None:
                return cost_usd(price, expected)
            # One's own machine costs what it costs anyway; what a frontier costs must be known to be kept to.
            return None if self._has_budgets and self.upstreams[upstream].kind is RouteKind.FRONTIER else 0.0

        return cost

    # -------------------------------------------------------------------------------------------------------- counting

    def ticket(self, upstream: str, need: RouteRequest, client: str) -> Ticket:
        """Count a request that is about to leave, with what it is expected to cost."""
        hold = None
        if self._has_budgets:
            hold = self._ledger.hold(client, self._cost_of(need)(upstream) or 0.0, self.wall())
        model = self.model_at(upstream, need.model) or ""
        return Ticket(
            upstream=upstream,
            route=self.upstreams[upstream].kind,
            model=model,
            input_tokens=need.tokens,
            hold=hold,
        )

    def settle(self, ticket: Ticket, usage: Usage) -> None:
        """Count what the request of `ticket` really used. May be called more than once; the first call counts."""
        if ticket.settled:
            return
        ticket.settled = True
        price = self._prices.of(ticket.upstream, ticket.model) if self._prices else None
        cost = cost_usd(price, usage) if price is not None else 0.0
        if ticket.hold is not None:
            self._ledger.settle(ticket.hold, cost)
        self._metrics.used(ticket.upstream, usage.input_tokens, usage.output_tokens, cost)

    # ------------------------------------------------------------------------------------------------ what came of it

    def asks(self, upstream: str) -> bool:
        """Note that a request goes out, and return True, unless the breaker of `upstream` keeps it back."""
        record = self._health[upstream]
        if record.is_open:
            if not health.admits(record, self.clock()):
                return False
            self._health[upstream] = health.asked(record, self.clock(), open_s=self.config.open_s)
        self.retries[upstream].deposit()
        return True

    def answered(self, upstream: str) -> None:
        """Note the head of an answer."""
        self._note(upstream, health.answered(self._health[upstream]))

    def completed(self, upstream: str) -> None:
        """Note the end of an answer."""
        self._note(upstream, health.completed(self._health[upstream]))
        self._metrics.outcome(upstream, "answered")

    def failed(self, upstream: str, outcome: str) -> None:
        """Note a failure of the upstream's own."""
        self._note(
            upstream,
            health.failed(self._health[upstream], self.clock(), limit=self.config.failures, open_s=self.config.open_s),
        )
        self._metrics.outcome(upstream, outcome)

    def unreadable(self, upstream: str) -> None:
        """Note an answer that relay could not read. It says nothing about other answers."""
        self._metrics.outcome(upstream, "broken")

    def limited(self, upstream: str, wait_s: float | None) -> None:
        """Note a 429. It is about a key: only where the operator's is used does it say something to others."""
        self._note(upstream, health.answered(self._health[upstream]))
        if wait_s is not None and self.upstreams[upstream].credential != "client":
            self._note(upstream, health.asked_to_wait(self._health[upstream], self.clock() + wait_s))
        self._metrics.outcome(upstream, "limited")

    def abandoned(self, upstream: str) -> None:
        """Note that a request ended before the upstream said anything."""
        self._note(upstream, health.abandoned(self._health[upstream], self.clock()))

    def probed(self, upstream: str, *, reachable: bool) -> None:
        """Note that connecting was tried."""
        self._note(
            upstream,
            health.probed(self._health[upstream], self.clock(), reachable=reachable, open_s=self.config.open_s),
        )

    def first_token(self, upstream: str, seconds: float) -> None:
        """Note how long the first bytes of a streamed answer took."""
        self._health[upstream] = health.timed(self._health[upstream], seconds)
        self._metrics.first_token(upstream, seconds)

    def moved(self, to: RouteKind, move: Move) -> None:
        """Count a request that did not go where policy would have it first."""
        self._metrics.moved(to, move.value)

    def to_probe(self) -> tuple[str, ...]:
        """Return the upstreams to connect to now: local ones, and those to which nothing is sent.

        Others hear from relay only when a client asks.
        """
        return tuple(
            name
            for name, upstream in self.upstreams.items()
            if upstream.kind is RouteKind.LOCAL or self._health[name].is_open
        )

    def _note(self, upstream: str, record: Health) -> None:
        before = self._health[upstream]
        if record is not before:
            self._health[upstream] = record
            if record.is_open is not before.is_open:
                self._metrics.breaker(upstream, is_open=record.is_open)
                event = logs.LogEvent.UPSTREAM_DOWN if record.is_open else logs.LogEvent.UPSTREAM_UP
                logs.event(event, logging.WARNING, upstream=logs.Name(upstream), failures=record.failures)
