"""What rules may ask of a request as a whole: the contract of a routing condition, and conditions ready to be asked.

Each condition is one file in `conditions/`; its name is a key of rules.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Protocol, runtime_checkable

from pydantic import Field

import relay.policy.conditions
from relay.policy.keys import Selects
from relay.registry import collect
from relay.types import Segment

__all__ = ["Condition", "RequestFacts", "RouteCondition", "condition_fields", "known_conditions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What a condition may look at. `client` is a name of the configuration, `model` the one that is asked for."""

    segments: Sequence[Segment]
    data_classes: frozenset[str] = frozenset()
    client: str = ""
    model: str = ""


@runtime_checkable
class RouteCondition(Protocol):
    """One thing that rules may ask of a request.

    `name` is the key of a rule, and `field` the model's name for it where that is another one. `word` is what labels
    and explanations call it. `type` is the type of the key's value, as pydantic reads it, with hashable values. An
    `estimate` may say what is preferred, and nothing that protects may depend on it. `exempts`: exemptions may ask for
    it, too.
    """

    name: ClassVar[str]
    word: ClassVar[str]
    type: ClassVar[Any]
    estimate: ClassVar[bool]
    exempts: ClassVar[bool]

    def read(self, facts: RequestFacts) -> Any:
        """Return what `holds` needs to know of a request; called once a request, and only if a rule asks.

        `relay policy explain` shows it, so it is a name, a number or a set of names, and nothing of the text.
        """
        ...

    def holds(self, asked: Any, found: Any) -> bool:
        """Tell whether a request of which `read` returned `found` is one that `asked`, the key's value, is about."""
        ...


@cache
def known_conditions() -> Mapping[str, RouteCondition]:
    """Return every condition by the name of its field in the model."""
    plugins = collect(relay.policy.conditions, RouteCondition).values()
    return MappingProxyType({getattr(plugin, "field", plugin.name): plugin() for plugin in plugins})


def condition_fields(*, exempting: bool) -> dict[str, Any]:
    """Return the fields, as pydantic takes them, that conditions add to rules, or to exemptions."""
    return {
        field: (
            Annotated[condition.type | None, Selects(condition.word)],
            Field(default=None, alias=condition.name if condition.name != field else None),
        )
        for field, condition in known_conditions().items()
        if condition.exempts or not exempting
    }


@dataclass(frozen=True, slots=True)
class Condition:
    """What an entry asks of the request as a whole, as sorted (field, value) pairs."""

    asks: tuple[tuple[str, Hashable], ...] = ()

    @classmethod
    def of(cls, entry: Any) -> Condition:
        """Return what a rule or an exemption asks; the order of a list is irrelevant."""
        found = ((field, getattr(entry, field, None)) for field in sorted(known_conditions()))
        return cls(
            tuple(
                (field, tuple(sorted(set(value))) if isinstance(value, tuple) else value)
                for field, value in found
                if value is not None
            )
        )

    def holds(self, found: Mapping[str, Any]) -> bool:
        """Tell whether a request fulfils it. `found` has what each condition in `asks` read."""
        known = known_conditions()
        return all(known[field].holds(asked, found[field]) for field, asked in self.asks)
