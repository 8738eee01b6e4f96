"""An upstream's record: the circuit breaker, and the moving time to first token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.routing import health
from relay.routing.health import Health

LIMITS = {"limit": 3, "open_s": 10.0}


def run(steps: str, now: float = 0.0) -> Health:
    """Return the record after `steps`: f a failure, h the head of an answer, e its end, a asked, + ten seconds pass."""
    record = Health()
    for step in steps:
        match step:
            case "f":
                record = health.failed(record, now, **LIMITS)
            case "h":
                record = health.answered(record)
            case "e":
                record = health.completed(record)
            case "a":
                record = health.asked(record, now, open_s=10.0)
            case "x":
                record = health.abandoned(record, now)
            case "n":
                record = health.probed(record, now, reachable=False, open_s=10.0)
            case "y":
                record = health.probed(record, now, reachable=True, open_s=10.0)
            case "+":
                now += 10.0
    return Health(**{field: getattr(record, field) for field in Health.__dataclass_fields__} | {"wait_until": now})


@pytest.mark.parametrize(
    ("steps", "admitted"),
    [
        ("", True),
        ("ff", True),
        ("fff", False),
        ("ffhef", True),  # an answer in between
        ("ffhf", False),  # one that broke off is none
        ("fff+", True),  # half open
        ("fff+a", False),  # one at a time
        ("fff+a+", True),  # a slow one keeps the next out no longer than an open breaker does
        ("fff+a+a", False),
        ("fff+ay", True),  # nor while connections can be made
        ("fff+aya", False),
        ("fff+a+h", True),  # late, and an answer
        ("fff+ax", True),  # that one hung up
        ("fff+af", False),  # it failed
        ("fff+af+", True),
        ("fff+ahe", True),
        ("fff+aheff", True),  # closed, and counting from none
        ("fff+ahff", True),  # also where that answer did not come to its end
        ("fff+ahfff", False),
        ("n", False),
        ("n+", True),
        ("ny", True),  # half open at once
        ("nya", False),
        ("y", True),
        ("fffy", True),
    ],
)
def test_breaker(steps: str, admitted: bool) -> None:
    """What is sent depends on what came of the last requests and on the time since."""
    record = run(steps)
    assert health.admits(record, record.wait_until) is admitted


@given(st.text("fheaxny+", max_size=40))
def test_it_always_comes_back(steps: str) -> None:
    """Whatever happened, once time has passed an upstream is tried again."""
    record = run(steps + "+")
    assert health.admits(record, record.wait_until)


def test_moving_average() -> None:
    """The first answer counts whole, each later one a tenth; one slow answer does not make an upstream slow."""
    record = health.timed(Health(), 1.0)
    assert record.first_token_s == 1.0
    record = health.timed(record, 11.0)
    assert record.first_token_s == pytest.approx(2.0)
    for _ in range(60):
        record = health.timed(record, 0.5)
    assert record.first_token_s == pytest.approx(0.5, abs=0.01)
