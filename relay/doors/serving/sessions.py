"""The endpoints that open, describe and close explicit sessions. No answer holds a value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import orjson

from relay.doors.serving.shares import share
from relay.errors import MethodNotAllowed, ScrubFailed, UnknownEndpoint, VaultFull
from relay.store.refusals import share_taken
from relay.vault.sessions import Receipt, Sessions
from relay.vault.stored_sessions import Fetched, StoredSessions

__all__ = ["PREFIX", "Asked", "answer", "answer_stored"]

PREFIX = "/relay/v1/sessions"

T = TypeVar("T")


class Beside(Protocol):
    """Makes a call beside the event loop."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One request at or below PREFIX.

    `owner` is the authenticated client: nobody else's session is found. `caller` is whose share of the sessions a new
    one is.
    """

    method: str
    path: str
    owner: str
    caller: str = ""

    @property
    def session_id(self) -> str:
        """The id in the path, "" where it names none. Raises MethodNotAllowed and UnknownEndpoint."""
        session_id = self.path.removeprefix(PREFIX).strip("/")
        if "/" in session_id:
            raise UnknownEndpoint(f"relay serves sessions at {PREFIX} and {PREFIX}/{{id}} only.")
        if not session_id and self.method != "POST":
            raise MethodNotAllowed("relay takes only POST at this path.")
        if session_id and self.method not in ("GET", "DELETE"):
            raise MethodNotAllowed("relay takes only GET and DELETE at this path.")
        return session_id


def answer(sessions: Sessions, asked: Asked) -> tuple[int, bytes]:
    """Serve a request about the sessions of this process and return status and JSON body.

    Raises SessionClosed for an id that is not open, TooManyRequests and RelayBusy for one too many, MethodNotAllowed
    and UnknownEndpoint.
    """
    session_id = asked.session_id
    if not session_id:
        if sessions.count(asked.caller) >= share(sessions.limit):
            sessions.sweep()
            if sessions.count(asked.caller) >= share(sessions.limit):
                raise share_taken(share(sessions.limit))
        session = sessions.open(owner=asked.owner, caller=asked.caller)
        return _opened(session.id, sessions.expires_in(session))
    if asked.method == "GET":
        session = sessions.get(session_id, owner=asked.owner)
        return _described(session.id, sessions.expires_in(session), session.counts())
    return _closed(sessions.close(session_id, owner=asked.owner))


async def answer_stored(sessions: StoredSessions, limit: int, asked: Asked, beside: Beside) -> tuple[int, bytes]:
    """Serve a request about sessions that are kept elsewhere, of which there may be `limit`, like `answer`.

    Raises StoreFault as well.
    """
    session_id = asked.session_id
    if not session_id:
        opened = await sessions.open(owner=asked.owner, caller=asked.caller, most=limit, most_of_caller=share(limit))
        return _opened(*opened)
    fetched = await sessions.fetch(session_id, owner=asked.owner)
    if asked.method == "GET":
        counts = await beside(partial(_counts, sessions, fetched))
        return _described(session_id, fetched.kept.expires_in_s, counts)
    try:
        counts = await beside(partial(_counts, sessions, fetched))
    except (ScrubFailed, VaultFull):
        counts = {}  # what nobody can read any more can be deleted all the same
    await sessions.delete(fetched)
    return _closed(Receipt(id=session_id, closed_at=sessions.wall(), entities=sum(counts.values())))


def _counts(sessions: StoredSessions, fetched: Fetched) -> dict[str, int]:
    session = sessions.read(fetched)
    try:
        return session.counts()
    finally:
        session.release()


def _opened(session_id: str, expires_in_s: float) -> tuple[int, bytes]:
    return 201, orjson.dumps({"id": session_id, "expires_in_s": round(expires_in_s)})


def _described(session_id: str, expires_in_s: float, entities: dict[str, int]) -> tuple[int, bytes]:
    return 200, orjson.dumps({"id": session_id, "expires_in_s": round(expires_in_s), "entities": entities})


def _closed(receipt: Receipt) -> tuple[int, bytes]:
    return 200, orjson.dumps(
        {
            "id": receipt.id,
            "closed_at": receipt.closed_at,
            "entities": receipt.entities,
            "shredded": receipt.shredded,
        }
    )
