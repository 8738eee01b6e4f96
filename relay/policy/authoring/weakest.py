"""What at the mildest can happen to a value of each entity type: what audits ask about first."""

from __future__ import annotations

from collections.abc import Mapping

from relay.policy.classes import KnownType
from relay.policy.compiled import PolicyTable, compile_exemptions, compile_rules, exemption_entry
from relay.policy.condition import Condition
from relay.policy.engine import Engine
from relay.policy.model import Policy
from relay.types import Action, RouteKind

__all__ = ["kept_where", "weakest_paths"]


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


def kept_where(policy: Policy, known_types: Mapping[str, KnownType], route: RouteKind) -> dict[str, tuple[str, ...]]:
    """Return, for each type that is kept on `route` for some values and no others, which these are.

    Left out is a type that an exemption without a condition on values keeps, and one that the floor keeps.
    """
    table = PolicyTable(known_types, None, policy)
    keeping = [item for item in policy.exemptions if item.action is Action.KEEP and item.on is route]
    entries = [(exemption_entry(item), item.when) for item in keeping]
    floors = weakest_paths(policy.model_copy(update={"exemptions": ()}), known_types, route)
    found = {}
    for name in known_types:
        selecting = [when for entry, when in entries if entry.selects(name, table)]
        if selecting and None not in selecting and floors[name][0] is not Action.KEEP:
            found[name] = tuple(sorted(map(str, selecting)))
    return found
