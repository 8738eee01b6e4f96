"""Replace a postcode or place by the state, province or postcode area it lies in: "Boston, MA" leaves as "MA".

Nothing is sealed and nothing comes back. Of a place only the state or country that it ends with is known; what names
none is redacted.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.replace.operators.redact import redacted
from relay.replace.reading.coarser import region
from relay.types import Action

__all__ = ["PLUGINS", "Region"]


class Region:
    """Write the region of a postcode or place."""

    name: ClassVar[str] = "region"
    action: ClassVar[Action] = Action("region", strictness=36, shows_part=True)
    coarsens: ClassVar[tuple[str, ...]] = (
        "POSTCODE",
        "LOCATION",
        "UK_POSTCODE",
        "CA_POSTAL_CODE",
    )

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the region, or what `redact` writes."""
        return region(value) or redacted(entity_type)


PLUGINS = (Region,)
