"""What rules and exemptions may ask of a value, under the key `when`: the contract of a kind, and kinds ready to ask.

Each kind is one file in `values/`; its name is a key of `when`. A value that cannot be read meets the stricter side: a
rule holds for it, an exemption does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

import relay.policy.values
from relay.policy.comparisons import Verdict
from relay.policy.globs import any_of
from relay.registry import collect

__all__ = ["ValueCondition", "ValueFacts", "ValueTest", "known_values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFacts:
    """One value with what stands beside it. `year`: the present one, None where nobody says."""

    value: str = field(repr=False)
    entity_type: str
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    year: int | None = None


@runtime_checkable
class ValueCondition(Protocol):
    """One thing that entries may ask of a value.

    `name` is the key under `when`. `type` is the type of what is asked, as pydantic reads it: hashable, in one form for
    one meaning. `about` is one line for the reference. `reads` are the entity types whose values it can read, with `*`;
    types that the table does not name may be of any kind. `private`: labels must not show what is asked.
    `within_names`: what a longer value of the type says counts for a part of it, too, as Dr. Murphy does for Murphy.
    """

    name: ClassVar[str]
    type: ClassVar[Any]
    about: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    private: ClassVar[bool]
    within_names: ClassVar[bool]

    def judge(self, asked: Any, facts: ValueFacts) -> Verdict:
        """Tell whether a value is what `asked` says; UNKNOWN for one that cannot be read. Never raises."""
        ...

    def constant(self, asked: Any) -> bool | None:
        """Return True where `asked` holds for every value that can be read, False where for none, else None."""
        ...

    def implies(self, narrow: Any, wide: Any) -> bool:
        """Tell whether every value that is what `narrow` says is what `wide` says, too."""
        ...


@cache
def known_values() -> Mapping[str, ValueCondition]:
    """Return every kind of condition on values by its name."""
    return MappingProxyType({name: plugin() for name, plugin in collect(relay.policy.values, ValueCondition).items()})


@dataclass(frozen=True, slots=True)
class ValueTest:
    """One condition on a value."""

    name: str
    asked: Any

    def judge(self, facts: ValueFacts) -> Verdict:
        """Tell whether it holds for a value."""
        return known_values()[self.name].judge(self.asked, facts)

    @property
    def constant(self) -> bool | None:
        """Whether it holds for all that can be read, for none of it (False), or for some (None)."""
        return known_values()[self.name].constant(self.asked)

    @property
    def within_names(self) -> bool:
        """Whether longer values of the type count for their parts."""
        return known_values()[self.name].within_names

    def implies(self, other: ValueTest) -> bool:
        """Tell whether `other` holds wherever this one does."""
        return self.name == other.name and known_values()[self.name].implies(self.asked, other.asked)

    def reads(self, entity_type: str) -> bool:
        """Tell whether it can read values of `entity_type`."""
        return any_of(known_values()[self.name].reads)(entity_type)
