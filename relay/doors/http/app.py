"""Serve: bind the ports, run until told to stop, and leave in order.

On SIGTERM and SIGINT relay serves on for `drain_wait_s` and says that it is not ready, so that a balancer takes it out.
Then it stops accepting, lets requests in work finish for `drain_s`, cancels the rest, and shreds every session. Nothing
is printed here: `on_ready` gets the URL.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import http_parser, web

from relay.config import Config, ServerConfig
from relay.doors.http.admin import Admin
from relay.doors.http.connections import Connections, address
from relay.doors.http.handler import Handler
from relay.doors.http.listener import ListenerTls, forget_unix, unix_socket
from relay.doors.http.reload import Reload
from relay.doors.serving.forward import probing
from relay.doors.serving.ports import Client
from relay.doors.serving.service import Service
from relay.errors import ConfigFault
from relay.exchange import Core
from relay.observe import logs
from relay.process import harden
from relay.routing.confidence import unjudged
from relay.types import RouteKind

__all__ = ["PolicyReload", "Running", "run", "running", "serve"]

_SWEEP_S = 5.0
_WATCH_S = 2.0
_BACKLOG = 1024
# An idle connection is kept as long as the SDKs' own pools keep theirs, and is closed by relay a little later.
_IDLE_CONNECTION_S = 75.0
_MAX_HEADER_BYTES = 32_768
# How long a scrubbing thread keeps the interpreter while the loop waits for it, which it does some ten times in a
# request: instead of Python's 5 ms.
_SWITCH_S = 0.001
# After the drain: time for cancelled handlers to close their exchanges.
_CANCEL_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where relay listens. `admin_url` is empty when there is no admin port."""

    url: str
    admin_url: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class PolicyReload:
    """How SIGHUP changes the policy: `core` makes a new core from the old, `complain` is told why it cannot."""

    core: Callable[[Core], Core]
    complain: Callable[[str], None]


