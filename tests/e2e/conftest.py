"""A mirror and a relay on loopback, in a thread with an event loop of its own, so that any client can call them."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import pytest

from relay import build
from relay.config import (
    ClientConfig,
    Config,
    RoutingConfig,
    ServerConfig,
    ShapingConfig,
    TelemetryConfig,
    UpstreamConfig,
)
from relay.doors.http.app import Running, running
from relay.exchange import Core
from relay.types import RouteKind
from relay.upstream.client import UpstreamClient
from relay.upstream.mirror import Mirror
from relay.upstream.telemetry import resolve

T = TypeVar("T")

Serve = Callable[..., Running]


class Stage:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """Enter an asynchronous context in the loop."""
        return asyncio.run_coroutine_threadsafe(context.__aenter__(), self.loop).result(60)

    def leave(self, context: AbstractAsyncContextManager[Any]) -> None:
        """Leave it again."""
        asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), self.loop).result(60)

    def close(self) -> None:
        """End the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_mirror(stage: Stage) -> Iterator[Mirror]:
    context = Mirror(keep=100_000).running()  # all of a test under load, which begins with none
    yield stage.enter(context)
    stage.leave(context)


@pytest.fixture
def mirror(shared_mirror: Mirror) -> Mirror:
    """The upstream, with nothing received yet."""
    shared_mirror.received.clear()
    shared_mirror.disconnects = 0
    return shared_mirror


def upstream(base_url: str, **fields: Any) -> UpstreamConfig:
    """Return a frontier upstream at `base_url`."""
    return UpstreamConfig(**{"kind": RouteKind.FRONTIER, "base_url": base_url, **fields})


@pytest.fixture(scope="session")
def shared_relay(stage: Stage, shared_mirror: Mirror, core: Core) -> Iterator[Running]:
    config = Config(
        server=ServerConfig(port=0, admin_port=0, drain_s=1, workers=2),
        upstreams={"mirror": upstream(f"{shared_mirror.base_url}/v1")},
    )
    context = running(_on(core, config), config, UpstreamClient(config.upstreams))
    yield stage.enter(context)
    stage.leave(context)


@pytest.fixture
def relay(shared_relay: Running, mirror: Mirror) -> Running:
    """A relay with patterns only in front of the mirror."""
    return shared_relay


@pytest.fixture
def serve(stage: Stage, mirror: Mirror, core: Core) -> Iterator[Serve]:
    """Return a function that starts a relay with its own settings; it stops with the test."""
    contexts: list[AbstractAsyncContextManager[Running]] = []

    def start(
        *,
        upstreams: dict[str, UpstreamConfig] | None = None,
        clients: tuple[ClientConfig, ...] = (),
        from_core: Core | None = None,
        routing: RoutingConfig | None = None,
        shaping: ShapingConfig | None = None,
        credentials: Mapping[str, str] | None = None,
        telemetry: TelemetryConfig | None = None,
        **server: Any,
    ) -> Running:
        config = Config(
            server=ServerConfig(**{"port": 0, "drain_s": 0.2, **server}),
            clients=clients,
            upstreams=upstreams or {"mirror": upstream(mirror.base_url)},
            routing=routing or RoutingConfig(probe_s=0),
            shaping=shaping or ShapingConfig(),
        )
        client = UpstreamClient(
            config.upstreams,
            connect_timeout_s=config.server.connect_timeout_s,
            read_timeout_s=config.server.read_timeout_s,
        )
        on = dataclasses.replace(_on(from_core or core, config), credentials=credentials or {})
        on = dataclasses.replace(on, telemetry=resolve(telemetry, {}, on.metrics))
        context = running(on, config, client)
        contexts.append(context)
        return stage.enter(context)

    yield start
    for context in reversed(contexts):
        stage.leave(context)


def _on(core: Core, config: Config) -> Core:
    return dataclasses.replace(core, router=build.router(config, core.metrics))
