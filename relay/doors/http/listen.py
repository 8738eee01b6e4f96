"""Make the sockets that clients connect to, TCP's or a Unix socket, and accept on them.

The two are apart because several processes may serve: one makes a set of sockets for each of them (`beside`) and keeps
all of them, so that connections wait for the next process where one has died. All of them accept on one Unix socket.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from relay.config import ServerConfig
from relay.doors.http.listener import BACKLOG, forget_unix, unix_socket
from relay.errors import ConfigFault

__all__ = ["Opened", "Sockets", "accept", "beside", "bind", "close", "opened", "url_of"]

Sockets = tuple[socket.socket, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A set of sockets for each process that serves. `path` and `inode` are those of a Unix socket."""

    slots: list[Sockets]
    path: Path | None = None
    inode: int = 0

    def close(self) -> None:
        """Close them, and take a Unix socket's file away."""
        for sockets in self.slots:
            close(sockets)
        if self.path is not None:
            forget_unix(self.path, self.inode)


def opened(where: ServerConfig, processes: int) -> Opened:
    """Return the sockets for that many processes. Raises ConfigFault."""
    if where.unix is not None:
        one = unix_socket(where.unix, int(where.unix_mode, 8))
        return Opened([(one,)] * processes, where.unix, os.lstat(where.unix).st_ino)
    if processes == 1:
        return Opened([bind(where.host, where.port)])
    return Opened(beside(where.host, where.port, processes))


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
    loop: asyncio.AbstractEventLoop,
    protocol: Callable[[], asyncio.BaseProtocol],
    sockets: Sockets,
    tls: ssl.SSLContext | None = None,
) -> list[asyncio.Server]:
    """Accept connections on `sockets`, which belong to what is returned."""
    servers = []
    for one in sockets:
        create = loop.create_unix_server if one.family == socket.AF_UNIX else loop.create_server
        servers.append(await create(protocol, sock=one, backlog=BACKLOG, ssl=tls))
    return servers


def url_of(sockets: Sequence[socket.socket], *, tls: bool = False) -> str:
    """Return the base URL of the first of `sockets`, of a Unix socket `unix:PATH`."""
    name = sockets[0].getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    host, port = name[:2]
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


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
                one.listen(BACKLOG)
    except OSError as error:
        close(tuple(made))
        raise _fault(where, error) from None
    return tuple(made)


def _fault(where: str, error: OSError) -> ConfigFault:
    return ConfigFault(f"cannot listen on {where} ({error.strerror or type(error).__name__})")
