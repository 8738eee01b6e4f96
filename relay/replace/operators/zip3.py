"""Replace a ZIP code of the United States by its first three digits: "02139" leaves as "021**".

Nothing is sealed and nothing comes back. Where 20,000 people or fewer live, it leaves as "000**" (45 CFR
164.514(b)(2)(i)(B)); other codes are redacted. A code of five digits of another country cannot be told from a ZIP code.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.replace.operators.redact import redacted
from relay.replace.reading.coarser import zip_area
from relay.types import Action

__all__ = ["PLUGINS", "Zip3"]


class Zip3:
    """Write the area of three digits."""

    name: ClassVar[str] = "zip3"
    action: ClassVar[Action] = Action("zip3", strictness=35, shows_part=True)
    coarsens: ClassVar[tuple[str, ...]] = ("POSTCODE",)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the area, or what `redact` writes."""
        return zip_area(value) or redacted(entity_type)


PLUGINS = (Zip3,)
