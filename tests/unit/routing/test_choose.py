"""Which upstreams qualify, best first: a pure function over plain state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import relay.routes
from relay.config import UpstreamConfig
from relay.registry import collect
from relay.routing.choose import Load, Need, Obstacle, options
from relay.routing.health import Health
from relay.types import RouteKind

ROUTES = {plugin.kind: plugin() for plugin in collect(relay.routes).values()}
NOW = 100.0
OPEN = Health(is_open=True, open_until=NOW + 1)
WAITING = Health(wait_until=NOW + 1)


def upstream(kind: str = "frontier", **fields: Any) -> UpstreamConfig:
    return UpstreamConfig(kind=RouteKind(kind), base_url="http://127.0.0.1:9", **fields)


def best(
    upstreams: dict[str, UpstreamConfig],
    *,
    kind: str = "frontier",
    health: dict[str, Health] | None = None,
    loads: dict[str, Load] | None = None,
    costs: dict[str, float | None] | None = None,
    left: float = float("inf"),
    **need: Any,
) -> tuple[tuple[str, ...], Obstacle | None]:
    found = options(
        RouteKind(kind),
        upstreams,
        {name: (health or {}).get(name, Health()) for name in upstreams},
        {name: (loads or {}).get(name, Load()) for name in upstreams},
        Need(**{"family": "openai", **need}),
        NOW,
        rank=ROUTES[RouteKind(kind)].rank,
        cost_usd=lambda name: (costs or {}).get(name, 0.0),
        left_usd=left,
    )
    return found.names, None if found.names else found.obstacle


TWO = {"one": upstream(), "two": upstream()}
LOCALS = {"one": upstream("local", max_concurrent=4), "two": upstream("local", max_concurrent=2)}


@pytest.mark.parametrize(
    ("upstreams", "state", "names"),
    [
        (TWO, {}, ("one", "two")),
        ({"near": upstream("local"), **TWO}, {}, ("one", "two")),
        ({"other": upstream(formats=("gemini",)), **TWO}, {}, ("one", "two")),
        (TWO, {"avoid": frozenset({"one"})}, ("two",)),
        (TWO, {"health": {"one": OPEN}}, ("two",)),
        (TWO, {"health": {"one": WAITING}}, ("two", "one")),
        (TWO, {"costs": {"one": 2.0, "two": 1.0}}, ("two", "one")),
        (TWO, {"costs": {"one": 2.0, "two": 1.0}, "left": 1.5}, ("two",)),
        (TWO, {"costs": {"one": None, "two": 1.0}, "left": 1.5}, ("two",)),
        (TWO, {"costs": {"one": 1.0, "two": 0.0}, "left": -0.5}, ("two",)),  # overdrawn: what is free is still free
        (TWO, {"health": {"one": Health(first_token_s=2.0), "two": Health(first_token_s=1.0)}}, ("two", "one")),
        # Slow beyond the deadline weighs more than cost, cost more than a little speed.
        (
            TWO,
            {
                "health": {"one": Health(first_token_s=2.0), "two": Health(first_token_s=1.0)},
                "costs": {"one": 1.0, "two": 2.0},
            },
            ("one", "two"),
        ),
        (
            TWO,
            {
                "health": {"one": Health(first_token_s=2.0), "two": Health(first_token_s=1.0)},
                "costs": {"one": 1.0, "two": 2.0},
                "deadline_s": 1.5,
            },
            ("two", "one"),
        ),
        ({"spare": upstream(overflow=True), **TWO}, {"costs": {"one": 9.0, "two": 9.0}}, ("one", "two", "spare")),
        (LOCALS, {"kind": "local", "loads": {"one": Load(in_flight=1)}}, ("two", "one")),
        (LOCALS, {"kind": "local", "loads": {"one": Load(in_flight=1), "two": Load(in_flight=1)}}, ("one", "two")),
        (LOCALS, {"kind": "local", "loads": {"one": Load(in_flight=4)}}, ("two",)),
    ],
)
def test_order(upstreams: dict[str, UpstreamConfig], state: dict[str, Any], names: tuple[str, ...]) -> None:
    """Those that qualify, best first."""
    assert best(upstreams, **state)[0] == names


FULL = {"one": upstream(max_concurrent=1, max_queue=2), "two": upstream(max_concurrent=1)}


@pytest.mark.parametrize(
    ("upstreams", "state", "obstacle"),
    [
        ({}, {}, Obstacle.NOT_CONFIGURED),
        ({"near": upstream("local")}, {}, Obstacle.NOT_CONFIGURED),
        (TWO, {"avoid": frozenset({"one", "two"})}, Obstacle.FAILED),
        (TWO, {"avoid": frozenset({"one"}), "health": {"two": OPEN}}, Obstacle.DOWN),
        (TWO, {"health": {"one": OPEN}, "costs": {"two": 2.0}, "left": 1.0}, Obstacle.OVER_BUDGET),
        (TWO, {"costs": {"one": None, "two": None}}, Obstacle.OVER_BUDGET),
        (FULL, {"loads": {"one": Load(1, 1), "two": Load(1, 0)}}, None),
        (FULL, {"loads": {"one": Load(1, 2), "two": Load(1, 0)}}, Obstacle.BUSY),
        (FULL, {"loads": {"one": Load(1, 2)}, "health": {"two": OPEN}}, Obstacle.BUSY),
    ],
)
def test_obstacle(upstreams: dict[str, UpstreamConfig], state: dict[str, Any], obstacle: Obstacle | None) -> None:
    """When nobody qualifies, the reason is that of the one that came nearest."""
    assert best(upstreams, **state)[1] is obstacle


KINDS = st.sampled_from(["frontier", "local"])
RECORDS = st.builds(
    Health,
    is_open=st.booleans(),
    open_until=st.sampled_from([NOW - 1, NOW + 1]),
    on_trial=st.booleans(),
    wait_until=st.sampled_from([NOW - 1, NOW + 1]),
    first_token_s=st.none() | st.floats(0, 5),
)


@given(st.lists(st.tuples(KINDS, RECORDS, st.integers(0, 3), st.booleans()), max_size=6), KINDS)
def test_never_another_kind(drawn: list[tuple[str, Health, int, bool]], kind: str) -> None:
    """Whatever state upstreams are in, a choice among one kind never names one of another, and none twice."""
    upstreams = {
        str(number): upstream(of, max_concurrent=2, overflow=spare) for number, (of, _, _, spare) in enumerate(drawn)
    }
    found, obstacle = best(
        upstreams,
        kind=kind,
        health={str(number): record for number, (_, record, _, _) in enumerate(drawn)},
        loads={str(number): Load(in_flight=busy) for number, (_, _, busy, _) in enumerate(drawn)},
    )
    assert all(upstreams[name].kind == kind for name in found)
    assert len(set(found)) == len(found)
    assert (obstacle is None) == bool(found)
