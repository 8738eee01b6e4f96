"""Time grows with the size of a text, for every text that an attacker may send."""

from __future__ import annotations

import time

import pytest

from benchmarks.patterns.noise import SLOW_UNITS
from relay.types import Segment
from tests.support import patterns_only

ANALYZER = patterns_only()


def seconds(text: str) -> float:
    """Return the least processor time of three runs."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        ANALYZER.analyze([Segment(pointer="/0", text=text)])
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("unit", SLOW_UNITS)
def test_twice_the_text_takes_about_twice_the_time(unit: str) -> None:
    """Four times the text takes about four times as long, and 40 KB take less than a second."""
    short, long = ((unit * (size // len(unit) + 1))[:size] for size in (10_000, 40_000))
    # The machine may be busy: a slow pass counts only when it is slow again. A quadratic one would take 16 times.
    ratios = []
    for _ in range(5):
        ratios.append(seconds(long) / (seconds(short) + 0.002))
        if ratios[-1] < 6:
            break
    assert min(ratios) < 10
    assert seconds(long) < 1.0
