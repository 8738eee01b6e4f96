"""How much may be found in one request: what is beyond fits no model's context, and would take gigabytes.

A placeholder is some six tokens, so a request with more findings than this has a million of them. A finding takes about
1 KB at the peak, a value that stands nowhere else twice that.
"""

from __future__ import annotations

from relay.errors import BodyTooLarge

__all__ = ["MOST_SPANS", "MOST_VALUES", "too_many"]

MOST_SPANS = 150_000
MOST_VALUES = 50_000  # that differ, and are of types that are on


def too_many(limit: int) -> BodyTooLarge:
    """Return what is raised for a request that holds more than `limit` of either."""
    different = " different" if limit == MOST_VALUES else ""
    return BodyTooLarge(f"the request holds more than {limit}{different} values that are personal data or secrets")
