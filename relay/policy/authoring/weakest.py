"""What at the mildest can happen to a value of each entity type: what audits ask about first."""

from __future__ import annotations

from collections.abc import Mapping

from relay.policy.classes import KnownType
from relay.policy.compiled import PolicyTable, compile_exemptions, compile_rules
from relay.policy.condition import Condition
from relay.policy.engine import Engine
from relay.policy.model import Policy
from relay.types import Action, RouteKind

__all__ = ["weakest_paths"]


def weakest_paths(
    policy: Policy, known_types: Mapping[str, KnownType], route: RouteKind
) -> dict[str, tuple[Action, str]]:
    """Return, for each type, the mildest thing that can happen to a value on `route`, and what allows it.

    Every exemption is taken to hold, and of the rules only those without conditions.
    """
    table = PolicyTable(known_types, None, policy)
    engine = Engine(policy, known_types)
    rules, exemptions = compile_rules(policy), compile_exemptions(policy)
    result = {}
    for name in known_types:
        floor = engine.floor(name, route)
        best = floor
        for entry in rules:
            certain = entry.is_plain and entry.condition == Condition() and entry.applies_on(route)
            if certain and entry.action is not None and entry.selects(name, table):
                best = max(best, (entry.action, entry.label), key=lambda item: item[0].strictness)
        if best[0] is not Action.BLOCK:
            for entry in exemptions:
                if entry.action is not None and entry.applies_on(route) and entry.selects(name, table):
                    best = min(best, (entry.action, entry.label), key=lambda item: item[0].strictness)
        result[name] = best
    return result
