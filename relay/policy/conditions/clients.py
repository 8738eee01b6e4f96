"""`clients: "hr-*"`: who asks, by the names in the configuration."""

from __future__ import annotations

from typing import Any, ClassVar

from relay.policy.condition import RequestFacts
from relay.policy.globs import any_of
from relay.policy.terms import NameGlobs

__all__ = ["PLUGINS", "AskClient"]


class AskClient:
    """Holds for a client that one of the names or patterns fits."""

    name: ClassVar[str] = "clients"
    word: ClassVar[str] = "client"
    type: ClassVar[Any] = NameGlobs
    estimate: ClassVar[bool] = False
    exempts: ClassVar[bool] = True

    def read(self, facts: RequestFacts) -> str:
        """Return the client's name; empty for one that is not configured."""
        return facts.client

    def holds(self, asked: tuple[str, ...], found: str) -> bool:
        """Tell whether any of `asked` fits."""
        return any_of(asked)(found)


PLUGINS = (AskClient,)
