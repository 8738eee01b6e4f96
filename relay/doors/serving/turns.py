"""One exchange's turn of a session that is kept elsewhere: fetch it, read it, keep what is new before it leaves."""

from __future__ import annotations

import logging

from relay.errors import RelayFault
from relay.observe import logs
from relay.vault.stored_sessions import Addition, Fetched, LoadedSession, StoredSessions

__all__ = ["TRIES", "Turn"]

# So often a request is read anew because others of its session were faster. Each time one of them has come through.
TRIES = 8


class Turn:
    """What an exchange has of a session in a store, from `fetch` to `end` or `close`. One caller at a time."""

    def __init__(self, sessions: StoredSessions, session_id: str, owner: str, exchange: logs.Id) -> None:
        """Take nothing yet. Raises SessionClosed for what can be no id."""
        sessions.check(session_id)
        self._sessions = sessions
        self._id = session_id
        self._owner = owner
        self._exchange = exchange
        self._fetched: Fetched | None = None
        self._session: LoadedSession | None = None
        self._new: Addition | None = None

    async def fetch(self) -> None:
        """Get the session as it is now. Raises SessionClosed, StoreFault, ScrubFailed."""
        self._fetched = await self._sessions.fetch(self._id, owner=self._owner)

    def begin(self) -> LoadedSession:
        """Read what was fetched. CPU work, off the event loop. Raises ScrubFailed, VaultFull."""
        fetched, self._fetched = self._fetched, None
        assert fetched is not None, "fetch comes before begin"
        self._session = self._sessions.read(fetched)
        return self._session

    def prepare(self) -> None:
        """Seal what the request added, for `keep`. CPU work, off the event loop."""
        assert self._session is not None, "begin comes before prepare"
        self._new = self._sessions.addition(self._session)

    async def keep(self) -> bool:
        """Keep it. False: others added something meanwhile, so what was read is old. Raises StoreFault."""
        assert self._session is not None, "begin comes before keep"
        new, self._new = self._new, None
        return await self._sessions.append(self._session, new)

    async def end(self) -> None:
        """Keep what the answer added, and shred the values. That a store fails here costs no value that was sent."""
        try:
            if self._session is not None:
                await self._sessions.add(self._session)
        except RelayFault as fault:
            logs.event(
                logs.LogEvent.SESSION_NOT_KEPT, logging.WARNING, exchange=self._exchange, code=logs.Name(fault.code)
            )
        finally:
            self.close()

    def close(self) -> None:
        """Shred the values. May be called more than once."""
        self._fetched = self._new = None
        session, self._session = self._session, None
        if session is not None:
            session.release()
