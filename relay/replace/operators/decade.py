"""Replace a date by its decade: "3 May 1984" leaves as "1980s", and durations as they are.

Nothing is sealed and nothing comes back. A date without a year, or with one that cannot be read, is redacted.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.replace.operators.redact import redacted
from relay.replace.reading.coarser import decade
from relay.types import Action

__all__ = ["PLUGINS", "Decade"]


class Decade:
    """Write the decade of a date."""

    name: ClassVar[str] = "decade"
    action: ClassVar[Action] = Action("decade", strictness=34, shows_part=True)
    coarsens: ClassVar[tuple[str, ...]] = (
        "DATE_TIME",
        "DATE_OF_BIRTH",
    )

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the decade, or what `redact` writes."""
        return decade(value) or redacted(entity_type)


PLUGINS = (Decade,)
