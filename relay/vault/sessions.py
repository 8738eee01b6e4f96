"""Open, find, hold and close sessions. A session is the life of one vault.

A session is explicit (opened by a client, found by its id until it is closed, idle too long or too old) or ephemeral
(for one request, without an id to find it by). `sweep` closes expired sessions, except during a running exchange. An
explicit close does not wait: exchanges that still run then fail with SessionClosed.

An id is looked up by its keyed digest, so the time of a look-up reveals nothing about how close a guess was. An id that
is malformed, closed, expired, never issued or another client's raises the same exception.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

from relay.errors import RelayBusy, SessionClosed
from relay.protocols import Style
from relay.vault.keys import Keys, RandomBytes
from relay.vault.secret_memory import SecretMemory
from relay.vault.vault import Vault

__all__ = ["Receipt", "Session", "Sessions"]

_ID_BYTES = 16
_ID_KEY_BYTES = 32
_LONGEST_ID = 64  # characters that are read; a longer id is never valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Confirmation of a closed session: no value, no length. `closed_at` is in seconds since 1970."""

    id: str
    closed_at: float
    entities: int
    shredded: bool = True


class Session:
    """One vault with its id and its times. `hold` and `release` bracket an exchange."""

    __slots__ = (
        "_clock",
        "_holds",
        "_lock",
        "_make_vault",
        "_vault",
        "caller",
        "ephemeral",
        "id",
        "opened_at",
        "used_at",
    )

    def __init__(
        self, session_id: str, make_vault: Callable[[], Vault], clock: Callable[[], float], *, ephemeral: bool
    ) -> None:
        self.id = session_id
        # That of a request is made when it is asked for; one caller at a time has it until then.
        self._vault = None if ephemeral else make_vault()
        self._make_vault = make_vault
        self.ephemeral = ephemeral
        self.caller = ""  # whose share of the sessions it is
        self.opened_at = self.used_at = clock()
        self._clock = clock
        # An ephemeral one is made for an exchange, which holds it.
        self._holds = int(ephemeral)
        self._lock = threading.Lock()

    @property
    def vault(self) -> Vault:
        """The sealed values."""
        vault = self._vault
        if vault is None:
            vault = self._vault = self._make_vault()
        return vault

    @property
    def closed(self) -> bool:
        """True once the vault is shredded."""
        return self.vault.closed

    @property
    def held(self) -> bool:
        """True while an exchange is running."""
        return self._holds > 0

    def touch(self) -> None:
        """Restart the idle time."""
        self.used_at = self._clock()

    def counts(self) -> dict[str, int]:
        """Return how many values of each entity type are sealed."""
        return self.vault.counts()

    def hold(self) -> None:
        """Protect the session from `sweep` until `release`. Raises SessionClosed."""
        with self._lock:
            if self.closed:
                raise SessionClosed("the session is closed")
            self._holds += 1

    def renew(self) -> None:
        """Let an ephemeral session begin again with an empty vault; an explicit one keeps its own.

        For a request that is read again before anything of it has left: its placeholders are numbered anew.
        """
        if self.ephemeral:
            self.vault.shred()
            self._vault = None

    def release(self) -> None:
        """End one `hold`; the last one shreds an ephemeral session and starts the idle time of another."""
        with self._lock:
            self._holds = max(0, self._holds - 1)
            if self._holds == 0 and self.ephemeral:
                self.vault.shred()
        self.touch()

    def shred_unless_held(self) -> bool:
        """Shred when no exchange runs; return whether it is shredded now."""
        with self._lock:
            if self._holds == 0:
                self.vault.shred()
            return self.closed

    def __repr__(self) -> str:
        return f"Session(entities={len(self.vault)}, closed={self.closed}, holds={self._holds})"


