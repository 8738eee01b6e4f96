"""The environments of real clients are there, or the tests that need them say so."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import ROOT, Environment

NAMES = sorted(path.stem for path in (ROOT / "tests" / "environments").glob("*.in"))


@pytest.mark.parametrize("ci, outcome", [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_absent(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    """An environment that nobody made is a failure in CI and a skipped test elsewhere."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="make environments"):
        environment("nobody-made-this")


@pytest.mark.parametrize("name", NAMES)
def test_present(environment: Environment, name: str) -> None:
    """An environment holds what it was asked for, pinned and hashed, and nothing of relay's own."""
    folder = ROOT / "tests" / "environments"
    asked = (folder / f"{name}.in").read_text(encoding="utf-8").split()
    pins = dict(
        re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", (folder / f"{name}.txt").read_text(encoding="utf-8"), re.M)
    )
    wanted = [re.split(r"[\[<>=~]", line)[0] for line in asked]
    code = (
        "from importlib.metadata import distributions as d; print(*(f'{e.name.lower()} {e.version}\\n' for e in d()))"
    )
    done = subprocess.run([environment(name), "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    found = dict(line.split() for line in done.stdout.splitlines() if line.strip())
    assert "relay" not in found
    assert {name: found.get(name) for name in wanted} == {name: pins[name] for name in wanted}
