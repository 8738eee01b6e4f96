"""`area: populous`: how many people live where the first three digits of a ZIP code are; how large a place is."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from relay.policy.comparisons import Verdict
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.places import is_large
from relay.replace.reading.postcodes import is_populous

__all__ = ["PLUGINS", "AskArea"]

_PLACES = frozenset({"LOCATION"})
# "Lebanon, Ohio" and "Delaware County" are smaller than what they are named after.
_PART_OF_A_PLACE = re.compile(r",\s{0,3}[^\W\d_a-z]|\s{1,3}(?:County|City|Township|Street|St|Avenue|Ave|Road|Rd)\b")
_BEHIND_A_PLACE = re.compile(r"[^\W\d_a-z][^\W\d_]*,\s{0,3}$")


class AskArea:
    """Tells areas that Safe Harbor lets be named from others, 45 CFR 164.514(b)(2)(i)(B)."""

    name: ClassVar[str] = "area"
    type: ClassVar[Any] = Literal["populous", "small"]
    about: ClassVar[str] = (
        "`populous`: a ZIP code whose first three digits more than 20,000 people share, or a state, a country or more; "
        "`small`: any other"
    )
    reads: ClassVar[tuple[str, ...]] = ("POSTCODE", "LOCATION")
    private: ClassVar[bool] = False
    within_names: ClassVar[bool] = False

    def judge(self, asked: str, facts: ValueFacts) -> Verdict:
        """Look the value up; a place that no list has is taken for small by either."""
        if facts.entity_type in _PLACES:
            # A state behind a smaller place, "Springfield, Illinois", belongs to that place.
            smaller = _BEHIND_A_PLACE.search(facts.before) or _PART_OF_A_PLACE.match(facts.after)
            found = None if smaller else is_large(facts.value)
        else:
            found = is_populous(facts.value)
        if found is None:
            return Verdict.UNKNOWN
        return Verdict.YES if found is (asked == "populous") else Verdict.NO

    def constant(self, asked: str) -> bool | None:
        """Return None: there are areas of either kind."""
        return None

    def implies(self, narrow: str, wide: str) -> bool:
        """Compare the words."""
        return narrow == wide


PLUGINS = (AskArea,)
