"""Keep one client from taking all of what relay has: places, bytes, sessions, connections."""

from __future__ import annotations

from collections import Counter
from math import ceil

from relay.errors import RelayBusy, TooManyRequests

__all__ = ["Shares", "share"]

# What one client may have of anything: much, since it is often the only one, and never all.
_PART = 0.75


def share(limit: int) -> int:
    """Return how much of `limit` one client may have."""
    return ceil(limit * _PART)


class Shares:
    """Something of which there is `limit`, taken and given back by clients. For one event loop.

    `what` and `key` are for the message of a refusal: what there is too much of, and the setting that allows more.
    """

    def __init__(self, limit: int, what: str, key: str) -> None:
        self.limit = limit
        self._what = what
        self._key = key
        self._taken: Counter[str] = Counter()
        self._total = 0

    def take(self, client: str, amount: int = 1) -> None:
        """Take `amount` for `client`. Raises TooManyRequests when it has its share, RelayBusy when there is no more."""
        if self._taken[client] + amount > share(self.limit):
            raise TooManyRequests(f"Too {self._what} of this client; try again in a moment. The limit is {self._key}.")
        if self._total + amount > self.limit:
            raise RelayBusy(f"Too {self._what}; try again in a moment. The limit is {self._key}.")
        self._taken[client] += amount
        self._total += amount

    def give_back(self, client: str, amount: int = 1) -> None:
        """Give back what was taken."""
        self._total -= amount
        self._taken[client] -= amount
        if not self._taken[client]:
            del self._taken[client]
