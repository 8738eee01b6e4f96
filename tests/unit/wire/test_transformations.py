"""Reports of changed prefixes are counted once, from whole answers and from the last event of a stream."""

from __future__ import annotations

import pytest

from relay.wire.transformations import changed_prefixes

PREFIX = {"type": "thinking_dropped", "path": "messages.1.content.0", "reason": "prefix_binding_mismatch"}
MODEL = {**PREFIX, "reason": "model_binding_mismatch"}
REPORT = {"input_transformations": [PREFIX, MODEL, {"reason": "prefix_mismatch"}, {}, "x"]}


@pytest.mark.parametrize(
    "tree, count",
    [
        ({"type": "message", **REPORT}, 2),
        ({"object": "response", **REPORT}, 2),
        ({"type": "message_delta", **REPORT}, 2),
        ({"type": "response.completed", "response": REPORT}, 2),
        ({"type": "response.created", "response": REPORT}, 0),
        ({"input_transformations": [MODEL]}, 0),
        ({"input_transformations": {"reason": "prefix"}}, 0),
        ({"response": [REPORT]}, 0),
        ({}, 0),
        ([REPORT], 0),
        (None, 0),
    ],
)
def test_counts(tree, count):
    """One row, one shape."""
    assert changed_prefixes(tree) == count
