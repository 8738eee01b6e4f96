"""What a worker does from its fork to its end: make what must be its own, serve, leave when it is told to.

its own     keys' memory, sessions, event loop, threads, connections, counters and metrics
shared      model, patterns and policy, in memory that is not copied until it is written to
asked for   slots, sessions in the store, common counts, the decision log: the supervisor has them
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from relay import build
from relay.build import CustomRecognizers
from relay.config import ClientConfig, Config
from relay.doors.http import app
from relay.doors.http.listen import Sockets
from relay.doors.workers.decisions import TaskedLog
from relay.doors.workers.places import AskedSlots
from relay.errors import RelayFault
from relay.exchange import Core
from relay.observe.metrics import Metrics
from relay.process import harden
from relay.process.library_caches import LibraryCaches
from relay.process.line import Line, LineEnded, LineFault, Message
from relay.store.over_socket import SocketStore

__all__ = ["Post", "core_of", "main"]

_COUNTED_S = 0.25  # how often the supervisor is told what has been counted: what a killed worker may lose
_LAST_WORDS_S = 2.0
# How long a client that has a streamed answer may take to send its next request to a worker that leaves.
_LINGER_S = 1.0
_ALONE = 71  # EX_OSERR: the supervisor is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a worker has from its supervisor. `config` states the number of workers."""

    config: Config
    core: Core
    added: CustomRecognizers
    sockets: Sockets
    end: socket.socket  # of the line to the supervisor
    decisions: socket.socket | None
    models: Collection[str]  # that the decision log may name
    clients: Sequence[ClientConfig]
    caches: LibraryCaches
    hardened: bool

    @property
    def descriptors(self) -> list[int]:
        """Those that the worker needs."""
        ends = (self.end, *((self.decisions,) if self.decisions is not None else ()))
        return [one.fileno() for one in (*self.sockets, *ends)]


def main(post: Post) -> int:
    """Serve until the supervisor has it stop; return the status."""
    if post.hardened:
        harden.apply()
    try:
        app.run_loop(_Worker(post).serve())
    except RelayFault as fault:
        print(f"relay: {fault.public}", file=sys.stderr, flush=True)  # noqa: T201 - as the command does
        return 1
    return 0


def core_of(post: Post, line: Line) -> Core:
    """Return the supervisor's core with what a process must have of its own; explicit sessions are in the store."""
    core, config = post.core, post.config
    policy = core.engine.policy
    store = SocketStore(line) if config.session.store == "memory" else None
    log = TaskedLog(post.decisions, post.models) if post.decisions is not None else None
    own = build.own(config, policy, post.added, core.formats, store=store)

    def owned(one: Core) -> Core:
        record = log.append if log is not None else None
        return replace(one, pipeline=replace(one.pipeline, record=record), **own)

    return replace(owned(core), by_policy={path: owned(one) for path, one in core.by_policy.items()})


class _Worker:
    """One worker, for its event loop."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._core = post.core  # until there is one of its own
        self._client = build.client(post.config)
        self._leaving = False
        self._stopped = asyncio.Event()
        self._retired = asyncio.Event()

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stopped.set)
        answers = {
            "retire": self._retire,
            "counted": self._counted,
            "reachable": self._reachable,
            "signed": self._learn,
        }
        line = await Line.on(self._post.end, answers, self._alone)
        self._core = core_of(self._post, line)
        signatures = self._core.pipeline.signatures
        signatures.on_note = lambda digest, upstream: _soon(loop, line, Message((upstream,), (digest,)))
        async with app.running(self._core, self._post.config, self._client, self._among(line)) as served:
            line.tell("ready")
            counting = loop.create_task(self._tell_counted(line, served))
            await self._until_told(line, served)
            counting.cancel()
        self._leaving = True
        with suppress(LineEnded, LineFault, TimeoutError):
            await line.call("counted", _families(self._core.metrics), timeout_s=_LAST_WORDS_S)

    def _among(self, line: Line) -> app.Among:
        router = self._core.router
        return app.Among(
            sockets=self._post.sockets,
            slots=AskedSlots(line, router.upstreams, router.loads),
            clients=self._post.clients,
            caches=self._post.caches,
        )

    async def _until_told(self, line: Line, served: app.Running) -> None:
        """Serve until the supervisor says to stop, or to leave the port to others and finish what is in work."""
        await _first(self._stopped.wait(), self._retired.wait())
        if self._stopped.is_set():
            return
        await _first(self._stopped.wait(), served.retire())
        line.tell("retired")

        async def finished() -> None:
            await served.handler.idle()
            await asyncio.sleep(_LINGER_S)
            await served.handler.idle()

        await _first(self._stopped.wait(), finished())

    async def _tell_counted(self, line: Line, served: app.Running) -> None:
        begun = 0
        while True:
            await asyncio.sleep(_COUNTED_S)
            if served.handler.begun != begun or served.handler.in_flight:
                begun = served.handler.begun
                line.tell("counted", _families(self._core.metrics))

    # ---------------------------------------------------------------------------------------------- from the supervisor

    async def _retire(self, _: Message) -> Message:
        self._retired.set()
        return Message()

    async def _counted(self, _: Message) -> Message:
        return _families(self._core.metrics)

    async def _reachable(self, _: Message) -> Message:
        return Message((await self._client.reachable(),))

    async def _learn(self, message: Message) -> Message:
        (upstream,), (digest,) = message.arguments, message.parts
        self._core.pipeline.signatures.learn(digest, upstream)
        return Message()

    def _alone(self) -> None:
        """End at once when the supervisor is gone: nothing could be recorded or counted together any more."""
        if not self._leaving:
            os._exit(_ALONE)


def _families(metrics: Metrics) -> Message:
    return Message(tuple(metrics.samples()))


def _soon(loop: asyncio.AbstractEventLoop, line: Line, message: Message) -> None:
    with suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(line.tell, "signed", message)


async def _first(*awaited: Any) -> None:
    """Wait for the first of several; cancel the others."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
