"""What ships with relay is found by name, from any folder; what is not there is named in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

import relay
from relay import build, shipped
from relay.config import Config
from relay.errors import ConfigFault

NAMES = ("default", "hipaa", "local_first", "strict")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_names() -> None:
    """Policies, without their test files."""
    assert shipped.policy_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_shipped_policy(folder: Path, name: str) -> None:
    """From any folder, and whatever file of that name lies there."""
    (folder / name).write_text("version: 1\n", encoding="utf-8")
    assert shipped.policy(name) == shipped.policy(Path(name)) == shipped.POLICIES / f"{name}.yaml"


def test_no_name_is_the_default_policy(folder: Path) -> None:
    """Everywhere the same file."""
    assert shipped.policy() == shipped.policy("default") == build.DEFAULT_POLICY


@pytest.mark.parametrize("wanted", ["own.yaml", "./strict", "sub/hipaa.yaml"])
def test_a_path_is_a_file(folder: Path, wanted: str) -> None:
    """A path with a folder or an ending is never a name."""
    path = folder / wanted
    path.parent.mkdir(exist_ok=True)
    path.write_text("version: 1\n", encoding="utf-8")
    assert shipped.policy(wanted).resolve() == path.resolve()


@pytest.mark.parametrize(
    ("wanted", "suggestion"),
    [
        ("hippa", '; did you mean "hipaa"?'),
        ("Strict", '; did you mean "strict"?'),
        ("policies/defualt.yaml", '; did you mean "default"?'),
        ("policies/default.yaml", '; the shipped one is "default"'),
        ("own", ""),
    ],
)
def test_neither_file_nor_name(folder: Path, wanted: str, suggestion: str) -> None:
    """One line with the names and the nearest of them."""
    with pytest.raises(ConfigFault) as caught:
        build.read_policy(Path(wanted))
    names = "default, hipaa, local_first, strict"
    assert caught.value.public == f"{wanted}: no such file, and no policy that ships with relay ({names}){suggestion}"


def test_names_are_taken_everywhere(folder: Path) -> None:
    """By the library and by the configuration as by the command line."""
    with relay.open_session(policy="strict") as session:
        assert session.scrub("maria@example.org").text != "maria@example.org"
    policy = build.policy_source(Config(policy=Path("hipaa"))).read()
    assert policy.digest == build.read_policy("hipaa").digest != build.read_policy("strict").digest


def test_an_installation_without_its_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel that was built without models and policies says so, whatever was asked for."""
    monkeypatch.setattr(shipped, "POLICIES", folder / "policies")
    monkeypatch.setattr(shipped, "MODELS", folder / "ner_models")
    for ask in (shipped.policy, shipped.policy_names, lambda: shipped.model("fast"), relay.open_session):
        with pytest.raises(ConfigFault, match=r"lacks relay's policies or models; install relay again from its wheel"):
            ask()
