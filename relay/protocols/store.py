"""The contract of what keeps sealed sessions outside a worker: it sees names, numbers and ciphertext."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Kept", "Lives", "Store"]


@dataclass(frozen=True, slots=True)
class Lives:
    """How long a session lives: `idle_s` seconds since it was last used, `max_s` in all, by the store's clock."""

    idle_s: float
    max_s: float


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as a store has it: its records, the first one first, and the seconds that it has left.

    `version` counts what was added to it, and tells whether anything was since.
    """

    records: Sequence[bytes] = field(repr=False)
    version: int
    expires_in_s: float


class Store(Protocol):
    """Sessions by name, as lists of records, and counters. For one event loop.

    A name is 16 bytes that say nothing of the session's key. Every method raises StoreFault when the store does not
    answer in time, or not as it should.
    """

    async def open(
        self, name: bytes, record: bytes, lives: Lives, *, caller: str, most: int, most_of_caller: int
    ) -> float:
        """Keep a new session with its first record; return the seconds until it expires.

        Raises RelayBusy when `most` are open, and TooManyRequests when `caller` has `most_of_caller`.
        """
        ...

    async def load(self, name: bytes, lives: Lives) -> Kept | None:
        """Return a session and begin its idle time anew; None where there is none (any more)."""
        ...

    async def append(self, name: bytes, seen: int, record: bytes, lives: Lives, *, instead: bool = False) -> bool:
        """Add a record to a session that is at version `seen`, and begin its idle time anew; tell whether it was.

        `instead`: of all that it has.
        """
        ...

    async def delete(self, name: bytes) -> bool:
        """Forget a session; tell whether there was one."""
        ...

    async def add(self, counter: str, amount: float, expires_in_s: float) -> float:
        """Add to a counter and return its sum: from 0 on, forgotten that long after something was last added."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
