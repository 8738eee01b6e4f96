"""What upstreams really wrote, found again by what the client got of it: the entries of one vault's turn ledger.

A client sends an answer back as it read it, restored. Scrubbing that again can give other bytes than the model wrote: a
placeholder that it altered comes back in the usual form, a name that it made up is found. Then a provider's prompt
cache misses, and a signature over the conversation no longer holds. So the vault keeps, for an explicit session, what
was written, and it goes back in its place.

An entry is found by a keyed mark of the upstream and the text, and holds the original sealed, or nothing where client
and model read the same. It is a cache: of two originals for one text the first stays (a text that was written in two
ways goes out in one), and the oldest entries make room.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

__all__ = ["MAX_BYTES", "CachedTurn", "TurnCache"]

# Sealed originals of one session, and what their marks take. A long coding session writes some 2 MB.
MAX_BYTES = 4 * 1024 * 1024
_MARK_BYTES = 150  # a mark and its place in the table


@dataclass(frozen=True, slots=True)
class CachedTurn:
    """A sealed original and the counter that it was sealed under; None where it is the text that found it."""

    counter: int
    sealed: bytes | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """What it takes, in bytes."""
        return _MARK_BYTES + len(self.sealed or b"")


class TurnCache:
    """Entries by mark. The vault's lock is held around every call."""

    __slots__ = ("_bytes", "_entries", "_max_bytes")

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, CachedTurn] = OrderedDict()
        self._bytes = 0

    def find(self, mark: bytes) -> CachedTurn | None:
        """Return the entry under `mark`, which is then the newest."""
        entry = self._entries.get(mark)
        if entry is not None:
            self._entries.move_to_end(mark)
        return entry

    def add(self, mark: bytes, entry: CachedTurn) -> None:
        """Keep `entry` under a new mark, unless it is too large by itself; the oldest go while there is too much."""
        if entry.size > self._max_bytes:
            return
        self._entries[mark] = entry
        self._bytes += entry.size
        while self._bytes > self._max_bytes:
            self._bytes -= self._entries.popitem(last=False)[1].size

    def clear(self) -> None:
        """Let everything go."""
        self._entries.clear()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)
