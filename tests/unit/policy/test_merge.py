"""`extends`: entries add up, settings are replaced key by key, the merge can be seen, and mistakes have a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay.detect.taxonomy import ENTITY_TYPES
from relay.errors import ConfigFault
from relay.policy.authoring.lint import lint
from relay.policy.loader import LIMIT_LAYERS, load, load_layers, parse
from relay.policy.merge import loosened, merge, show

BASE = """version: 1
title: Base
default: {frontier: mask, local: placeholder}
detect: {on: [LOCATION]}
rules:
  - {entity: US_SSN, action: block, why: base}
restore: {urls: false, tools: [get_weather], withhold: [CREDIT_CARD]}
answers: redact
model: none
"""
CHILD = """version: 1
extends: base.yaml
default: {local: redact}
detect: {on: URL}
rules:
  - {entity: PERSON, action: redact, why: child}
exemptions:
  - {entity: EMAIL_ADDRESS, match: "*@example.com", on: frontier, action: keep, why: child}
"""
# What the two say together, written as one file.
WHOLE = """version: 1
default: {frontier: mask, local: redact}
detect: {on: [LOCATION, URL]}
rules:
  - {entity: US_SSN, action: block, why: base}
  - {entity: PERSON, action: redact, why: child}
exemptions:
  - {entity: EMAIL_ADDRESS, match: "*@example.com", on: frontier, action: keep, why: child}
restore: {urls: false, tools: [get_weather], withhold: [CREDIT_CARD]}
answers: redact
model: none
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "child.yaml").write_text(CHILD, encoding="utf-8")
    return tmp_path


def test_a_policy_means_the_same_as_its_layers_written_as_one(folder: Path) -> None:
    """Merged or flat: one digest."""
    merged = load(folder / "child.yaml")
    assert merged.digest == parse(WHOLE, "whole.yaml").digest
    assert merged.title == "Base"
    assert merged.extends is None


def test_the_merge_can_be_seen_and_read_back(folder: Path) -> None:
    """What `show` prints names the file of each part and is itself a policy with the same digest."""
    layers = load_layers(folder / "child.yaml")
    text = show((Path(layer.document.file).name, layer.policy) for layer in layers)
    assert parse(text, "shown").digest == load(folder / "child.yaml").digest
    lines = text.splitlines()
    assert lines[lines.index("  - {entity: [US_SSN], action: block, why: base}") - 1] == "  # base.yaml"
    assert lines[lines.index("  - {entity: [PERSON], action: redact, why: child}") - 1] == "  # child.yaml"
    assert lines[lines.index("default: {frontier: mask, local: redact}") - 1] == "# base.yaml, child.yaml"
    assert lines[lines.index("style: bracketed") - 1] == "# not stated: the default"


# (a setting in the extending file, what lint says about it)
LOOSER = [
    ("default: {frontier: placeholder}", ["default.frontier: mask becomes placeholder"]),
    ("default: {frontier: redact}", []),
    ("default: {local: keep}", ["default.local: placeholder becomes keep"]),
    ("opaque: {images: pass}", ["opaque.images: refuse becomes pass"]),
    ("opaque: {images: refuse}", []),
    ("restore: {urls: true}", ["restore.urls: false becomes true"]),
    ("restore: {tools: ['*']}", ["restore.tools: [get_weather] becomes [*]"]),
    ("restore: {tools: []}", []),
    ("answers: keep", ["answers: redact becomes keep"]),
    ("answers: redact", []),
    ("restore: {withhold: []}", ["restore.withhold: [CREDIT_CARD] becomes []"]),
    ("restore: {withhold: [CREDIT_CARD, US_SSN]}", []),
    ("unknown_fields: drop", []),
    ("prefer: local", []),
]