def run(
    core: Core, config: Config, client: Client, *, on_ready: Callable[[str], None], reload: PolicyReload | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, on uvloop where there is one."""
    try:
        import uvloop

        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        loop_factory = None
    sys.setswitchinterval(_SWITCH_S)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve(core, config, client, on_ready=on_ready, reload=reload))


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
async def running(core: Core, config: Config, client: Client) -> AsyncIterator[Running]:
    """Serve for the length of an `async with` block; leaving it drains. Raises ConfigFault when a port is taken."""
    if http_parser.HttpRequestParser is not getattr(http_parser, "HttpRequestParserC", None):
        # The parser in Python is laxer about framing, and request smuggling lives on that.
        raise ConfigFault("aiohttp was installed without its C parser, which relay requires")
    logs.silence_libraries()
    service = Service(core, config, client)
    handler = Handler(service, config)
    async with client, _telemetry(core):
        try:
            async with _listening(handler, config, client) as served, _background(service, config, client):
                _settle(handler)
                _log_ready(core, config)
                yield served
        finally:
            handler.close()
            core.sessions.close_all()
            if core.stored is not None:
                await core.stored.store.close()
            logs.event(logs.LogEvent.STOPPED)


def _settle(handler: Handler) -> None:
    """Begin to clear memory after requests, now that all that stays is loaded."""
    if harden.holds(harden.Measure.ALLOCATOR):
        # Without the allocator's help values outlive their use elsewhere, and this would be for show.
        handler.forget_afterwards()
    else:
        gc.freeze()  # what is loaded by now stays, and is not looked at again


def _telemetry(core: Core) -> AbstractAsyncContextManager[object]:
    if core.telemetry is None:
        return nullcontext()
    from relay.upstream.collector import Collector  # 0.2 s

    return Collector(core.telemetry, core.metrics.families, core.metrics.traces_dropped)


@asynccontextmanager
async def _listening(handler: Handler, config: Config, client: Client) -> AsyncIterator[Running]:
    """Listen for clients and on the admin port; leaving lets requests in work finish, then cancels the rest."""
    loop = asyncio.get_running_loop()
    service = handler.service
    server = _Server(handler, loop, Connections(handler.turned_away))
    metrics = service.core.metrics
    admin = Admin(
        is_draining=lambda: service.leaving or service.draining,
        reachable=client.reachable,
        render=metrics.render,
        server=config.server,
    )
    admin_server, admin_listening = _Server(admin, loop), None
    where = config.server
    tls = ListenerTls(where.tls) if where.tls is not None else None
    context = tls.context if tls is not None else None
    service.callers.reload_certificate = tls.reload if tls is not None else lambda: None
    admin_tls: ssl.SSLContext | None = None
    unix = unix_socket(where.unix, int(where.unix_mode, 8)) if where.unix is not None else None
    inode = os.lstat(where.unix).st_ino if where.unix is not None else 0
    if unix is not None:
        listening = await loop.create_unix_server(server, sock=unix, ssl=context, backlog=_BACKLOG)
    else:
        listening = await _listen(loop, server, where.host, where.port, context)
    try:
        if where.admin_port is not None:
            # Without client certificates, which what probes a process cannot show: the key is asked for.
            if where.tls is not None and not ServerConfig(host=where.admin_host).is_loopback:
                admin_tls = ListenerTls(where.tls, clients=False).context
            admin_listening = await _listen(loop, admin_server, where.admin_host, where.admin_port, admin_tls)
        admin_url = _url(admin_listening, admin_tls is not None) if admin_listening is not None else ""
        url = f"unix:{where.unix}" if where.unix is not None else _url(listening, tls is not None)
        yield Running(url=url, admin_url=admin_url, handler=handler)
    finally:
        listening.close()
        if where.unix is not None:
            forget_unix(where.unix, inode)
        await _drain(server, handler, config.server.drain_s)
        if admin_listening is not None:
            admin_listening.close()
        await admin_server.cancel()


async def _drain(server: _Server, handler: Handler, drain_s: float) -> None:
    """Let requests in work finish for `drain_s`, then cancel them and wait until their exchanges are closed."""
    logs.event(logs.LogEvent.DRAINING)
    handler.service.draining = True
    server.close_idle()
    with suppress(TimeoutError):
        async with asyncio.timeout(drain_s or 0.001):
            await handler.idle()
    await server.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(_CANCEL_S):
            await handler.idle()


@asynccontextmanager
async def _background(service: Service, config: Config, client: Client) -> AsyncIterator[None]:
    """Shred expired sessions, probe upstreams and look for another file of clients beside the requests."""
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
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


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


class _Protocol(web.RequestHandler):
    """aiohttp's connection, with its own words replaced: its error pages and log lines repeat what clients sent.

    One too many is refused. One that brings no whole head of a request for a while is closed, new ones too.
    """

    relay_limit: Connections | None = None
    relay_peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or leave it to a refusal."""
        if self.relay_limit is not None and not self.relay_limit.admits(transport):
            return
        self.relay_peer = address(transport, "peername")
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the connection back."""
        super().connection_lost(exc)
        if self.relay_limit is not None:
            self.relay_limit.left(self.relay_peer)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what cannot be parsed as HTTP, and close."""
        if request.writer.output_size > 0:
            raise ConnectionError
        text = (
            "relay: the request could not be parsed as HTTP/1.1."
            if status < 500
            else "relay: something unplanned happened."
        )
        error = {"message": text, "type": "invalid_request", "param": None, "code": "invalid_http"}
        response = web.Response(
            status=status,
            body=orjson.dumps({"error": error}),
            headers={"Content-Type": "application/json", "Server": "relay", "x-should-retry": "false"},
        )
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Say nothing: the exception's text may hold a client's."""

    def log_debug(self, *args: Any, **kw: Any) -> None:
        """Say nothing."""


class _Server(web.Server):
    """Makes connections of our own kind. A client that hangs up cancels its handler."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Any],
        loop: asyncio.AbstractEventLoop,
        limit: Connections | None = None,
    ) -> None:
        """Without a `limit` any number is taken, as on the admin port."""
        super().__init__(handler, handler_cancellation=True, loop=loop)
        self._relay_loop = loop
        self._relay_limit = limit

    def __call__(self) -> web.RequestHandler:
        """Return the protocol for one new connection."""
        protocol = _Protocol(
            self,
            loop=self._relay_loop,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to switch it off
            keepalive_timeout=_IDLE_CONNECTION_S,
            auto_decompress=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            lingering_time=2.0,
        )
        protocol.relay_limit = self._relay_limit
        return protocol

    def close_idle(self) -> None:
        """Close connections that wait for a request, the others after the one in work."""
        self.pre_shutdown()

    async def cancel(self) -> None:
        """Cancel what is still in work and close every connection."""
        await self.shutdown(0.01)


async def _listen(
    loop: asyncio.AbstractEventLoop, server: _Server, host: str, port: int, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    try:
        return await loop.create_server(server, host, port, backlog=_BACKLOG, reuse_address=True, ssl=tls)
    except OSError as error:
        raise ConfigFault(f"cannot listen on {host}:{port} ({error.strerror or type(error).__name__})") from None


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


def _url(listening: asyncio.Server, tls: bool = False) -> str:
    host, port = listening.sockets[0].getsockname()[:2]
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
