"""Remove a value for good: nothing is sealed, nothing comes back."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.types import Action

__all__ = ["PLUGINS", "Redact", "redacted"]


def redacted(entity_type: str) -> str:
    """Return what stands for a value of which nothing may be told."""
    return f"[{entity_type}_REDACTED]"


class Redact:
    """Show that something stood here, and of what type. Without a number it is not taken for a placeholder."""

    name: ClassVar[str] = "redact"
    action: ClassVar[Action] = Action.REDACT

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the same text for every value of a type."""
        return redacted(entity_type)


PLUGINS = (Redact,)
