"""Serve: bind the ports, run until told to stop, and leave in order.

On SIGTERM and SIGINT relay serves on for `drain_wait_s` and says that it is not ready, so that a balancer takes it out.
Then it stops accepting, lets requests in work finish for `drain_s`, cancels the rest, and shreds every session. Nothing
is printed here: `on_ready` gets the URL.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import http_parser

from relay.config import ClientConfig, Config, ServerConfig
from relay.doors.http.admin import Admin
from relay.doors.http.connections import Connections
from relay.doors.http.handler import Handler
from relay.doors.http.listen import Sockets, accept, bind, opened, url_of
from relay.doors.http.listener import ListenerTls
from relay.doors.http.reload import Reload
from relay.doors.http.server import Server
from relay.doors.serving.forward import probing
from relay.doors.serving.ports import Client, Places
from relay.doors.serving.service import Service
from relay.doors.serving.shared_counts import SharedCounts
from relay.errors import ConfigFault
from relay.exchange import Core
from relay.observe import logs
from relay.process import harden
from relay.process.library_caches import LibraryCaches
from relay.routing.confidence import unjudged
from relay.types import RouteKind

__all__ = ["Among", "PolicyReload", "Running", "operating", "run", "run_loop", "running", "serve"]

_SWEEP_S = 5.0
_WATCH_S = 2.0
# How long a scrubbing thread keeps the interpreter while the loop waits for it, which it does some ten times in a
# request: instead of Python's 5 ms.
_SWITCH_S = 0.001
# How long a client that has its answer may take to send the next request on a connection that is about to close.
_LINGER_S = 1.0
# After the drain: time for cancelled handlers to close their exchanges.
_CANCEL_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where relay listens. `admin_url` is empty when there is no admin port."""

    url: str
    admin_url: str
    handler: Handler
    retire: Callable[[], Awaitable[None]]  # take no more connections; return when old ones are served no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """What a process that serves among others has from the one that supervises them. There is no admin port then."""

    sockets: Sockets
    slots: Places
    clients: Sequence[ClientConfig]  # of the file, when its policy was read
    caches: LibraryCaches | None  # found before the collector was told to forget what is loaded


@dataclass(frozen=True, slots=True)
class PolicyReload:
    """How SIGHUP changes the policy: `core` makes a new core from the old, `complain` is told why it cannot."""

    core: Callable[[Core], Core]
    complain: Callable[[str], None]


