"""Replace a value by one that looks real and is not in use: it comes back like a placeholder.

For upstreams or tools that insist on well-formed values. Where no stand-in of the same shape can be made, the
placeholder is shown; never anything less hidden. Dates of a session are all moved by the same number of days, so that
their order and intervals stay.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Sealing
from relay.replace.surrogate_values import MAKERS, shifted_date
from relay.types import Action

__all__ = ["PLUGINS", "Surrogate"]

_DATES = frozenset({"DATE_TIME", "DATE_OF_BIRTH"})
# One to four years, either way: far enough to hide the day, near enough to stay plausible.
_LEAST_DAYS, _MOST_DAYS = 366, 1461


class Surrogate:
    """Seal the value behind a stand-in."""

    name: ClassVar[str] = "surrogate"
    action: ClassVar[Action] = Action("surrogate", strictness=30, seals=True)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the stand-in that the vault keeps the value behind; the same for the same value in a session."""
        if entity_type in _DATES:
            moved = shifted_date(value, _shift_days(vault))
            return vault.seal_behind(entity_type, value, lambda number, form: moved)
        make = MAKERS.get(entity_type)
        if make is None:
            return vault.seal(entity_type, value)
        return vault.seal_behind(entity_type, value, lambda number, form: make(value, number, form))


def _shift_days(vault: Sealing) -> int:
    drawn = int.from_bytes(vault.keyed_digest("days that dates are moved by", ""), "big")
    days = _LEAST_DAYS + drawn // 2 % (_MOST_DAYS - _LEAST_DAYS)
    return days if drawn % 2 else -days


PLUGINS = (Surrogate,)
