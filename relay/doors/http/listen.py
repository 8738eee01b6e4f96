"""Make the sockets that clients connect to, and accept on them.

The two are apart because several processes may serve: one makes a set of sockets for each of them (`beside`) and keeps
all of them, so that connections wait for the next process where one has died.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from relay.errors import ConfigFault

__all__ = ["Sockets", "accept", "beside", "bind", "close", "url_of"]

Sockets = tuple[socket.socket, ...]

_BACKLOG = 1024


def bind(host: str, port: int) -> Sockets:
    """Return a socket for each address of `host`; `port` 0 takes a free one. Raises ConfigFault where one is taken."""
    return _bound(_addresses(host, port), f"{host}:{port}")


def beside(host: str, port: int, count: int) -> list[Sockets]:
    """Return `count` sets of sockets that share a port: the system spreads connections over them (SO_REUSEPORT).

    Raises ConfigFault where somebody else has the port, who might share it too.
    """
    first = _bound(_addresses(host, port), f"{host}:{port}", listening=False)
    addresses = [(one.family, one.getsockname()) for one in first]
    close(first)
    made: list[Sockets] = []
    try:
        for _ in range(count):
            made.append(_bound(addresses, f"{host}:{port}", shared=True))
    except ConfigFault:
        for sockets in made:
            close(sockets)
        raise
    return made


def close(sockets: Sockets) -> None:
    """Close them all."""
    for one in sockets:
        one.close()


async def accept(
    loop: asyncio.AbstractEventLoop, protocol: Callable[[], asyncio.BaseProtocol], sockets: Sockets
) -> list[asyncio.Server]:
    """Accept connections on `sockets`, which belong to what is returned."""
    return [await loop.create_server(protocol, sock=one, backlog=_BACKLOG) for one in sockets]


def url_of(sockets: Sequence[socket.socket]) -> str:
    """Return the base URL of the first of `sockets`."""
    host, port = sockets[0].getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise _fault(f"{host}:{port}", error) from None
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))  # type: ignore[misc]


def _bound(
    addresses: Sequence[tuple[int, tuple[str, int]]], where: str, *, shared: bool = False, listening: bool = True
) -> Sockets:
    made: list[socket.socket] = []
    try:
        for family, address in addresses:
            one = socket.socket(family, socket.SOCK_STREAM)
            made.append(one)
            if os.name == "posix":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                with suppress(OSError):
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            if listening:
                one.listen(_BACKLOG)
    except OSError as error:
        close(tuple(made))
        raise _fault(where, error) from None
    return tuple(made)


def _fault(where: str, error: OSError) -> ConfigFault:
    return ConfigFault(f"cannot listen on {where} ({error.strerror or type(error).__name__})")
