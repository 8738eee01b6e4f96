"""What coding agents put into every prompt about their user's machine: found, each agent in its own shape.

The vectors are written in the shapes that the agents' prompts have (labels, tags, paths), with invented people; they
are no recordings. The test runs with the model, under the default policy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from relay.exchange import Core
from tests.support import sent

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "agents"


@pytest.mark.parametrize("agent", sorted(path.stem for path in VECTORS.glob("*.yaml")))
def test_nothing_of_the_user_or_the_machine_leaves(default_core: Core, agent: str) -> None:
    """Home path, user, host, git author, address and ids are gone in any letter case; what the agent needs is there."""
    vector: dict[str, Any] = yaml.safe_load((VECTORS / f"{agent}.yaml").read_text(encoding="utf-8"))
    body = sent(default_core, vector["path"], vector["request"], x_goog_api_key="k").body.decode()
    assert [value for value in vector["planted"] if value.lower() in body.lower()] == []
    assert [value for value in vector["kept"] if value not in body] == []
