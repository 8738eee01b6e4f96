"""Keep sealed sessions and counters in the memory of this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from relay.protocols import Kept, Lives
from relay.store.refusals import all_taken, share_taken

__all__ = ["MemoryStore"]


@dataclass(slots=True)
class _Session:
    records: list[bytes] = field(repr=False)
    caller: str
    opened_at: float
    expires_at: float
    version: int = 1


@dataclass(slots=True)
class _Counter:
    total: float
    expires_at: float


class MemoryStore:
    """Implements `Store`. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sessions: dict[bytes, _Session] = {}
        self._counters: dict[str, _Counter] = {}

    async def open(
        self, name: bytes, record: bytes, lives: Lives, *, caller: str, most: int, most_of_caller: int
    ) -> float:
        """See `Store`."""
        now = self._clock()
        if len(self._sessions) >= most or self._of(caller) >= most_of_caller:
            self.sweep()
        if len(self._sessions) >= most:
            raise all_taken(most)
        if self._of(caller) >= most_of_caller:
            raise share_taken(most_of_caller)
        session = _Session([record], caller, now, now)
        self._sessions[name] = session
        return self._used(session, lives)

    async def load(self, name: bytes, lives: Lives) -> Kept | None:
        """See `Store`."""
        session = self._find(name)
        if session is None:
            return None
        return Kept(tuple(session.records), session.version, self._used(session, lives))

    async def append(self, name: bytes, seen: int, record: bytes, lives: Lives, *, instead: bool = False) -> bool:
        """See `Store`."""
        session = self._find(name)
        if session is None or session.version != seen:
            return False
        if instead:
            session.records.clear()
        session.records.append(record)
        session.version += 1
        self._used(session, lives)
        return True

    async def delete(self, name: bytes) -> bool:
        """See `Store`."""
        found = self._find(name) is not None
        self._sessions.pop(name, None)
        return found

    async def add(self, counter: str, amount: float, expires_in_s: float) -> float:
        """See `Store`."""
        now = self._clock()
        kept = self._counters.get(counter)
        if kept is None or kept.expires_at <= now:
            if not amount:
                return 0.0
            kept = self._counters[counter] = _Counter(0.0, now)
        kept.total += amount
        kept.expires_at = now + expires_in_s
        return kept.total

    async def close(self) -> None:
        """Forget all."""
        self._sessions.clear()
        self._counters.clear()

    def sweep(self) -> int:
        """Forget what has expired; return how many sessions."""
        now = self._clock()
        expired = [name for name, session in self._sessions.items() if session.expires_at <= now]
        for name in expired:
            del self._sessions[name]
        for counter in [name for name, kept in self._counters.items() if kept.expires_at <= now]:
            del self._counters[counter]
        return len(expired)

    def records(self) -> Sequence[bytes]:
        """Return every record, as somebody would see them who reads this memory."""
        return [record for session in self._sessions.values() for record in session.records]

    def __len__(self) -> int:
        return len(self._sessions)

    def _of(self, caller: str) -> int:
        return sum(session.caller == caller for session in self._sessions.values())

    def _find(self, name: bytes) -> _Session | None:
        session = self._sessions.get(name)
        return session if session is not None and session.expires_at > self._clock() else None

    def _used(self, session: _Session, lives: Lives) -> float:
        now = self._clock()
        session.expires_at = min(now + lives.idle_s, session.opened_at + lives.max_s)
        return max(0.0, session.expires_at - now)
