"""The facts of each policy key: what is milder, what explains, what names entity types; none is without one."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from relay.policy.keys import (
    EXPLAINS,
    Entries,
    Explains,
    Milder,
    Setting,
    check_facts,
    fields_with,
    less,
    milder_action,
    more,
    neither,
    ranked,
    type_places,
)
from relay.policy.loader import parse
from relay.policy.model import SETTINGS, Exemption, Policy, PolicyRule
from relay.policy.settings import PolicySection


class Section(PolicySection):
    colour: str = "red"


class Nested(PolicySection):
    title: Annotated[str, EXPLAINS] = ""
    section: Section = Section()


class Twice(PolicySection):
    colour: Annotated[str, EXPLAINS, Setting(title="colour", milder=neither, finding=False)] = "red"


@pytest.mark.parametrize(
    ("model", "key"), [(Section, "Section.colour"), (Nested, "Section.colour"), (Twice, "Twice.colour")]
)
def test_a_key_without_a_fact_or_with_two_is_refused(model: type[PolicySection], key: str) -> None:
    """Also one inside a section: `model.py` asks this of the whole language when it is imported."""
    with pytest.raises(TypeError, match=key):
        check_facts(model)


# (comparison, before, after, is the second milder)
MILDER: list[tuple[Milder, Any, Any, bool]] = [
    (ranked("pass", "drop", "refuse"), "refuse", "drop", True),
    (ranked("pass", "drop", "refuse"), "drop", "drop", False),
    (ranked("pass", "drop", "refuse"), "drop", "refuse", False),
    (ranked(True, False), False, True, True),
    (ranked(True, False), True, False, False),
    (more, 0.7, 0.8, True),
    (more, 0.7, 0.7, False),
    (more, ["a"], ["a", "b"], True),
    (more, ["a", "b"], ["a"], False),
    (less, None, 3.0, True),
    (less, 3.0, None, False),
    (less, 3.0, 2.0, True),
    (less, 3.0, 4.0, False),
    (less, ["a", "b"], ["a", "c"], True),
    (less, ["a"], ["a", "b"], False),
    (milder_action, "redact", "mask", True),
    (milder_action, "placeholder", "hash", False),
    (neither, "fast", "none", False),
]


@pytest.mark.parametrize(("milder", "before", "after", "expected"), MILDER)
def test_what_is_milder(milder: Milder, before: Any, after: Any, expected: bool) -> None:
    """Each comparison, with equal values and the other direction beside it."""
    assert milder(before, after) is expected


def test_what_the_facts_say_of_the_language() -> None:
    """What explains, what lists entries, what adds up, what an analyzer is made by, and where entity types stand."""
    assert [set(fields_with(model, Explains)) for model in (Policy, PolicyRule, Exemption)] == [
        {"version", "title", "extends"},
        {"name", "why"},
        {"name", "why"},
    ]
    assert set(fields_with(Policy, Entries)) == {"rules", "exemptions"}
    assert {".".join(path) for path, fact in SETTINGS.items() if fact.adds} == {
        "detect.on",
        "trade_secrets.markers",
        "trade_secrets.code_names",
    }
    assert set(parse("version: 1", "p.yaml").finding()) == {"style", "model", "span_cache", "screen", "implied"}
    assert set(type_places(Policy)) == {
        ("rules", "entity"),
        ("exemptions", "entity"),
        ("detect", "on"),
        ("restore", "withhold"),
    }
