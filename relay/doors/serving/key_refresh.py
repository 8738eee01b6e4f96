"""Keep the keys of an issuer fresh: at start, every few minutes, and sooner when a token names a key that is not known.

Keys that cannot be read leave those in force. Until there are some no token counts.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from relay.config import IdentityConfig
from relay.doors.serving.identity import Identity
from relay.errors import RelayFault
from relay.observe import logs
from relay.strict_yaml import read_bytes
from relay.upstream.key_set import fetch

__all__ = ["KeyRefresh"]

_CEILING_S = 300.0
_FLOOR_S = 30.0


class KeyRefresh:
    """Reads the keys of `identity`, from the place that the configuration names. Make it inside the event loop."""

    def __init__(self, config: IdentityConfig, read: Callable[[], Awaitable[bytes]] | None = None) -> None:
        self._wanted = asyncio.Event()
        self._config = config
        self._read = read or self._configured
        self.identity = Identity(config, os.urandom(32), time.time, self.want)

    def want(self) -> None:
        """Have the keys read soon, though no sooner than the floor allows."""
        self._wanted.set()

    async def begin(self) -> None:
        """Read the keys for the first time. Raises RelayFault for a file that cannot be used; a server may be late."""
        if self._config.file is not None:
            self.identity.use(await self._read())
        else:
            await self.once()

    async def once(self) -> None:
        """Read the keys; what cannot be used is told to the log."""
        try:
            self.identity.use(await self._read())
        except RelayFault as fault:
            logs.event(logs.LogEvent.KEYS_FAILED, logging.ERROR, code=logs.Name(fault.code))

    async def run(self) -> None:
        """Read them again and again, until cancelled."""
        while True:
            await asyncio.sleep(_FLOOR_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(_CEILING_S - _FLOOR_S):
                    await self._wanted.wait()
            self._wanted.clear()
            await self.once()

    async def _configured(self) -> bytes:
        if self._config.file is not None:
            return await asyncio.to_thread(read_bytes, self._config.file)
        return await fetch(self._config.jwks)
