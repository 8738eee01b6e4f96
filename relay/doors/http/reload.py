"""Read the policy anew while requests are in flight.

One reading at a time, in a thread. The new core takes the place of the old one in a single assignment, so each exchange
keeps the policy it began with. A policy that cannot be used leaves the old one in force.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from relay.doors.serving.service import Service
from relay.errors import ConfigFault, RelayFault
from relay.exchange import Core
from relay.observe import logs

__all__ = ["Reload"]


class Reload:
    """`read` makes a core under the policy as it is now from the one in force; `complain` is told why it could not."""

    def __init__(self, service: Service, read: Callable[[Core], Core], complain: Callable[[str], None]) -> None:
        self._service = service
        self._read = read
        self._complain = complain
        self._wanted = asyncio.Event()

    def request(self) -> None:
        """Ask for a reading. Those that come while one is under way become one more."""
        self._wanted.set()

    async def run(self) -> None:
        """Serve requests until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._once()

    async def _once(self) -> None:
        self._service.callers.reload_keys()
        core = self._service.core
        try:
            await asyncio.to_thread(self._service.callers.reload_certificate)
            fresh = await asyncio.to_thread(self._read, core)
        except Exception as error:
            # A RelayFault has a place and a reason; the text of anything else stays where it is.
            fault = error if isinstance(error, RelayFault) else ConfigFault(f"unexpected {type(error).__name__}")
            core.metrics.reloaded(failed=True)
            logs.event(logs.LogEvent.RELOAD_FAILED, logging.ERROR, policy=logs.Id(core.engine.digest))
            self._complain(fault.public)
            return
        self._service.core = fresh
        await asyncio.to_thread(self._service.callers.read_again, fresh.by_policy)
        core.metrics.reloaded(failed=False)
        policy = fresh.engine.policy
        core.metrics.policy(policy.digest, policy.mode.value)
        level = logging.WARNING if fresh.engine.observes else logging.INFO
        logs.event(logs.LogEvent.RELOADED, level, policy=logs.Id(policy.digest), mode=policy.mode)
