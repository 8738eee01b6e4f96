"""A request that is let in: whose it is, and what serves it."""

from __future__ import annotations

from dataclasses import dataclass

from relay.config import ClientConfig
from relay.doors.serving.turns import Turn
from relay.exchange import Core
from relay.observe.traces import Trace
from relay.protocols import Endpoint, Format
from relay.types import Request
from relay.vault.sessions import Session

__all__ = ["Admitted"]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request whose body may be read. `format` and `endpoint` are None for relay's own sessions endpoints."""

    request: Request
    client: str  # the name of its entry in the configuration; empty where none are configured
    caller: str  # whose share of relay it uses: the client's name, else the address that it calls from
    trace: Trace
    core: Core  # under the policy of the client
    session: Session | None = None
    turn: Turn | None = None  # in place of `session`, where sessions are kept elsewhere
    format: Format | None = None
    endpoint: Endpoint | None = None
    has_body: bool = False  # and it is read
    entry: ClientConfig | None = None  # of the client
