"""Hide all but the end of a value: enough to tell two card numbers apart, and nothing comes back."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.types import Action

__all__ = ["PLUGINS", "Mask"]

# PCI DSS 4.0 requirement 3.4.1 lets the last four digits of a card be shown; a quarter hides short values as well.
_MOST_SHOWN = 4
_SHARE_SHOWN = 4


class Mask:
    """Replace letters and digits by `*`, except the last few; keep punctuation, so that the shape is still there."""

    name: ClassVar[str] = "mask"
    action: ClassVar[Action] = Action("mask", strictness=40, shows_part=True)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return `value` with at most a quarter of its letters and digits, and at most four, left to see."""
        places = [place for place, char in enumerate(value) if char.isalnum()]
        shown = min(_MOST_SHOWN, len(places) // _SHARE_SHOWN)
        visible = set(places[len(places) - shown :])
        return "".join(
            "*" if place not in visible and (char.isalnum() or not char.isascii()) else char
            for place, char in enumerate(value)
        )


PLUGINS = (Mask,)
