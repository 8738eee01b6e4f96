"""The actions that policy may order: one for each operator, and `block`. Their strictness is a total order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import relay.replace.operators
from relay.errors import ConfigFault
from relay.protocols import Operator
from relay.registry import collect
from relay.types import Action

__all__ = ["known_actions", "known_operators"]


@cache
def known_operators() -> Mapping[Action, type[Any]]:
    """Return the class of each operator by its action. Raises ConfigFault when an operator's facts do not fit.

    They do not fit when its action has another name than it, or a strictness that is not its own.
    """
    found: dict[Action, type[Any]] = {}
    strictness = {Action.BLOCK.strictness: "block"}
    for name, plugin in collect(relay.replace.operators, Operator).items():
        action: Action = plugin.action
        if action != name:
            raise ConfigFault(f"operator {name}: its action is called {action!s}")
        if action.strictness in strictness:
            raise ConfigFault(f"operator {name}: as strict as {strictness[action.strictness]}, and no order is left")
        if not 0 <= action.strictness < Action.BLOCK.strictness:
            raise ConfigFault(f"operator {name}: expected a strictness from 0 to {Action.BLOCK.strictness - 1}")
        strictness[action.strictness] = name
        found[action] = plugin
    return MappingProxyType(found)


@cache
def known_actions() -> Mapping[str, Action]:
    """Return every action by its name, from mild to strict. Raises ConfigFault as `known_operators` does."""
    ordered = sorted((*known_operators(), Action.BLOCK), key=lambda action: action.strictness)
    return MappingProxyType({str(action): action for action in ordered})
