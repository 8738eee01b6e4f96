"""Replace a value by one that looks real. Until stand-ins are made here, the placeholder stands in: never less hidden."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.types import Action

__all__ = ["PLUGINS", "Surrogate"]


class Surrogate:
    """Seal the value and show its placeholder."""

    name: ClassVar[str] = "surrogate"
    action: ClassVar[Action] = Action.SURROGATE

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the placeholder that the vault issued for the value."""
        return vault.seal(entity_type, value)


PLUGINS = (Surrogate,)
