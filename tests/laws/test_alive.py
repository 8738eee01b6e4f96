"""Law 11: no text that a client or an upstream can write makes relay refuse by accident."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.exchange import Core
from relay.registry import collect
from tests.laws.conversations import SIGNATURE, Guesses, conversation
from tests.support import begin, post, with_parts

# RELAY_CONVERSATIONS=1000000 pytest tests/laws/test_alive.py runs a million; RELAY_FIRST says where to begin.
COUNT = int(os.environ.get("RELAY_CONVERSATIONS", "20000"))
FIRST = int(os.environ.get("RELAY_FIRST", "0"))
# Each model takes other words for people; one serves so many conversations.
A_MODEL = 500


@pytest.fixture(scope="module")
def recognizers() -> list[Any]:
    return [plugin() for plugin in collect(relay.detect.recognizers).values()]


def test_no_conversation_is_refused(core: Core, recognizers: list[Any]) -> None:
    """Detect, scrub and egress, over conversations of every format with values that are also anything else."""
    refused = []
    guessing = core
    for seed in range(FIRST, FIRST + COUNT):
        if seed % A_MODEL == 0 or seed == FIRST:
            lookalikes = core.analyzer._lookalikes
            guessing = with_parts(core, analyzer=Analyzer(recognizers, Guesses(seed // A_MODEL), lookalikes=lookalikes))
        path, body = conversation(seed)
        exchange = begin(guessing, path)
        try:
            outbound = exchange.open(post(path, body))
        except Exception as error:
            refused.append(f"seed {seed}, {path}: {type(error).__name__}: {error}")
        else:
            _is_kept(body, json.loads(outbound.body))
        finally:
            exchange.close()
    assert refused == []


def _is_kept(sent: Any, arrived: Any) -> None:
    """Assert that what a provider signed came through as it was."""
    for before, after in zip(sent.get("messages", ()), arrived.get("messages", ()), strict=True):
        for one, other in zip(before["content"], after["content"], strict=False):
            if type(one) is dict and one.get("signature") == SIGNATURE:
                assert one == other
