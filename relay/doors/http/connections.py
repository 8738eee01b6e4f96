"""Limit the connections, in all and from one address, so that descriptors are left for upstreams and other clients.

A connection too many is answered with one refusal, in the shape of the provider whose SDK seems to be calling, and
closed. The limit follows from the descriptors that the system allows: a connection needs one, and one to an upstream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from relay.doors.serving.response import Response
from relay.doors.serving.shares import Shares
from relay.errors import RelayBusy
from relay.types import Request

__all__ = ["Connections", "address"]

# For the process itself: model, log, listening sockets, the loop.
_KEPT_DESCRIPTORS = 64
_MOST_DESCRIPTORS = 65_536
# How long a connection too many may take to say what it wants.
_LISTENS_S = 1.0


class Connections:
    """The connections of one port. `refusal` is what one too many gets for an answer."""

    def __init__(self, refusal: Callable[[RelayBusy, Request], Response]) -> None:
        """Raise the process's own limit of descriptors as far as it may be raised."""
        limit = (_descriptors() - _KEPT_DESCRIPTORS) // 2
        self.shares = Shares(limit, "many connections", "half of the open files (ulimit -n)")
        self._refusal = refusal

    def admits(self, transport: asyncio.BaseTransport) -> bool:
        """Count a new connection, or leave it to a protocol that refuses it."""
        try:
            self.shares.take(address(transport, "peername"))
        except RelayBusy as fault:
            accepted = cast("asyncio.Transport", transport)
            accepted.set_protocol(_Refusal(accepted, fault, self._refusal))
            return False
        return True

    def left(self, peer: str) -> None:
        """Give a connection from `peer` back."""
        self.shares.give_back(peer)


def _descriptors() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return _MOST_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def address(transport: asyncio.BaseTransport | None, end: str) -> str:
    """Return the address of one end of a connection, "peername" or "sockname"; "" where it has none."""
    name = transport.get_extra_info(end) if transport is not None else None
    return str(name[0]) if isinstance(name, tuple) else ""


class _Refusal(asyncio.Protocol):
    """Answers the first bytes of a connection with `fault`, and closes it."""

    def __init__(
        self, transport: asyncio.Transport, fault: RelayBusy, refusal: Callable[[RelayBusy, Request], Response]
    ) -> None:
        self._transport = transport
        self._fault = fault
        self._refusal = refusal
        self._timer = asyncio.get_running_loop().call_later(_LISTENS_S, transport.close)

    def data_received(self, data: bytes) -> None:
        """Answer, whatever was asked: only its path and headers are read, for the shape of the answer."""
        if self._transport.is_closing():
            return
        lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method, path, *_ = (*lines[0].split(" "), "", "")
        pairs = [line.partition(":")[::2] for line in lines[1:]]
        headers = tuple((name.strip().lower(), value.strip()) for name, value in pairs)
        response = self._refusal(
            self._fault, Request(method=method, path=path.partition("?")[0], headers=headers, body=b"")
        )
        fields = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        head = f"HTTP/1.1 {response.status} Busy\r\n{fields}connection: close\r\ncontent-length: {len(response.body)}"
        self._transport.write(head.encode("latin-1") + b"\r\n\r\n" + response.body)
        self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Stop the timer."""
        self._timer.cancel()
