"""What a client is told that wants one session too many, whoever keeps them."""

from __future__ import annotations

from relay.errors import RelayBusy, TooManyRequests

__all__ = ["all_taken", "share_taken"]


def all_taken(most: int) -> RelayBusy:
    """Return the refusal where `most` are open."""
    return RelayBusy(f"{most} sessions are open, the limit")


def share_taken(most: int) -> TooManyRequests:
    """Return the refusal where one client has `most` of them."""
    return TooManyRequests(f"This client has {most} sessions open, its share of session.max_sessions; close some.")
