"""Replace an age by ten years that it lies in: "52 years" leaves as "50 to 59", and 93 as "90 or older".

Nothing is sealed and nothing comes back. An age whose words are not known, or that may lie in two bands, is redacted.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.replace.operators.redact import redacted
from relay.replace.reading.coarser import age_band
from relay.types import Action

__all__ = ["PLUGINS", "AgeBand"]


class AgeBand:
    """Write a band of ages."""

    name: ClassVar[str] = "age_band"
    action: ClassVar[Action] = Action("age_band", strictness=32, shows_part=True)
    coarsens: ClassVar[tuple[str, ...]] = ("AGE",)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the band, or what `redact` writes."""
        return age_band(value) or redacted(entity_type)


PLUGINS = (AgeBand,)
