"""Whether and when the same upstream is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.routing.retry import delay_s, retry_after_s
from relay.routing.router import RetryBudget


@pytest.mark.parametrize(
    ("attempt", "asked", "left", "random", "wait"),
    [
        (0, None, 10, 1.0, 0.25),
        (0, None, 10, 0.0, 0.0),
        (2, None, 10, 1.0, 1.0),
        (9, None, 10, 1.0, 8.0),
        (9, None, 7, 1.0, None),
        (0, 3.0, 10, 0.0, 3.0),
        (0, 4.0, 10, 1.0, 5.0),
        (0, 9.0, 10, 1.0, None),
        (0, 30.0, 10, 0.0, None),
        (0, 0.0, 10, 1.0, 0.0),
    ],
)
def test_delay(attempt: int, asked: float | None, left: float, random: float, wait: float | None) -> None:
    """Doubling with full jitter, never sooner than asked for, never later than allowed."""
    assert delay_s(attempt, asked, left, random) == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((("retry-after", "7"),), 7.0),
        ((("retry-after", "0.5"),), 0.5),
        ((("retry-after-ms", "250"), ("retry-after", "7")), 0.25),
        ((("retry-after", "Wed, 26 Nov 2025 08:00:30 GMT"),), 30.0),
        ((("retry-after", "Wed, 26 Nov 2025 07:00:00 GMT"),), None),  # over already
        ((("retry-after", "-3"),), None),
        ((("retry-after", "soon"),), None),
        ((("retry-after-ms", "nan"),), None),
        ((("retry-after", ""),), None),
        ((), None),
    ],
)
def test_retry_after(headers: tuple[tuple[str, str], ...], wait: float | None) -> None:
    """A number of seconds, a date, or OpenAI's milliseconds; anything else says nothing."""
    assert retry_after_s(headers, now=1764144000.0) == wait


@given(st.text(max_size=40))
def test_odd_values(text: str) -> None:
    """No header of an upstream can crash relay or make it wait for ever or less than nothing."""
    wait = retry_after_s((("retry-after", text),), now=1764144000.0)
    assert wait is None or 0 <= wait < float("inf")


def test_budget() -> None:
    """Ten retries at first, then one for every five requests, and never more than ten at once."""
    tokens = RetryBudget()
    assert [tokens.withdraw() for _ in range(11)] == [True] * 10 + [False]
    for _ in range(5):
        tokens.deposit()
    assert [tokens.withdraw(), tokens.withdraw()] == [True, False]
    for _ in range(1000):
        tokens.deposit()
    assert [tokens.withdraw() for _ in range(11)] == [True] * 10 + [False]
