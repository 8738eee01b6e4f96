"""Replace a date by its year: "3 May 2019" leaves as "2019", and durations and years as they are.

Nothing is sealed and nothing comes back. A date without a year, or with one that cannot be read, is redacted.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.replace.operators.redact import redacted
from relay.replace.reading.coarser import year
from relay.types import Action

__all__ = ["PLUGINS", "Year"]


class Year:
    """Write the year of a date."""

    name: ClassVar[str] = "year"
    action: ClassVar[Action] = Action("year", strictness=33, shows_part=True)
    coarsens: ClassVar[tuple[str, ...]] = (
        "DATE_TIME",
        "DATE_OF_BIRTH",
    )

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the year, or what `redact` writes."""
        return year(value) or redacted(entity_type)


PLUGINS = (Year,)
