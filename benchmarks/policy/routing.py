"""Measure what routing adds to a request: the upstreams that qualify, best first, for both kinds of route."""

from __future__ import annotations

import time

import relay.routing.kinds
from benchmarks.policy.decision import Row, timed
from relay.config import Price, RoutingConfig, UpstreamConfig
from relay.observe.metrics import Metrics
from relay.registry import collect
from relay.routing.choose import RouteRequest
from relay.routing.router import Router
from relay.types import RouteKind

__all__ = ["measure"]


def router(frontiers: int, locals_: int, *, budget: bool) -> Router:
    """Return a router over so many upstreams of each kind, each with a limit, with a price table if `budget`."""
    upstreams = {
        f"{kind}-{number}": UpstreamConfig(
            kind=kind, base_url="http://127.0.0.1:9", formats=("openai",), max_concurrent=8, models={"*": "m"}
        )
        for kind, count in ((RouteKind.FRONTIER, frontiers), (RouteKind.LOCAL, locals_))
        for number in range(count)
    }
    prices = {f"frontier-{number}/*": Price(input=number, output=number) for number in range(frontiers)}
    return Router(
        upstreams,
        {RouteKind(plugin.kind): plugin() for plugin in collect(relay.routing.kinds).values()},
        RoutingConfig(prices=prices, budgets={"*": 100}) if budget else RoutingConfig(),
        Metrics(formats=(), entity_types=(), clock=lambda: 0.0),
        clock=time.monotonic,
        wall=time.time,
        random=lambda: 0.5,
    )


def measure() -> list[Row]:
    """Return the table."""
    rows = []
    need = RouteRequest(family="openai", model="gpt-5", tokens=500, output_tokens=500, deadline_s=2.0)
    for frontiers, locals_, budget in ((1, 0, False), (2, 2, False), (2, 2, True), (8, 8, True)):
        made = router(frontiers, locals_, budget=budget)
        rows.append(
            timed(
                f"routing among {frontiers} frontier and {locals_} local upstreams{', budgets' if budget else ''}",
                lambda made=made: made.options(need, "desktop"),  # type: ignore[misc]
            )
        )
    return rows