def run(
    core: Core, config: Config, client: Client, *, on_ready: Callable[[str], None], reload: PolicyReload | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, on uvloop where there is one."""
    run_loop(serve(core, config, client, on_ready=on_ready, reload=reload))


def run_loop(serving: Coroutine[Any, Any, None]) -> None:
    """Run what serves requests on a loop of its own, until it ends."""
    try:
        import uvloop

        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        loop_factory = None
    sys.setswitchinterval(_SWITCH_S)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serving)


async def serve(
    core: Core, config: Config, client: Client, *, on_ready: Callable[[str], None], reload: PolicyReload | None = None
) -> None:
    """Serve until SIGTERM or SIGINT. `on_ready` is called with the base URL once connections are accepted.

    With a `reload`, SIGHUP has the policy read anew.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(core, config, client) as served:
            reloading = _reload_on_hangup(loop, served.handler.service, reload) if reload is not None else None
            try:
                on_ready(served.url)
                await stop.wait()
                served.handler.service.leaving = True
                await asyncio.sleep(config.server.drain_wait_s)
            finally:
                if reloading is not None:
                    loop.remove_signal_handler(signal.SIGHUP)
                    reloading.cancel()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _reload_on_hangup(loop: asyncio.AbstractEventLoop, service: Service, reload: PolicyReload) -> asyncio.Task[None]:
    service.callers.complain = reload.complain
    reloading = Reload(service, reload.core, reload.complain)
    loop.add_signal_handler(signal.SIGHUP, reloading.request)
    return loop.create_task(reloading.run())


@asynccontextmanager
async def running(core: Core, config: Config, client: Client, among: Among | None = None) -> AsyncIterator[Running]:
    """Serve for the length of an `async with` block; leaving it drains. Raises ConfigFault when a port is taken."""
    if http_parser.HttpRequestParser is not getattr(http_parser, "HttpRequestParserC", None):
        # The parser in Python is laxer about framing, and request smuggling lives on that.
        raise ConfigFault("aiohttp was installed without its C parser, which relay requires")
    logs.silence_libraries()
    counts = SharedCounts(core.router, core.stored.store) if core.stored is not None else None
    handler = _handler(core, config, client, among, counts)
    async with client, _telemetry(core):
        try:
            async with (
                _listening(handler, config, client, among) as served,
                _background(handler.service, config, client, counts),
            ):
                _settle(handler, among)
                _log_ready(core, config)
                yield served
        finally:
            await _close(handler, core)


def _handler(core: Core, config: Config, client: Client, among: Among | None, counts: SharedCounts | None) -> Handler:
    slots, clients = (among.slots, among.clients) if among is not None else (None, None)
    return Handler(Service(core, config, client, slots=slots, counts=counts, clients=clients), config)


async def _close(handler: Handler, core: Core) -> None:
    handler.close()
    core.sessions.close_all()
    if core.stored is not None:
        await core.stored.store.close()
    logs.event(logs.LogEvent.STOPPED)


def _telemetry(core: Core) -> AbstractAsyncContextManager[object]:
    if core.telemetry is None:
        return nullcontext()
    from relay.upstream.collector import Collector  # 0.2 s

    return Collector(core.telemetry, core.metrics.families, core.metrics.traces_dropped)


@asynccontextmanager
async def _listening(handler: Handler, config: Config, client: Client, among: Among | None) -> AsyncIterator[Running]:
    """Listen for clients and on the admin port; leaving lets requests in work finish, then cancels the rest."""
    loop = asyncio.get_running_loop()
    service = handler.service
    where = config.server
    tls = ListenerTls(where.tls) if where.tls is not None else None
    service.callers.reload_certificate = tls.reload if tls is not None else lambda: None
    server = Server(handler, loop, Connections(handler.turned_away))
    sockets = among.sockets if among is not None else ()
    async with AsyncExitStack() as stack:
        if among is None:
            own = opened(where, 1)
            stack.callback(own.close)
            (sockets,) = own.slots
        admin_url = ""
        if among is None and where.admin_port is not None:
            admin_url = await stack.enter_async_context(operating(_admin(service, client, where), where))
        listening = await accept(loop, server, sockets, tls.context if tls is not None else None)
        try:
            yield Running(
                url=url_of(sockets, tls=tls is not None),
                admin_url=admin_url,
                handler=handler,
                retire=partial(_retire, listening, server, handler),
            )
        finally:
            _stop(listening)
            await _drain(server, handler, where.drain_s)


def _admin(service: Service, client: Client, server: ServerConfig) -> Admin:
    async def rendered() -> bytes:
        return service.core.metrics.render()

    return Admin(
        is_draining=lambda: service.leaving or service.draining,
        reachable=client.reachable,
        render=rendered,
        server=server,
    )


@asynccontextmanager
async def operating(admin: Admin, where: ServerConfig) -> AsyncIterator[str]:
    """Serve the operator's port and yield its URL. Raises ConfigFault when it is taken."""
    loop = asyncio.get_running_loop()
    tls: ssl.SSLContext | None = None
    if where.tls is not None and not ServerConfig(host=where.admin_host).is_loopback:
        # Without client certificates, which what probes a process cannot show: the key is asked for.
        tls = ListenerTls(where.tls, clients=False).context
    sockets = bind(where.admin_host, where.admin_port or 0)
    server, url = Server(admin, loop), url_of(sockets, tls=tls is not None)
    listening = await accept(loop, server, sockets, tls)
    try:
        yield url
    finally:
        _stop(listening)
        await server.cancel()


def _stop(listening: Sequence[asyncio.Server]) -> None:
    for one in listening:
        one.close()


async def _retire(listening: Sequence[asyncio.Server], server: Server, handler: Handler) -> None:
    """Leave the port to others, without an answer that is lost.

    A client may have sent its next request before it sees that its connection ends. So for a second such requests are
    answered, and each answer says that its connection closes; what comes later is told to come again.
    """
    _stop(listening)
    server.leaving = True
    await asyncio.sleep(_LINGER_S)
    server.close_silent()
    handler.service.draining = True


async def _drain(server: Server, handler: Handler, drain_s: float) -> None:
    """Let requests in work finish for `drain_s`, then cancel them and wait until their exchanges are closed."""
    logs.event(logs.LogEvent.DRAINING)
    handler.service.draining = True
    server.leaving = True
    server.close_idle()
    with suppress(TimeoutError):
        async with asyncio.timeout(drain_s or 0.001):
            await handler.idle()
    await server.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(_CANCEL_S):
            await handler.idle()


@asynccontextmanager
async def _background(
    service: Service, config: Config, client: Client, counts: SharedCounts | None
) -> AsyncIterator[None]:
    """Shred expired sessions, probe upstreams, exchange counts and look for other clients and keys."""
    loop, core = asyncio.get_running_loop(), service.core
    tasks = [loop.create_task(_sweep(core))]
    if config.identity is not None:
        # PyJWT takes time to import, and only this needs it.
        from relay.doors.serving.key_refresh import KeyRefresh

        keys = KeyRefresh(config.identity)
        await keys.begin()
        service.callers.tokens = keys.identity
        service.callers.reload_keys = keys.want
        tasks.append(loop.create_task(keys.run()))
    if config.clients_file is not None:
        tasks.append(loop.create_task(_watch(service)))
    if config.routing.probe_s:
        tasks.append(loop.create_task(probing(core.router, client.reach)))
    if counts is not None:
        tasks.append(loop.create_task(counts.run()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def _settle(handler: Handler, among: Among | None) -> None:
    """Begin to clear memory after requests, now that all that stays is loaded."""
    if harden.holds(harden.Measure.ALLOCATOR):
        # Without the allocator's help values outlive their use elsewhere, and this would be for show.
        handler.forget_afterwards(among.caches if among is not None else None)
    else:
        gc.freeze()  # what is loaded by now stays, and is not looked at again


def _log_ready(core: Core, config: Config) -> None:
    policy = core.engine.policy
    if policy.confidence.escalate:
        local = [item for item in config.upstreams.values() if item.kind is RouteKind.LOCAL]
        formats = {name for name in unjudged(core.formats) if any(item.takes(name) for item in local)}
        logs.event(logs.LogEvent.UNJUDGED, logging.WARNING if formats else logging.INFO, formats=len(formats))
    logs.event(
        logs.LogEvent.READY,
        logging.WARNING if core.engine.observes else logging.INFO,
        upstreams=len(config.upstreams),
        policy=logs.Id(policy.digest),
        mode=policy.mode,
        keys=core.sessions.memory.protection(),
        **{check.measure.name.lower(): check.holds for check in harden.report()},
    )


async def _watch(service: Service) -> None:
    while True:
        await asyncio.sleep(_WATCH_S)
        await asyncio.to_thread(service.callers.read_if_changed, service.core.by_policy)


async def _sweep(core: Core) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        # Two milliseconds for a full session: not on the event loop.
        await asyncio.to_thread(core.sessions.sweep)
        core.metrics.sessions.set(len(core.sessions))
