"""Replace a value by its placeholder: it comes back when the answer is restored."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.types import Action

__all__ = ["PLUGINS", "Placeholder"]


class Placeholder:
    """Seal the value and show its placeholder."""

    name: ClassVar[str] = "placeholder"
    action: ClassVar[Action] = Action.PLACEHOLDER

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the placeholder that the vault issued for the value."""
        return vault.seal(entity_type, value)


PLUGINS = (Placeholder,)
