"""Routing conditions: what each reads of a request, when it holds, and when two entries ask the same."""

from __future__ import annotations

from typing import Any

import pytest

from relay.policy.compiled import compile_rules
from relay.policy.condition import RequestFacts, known_conditions
from relay.policy.loader import parse
from relay.types import Role, Segment

FACTS = RequestFacts(
    segments=(
        Segment(pointer="", text="Bitte schreibe mir einen kurzen Text über das Wetter", role=Role.USER),
        Segment(pointer="", text="Please write a short text about the weather", role=Role.ASSISTANT),
    ),
    data_classes=frozenset({"PHI", "PII"}),
    client="hr-desktop",
    model="big-mini",
)

# (condition, what a rule asks, does it hold)
HOLDS = [
    ("data_class", ("PHI",), True),
    ("data_class", ("PCI", "PII"), True),
    ("data_class", ("PCI",), False),
    ("clients", ("hr-*",), True),
    ("clients", ("hr",), False),
    ("models", ("other", "*-MINI"), True),
    ("models", ("mini",), False),
    ("max_tokens", 23, True),
    ("max_tokens", 22, False),
    ("languages", ("nl", "de"), True),
    ("languages", ("en",), False),  # what the assistant wrote is not asked
]


@pytest.mark.parametrize(("name", "asked", "expected"), HOLDS)
def test_when_a_condition_holds(name: str, asked: Any, expected: bool) -> None:
    """Each with a near miss."""
    condition = known_conditions()[name]
    assert condition.holds(asked, condition.read(FACTS)) is expected


def test_each_condition_has_a_row() -> None:
    """A new one is tested here, too."""
    assert {name for name, _, _ in HOLDS} == set(known_conditions())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("clients: [a, b]", "clients: [b, a, b]", True),
        ("clients: [a, b]", "clients: [a]", False),
        ("class: PHI, clients: a", "clients: a, class: PHI", True),
        ("models: a", "clients: a", False),
    ],
)
def test_who_asks_the_same_is_equal(one: str, other: str, same: bool) -> None:
    """Order and repetition are irrelevant."""
    policy = parse(f"version: 1\nrules: [{{{one}, action: mask}}, {{{other}, action: redact}}]", "p.yaml")
    first, second = (entry.condition for entry in compile_rules(policy))
    assert (first == second) is same
