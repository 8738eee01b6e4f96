"""What the server needs from its neighbour, the upstream client: the two packages do not import each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol

from relay.types import Headers, Outbound

__all__ = ["Client", "Response"]


class Response(Protocol):
    """An upstream's answer: its head is here, its body comes as it arrives."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Headers:
        """The header fields, names in lower case."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body. Raises UpstreamFault."""
        ...


class Client(Protocol):
    """Sends requests to upstreams. `relay.upstream.client.UpstreamClient` is one."""

    async def __aenter__(self) -> Client:
        """Open what the running event loop needs."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        ...

    def send(self, outbound: Outbound) -> AbstractAsyncContextManager[Response]:
        """Send `outbound`; leaving the context cancels whatever is still on its way. Raises UpstreamFault."""
        ...

    async def reach(self, upstream: str) -> bool:
        """Tell whether a connection to `upstream` can be made."""
        ...

    async def reachable(self) -> dict[str, bool]:
        """Tell for each upstream whether a connection to it can be made."""
        ...
