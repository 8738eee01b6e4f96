"""`class: PHI`: the kind of protected data that the request holds."""

from __future__ import annotations

from typing import Any, ClassVar

from relay.policy.condition import RequestFacts
from relay.policy.terms import Classes

__all__ = ["PLUGINS", "AskDataClass"]


class AskDataClass:
    """Holds for a request that has one of the classes. A rule with a class alone also selects that class's types."""

    name: ClassVar[str] = "class"
    field: ClassVar[str] = "data_class"
    word: ClassVar[str] = "class"
    type: ClassVar[Any] = Classes
    estimate: ClassVar[bool] = False
    exempts: ClassVar[bool] = False

    def read(self, facts: RequestFacts) -> frozenset[str]:
        """Return the request's classes."""
        return facts.data_classes

    def holds(self, asked: tuple[str, ...], found: frozenset[str]) -> bool:
        """Tell whether any of `asked` is among them."""
        return not found.isdisjoint(asked)


PLUGINS = (AskDataClass,)
