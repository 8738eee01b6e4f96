"""What the supervisor keeps for its workers, and what it answers to one of them.

The store, slots, the decision log, digests of signatures, and what each worker has counted.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from relay.config import Config
from relay.doors.serving.slots import Slots
from relay.doors.workers.decisions import DecisionDesk
from relay.doors.workers.places import HeldSlots
from relay.observe.decision_log import DecisionLog
from relay.observe.metrics import Family
from relay.observe.sums import Sums
from relay.process.line import Answer, Line, LineEnded, LineFault, Message
from relay.request.signatures import Signatures
from relay.routing.choose import Load
from relay.store.memory import MemoryStore
from relay.store.over_socket import answers as store_answers

__all__ = ["Attended", "Hub"]

_SWEEP_S = 5.0
_ANSWERS_S = 3.0
_DIGEST_BYTES = 16


@dataclass(eq=False, slots=True, kw_only=True)
class Attended:
    """A worker as the hub has it: its number, and its ends of what leads to it."""

    number: int
    end: socket.socket
    decisions: socket.socket | None
    on_ready: Callable[[], None]
    on_retired: Callable[[], None]
    line: Line | None = None
    slots: HeldSlots | None = field(default=None, repr=False)


class Hub:
    """For one event loop, in a process that starts no thread."""

    def __init__(self, config: Config, store: MemoryStore, signatures: Signatures, log: DecisionLog | None) -> None:
        self._store = store
        loads = {name: Load() for name in config.upstreams}
        self._slots = Slots(config.upstreams, loads, max_wait_s=config.server.max_wait_s)
        self._signatures = signatures
        self._sums = Sums()
        self._workers: list[Attended] = []
        fd = config.decision_log.fd if config.decision_log is not None else -1
        self._desk = DecisionDesk(log, fd) if log is not None else None
        self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def attend(self, worker: Attended) -> None:
        """Answer `worker` from now on."""
        worker.slots = HeldSlots(self._slots)
        self._workers.append(worker)
        if self._desk is not None and worker.decisions is not None:
            self._desk.attend(worker.decisions)
        worker.line = await Line.on(worker.end, self._answers(worker, worker.slots))

    async def leave(self, worker: Attended) -> None:
        """Forget a worker that has ended: what it held is free, what it has counted stays in the sums."""
        self._workers.remove(worker)
        if worker.line is not None:
            await worker.line.ended()  # with what it said last
        if worker.slots is not None:
            worker.slots.give_back()
        if self._desk is not None and worker.decisions is not None:
            self._desk.leave(worker.decisions)
        self._sums.ended(worker.number)

    async def render(self, own: Sequence[Family]) -> bytes:
        """Return the metrics of all workers, and of the supervisor's `own`."""
        found = await asyncio.gather(*(self._ask(worker, "counted") for worker in self._workers))
        for worker, message in zip(list(self._workers), found, strict=False):
            if message is not None:
                self._sums.told(worker.number, message.arguments)
        return self._sums.render(own)

    async def reachable(self, among: Iterable[Attended]) -> Mapping[str, bool]:
        """Return which upstreams the first worker that answers can reach; nothing where none does."""
        for worker in among:
            if (found := await self._ask(worker, "reachable")) is not None:
                return dict(found.arguments[0])
        return {}

    async def close(self) -> None:
        """Write what is left of the decision log."""
        self._sweeping.cancel()
        if self._desk is not None:
            self._desk.close()

    async def _ask(self, worker: Attended, what: str) -> Message | None:
        if worker.line is not None:
            with suppress(LineEnded, LineFault, TimeoutError):
                return await worker.line.call(what, timeout_s=_ANSWERS_S)
        return None

    def _answers(self, worker: Attended, slots: HeldSlots) -> Mapping[str, Answer]:
        async def ready(_: Message) -> Message:
            worker.on_ready()
            return Message()

        async def retired(_: Message) -> Message:
            worker.on_retired()
            return Message()

        async def counted(message: Message) -> Message:
            self._sums.told(worker.number, message.arguments)
            return Message()

        async def signed(message: Message) -> Message:
            self._signed(worker, message)
            return Message()

        own = {"ready": ready, "retired": retired, "counted": counted, "signed": signed}
        return {**store_answers(self._store), **slots.answers, **own}

    def _signed(self, worker: Attended, message: Message) -> None:
        """Remember who wrote a signature, for workers to come, and tell the others."""
        (upstream,), (digest,) = message.arguments, message.parts
        if len(digest) != _DIGEST_BYTES:
            raise ValueError(f"a digest of {len(digest)} bytes, expected {_DIGEST_BYTES}")
        self._signatures.learn(digest, upstream)
        for other in self._workers:
            if other is not worker and other.line is not None:
                other.line.tell("signed", message)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            self._store.sweep()
