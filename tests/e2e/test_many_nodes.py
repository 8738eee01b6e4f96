"""Three relays behind HAProxy with one store: nodes are killed, and no conversation notices but by a try more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.scale.nodes import conversations

pytestmark = pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed")


async def test_nodes_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    """Every answer is whole and its own or an error that may be retried; placeholders stay those they were."""
    outcome = await conversations(tmp_path, talks=30, turns=6, kill_every_s=6)
    assert outcome.wrong == []
    assert outcome.turns == 30 * 6
    assert outcome.kills >= 1
