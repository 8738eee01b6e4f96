"""Whether one entry of a policy makes another superfluous: what lint calls dead or vain."""

from __future__ import annotations

from dataclasses import dataclass

from relay.policy.compiled import PolicyEntry
from relay.policy.model import Exemption, PolicyRule
from relay.types import Action

__all__ = ["PlacedEntry", "covers", "exempts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEntry:
    """An entry with where it stands: (number of the layer, "rules" or "exemptions", number in the file).

    `types` are the known entity types that it selects.
    """

    place: tuple[int, str, int]
    source: PolicyRule | Exemption
    entry: PolicyEntry
    types: frozenset[str]

    @property
    def layer(self) -> int:
        """Number of the layer."""
        return self.place[0]

    @property
    def path(self) -> tuple[str | int, ...]:
        """Path in that layer's file."""
        return self.place[1:]

    @property
    def match(self) -> str:
        """The glob of an exemption; empty for none."""
        return (self.source.match or "") if isinstance(self.source, Exemption) else ""


def covers(one: PlacedEntry, other: PlacedEntry) -> bool:
    """Tell whether whatever rule `other` does, `one` does already."""
    wide, narrow = one.entry, other.entry
    if not _weaker_or_equal(wide, narrow):
        return False
    if narrow.require is not None and (wide.require is not narrow.require or not _asks_less(one, other)):
        return False
    if narrow.prefer is not None and (not (wide.prefer or wide.require) or not _asks_less(one, other)):
        return False
    if narrow.action is None:
        return True
    if wide.action is None or wide.action.strictness < narrow.action.strictness or not one.types >= other.types:
        return False
    # A block on a class holds without any span, too.
    whole = narrow.action is Action.BLOCK and narrow.data_class and not narrow.asks_for_span
    return not (whole and wide.asks_for_span)


def exempts(one: PlacedEntry, other: PlacedEntry) -> bool:
    """Tell whether whatever exemption `other` lets through, `one` does already."""
    wide, narrow = one.entry, other.entry
    assert wide.action is not None
    assert narrow.action is not None
    return (
        wide.action.strictness <= narrow.action.strictness
        and (not one.match.strip("*") or one.match.casefold() == other.match.casefold())
        and one.types >= other.types
        and _weaker_or_equal(wide, narrow)
    )


def _asks_less(one: PlacedEntry, other: PlacedEntry) -> bool:
    """Tell whether `one` needs no span that `other` does not need."""
    return not one.entry.asks_for_span or (other.entry.asks_for_span and one.types >= other.types)


def _weaker_or_equal(wide: PolicyEntry, narrow: PolicyEntry) -> bool:
    """Tell whether `wide` holds wherever `narrow` does, types and matches apart."""
    return (
        (wide.on is None or wide.on is narrow.on)
        and wide.min_score <= narrow.min_score
        and (wide.roles is None or (narrow.roles is not None and wide.roles >= narrow.roles))
        and set(wide.condition.asks) <= set(narrow.condition.asks)
        and all(any(test.implies(asked) for test in narrow.values) for asked in wide.values)
    )
