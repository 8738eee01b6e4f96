"""The policies that ship, the language page and the published schema."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from relay import build
from relay.detect.taxonomy import ENTITY_TYPES
from relay.policy.authoring.cases import Analyze, CaseFile, load_cases, run
from relay.policy.authoring.lint import lint
from relay.policy.engine import Engine
from relay.policy.loader import load, load_layers, validate_as
from relay.policy.model import Policy, PolicyRule
from relay.policy.schema import schema, schema_text
from relay.strict_yaml import read_document

ROOT = Path(__file__).parents[3]
POLICIES = ROOT / "policies"
NAMES = ("default", "hipaa", "local_first", "strict")


def _examples() -> list[tuple[str, str, str]]:
    """Return (heading, policy, cases) for each pair of blocks on the language page."""
    text = (POLICIES / "README.md").read_text(encoding="utf-8")
    blocks = [(match.start(), match.group(1)) for match in re.finditer(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(blocks) % 2 == 0
    return [
        (f"{text[:place].count('## ')}-{rank}", policy, cases)
        for rank, ((place, policy), (_, cases)) in enumerate(zip(blocks[::2], blocks[1::2], strict=True))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policies_name_only_known_types_and_leave_nothing_to_lint(name: str) -> None:
    """A policy that ships loads against the table and lint has nothing to say."""
    path = POLICIES / f"{name}.yaml"
    layers = load_layers(path, known_types=ENTITY_TYPES)
    assert [str(row) for row in lint(layers, ENTITY_TYPES)] == []


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policies_hold_their_own_cases(name: str, analyze: Analyze) -> None:
    """Every case beside a policy holds when everything in it is found."""
    cases, document, policy = load_cases(POLICIES / f"{name}.test.yaml")
    outcomes = run(cases, document, Engine(load(policy), ENTITY_TYPES), analyze)
    assert {row.name: row.failures for row in outcomes if not row.passed} == {}
    assert len(outcomes) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policies_hold_their_own_cases_with_the_real_analyzer(name: str) -> None:
    """What `relay policy test policies` runs: recognizers and the NER model that the policy names."""
    cases, document, path = load_cases(POLICIES / f"{name}.test.yaml")
    policy = build.read_policy(path)
    outcomes = run(cases, document, build.engine(policy), build.analyzer(policy).read)
    assert {row.name: row.failures for row in outcomes if not row.passed} == {}


def test_every_shipped_policy_has_a_test_file_and_every_test_file_a_policy() -> None:
    """Nobody adds a policy without cases."""
    assert sorted(path.name.removesuffix(".test.yaml") for path in POLICIES.glob("*.test.yaml")) == sorted(NAMES)
    policies = {path.name.removesuffix(".yaml") for path in POLICIES.glob("*.yaml") if ".test" not in path.name}
    assert policies == set(NAMES)


@pytest.mark.parametrize(("place", "policy", "cases"), _examples(), ids=[row[0] for row in _examples()])
def test_examples_on_the_language_page_do_what_they_say(
    place: str, policy: str, cases: str, analyze: Analyze, tmp_path: Path
) -> None:
    """Each example on the page is a whole policy, and its cases hold."""
    shutil.copytree(POLICIES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "example.yaml").write_text(policy, encoding="utf-8")
    engine = Engine(load(tmp_path / "example.yaml", known_types=ENTITY_TYPES), ENTITY_TYPES)
    document = read_document(cases, f"README {place} cases")
    outcomes = run(validate_as(document, CaseFile), document, engine, analyze)
    assert {row.name: row.failures for row in outcomes if not row.passed} == {}


def test_the_language_page_has_an_example_for_every_key() -> None:
    """A key that the model has stands in some example."""
    text = "".join(policy for _, policy, _ in _examples())
    keys = {field.alias or name for model in (Policy, PolicyRule) for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"^[ -]*{key}:", text, re.MULTILINE)} == set()


def test_the_published_schema_is_the_models() -> None:
    """policies/schema.json is what the model says; write it anew with `relay policy schema`."""
    assert (POLICIES / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_schema_allows_one_item_for_a_list() -> None:
    """Editors do not complain about `entity: US_SSN`."""
    entity = schema()["$defs"]["PolicyRule"]["properties"]["entity"]
    kinds = [branch.get("type") for branch in entity["anyOf"]]
    assert kinds == ["string", "array", "null"]
    assert json.loads(schema_text())["properties"]["rules"]["type"] == "array"
