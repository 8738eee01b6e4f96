"""Slots at the upstreams that hold for all workers together: the supervisor has them, workers ask for them.

A worker that ends gives back what it held. Upstreams without `max_concurrent` are not asked about: there a worker
counts for itself, which routing needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from relay.config import UpstreamConfig
from relay.doors.serving.slots import Slots
from relay.errors import RelayBusy, TooManyRequests
from relay.process.line import Answer, Line, LineEnded, LineFault, Message
from relay.routing.choose import Load

__all__ = ["AskedSlots", "HeldSlots"]

_ASK, _GIVE_BACK = "slots.acquire", "slots.release"


class HeldSlots:
    """What one worker holds of the supervisor's slots."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._held: Counter[tuple[str, str]] = Counter()
        self._gone = False

    @property
    def answers(self) -> Mapping[str, Answer]:
        """What the worker may ask."""
        return {_ASK: self._acquire, _GIVE_BACK: self._release}

    def give_back(self) -> None:
        """Release everything: the worker has ended."""
        self._gone = True
        for (upstream, client), count in self._held.items():
            for _ in range(count):
                self._slots.release(upstream, client)
        self._held.clear()

    async def _acquire(self, message: Message) -> Message:
        upstream, client = message.arguments
        await self._slots.acquire(upstream, client)
        self._held[upstream, client] += 1
        if self._gone:
            self.give_back()
        return Message()

    async def _release(self, message: Message) -> Message:
        upstream, client = message.arguments
        if self._held[upstream, client] > 0:
            self._held[upstream, client] -= 1
            self._slots.release(upstream, client)
        return Message()


class AskedSlots:
    """Implements `Places` in a worker. `loads` are the counts that its routing decides from: this worker's own."""

    def __init__(self, line: Line, upstreams: Mapping[str, UpstreamConfig], loads: Mapping[str, Load]) -> None:
        self._line = line
        self._loads = loads
        self._limited = {name for name, upstream in upstreams.items() if upstream.max_concurrent is not None}

    async def acquire(self, upstream: str, client: str) -> None:
        """See `Places`."""
        load = self._loads[upstream]
        if upstream in self._limited:
            load.waiting += 1
            try:
                await self._ask(upstream, client)
            finally:
                load.waiting -= 1
        load.in_flight += 1

    def release(self, upstream: str, client: str) -> None:
        """See `Places`."""
        self._loads[upstream].in_flight -= 1
        if upstream in self._limited:
            self._give_back(upstream, client)

    def _give_back(self, upstream: str, client: str) -> None:
        self._line.tell(_GIVE_BACK, Message((upstream, client)))

    async def _ask(self, upstream: str, client: str) -> None:
        def late(_: Message) -> None:
            self._give_back(upstream, client)  # the slot came when nobody waited for it any more

        try:
            await self._line.call(_ASK, Message((upstream, client)), late=late)
        except LineFault as fault:
            refusal = TooManyRequests if fault.code == TooManyRequests.code else RelayBusy
            raise refusal(fault.said) from None
        except LineEnded:
            raise RelayBusy("relay is shutting down; try again in a moment.") from None
