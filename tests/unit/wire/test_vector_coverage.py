"""The vectors between them meet every treatment that a format's table has, in requests, responses and streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import relay.wire
from relay.registry import collect_families
from relay.types import Treatment
from relay.wire.nodes import UNKNOWN, Node

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "wire"
FORMATS = collect_families(relay.wire)
ENDING = (Treatment.PASS, Treatment.PINNED, Treatment.DROP)


def stated(root: Node, direction: str) -> set[str]:
    """Return the treatments of all places that a section's rows reach."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found |= set(_at(node))
        ends = node.whole or (direction != "request" and node.text in ENDING)
        if not ends:
            members = (*(node.members or {}).values(), *(each for _, each in (*node.prefixes, *node.flags)))
            waiting += [*node.fields.values(), *members, *(each for each in (node.any, node.item) if each)]
    return found


def met(tree: Any, node: Node, direction: str) -> Iterator[str]:
    """Yield the treatments that the leaves of `tree` get, "unknown" where no row names one."""
    if isinstance(tree, dict):
        node = node.member(tree)
    if node.whole or (direction != "request" and node.text in ENDING) or not isinstance(tree, dict | list):
        if isinstance(tree, str) or node.whole or node.text is Treatment.DROP:
            yield from _at(node) if node is not UNKNOWN and node.text is not None else ["unknown"]
        elif node.number is not None and isinstance(tree, int | float):
            yield node.number.value
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from met(value, node.fields.get(key) or node.any or UNKNOWN, direction)
    else:
        for value in tree:
            yield from met(value, node.item or UNKNOWN, direction)


def _at(node: Node) -> Iterator[str]:
    if node.text is Treatment.STRIP:
        yield f"X {node.how}"
    elif node.text is not None:
        yield node.text.value


def vectors(name: str) -> Iterator[tuple[str, Any]]:
    """Yield (section, tree) for every request, response and event of a format's vectors."""
    sections = FORMATS[name].table.sections
    for path in sorted((VECTORS / name).glob("*.yaml")):
        vector = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "forwarded" in vector:
            yield "request", vector["request"]
        if "response" in vector:
            yield "response", vector["response"]
        for row in vector.get("events", ()):
            if isinstance(row["data"], dict):
                yield "event" if "event" in sections else "response", row["data"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_treatment_of_a_format_is_in_a_vector(name):
    """By direction: a row whose treatment no vector meets could do anything."""
    sections = FORMATS[name].table.sections
    exercised: dict[str, set[str]] = {}
    for section, tree in vectors(name):
        exercised.setdefault(section, set()).update(met(tree, sections[section], section))
    missing = {
        section: stated(sections[section], section) - exercised.get(section, set())
        for section in ("request", "response", "event")
        if section in sections
    }
    assert {section: sorted(each) for section, each in missing.items() if each} == {}


@pytest.mark.parametrize("name", sorted(name for name in FORMATS if FORMATS[name].table.sections["request"].fields))
def test_every_format_has_a_vector_with_a_field_that_no_row_names(name):
    """What a provider may add tomorrow is in the vectors today."""
    root = FORMATS[name].table.sections["request"]
    assert any("unknown" in met(tree, root, "request") for section, tree in vectors(name) if section == "request")


def test_a_treatment_that_no_vector_meets_is_found():
    """The check itself can fail."""
    root = FORMATS["openai_chat"].table.sections["request"]
    assert {"S", "Sj", "K", "V", "P", "F", "X drop", "X pseudonym", "X name", "X =false"} <= stated(root, "request")
    assert set(met({"model": "m", "n": 1, "messages": [{"role": "user"}]}, root, "request")) == {"P"}
    assert set(met({"diary": "x", "user": {"a": 1}}, root, "request")) == {"unknown", "X pseudonym"}
