"""Leave a value as it is, by order of policy."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.types import Action

__all__ = ["PLUGINS", "Keep"]


class Keep:
    """Return the value unchanged and seal nothing."""

    name: ClassVar[str] = "keep"
    action: ClassVar[Action] = Action.KEEP

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return `value`."""
        return value


PLUGINS = (Keep,)
