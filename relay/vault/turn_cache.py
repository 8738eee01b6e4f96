"""Cache what upstreams wrote, indexed by what the client received.

A client resends an answer as it received it, restored. Scrubbing that text again can give other bytes than the model
wrote: a placeholder that the model altered gets its usual form, a name that the model invented is detected.
Then the provider's prompt cache misses, and a signature over the conversation is no longer valid. So in an explicit
session the vault keeps the original text and sends it in place of the restored one.

An entry is found by a keyed mark of the upstream and the text. It holds the sealed original, or nothing where both
texts are equal. It is a cache: of two originals for one text the first stays, and the oldest entries are evicted.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

__all__ = ["MAX_BYTES", "CachedTurn", "TurnCache"]

# Sealed originals of one session with their marks. A long coding session writes some 2 MB.
MAX_BYTES = 4 * 1024 * 1024
_MARK_BYTES = 150  # a mark and its table entry


@dataclass(frozen=True, slots=True)
class CachedTurn:
    """A sealed original and the counter that it was sealed under; None where the original equals the text."""

    counter: int
    sealed: bytes | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Memory use in bytes."""
        return _MARK_BYTES + len(self.sealed or b"")


class TurnCache:
    """Entries by mark. The vault holds its lock around every call."""

    __slots__ = ("_bytes", "_entries", "_max_bytes")

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, CachedTurn] = OrderedDict()
        self._bytes = 0

    def find(self, mark: bytes) -> CachedTurn | None:
        """Return the entry for `mark` and make it the newest."""
        entry = self._entries.get(mark)
        if entry is not None:
            self._entries.move_to_end(mark)
        return entry

    def add(self, mark: bytes, entry: CachedTurn) -> None:
        """Add `entry` under a new mark, unless it alone is too large; evict the oldest entries above the limit."""
        if entry.size > self._max_bytes:
            return
        self._entries[mark] = entry
        self._bytes += entry.size
        while self._bytes > self._max_bytes:
            self._bytes -= self._entries.popitem(last=False)[1].size

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)
