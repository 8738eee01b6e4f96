"""A core under a policy read anew: what depends on the policy is new, and everything else is the same object."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay import build
from relay.config import Config
from relay.detect.ner.by_script import ByScript
from relay.errors import ConfigFault
from relay.exchange import Core
from relay.policy.model import Policy
from tests.conftest import FRONTIER

REPLACED = {"PERSON", "STREET_ADDRESS", "USERNAME", "PASSWORD", "ID_NUMBER"}


def started(tmp_path: Path, policy: str) -> tuple[Path, Config, Core]:
    path = tmp_path / "policy.yaml"
    path.write_text(policy, encoding="utf-8")
    config = Config(policy=path, upstreams={"frontier": FRONTIER})
    return path, config, build.core(config, {})


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("rules: [{entity: US_SSN, action: block, why: w}]", True),
        ("default: {frontier: mask}\nopaque: {images: pass}\nmode: observe\ndetect: {on: [LOCATION]}", True),
        ("span_cache: false", False),
    ],
)
def test_the_analyzer_is_built_anew_only_for_a_policy_that_wants_another(
    change: str, same: bool, tmp_path: Path
) -> None:
    """Rules cost no compiling of patterns; sessions, metrics and credentials always stay."""
    path, config, core = started(tmp_path, "version: 1\nmodel: none\n")
    path.write_text(f"version: 1\nmodel: none\n{change}\n", encoding="utf-8")
    fresh = build.reloaded(core, config, build.policy_source(config))
    assert (fresh.analyzer is core.analyzer) is same
    assert fresh.engine.digest != core.engine.digest
    for name in ("sessions", "metrics", "credentials", "formats"):
        assert getattr(fresh, name) is getattr(core, name)
    assert fresh.pipeline.operators.keys() == core.pipeline.operators.keys()


def test_a_policy_that_is_read_anew_has_operators_with_its_own_parameters(tmp_path: Path) -> None:
    """What a new rule orders can be done, and what cannot be made leaves the policy in force."""
    path, config, core = started(tmp_path, "version: 1\nmodel: none\n")
    head = "version: 1\nmodel: none\nrules: [{entity: PERSON, action: %s, why: w}]\noperators: {%s}\n"
    path.write_text(head % ("custom", "custom: {operator: 'no_such_module:Class'}"), encoding="utf-8")
    with pytest.raises(ConfigFault, match="no_such_module has no Class"):
        build.reloaded(core, config, build.policy_source(config))
    path.write_text(head % ("replace", "replace: {new_value: somebody}"), encoding="utf-8")
    fresh = build.reloaded(core, config, build.policy_source(config))
    assert "replace" in fresh.pipeline.operators
    assert "replace" not in core.pipeline.operators


def test_the_model_is_not_loaded_again(tmp_path: Path) -> None:
    """Also where the analyzer around it is new."""
    path, config, core = started(tmp_path, "version: 1\n")
    path.write_text("version: 1\nspan_cache: false\n", encoding="utf-8")
    fresh = build.reloaded(core, config, build.policy_source(config))
    assert fresh.analyzer is not core.analyzer
    assert fresh.analyzer.model is core.analyzer.model is not None


class WithAnotherStyle(build.PolicySource):
    """As if a second style shipped, and the file had come to name it."""

    def read(self) -> Policy:
        return super().read().model_copy(update={"style": "another"})


def test_another_style_takes_a_restart(tmp_path: Path) -> None:
    """Open sessions hold placeholders of the old one."""
    path, config, core = started(tmp_path, "version: 1\nmodel: none\n")
    with pytest.raises(ConfigFault, match="takes a restart"):
        build.reloaded(core, config, WithAnotherStyle(path=path, key=None))


@pytest.mark.parametrize(
    ("change", "looked_for"),
    [
        ("", REPLACED),
        ("rules: [{entity: US_SSN, action: block, why: w}]", REPLACED),
        ("detect: {on: [AGE]}", REPLACED | {"AGE"}),
        ("screen: false", None),
    ],
)
def test_the_screen_looks_for_what_the_policy_asks_for(
    change: str, looked_for: set[str] | None, tmp_path: Path
) -> None:
    """The same model reads for the new policy, and what was remembered for other types is not used."""
    path, config, core = started(tmp_path, "version: 1\ndetect: {on: [DATE_TIME]}\n")
    before = core.analyzer.model
    assert isinstance(before, ByScript)
    assert before.latin.screened_for is not None
    assert "DATE_TIME" in before.latin.screened_for
    path.write_text(f"version: 1\n{change}\n", encoding="utf-8")
    fresh = build.reloaded(core, config, build.policy_source(config))
    model = fresh.analyzer.model
    assert isinstance(model, ByScript)
    assert model.latin.screened_for == looked_for
    assert model.latin._session is before.latin._session
    assert model.other is before.other
    assert fresh.analyzer._caches is not core.analyzer._caches