@pytest.mark.parametrize(("setting", "said"), LOOSER)
def test_every_setting_that_became_milder_is_named(setting: str, said: list[str], folder: Path) -> None:
    """An extending file cannot loosen in silence."""
    (folder / "child.yaml").write_text(f"version: 1\nextends: base.yaml\n{setting}\n", encoding="utf-8")
    found = lint(load_layers(folder / "child.yaml"), ENTITY_TYPES)
    assert [(row.line, row.message) for row in found] == [(3, f"milder than what it extends: {what}") for what in said]


def test_a_rule_that_the_base_has_is_dead_and_the_finding_says_where(folder: Path) -> None:
    """Lint looks across the layers."""
    (folder / "child.yaml").write_text(
        "version: 1\nextends: base.yaml\nrules: [{entity: US_SSN, action: block, why: again}]", encoding="utf-8"
    )
    (finding,) = lint(load_layers(folder / "child.yaml"), ENTITY_TYPES)
    assert finding.file.endswith("child.yaml")
    assert f"US_SSN:block in line 6 of {folder / 'base.yaml'} says as much or more" in finding.message


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("extends: none.yaml", 'child.yaml:2:10: extends: there is no file "none.yaml" here'),
        ("extends: loop.yaml", 'child.yaml:2:10: extends: there is no file "loop.yaml" here'),
        ("extends: link.yaml", 'child.yaml:2:10: extends: "link.yaml" extends this file in turn'),
        ('extends: "a\\0b"', 'child.yaml:2:10: extends: "a\0b" cannot be read: its name holds a character'),
        (f"extends: {'a/' * 50}{'b' * 99}", "child.yaml:2:10: extends: there is no file"),
        (f'extends: "{"é" * 150}"', "cannot be read: File name too long"),
        ("extends: .", 'child.yaml:2:10: extends: there is no file "." here'),
        ("extends: child.yaml", 'child.yaml:2:10: extends: "child.yaml" extends this file in turn'),
        ("extends: back.yaml", 'back.yaml:2:10: extends: "child.yaml" extends this file in turn'),
        ("extends: deep0.yaml", f"extends: more than {LIMIT_LAYERS} files on top of each other"),
        ("extends: bad.yaml", 'bad.yaml:2:1: unknown key "rule"; did you mean "rules"?'),
        ("extends: [base.yaml]", "child.yaml:2:10: extends: expected text, found a list"),
        (
            "extends: empty.yaml\ndefault: {frontier: keep}",
            "child.yaml:1:1: with what it extends: this policy would let everything through: "
            "the frontier's default is keep, without rules",
        ),
    ],
)
def test_mistakes_in_extends_have_a_place(text: str, complaint: str, folder: Path) -> None:
    """No file, a circle, a tower, a wrong base, and layers that together let everything through."""
    (folder / "child.yaml").write_text(f"version: 1\n{text}\n", encoding="utf-8")
    (folder / "back.yaml").write_text("version: 1\nextends: child.yaml\n", encoding="utf-8")
    (folder / "bad.yaml").write_text("version: 1\nrule: []\n", encoding="utf-8")
    (folder / "empty.yaml").write_text("version: 1\n", encoding="utf-8")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "link.yaml").symlink_to("child.yaml")
    for number in range(LIMIT_LAYERS + 1):
        (folder / f"deep{number}.yaml").write_text(f"version: 1\nextends: deep{number + 1}.yaml\n", encoding="utf-8")
    with pytest.raises(ConfigFault) as caught:
        load(folder / "child.yaml")
    assert complaint in caught.value.public


def test_a_text_without_a_folder_cannot_extend() -> None:
    """Only files have neighbours."""
    with pytest.raises(ConfigFault, match="only a policy in a file can extend another file"):
        parse(CHILD, "p.yaml")


def test_words_add_up_and_are_not_milder_for_it() -> None:
    """An extending file names code names of its own and keeps the base's."""
    base, child = (
        parse(f"version: 1\ntrade_secrets: {{code_names: {name}, markers: internal only}}", "p.yaml")
        for name in ("heron", "wren")
    )
    whole = merge([base, child])
    assert set(whole.trade_secrets.code_names) == {"heron", "wren"}
    assert loosened(base, child) == ()
