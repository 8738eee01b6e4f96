"""What many tests need: a core as `relay serve` builds it, without sockets."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from relay import build
from relay.config import Config, UpstreamConfig
from relay.exchange import Core
from relay.types import RouteKind

FRONTIER = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9/v1")
LOCAL = UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", models={"*": "llama3.3"})

# Property tests draw the same examples each time, so a failure is due to a change. HYPOTHESIS_PROFILE=default draws
# new ones, to search for what nobody has found.
settings.register_profile("steady", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ROOT = Path(__file__).resolve().parent.parent

MakeCore = Callable[..., Core]
Environment = Callable[[str], Path]


@pytest.fixture(scope="session")
def environment() -> Environment:
    """Return a function that gives the Python of an environment of `tests/environments`; `make environments` makes it.

    Where it has not been made the test is skipped; in CI that is a failure.
    """

    def python(name: str) -> Path:
        if not (ROOT / ".venvs" / name / "stamp").exists():
            reason = f"the environment {name} is not there; `make environments` makes it"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return ROOT / ".venvs" / name / "bin" / "python"

    return python


@pytest.fixture(scope="session")
def make_core(tmp_path_factory: pytest.TempPathFactory) -> MakeCore:
    """Return a function that builds a core from policy text; equal arguments give the same core."""
    made: dict[tuple[object, ...], Core] = {}

    def make(policy: str = "version: 1\nmodel: none\n", **upstreams: UpstreamConfig) -> Core:
        chosen = upstreams or {"frontier": FRONTIER}
        key = (policy, *((name, upstream.model_dump_json()) for name, upstream in chosen.items()))
        if key not in made:
            path = tmp_path_factory.mktemp("policy") / "policy.yaml"
            path.write_text(policy, encoding="utf-8")
            made[key] = build.core(Config(policy=Path(path), upstreams=chosen), {})
        return made[key]

    return make


@pytest.fixture(scope="session")
def core(make_core: MakeCore) -> Core:
    """A core with every recognizer and no model: fast, and the same on every machine."""
    return make_core()


@pytest.fixture(scope="session")
def default_core(make_core: MakeCore) -> Core:
    """A core under the default policy, with the model."""
    return make_core(build.DEFAULT_POLICY.read_text(encoding="utf-8"))
