"""The library that runs the model reports nothing and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from relay import build


@pytest.mark.parametrize(
    "code",
    [
        f"import pathlib, relay.detect.ner.model as m; m.NerModel.load(pathlib.Path({str(build.MODELS / 'fast')!r}))",
        "import relay; relay.open_session().close()",
    ],
)
def test_loading_the_model_leaves_no_file(tmp_path: Path, code: str) -> None:
    """No identifier of the device, no queue of events: the folders of the user stay empty."""
    # With `CI` set the library is silent by itself, so that the test would show nothing.
    environ = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    environ |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == []
