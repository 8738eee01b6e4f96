"""The locked requirements go together: what a server needs is a part of what relay can use, in the same versions."""

from __future__ import annotations

import importlib
import re
import tomllib

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;~ ]", line)[0].lower().replace(".", "-") for line in requirements}


@pytest.mark.parametrize(
    ("part", "whole"),
    [("requirements-slim.lock", "requirements.lock"), ("requirements.lock", "requirements-dev.lock")],
)
def test_one_lock_is_part_of_another(part: str, whole: str) -> None:
    """Equal versions, so that what the tests run is what is installed."""
    assert pins(part).items() < pins(whole).items()


def test_slim_lacks_what_is_imported_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Presidio and no spaCy, no plots, no tool that builds; all else that relay needs."""
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    module = importlib.import_module("slim")
    slim, on_demand = pins("requirements-slim.lock").keys(), set(module.ON_DEMAND)
    needed = names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["otel"])
    assert names(module.slim()) == needed - on_demand
    assert names(module.slim()) <= slim
    assert on_demand <= names(PROJECT["dependencies"])
    assert not slim & (on_demand | {"matplotlib", "hatchling", "pip", "pytest"})
