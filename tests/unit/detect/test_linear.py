"""Work grows with the size of a text, for every text that an attacker may send."""

from __future__ import annotations

import time

import pytest

from benchmarks.patterns.noise import SLOW_UNITS
from relay.types import Segment
from tests.counted import steps
from tests.support import patterns_only

# The most that any of the texts takes is 120 steps for each character. Work that grows with the square of 8,000
# characters takes 4,000 for each, and more where each of its turns takes several.
_STEPS_PER_CHARACTER = 300


def analyze(unit: str, size: int) -> None:
    text = (unit * (size // len(unit) + 1))[:size]
    patterns_only().analyze([Segment(pointer="/0", text=text)])


@pytest.mark.parametrize("unit", SLOW_UNITS)
def test_steps_are_bounded_for_each_character(unit: str) -> None:
    """Whatever the text is made of."""
    assert steps(lambda: analyze(unit, 8_000)) <= _STEPS_PER_CHARACTER * 8_000


@pytest.mark.parametrize("unit", SLOW_UNITS)
def test_a_long_text_takes_no_time(unit: str) -> None:
    """What an expression does is one step, so 40 KB are timed: one that begins anew everywhere takes half a minute."""
    begun = time.process_time()
    analyze(unit, 40_000)
    assert time.process_time() - begun < 4
