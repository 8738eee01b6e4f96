"""The endpoints that open, describe and close explicit sessions. No answer holds a value."""

from __future__ import annotations

import orjson

from relay.doors.serving.shares import share
from relay.errors import MethodNotAllowed, TooManyRequests, UnknownEndpoint
from relay.vault.sessions import Sessions

__all__ = ["PREFIX", "answer"]

PREFIX = "/relay/v1/sessions"


def answer(sessions: Sessions, method: str, path: str, owner: str, caller: str = "") -> tuple[int, bytes]:
    """Serve one request below PREFIX and return status and JSON body.

    `owner` is the authenticated client: nobody else's session is found. `caller` is whose share of the sessions a new
    one is. Raises SessionClosed for an id that is not open, TooManyRequests and RelayBusy for one too many,
    MethodNotAllowed and UnknownEndpoint.
    """
    session_id = path.removeprefix(PREFIX).strip("/")
    if "/" in session_id:
        raise UnknownEndpoint(f"relay serves sessions at {PREFIX} and {PREFIX}/{{id}} only.")
    if not session_id:
        if method != "POST":
            raise MethodNotAllowed("relay takes only POST at this path.")
        if sessions.count(caller) >= share(sessions.limit):
            sessions.sweep()
            if sessions.count(caller) >= share(sessions.limit):
                raise TooManyRequests(
                    f"This client has {share(sessions.limit)} sessions open, its share of session.max_sessions; close "
                    "some."
                )
        session = sessions.open(owner=owner, caller=caller)
        return 201, orjson.dumps({"id": session.id, "expires_in_s": round(sessions.expires_in(session))})
    if method == "GET":
        session = sessions.get(session_id, owner=owner)
        expires_in_s = round(sessions.expires_in(session))
        return 200, orjson.dumps({"id": session.id, "expires_in_s": expires_in_s, "entities": session.counts()})
    if method == "DELETE":
        receipt = sessions.close(session_id, owner=owner)
        return 200, orjson.dumps(
            {
                "id": receipt.id,
                "closed_at": receipt.closed_at,
                "entities": receipt.entities,
                "shredded": receipt.shredded,
            }
        )
    raise MethodNotAllowed("relay takes only GET and DELETE at this path.")
