"""The metrics of several processes as one exposition."""

from __future__ import annotations

import orjson

from relay import build
from relay.observe.metrics import Family, Metrics, read
from relay.observe.sums import Sums
from relay.types import RouteKind

FORMATS = build.formats()


def metrics(at: float = 0.0) -> Metrics:
    times = iter((0.0, *[at] * 100))
    made = Metrics(formats=["openai_chat"], entity_types=["PERSON"], clock=lambda: next(times))
    made.declare({"far": RouteKind.FRONTIER})
    made.policy("abc", "enforce")
    return made


def over_socket(made: Metrics) -> list[Family]:
    """Return what arrives of them on the other side."""
    found: list[Family] = orjson.loads(orjson.dumps(made.samples()))
    return found


def value(text: bytes, series: str) -> float:
    return float(next(line for line in text.decode().splitlines() if line.startswith(f"{series} ")).split()[-1])


def test_sums() -> None:
    """Counters add up, with those of who has ended; gauges are of the living; some are no sums."""
    own, one, two = metrics(60), metrics(50), metrics(40)
    own.policy("new", "enforce")
    for made, count in ((one, 2), (two, 3)):
        for _ in range(count):
            made.refused("relay_busy")
            made.first_token("far", 0.2)
        made.in_flight.set(count)
        made.sessions.set(count)
    two.breaker("far", is_open=True)
    sums = Sums()
    sums.told(1, over_socket(one))
    sums.told(2, over_socket(two))
    text = sums.render(own.samples())
    assert value(text, 'relay_refusals_total{code="relay_busy"}') == 5
    assert value(text, 'relay_first_token_seconds_bucket{le="0.25",route="frontier",upstream="far"}') == 5
    assert value(text, "relay_in_flight") == 5
    assert value(text, 'relay_upstream_open{route="frontier",upstream="far"}') == 1
    assert read(text.decode()).uptime_s == 60
    lines = text.decode().splitlines()
    assert [line for line in lines if line.startswith("relay_policy_info{")] == [
        'relay_policy_info{digest="new",mode="enforce"} 1.0'
    ]
    begun = min(made.registry.get_sample_value("relay_unknown_fields_created") or 0 for made in (own, one, two))
    assert value(text, "relay_unknown_fields_created") == begun
    sums.ended(2)
    after = sums.render(own.samples())
    assert value(after, 'relay_refusals_total{code="relay_busy"}') == 5
    assert (value(after, "relay_in_flight"), value(after, "relay_sessions")) == (2, 2)
    assert value(after, 'relay_upstream_open{route="frontier",upstream="far"}') == 0


def test_the_number_of_series_is_constant() -> None:
    """However many processes there are and were."""
    own, sums, counts = metrics(), Sums(), set()
    for number in range(20):
        sums.told(number, over_socket(metrics()))
        if number > 2:
            sums.ended(number - 2)
        counts.add(len(sums.render(own.samples()).splitlines()))
    assert len(counts) == 1
