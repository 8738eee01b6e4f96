"""Generated requests with canaries in every place: none of them in traces, metrics or the log, and no new series."""

from __future__ import annotations

import os
from random import Random

from benchmarks.observe.canaries import canary, run, stands

# `python -m benchmarks.observe --count 10000` sends as many as a night allows.
COUNT = int(os.environ.get("RELAY_TEST_CANARIES", "400"))


async def test_no_canary_and_no_new_series() -> None:
    """Whatever a client or an upstream writes, in requests that are served and in those that are refused."""
    found = await run(COUNT)
    assert (found.traces, found.metrics, found.log) == (0, 0, 0)
    assert found.canaries > 10 * COUNT
    assert found.spans > COUNT
    assert found.lines > COUNT / 2
    assert found.statuses[200] > COUNT / 20
    assert found.series[0] == found.series[1]
    assert found.dropped == 0


def test_a_canary_is_seen() -> None:
    """In text, in capitals, inside of binary messages, as hexadecimal digits, and cut."""
    word = canary(Random(1))
    for text in (f"x{word}y", word.upper(), f"\x0a\x20{word}\xff", word.encode().hex(), word[:8]):
        assert stands(text) == 1, text
    assert stands("zquirrel 7a71 0123456789abcdef" * 100) == 0
