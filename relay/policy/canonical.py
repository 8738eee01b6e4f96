"""Rules and exemptions in one form for every way of writing them, so that the digest stands for their meaning.

Entries are sets: each is split into its smallest parts, and the parts are sorted and told apart once. Names and reasons
explain and do not decide, so they are left out.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

__all__ = ["canonical_entries", "exemption_parts", "rule_parts"]

_EXPLAINS = {"name", "why"}
_SETS = ("entity", "group", "data_class", "roles", "clients", "models", "languages")


def rule_parts(rule: BaseModel) -> Iterable[dict[str, Any]]:
    """Split a rule into one for each of its effects: they never influence each other."""
    whole = rule.model_dump(mode="json", exclude=_EXPLAINS, exclude_defaults=True)
    effects = whole.keys() & {"action", "require", "prefer"}
    for effect in effects:
        yield {key: value for key, value in whole.items() if key == effect or key not in effects}


def exemption_parts(exemption: BaseModel) -> Iterable[dict[str, Any]]:
    """Return an exemption in one part, its `match` in one letter case."""
    whole = exemption.model_dump(mode="json", exclude=_EXPLAINS, exclude_defaults=True)
    if "match" in whole:
        whole["match"] = whole["match"].casefold()
    yield whole


def canonical_entries(entries: Iterable[Iterable[dict[str, Any]]]) -> list[str]:
    """Return the parts of all entries as text, each once and sorted."""
    found: set[str] = set()
    for parts in entries:
        for part in parts:
            for item in _expand(part, _SETS):
                found.add(json.dumps(item, sort_keys=True, separators=(",", ":")))
    return sorted(found)


def _expand(part: dict[str, Any], keys: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    """Write an entry over lists as entries over single values: `entity: [A, B]` is one entry for A and one for B.

    Above 256 combinations the entry stays whole, with its lists sorted.
    """
    lists = {key: sorted(set(part[key])) for key in keys if key in part}
    if math.prod(len(values) for values in lists.values()) > 256:
        yield {**part, **lists}
        return
    for values in itertools.product(*lists.values()):
        yield {**part, **dict(zip(lists, values, strict=True))}
