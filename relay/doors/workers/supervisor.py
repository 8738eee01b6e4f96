"""Fork workers, replace those that end, change them all for a new policy, and end together.

    begin ── next_fork ──> an order to fork, which `relay.doors.workers.run` does while no loop runs
      └──── admin port, signals, what workers ask (`hub`), children that end

A generation is all workers under one policy. The next one is forked from a core with the new policy; when all of it
serves, the one before leaves the port, finishes what is in work, and ends. A generation that does not come up leaves
the old one in force.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from relay.config import ClientConfig, Config, read_clients
from relay.doors.http.admin import Admin
from relay.doors.http.app import PolicyReload, operating
from relay.doors.http.listen import Opened, close, url_of
from relay.doors.workers.hub import Attended, Hub
from relay.errors import ConfigFault, RelayFault
from relay.exchange import Core
from relay.observe import logs
from relay.observe.decision_log import DecisionLog
from relay.store.memory import MemoryStore

__all__ = ["Generation", "Order", "Supervisor", "of_file"]

# A worker that lived shorter than this fell at once; its next one waits, twice as long each time.
_AT_ONCE_S = 10.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0
# A worker that has not left the port by then hangs, and keeps others waiting no longer.
_RETIRED_S = 10.0
# Workers that have not ended so long after their drain are killed.
_KILLED_S = 5.0


@dataclass(eq=False, slots=True)
class Generation:
    """All workers under one policy."""

    core: Core
    clients: Sequence[ClientConfig] = ()  # of the file, as it was then
    serves: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Order:
    """A worker that is wanted: for a slot, which has a set of sockets, and not before a moment."""

    slot: int
    generation: Generation
    not_before: float = 0.0


@dataclass(eq=False, slots=True, kw_only=True)
class _Child:
    order: Order
    pid: int
    attended: Attended
    began: float
    ready: bool = False
    retired: bool = False


@dataclass(eq=False, slots=True)
class _Fallen:
    """How often in a row the workers of a slot fell at once."""

    count: int = 0

    def pause_s(self, lived_s: float) -> float:
        self.count = self.count + 1 if lived_s < _AT_ONCE_S else 0
        return min(_FIRST_PAUSE_S * 2.0 ** (self.count - 1), _LONGEST_PAUSE_S) if self.count else 0.0


@dataclass(eq=False, slots=True, kw_only=True)
class Supervisor:
    """For one event loop, which stops for each fork. `opened` has a set of sockets for each worker."""

    config: Config
    opened: Opened
    reload: PolicyReload
    on_ready: Callable[[str], None]
    generation: Generation
    log: DecisionLog | None
    store: MemoryStore = field(default_factory=lambda: MemoryStore(time.monotonic))
    _hub: Hub = field(init=False)
    _wake: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)
    _coming: Generation | None = field(init=False, default=None)
    _orders: list[Order] = field(init=False, default_factory=list)
    _new: list[_Child] = field(init=False, default_factory=list)
    _children: list[_Child] = field(init=False, default_factory=list)
    _fallen: dict[int, _Fallen] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(init=False, default_factory=set)
    _reload_wanted: bool = field(init=False, default=False)
    _reading: bool = field(init=False, default=False)  # in a thread: nothing may be forked
    _leaving: bool = field(init=False, default=False)
    _stopping: bool = field(init=False, default=False)
    _fault: ConfigFault | None = field(init=False, default=None)
    _number: int = field(init=False, default=0)

    # ------------------------------------------------------------------------------------- what the plain loop calls

    async def begin(self) -> None:
        """Open the admin port and order the first workers. Raises ConfigFault."""
        self._hub = Hub(self.config, self.store, self.generation.core.pipeline.signatures, self.log)
        self._stack.push_async_callback(self._hub.close)
        if self.config.server.admin_port is not None:
            admin = Admin(
                is_draining=lambda: self._leaving,
                reachable=self._reachable,
                render=self._render,
                server=self.config.server,
            )
            await self._stack.enter_async_context(operating(admin, self.config.server))
        await self._stack.enter_async_context(self._signals())
        self._order_all(self.generation)

    async def next_fork(self) -> Order | None:
        """Return what to fork next, None when all have ended and nothing follows. Raises ConfigFault."""
        for child in self._new:
            await self._hub.attend(child.attended)
        self._new.clear()
        while True:
            self._reap()
            if self._stopping and not self._children:
                if self._fault is not None:
                    raise self._fault
                return None
            now = time.monotonic()
            due = min(self._orders, key=_due, default=None)
            if due is not None and due.not_before <= now and not self._reading:
                self._orders.remove(due)
                return due
            await self._woken(due.not_before - now if due is not None and not self._reading else None)

    def forked(self, order: Order, pid: int, end: socket.socket, decisions: socket.socket | None) -> None:
        """Take the supervisor's ends of a worker that has been forked."""
        self._number += 1

        def ready() -> None:
            child.ready = True
            self._wake.set()

        def retired() -> None:
            child.retired = True
            self._wake.set()

        attended = Attended(number=self._number, end=end, decisions=decisions, on_ready=ready, on_retired=retired)
        child = _Child(order=order, pid=pid, attended=attended, began=time.monotonic())
        self._children.append(child)
        self._new.append(child)

    async def end(self) -> None:
        """Kill what is left, write the rest of the decision log, close the admin port."""
        for child in self._children:
            _send(child, signal.SIGKILL)
        for task in self._tasks:
            task.cancel()
        await self._stack.aclose()
        self.opened.close()

    # --------------------------------------------------------------------------------------------------- what happens

    @asynccontextmanager
    async def _signals(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        handlers = {
            signal.SIGTERM: self._leave,
            signal.SIGINT: self._leave,
            signal.SIGHUP: self._hang_up,
            signal.SIGCHLD: self._wake.set,
        }
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)

    async def _woken(self, timeout_s: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        self._wake.clear()
        for generation in (self.generation, self._coming):
            if generation is not None and not generation.serves and self._all_ready(generation):
                generation.serves = True
                self._serves(generation)
        if self._reload_wanted and not self._reading and self._coming is None and self.generation.serves:
            self._reload_wanted = False
            self._start(self._read())

    def _reap(self) -> None:
        for child in list(self._children):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._children.remove(child)
                self._start(self._hub.leave(child.attended))
                if not self._stopping and not child.retired:
                    self._ended(child, os.waitstatus_to_exitcode(status))

    def _ended(self, child: _Child, status: int) -> None:
        """Replace a worker that ended by itself; one that ended before all of them served is a start that failed."""
        order, lived_s = child.order, time.monotonic() - child.began
        if order.generation is self._coming and not order.generation.serves:
            self._give_up(f"a worker ended with status {status} before it served")
        elif not order.generation.serves:
            self._fault = ConfigFault(f"a worker ended with status {status} before it served")
            self._stop()
        elif order.generation is self.generation:
            pause_s = self._fallen.setdefault(order.slot, _Fallen()).pause_s(lived_s)
            logs.event(logs.LogEvent.WORKER_ENDED, logging.ERROR, worker=order.slot, status=status, pause_s=pause_s)
            not_before = time.monotonic() + pause_s
            self._orders.append(Order(slot=order.slot, generation=self.generation, not_before=not_before))

    def _serves(self, generation: Generation) -> None:
        if generation is self._coming:
            before, self.generation = self.generation, generation
            self._orders = [order for order in self._orders if order.generation is not before]
            self._start(self._retire(before))
        else:
            self.on_ready(url_of(self.opened.slots[0], tls=self.config.server.tls is not None))

    def _leave(self) -> None:
        """Say that this relay is not ready, and stop when a balancer has had time to hear it."""
        if not self._leaving:
            self._leaving = True
            asyncio.get_running_loop().call_later(self.config.server.drain_wait_s, self._stop)

    def _stop(self) -> None:
        """Have all workers drain, and kill those that do not end."""
        if self._stopping:
            return
        self._leaving = self._stopping = True
        self._orders.clear()
        for sockets in self.opened.slots:
            close(sockets)
        for child in self._children:
            _send(child, signal.SIGTERM)
        self._start(self._kill_later())
        self._wake.set()

    async def _kill_later(self) -> None:
        await asyncio.sleep(self.config.server.drain_s + _KILLED_S)
        for child in self._children:
            _send(child, signal.SIGKILL)

    # --------------------------------------------------------------------------------------------------------- reload

    def _hang_up(self) -> None:
        self._reload_wanted = True
        self._wake.set()

    async def _read(self) -> None:
        """Read the policy anew and order a generation under it. In a thread: workers are answered meanwhile."""
        self._reading = True
        try:
            core = await _in_thread(lambda: self.reload.core(self.generation.core))
            clients = of_file(self.config)
        except Exception as error:
            # A RelayFault has a place and a reason; the text of anything else stays where it is.
            self._failed(error.public if isinstance(error, RelayFault) else f"unexpected {type(error).__name__}")
        else:
            self._coming = Generation(core, clients)
            self._order_all(self._coming)
        finally:
            self._reading = False
            self._wake.set()

    async def _retire(self, before: Generation) -> None:
        """Let the generation before leave the port; the reload is done when it has."""
        old = [child for child in self._children if child.order.generation is before]
        for child in old:
            if child.attended.line is not None:
                child.attended.line.tell("retire")
        with suppress(TimeoutError):
            async with asyncio.timeout(_RETIRED_S):
                while any(child in self._children and not child.retired for child in old):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        self._coming = None
        engine, metrics = self.generation.core.engine, self.generation.core.metrics
        policy = engine.policy
        metrics.reloaded(failed=False)
        metrics.policy(policy.digest, policy.mode.value)
        level = logging.WARNING if engine.observes else logging.INFO
        logs.event(logs.LogEvent.RELOADED, level, policy=logs.Id(policy.digest), mode=policy.mode)
        self._wake.set()

    def _give_up(self, reason: str) -> None:
        """End a generation that does not come up; the one in force stays."""
        coming, self._coming = self._coming, None
        self._orders = [order for order in self._orders if order.generation is not coming]
        for child in self._children:
            if child.order.generation is coming:
                child.retired = True
                _send(child, signal.SIGTERM)
        self._failed(reason)

    def _failed(self, reason: str) -> None:
        core = self.generation.core
        core.metrics.reloaded(failed=True)
        logs.event(logs.LogEvent.RELOAD_FAILED, logging.ERROR, policy=logs.Id(core.engine.digest))
        self.reload.complain(reason)

    # ----------------------------------------------------------------------------------------------------------- parts

    def _order_all(self, generation: Generation) -> None:
        self._orders += [Order(slot=slot, generation=generation) for slot in range(len(self.opened.slots))]

    def _all_ready(self, generation: Generation) -> bool:
        ready = {child.order.slot for child in self._children if child.order.generation is generation and child.ready}
        return len(ready) == len(self.opened.slots)

    async def _reachable(self) -> dict[str, bool]:
        serving = [
            child.attended for child in self._children if child.ready and child.order.generation is self.generation
        ]
        return dict(await self._hub.reachable(serving))

    async def _render(self) -> bytes:
        metrics = self.generation.core.metrics
        metrics.sessions.set(len(self.store))
        return await self._hub.render(metrics.samples())

    def _start(self, work: object) -> None:
        task = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type, var-annotated]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def of_file(config: Config) -> Sequence[ClientConfig]:
    """Return the clients in the configuration's file of them, where there is one. Raises ConfigFault."""
    return read_clients(config.clients_file) if config.clients_file is not None else ()


def _due(order: Order) -> float:
    return order.not_before


def _send(child: _Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(child.pid, number)


async def _in_thread(call: Callable[[], Core]) -> Core:
    """Return the result of `call` from a thread that has ended: asyncio's own would stay, and nothing be forked."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Core] = loop.create_future()

    def work() -> None:
        try:
            found = call()
        except BaseException as error:
            loop.call_soon_threadsafe(done.set_exception, error)
        else:
            loop.call_soon_threadsafe(done.set_result, found)

    thread = threading.Thread(target=work, name="reload")
    thread.start()
    try:
        return await done
    finally:
        thread.join()
