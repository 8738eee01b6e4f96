"""Which upstreams qualify, best first: a pure function over plain state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import relay.routing.kinds
from relay.config import RoutingConfig, UpstreamConfig
from relay.errors import ScrubFailed
from relay.observe.metrics import Metrics
from relay.registry import collect
from relay.request.provider_request import check_route
from relay.routing.choose import Load, RouteRequest, Unavailability, options
from relay.routing.health import Health
from relay.routing.router import Router
from relay.types import Outbound, RouteKind
from relay.upstream.client import UpstreamClient

ROUTES = {plugin.kind: plugin() for plugin in collect(relay.routing.kinds).values()}
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
) -> tuple[tuple[str, ...], Unavailability | None]:
    candidates = [(name, item) for name, item in upstreams.items() if item.kind == kind and item.takes("openai")]
    found = options(
        candidates,
        {name: (health or {}).get(name, Health()) for name in upstreams},
        {name: (loads or {}).get(name, Load()) for name in upstreams},
        RouteRequest(**{"family": "openai", **need}),
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
        ({}, {}, Unavailability.NOT_CONFIGURED),
        ({"near": upstream("local")}, {}, Unavailability.NOT_CONFIGURED),
        (TWO, {"avoid": frozenset({"one", "two"})}, Unavailability.FAILED),
        (TWO, {"avoid": frozenset({"one"}), "health": {"two": OPEN}}, Unavailability.DOWN),
        (TWO, {"health": {"one": OPEN}, "costs": {"two": 2.0}, "left": 1.0}, Unavailability.OVER_BUDGET),
        (TWO, {"costs": {"one": None, "two": None}}, Unavailability.OVER_BUDGET),
        (FULL, {"loads": {"one": Load(1, 1), "two": Load(1, 0)}}, None),
        (FULL, {"loads": {"one": Load(1, 2), "two": Load(1, 0)}}, Unavailability.BUSY),
        (FULL, {"loads": {"one": Load(1, 2)}, "health": {"two": OPEN}}, Unavailability.BUSY),
    ],
)
def test_obstacle(upstreams: dict[str, UpstreamConfig], state: dict[str, Any], obstacle: Unavailability | None) -> None:
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


@given(st.lists(st.tuples(KINDS, RECORDS, st.integers(0, 3), st.booleans()), max_size=6))
def test_never_another_kind(drawn: list[tuple[str, Health, int, bool]]) -> None:
    """Whatever state upstreams are in, a choice among one kind never names one of another, and none twice."""
    upstreams = {
        str(number): upstream(of, max_concurrent=2, overflow=spare) for number, (of, _, _, spare) in enumerate(drawn)
    }
    router = Router(
        upstreams,
        ROUTES,
        RoutingConfig(),
        Metrics(formats=(), entity_types=(), clock=lambda: 0.0),
        clock=lambda: NOW,
        wall=lambda: 0.0,
        random=lambda: 0.5,
    )
    for number, (_, record, busy, _) in enumerate(drawn):
        router._health[str(number)] = record
        router.loads[str(number)].in_flight = busy
    found = router.options(RouteRequest(family="openai"), "client")
    assert set(found) == set(RouteKind)
    for kind, options_of in found.items():
        assert all(upstreams[name].kind is kind for name in options_of.names)
        assert len(set(options_of.names)) == len(options_of.names)
    assert not router.options(RouteRequest(family="gemini", avoid=frozenset(upstreams)), "client")[
        RouteKind.LOCAL
    ].names


def outbound(route: RouteKind) -> Outbound:
    return Outbound(upstream="one", route=route, method="POST", path="/v1/chat/completions")


@pytest.mark.parametrize("prepared", list(RouteKind))
@pytest.mark.parametrize("destination", list(RouteKind))
def test_what_was_prepared_for_one_kind_goes_to_no_other(prepared: RouteKind, destination: RouteKind) -> None:
    """Egress and the upstream client both stop a request that was scrubbed for another kind of route."""
    client = UpstreamClient({"one": upstream(destination.value)})
    if prepared is destination:
        check_route(outbound(prepared), destination)
        with pytest.raises(KeyError):  # past the check, to a transport that is not there before the client is entered
            client.send(outbound(prepared))
        return
    with pytest.raises(ScrubFailed, match="prepared for"):
        check_route(outbound(prepared), destination)
    with pytest.raises(ScrubFailed, match="prepared for"):
        client.send(outbound(prepared))
