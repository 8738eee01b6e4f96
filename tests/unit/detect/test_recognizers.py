"""Every recognizer keeps its contract, and every type that is on by default is found by a vector."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

import relay.detect.recognizers
from relay import build
from relay.detect.recognizers.secrets_tokens import _ROWS
from relay.detect.taxonomy import ENTITY_TYPES, Method
from relay.protocols import Recognizer
from relay.registry import collect

RECOGNIZERS = [plugin() for plugin in collect(relay.detect.recognizers).values()]
VECTORS = Path(__file__).parents[2] / "vectors" / "detect"


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda recognizer: recognizer.name)
def test_it_keeps_the_contract(recognizer: Recognizer) -> None:
    """It says where its rules come from, with a date, and reports types of the table only."""
    assert isinstance(recognizer, Recognizer)
    assert "2026" in recognizer.source
    assert set(recognizer.entity_types) <= set(ENTITY_TYPES)
    assert recognizer.patterns
    assert set(recognizer.context) <= set(recognizer.entity_types)
    assert all(0 <= pattern.score <= 1 and pattern.max_chars > 0 for pattern in recognizer.patterns)


def test_names_of_patterns_are_unique() -> None:
    """A candidate's pattern says which rule it came from."""
    names = Counter(pattern.name for recognizer in RECOGNIZERS for pattern in recognizer.patterns)
    assert not [name for name, count in names.items() if count > 1]


ROWS = [row for path in sorted(VECTORS.glob("*.yaml")) for row in yaml.safe_load(path.read_text("utf-8"))]
ON = sorted(
    {name for name, info in ENTITY_TYPES.items() if info.default and info.method is not Method.MODEL}
    # What only a placeholder style, or only an operator, can say.
    - {"PLACEHOLDER_LOOKALIKE", "CUSTOM", "TRADE_SECRET"}
)


@pytest.mark.parametrize("entity_type", ON)
def test_every_type_that_is_on_has_a_hit_and_a_near_miss(entity_type: str) -> None:
    """A vector finds it (forms with a prefix have generated ones), and in one that is nearly one nothing is found."""
    prefixed = {entity_type for entity_type, _, _ in _ROWS}
    assert entity_type in prefixed or any(kind == entity_type for row in ROWS for _, kind in row["find"])
    assert any(row.get("near") == entity_type and not row["find"] for row in ROWS)


def test_every_type_says_how_it_is_found() -> None:
    """`relay detect --list` leaves no type without a source, and claims none for what nobody finds."""
    sources = build.sources()
    assert ENTITY_TYPES.keys() <= sources.keys()
    found = {kind for recognizer in RECOGNIZERS for kind in recognizer.entity_types}
    unfound = {name for name, text in sources.items() if text.startswith("nobody:")}
    assert unfound.isdisjoint(found)
    assert not any(ENTITY_TYPES[name].default for name in unfound)


def test_there_are_as_many_as_promised() -> None:
    """More than a hundred types, 120 forms of secrets, and numbers of 35 countries."""
    types = {entity_type for recognizer in RECOGNIZERS for entity_type in recognizer.entity_types}
    assert len(types) > 100
    assert len(_ROWS) >= 120
    assert len({name[:2] for name in types if name[2:3] == "_"}) >= 35
