"""What the server needs from its neighbours, the upstream client and the process that supervises, if there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol

from relay.types import Headers, Outbound

__all__ = ["Client", "Places", "Response"]


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


class Places(Protocol):
    """Slots at the upstreams, as many as each takes at once. `relay.doors.serving.slots.Slots` are a process's."""

    async def acquire(self, upstream: str, client: str) -> None:
        """Acquire a slot, after waiting for one. Raises RelayBusy and TooManyRequests when too many wait."""
        ...

    def release(self, upstream: str, client: str) -> None:
        """Give it back."""
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
