"""Rules and exemptions in one form for every way of writing them, so that the digest stands for their meaning.

Entries are sets: each is split into its smallest parts, and the parts are sorted and told apart once. What explains and
does not decide is left out.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from relay.policy.keys import Effect, Explains, fields_with

__all__ = ["canonical_entries", "exemption_parts", "rule_parts"]


def rule_parts(rule: BaseModel) -> Iterable[dict[str, Any]]:
    """Split a rule into one for each of its effects: they never influence each other."""
    whole = _meaning(rule)
    effects = whole.keys() & fields_with(type(rule), Effect).keys()
    for effect in effects:
        yield {key: value for key, value in whole.items() if key == effect or key not in effects}


def exemption_parts(exemption: BaseModel) -> Iterable[dict[str, Any]]:
    """Return an exemption in one part, its `match` in one letter case."""
    whole = _meaning(exemption)
    if "match" in whole:
        whole["match"] = whole["match"].casefold()
    yield whole


def _meaning(entry: BaseModel) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude=set(fields_with(type(entry), Explains)), exclude_defaults=True)


def canonical_entries(entries: Iterable[Iterable[dict[str, Any]]]) -> list[str]:
    """Return the parts of all entries as text, each once and sorted."""
    found: set[str] = set()
    for parts in entries:
        for part in parts:
            for item in _expand(part):
                found.add(json.dumps(item, sort_keys=True, separators=(",", ":")))
    return sorted(found)


def _expand(part: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Write an entry over lists as entries over single values: `entity: [A, B]` is one entry for A and one for B.

    Above 256 combinations the entry stays whole, with its lists sorted.
    """
    lists = {key: sorted(set(value)) for key, value in part.items() if isinstance(value, list)}
    if math.prod(len(values) for values in lists.values()) > 256:
        yield {**part, **lists}
        return
    for values in itertools.product(*lists.values()):
        yield {**part, **dict(zip(lists, values, strict=True))}
