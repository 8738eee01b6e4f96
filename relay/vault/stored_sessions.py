"""Sessions that live outside this process, sealed under a key that their client alone keeps.

    id of the session ── 32 random bytes, which the client sends with each request and nobody keeps
      └─ HKDF-Expand with the client's name ──┬── name     16 bytes: what the store knows the session by
                                              └── root     the session key of the vaults that are made of it

A session is a list of records: each is what one exchange added to it, sealed under a key of its own and bound to the
session, to its number and to the record before it. So a record that was altered, moved, left out or taken from
elsewhere does not open. What a store can do is to give an older list as a whole; a node that has seen a newer one
refuses that, another one cannot know.

Nothing leaves before what the exchange added is kept, at exactly the version that it was read at: of two exchanges that
run at once the second one reads anew. What an answer adds, which others do not depend on, is added to any version;
where it contradicts what is there by then it is left out.

This module waits for a store and does no other input or output. Between two requests it remembers names, versions and
digests of records.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from relay.errors import ScrubFailed, SessionClosed, StoreFault
from relay.protocols import Kept, Lives, Store, Style
from relay.vault.journaled_vault import JournaledVault
from relay.vault.keys import Keys, RandomBytes
from relay.vault.secret_memory import SecretMemory
from relay.vault.sessions import Session

__all__ = ["Addition", "Fetched", "LoadedSession", "StoredSessions", "overtaken"]

_SECRET_BYTES = 32
_NAME_BYTES = 16
_SALT_BYTES = 16
_DIGEST_BYTES = 16
_FIRST = bytes(_DIGEST_BYTES)  # in place of the digest of a record before
_FORMAT = b"\x01"
_VERSION_BYTES = 4
_HEAD_BYTES = len(_FORMAT) + _VERSION_BYTES + _SALT_BYTES
# So many records are written anew as one: a conversation of hundreds of turns costs no hundreds of records to read.
_MOST_RECORDS = 32
# Originals of turns are forgotten by the vault above 4 MB, but their records stay until they are written anew.
_MOST_BYTES = 8 * 1024 * 1024
# Sessions whose last version is remembered: names, versions and digests, 3 MB in all.
_REMEMBERED = 16_384
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Fetched:
    """A session as the store has it, and the key of it."""

    name: bytes
    root: bytes = field(repr=False)
    kept: Kept


@dataclass(frozen=True, slots=True)
class Addition:
    """A record that is to be kept behind the others, or `instead` of all."""

    record: bytes = field(repr=False)
    instead: bool


class LoadedSession(Session):
    """A session in the memory of one exchange: shredded when the last `hold` ends, also the one that it begins with.

    `version` and `digest` are those of the last record that it was made of.
    """

    __slots__ = ("bytes", "digest", "expires_in_s", "name", "records", "version")

    def __init__(self, vault: JournaledVault, clock: Callable[[], float], *, name: bytes, expires_in_s: float) -> None:
        super().__init__(name.hex(), lambda: vault, clock, ephemeral=False)
        self._holds = 1
        self.name = name
        self.expires_in_s = expires_in_s
        self.records = 0
        self.bytes = 0  # of the records
        self.version = 0
        self.digest = _FIRST

    @property
    def journaled(self) -> JournaledVault:
        """The vault, which can tell what is new in it."""
        vault = self.vault
        assert isinstance(vault, JournaledVault)
        return vault

    def went_on(self, record: bytes, version: int, *, records: int) -> None:
        """Note that `record` is the last one in the store, of so many."""
        self.bytes = len(record) + (self.bytes if records > 1 else 0)
        self.records = records
        self.version = version
        self.digest = _digest(record)

    def release(self) -> None:
        """End one `hold`; the last one shreds the values."""
        super().release()
        with self._lock:
            if not self._holds:
                self.vault.shred()


class StoredSessions:
    """The sessions in `store`. Each `LoadedSession` is for one exchange; many may be of the same session."""

    def __init__(
        self,
        store: Store,
        random_bytes: RandomBytes,
        clock: Callable[[], float],
        style: Style,
        *,
        lives: Lives,
        wall: Callable[[], float] | None = None,
        memory: SecretMemory | None = None,
        max_entities: int = 10_000,
        max_bytes: int = 16 * 1024 * 1024,
    ) -> None:
        self.store = store
        self.lives = lives
        self.wall = wall or clock  # seconds since 1970, for receipts only
        self._memory = memory if memory is not None else SecretMemory()
        self._random_bytes = random_bytes
        self._clock = clock
        self._style = style
        self._max_entities = max_entities
        self._max_bytes = max_bytes
        self._latest: OrderedDict[bytes, tuple[int, bytes]] = OrderedDict()

    async def open(self, *, owner: str, caller: str, most: int, most_of_caller: int) -> tuple[str, float]:
        """Open a session for `owner`; return its id and the seconds that it lives unused.

        Raises RelayBusy and TooManyRequests when too many are open, StoreFault.
        """
        secret = bytes(self._random_bytes(_SECRET_BYTES))
        name, root = _derive(secret, owner)
        session = self._empty(name, root, self.lives.idle_s)
        try:
            first = self.addition(session)
            assert first is not None
            expires_in_s = await self.store.open(
                name, first.record, self.lives, caller=caller, most=most, most_of_caller=most_of_caller
            )
        finally:
            session.release()
        return base64.urlsafe_b64encode(secret).rstrip(b"=").decode(), expires_in_s

    @staticmethod
    def check(session_id: str) -> None:
        """Raise SessionClosed for what can be no id."""
        _secret(session_id)

    async def fetch(self, session_id: str, *, owner: str) -> Fetched:
        """Return what the store has of a session. Raises the same SessionClosed for every reason, and StoreFault."""
        name, root = _derive(_secret(session_id), owner)
        known = self._latest.get(name)
        kept = await self.store.load(name, self.lives)
        if kept is None or not kept.records:
            raise SessionClosed("no open session has this id")
        version, digest = known or (0, _FIRST)
        if kept.version < version or (kept.version == version and _digest(kept.records[-1]) != digest):
            raise ScrubFailed("the session store has gone back to an older state of the session; open another session")
        return Fetched(name, root, kept)

    def read(self, fetched: Fetched) -> LoadedSession:
        """Return the session with its values, for one exchange. CPU work, off the event loop.

        Raises ScrubFailed when a record is not what was kept, and VaultFull.
        """
        session = self._empty(fetched.name, fetched.root, fetched.kept.expires_in_s)
        try:
            for record in fetched.kept.records:
                self._read(session, record)
            if session.version != fetched.kept.version:
                raise ScrubFailed("records of the session are missing; open another session")
        except BaseException:
            session.release()
            raise
        self._remember(session)
        return session

    def addition(self, session: LoadedSession, *, compact: bool = True) -> Addition | None:
        """Return what is new in `session` for `append`, None for nothing. CPU work.

        Where there are many records it is all that is in it, unless not to `compact`.
        """
        instead = session.records == 0 or (
            compact and (session.records >= _MOST_RECORDS or session.bytes > _MOST_BYTES)
        )
        if session.records and not session.journaled.is_changed:
            return None
        salt = bytes(self._random_bytes(_SALT_BYTES))
        head = _FORMAT + (session.version + 1).to_bytes(_VERSION_BYTES, "big") + salt
        bound = _bind(session.name, head, _FIRST if instead else session.digest)
        return Addition(head + session.journaled.changes(salt, bound, whole=instead), instead)

    async def append(self, session: LoadedSession, addition: Addition | None) -> bool:
        """Keep what is new; tell whether the session was still as `session` was read. Raises StoreFault."""
        if addition is None:
            return True
        record, instead = addition.record, addition.instead
        if not await self.store.append(session.name, session.version, record, self.lives, instead=instead):
            return False
        session.went_on(record, session.version + 1, records=1 if instead else session.records + 1)
        session.journaled.changed()
        self._remember(session)
        return True

    async def add(self, session: LoadedSession) -> None:
        """Keep what an answer added, whatever others did meanwhile. Raises StoreFault; SessionClosed if it is gone."""
        for attempt in range(_TRIES):
            # Others' additions are not in this vault, so it does not take their place.
            if await self.append(session, self.addition(session, compact=not attempt)):
                return
            kept = await self.store.load(session.name, self.lives)
            if kept is None or not kept.records:
                raise SessionClosed("no open session has this id")
            # Only where the list ends is taken over: what is added is left out by readers where it contradicts others.
            session.went_on(kept.records[-1], kept.version, records=len(kept.records))
        raise overtaken()

    async def delete(self, fetched: Fetched) -> None:
        """Forget a session. Raises SessionClosed when it is gone already, StoreFault."""
        self._latest.pop(fetched.name, None)
        if not await self.store.delete(fetched.name):
            raise SessionClosed("no open session has this id")

    def _empty(self, name: bytes, root: bytes, expires_in_s: float) -> LoadedSession:
        vault = JournaledVault(
            partial(Keys, self._memory, self._random_bytes, root),
            self._style,
            session_id=name.hex(),
            max_entities=self._max_entities,
            max_bytes=self._max_bytes,
        )
        return LoadedSession(vault, self._clock, name=name, expires_in_s=expires_in_s)

    def _read(self, session: LoadedSession, record: bytes) -> None:
        head, sealed = record[:_HEAD_BYTES], record[_HEAD_BYTES:]
        if len(head) < _HEAD_BYTES or not head.startswith(_FORMAT):
            raise ScrubFailed("a record of the session is of another version of relay; open another session")
        version = int.from_bytes(head[1 : 1 + _VERSION_BYTES], "big")
        if session.records and version != session.version + 1:
            raise ScrubFailed("records of the session are missing; open another session")
        bound = _bind(session.name, head, session.digest)
        session.journaled.take(head[-_SALT_BYTES:], sealed, bound)
        session.went_on(record, version, records=session.records + 1)

    def _remember(self, session: LoadedSession) -> None:
        known = self._latest.get(session.name)
        if known is None or known[0] < session.version:
            self._latest[session.name] = (session.version, session.digest)
        self._latest.move_to_end(session.name)
        while len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)

    def __repr__(self) -> str:
        return "StoredSessions()"


def overtaken() -> StoreFault:
    """Return what a client is told whose requests overtake each other again and again."""
    return StoreFault("other requests of this session were faster; try again in a moment.")


def _secret(session_id: str) -> bytes:
    try:
        secret = base64.b64decode(session_id.encode() + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        secret = b""
    if len(secret) != _SECRET_BYTES:
        raise SessionClosed("no open session has this id")
    return secret


def _derive(secret: bytes, owner: str) -> tuple[bytes, bytes]:
    """Return the name and the root of a session; those of another owner have nothing in common with them."""
    whose = blake2b(owner.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    root = HKDFExpand(SHA256(), _SECRET_BYTES, b"relay session 1 root" + whose).derive(secret)
    return HKDFExpand(SHA256(), _NAME_BYTES, b"relay session 1 name" + whose).derive(secret), root


def _bind(name: bytes, head: bytes, before: bytes) -> bytes:
    return name + head + before


def _digest(record: bytes) -> bytes:
    return blake2b(record, digest_size=_DIGEST_BYTES).digest()