class Sessions:
    """All explicit sessions; also creates ephemeral ones.

    `clock` is monotonic seconds; `wall` is seconds since 1970, for receipts only (without it they carry the clock's).
    `owner` names the credential that a session belongs to; other owners do not find it. Limits: `idle_s` without an
    exchange, `max_s` in all, `max_sessions` explicit ones at once (RelayBusy beyond), `max_entities` and `max_bytes` of
    sealed values in each.
    """

    def __init__(
        self,
        random_bytes: RandomBytes,
        clock: Callable[[], float],
        style: Style,
        *,
        wall: Callable[[], float] | None = None,
        memory: SecretMemory | None = None,
        idle_s: float = 900.0,
        max_s: float = 14_400.0,
        max_sessions: int = 10_000,
        max_entities: int = 10_000,
        max_bytes: int = 16 * 1024 * 1024,
    ) -> None:
        self.memory = memory if memory is not None else SecretMemory()
        self.idle_s = idle_s
        self.max_s = max_s
        self._random_bytes = random_bytes
        self._clock = clock
        self._wall = wall or clock
        self._style = style
        self.limit = max_sessions
        self._max_entities = max_entities
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._by_mark: dict[bytes, Session] = {}
        self._id_slot = self.memory.take()  # in use as long as there are sessions to look up
        self._id_key = self._id_slot.part(0, _ID_KEY_BYTES)
        material = random_bytes(_ID_KEY_BYTES)
        self._id_key[:] = material
        if isinstance(material, bytearray):
            material[:] = bytes(_ID_KEY_BYTES)

    def count(self, caller: str) -> int:
        """Return how many sessions `caller` has opened."""
        with self._lock:
            return sum(session.caller == caller for session in self._by_mark.values())

    def open(self, *, owner: str = "", caller: str = "") -> Session:
        """Open an explicit session. Raises RelayBusy when there are too many."""
        if len(self._by_mark) >= self.limit:
            self.sweep()
        with self._lock:
            if len(self._by_mark) >= self.limit:
                raise RelayBusy(f"{self.limit} sessions are open, the limit")
            session = self._make(ephemeral=False)
            session.caller = caller
            self._by_mark[self._mark(session.id, owner)] = session
            return session

    def ephemeral(self) -> Session:
        """Return a session for one request, held by its exchange and found by no id; `release` shreds it."""
        return self._make(ephemeral=True)

    def get(self, session_id: str, *, owner: str = "") -> Session:
        """Return the open session with this id. Raises the same SessionClosed for every reason."""
        with self._lock:
            session = self._by_mark.get(self._mark(session_id, owner))
        if session is None or session.closed or self._expired(session, self._clock()):
            raise SessionClosed("no open session has this id")
        return session

    def close(self, session_id: str, *, owner: str = "") -> Receipt:
        """Shred a session now, running exchanges or not. Raises SessionClosed like `get`."""
        session = self.get(session_id, owner=owner)
        with self._lock:
            if self._by_mark.pop(self._mark(session_id, owner), None) is None:
                raise SessionClosed("no open session has this id")
        entities = len(session.vault)
        session.vault.shred()
        return Receipt(id=session.id, closed_at=self._wall(), entities=entities)

    def sweep(self, now: float | None = None) -> int:
        """Shred the sessions that are idle too long or too old, and not held; return their number."""
        moment = self._clock() if now is None else now
        with self._lock:
            expired = [(mark, item) for mark, item in self._by_mark.items() if self._expired(item, moment)]
        gone = [mark for mark, session in expired if session.shred_unless_held()]
        with self._lock:
            for mark in gone:
                self._by_mark.pop(mark, None)
        return len(gone)

    def close_all(self) -> int:
        """Shred every explicit session, running exchanges or not; return their number."""
        with self._lock:
            sessions = list(self._by_mark.values())
            self._by_mark.clear()
        for session in sessions:
            session.vault.shred()
        return len(sessions)

    def expires_in(self, session: Session) -> float:
        """Return the seconds until `session` expires if it is not used."""
        now = self._clock()
        return max(0.0, min(session.used_at + self.idle_s, session.opened_at + self.max_s) - now)

    def __len__(self) -> int:
        return len(self._by_mark)

    def __repr__(self) -> str:
        return f"Sessions(open={len(self._by_mark)})"

    def _make(self, *, ephemeral: bool) -> Session:
        session_id = self._random_bytes(_ID_BYTES).hex()
        make_vault = partial(
            Vault,
            partial(Keys, self.memory, self._random_bytes),
            self._style,
            session_id=session_id,
            max_entities=self._max_entities,
            max_bytes=self._max_bytes,
        )
        return Session(session_id, make_vault, self._clock, ephemeral=ephemeral)

    def _expired(self, session: Session, now: float) -> bool:
        # `clock` is monotonic: a change of the system time has no effect here.
        if now - session.opened_at >= self.max_s:
            return True
        return not session.held and now - session.used_at >= self.idle_s

    def _mark(self, session_id: str, owner: str) -> bytes:
        text = session_id if len(session_id) <= _LONGEST_ID else ""
        subject = owner.encode("utf-8", "surrogatepass") + b"\0" + text.encode("utf-8", "surrogatepass")
        try:
            return blake2b(subject, digest_size=16, key=self._id_key).digest()
        except ValueError:  # in a forked child, which has no keys
            raise SessionClosed("no open session has this id") from None
