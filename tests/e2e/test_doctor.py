"""`relay doctor --memory`, which starts a relay and reads its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_doctor_reads_the_memory_of_a_running_relay(tmp_path: Path) -> None:
    """Each state is named with what was found; without the right to look, doctor says so and fails."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nmodel: none\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "relay", "doctor", "--memory", "--policy", str(policy)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    if os.geteuid() != 0 or "FAIL memory: this user may not" in done.stdout:
        assert done.returncode == 1
        pytest.skip("this process may not read another's memory")
    assert done.returncode == 0, done.stdout
    said = " ".join(done.stdout.split())
    assert said.count("no copy of a canary") == 5
    assert "in that relay keys: " in said
    assert "allocator: yes, not dumpable: yes, no core: yes" in said
    assert "@example.org" not in done.stdout
