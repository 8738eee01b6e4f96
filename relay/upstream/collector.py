"""Send traces and metrics to the configured OTLP collector, in the background, and to nothing else.

No request waits for it. What it does not take is dropped and counted: traces for good, while the next metrics hold what
the lost ones did. No redirect is followed, and no proxy, endpoint or header is read from the environment.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from types import TracebackType

import aiohttp

import relay
from relay.observe import logs, otlp
from relay.observe.traces import Telemetry
from relay.upstream.transport import tls_context

__all__ = ["Collector"]

_PAUSE_S = 1.0  # between two looks at what has ended
_BATCH = 256  # exchanges in one message: some 0.5 MB
_TIMEOUT_S = 10.0
_FLUSH_S = 1.0
_CONTENT = {"content-type": "application/x-protobuf", "user-agent": "relay"}
# What aiohttp would add by itself.
_SKIPPED = ("Accept", "Accept-Encoding")


class Collector:
    """Sends for the length of an `async with` block; leaving it sends what is left, for at most a second.

    `families` returns the metrics, `dropped` counts exchanges whose traces are lost.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        families: Callable[[], Iterable[otlp.Family]],
        dropped: Callable[[int], None],
        *,
        pause_s: float = _PAUSE_S,
    ) -> None:
        self._telemetry = telemetry
        self._families = families
        self._dropped = dropped
        self._pause_s = pause_s
        self._resource = otlp.resource(relay.__version__, telemetry.instance)
        self._begun_ns = time.time_ns()
        self._is_lost = False

    async def __aenter__(self) -> Collector:
        secure = self._telemetry.url.startswith("https:")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=2, ssl=tls_context("http/1.1") if secure else True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
            skip_auto_headers=_SKIPPED,
            headers={**_CONTENT, **self._telemetry.headers},
            trust_env=False,
        )
        self._task = asyncio.get_running_loop().create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_FLUSH_S):
                    await self._send_metrics()
                    await self._send_traces()
        finally:
            await self._session.close()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._telemetry.interval_s
        while True:
            await asyncio.sleep(self._pause_s)
            await self._send_traces()
            if loop.time() >= due:
                due = loop.time() + self._telemetry.interval_s
                await self._send_metrics()

    async def _send_traces(self) -> None:
        tracer = self._telemetry.tracer
        while tracer is not None and (batch := tracer.take(_BATCH)):
            taken = False
            try:
                taken = await self._post("/v1/traces", partial(otlp.traces_message, self._resource, batch))
            finally:  # also when the second for the end is over
                if not taken:
                    self._dropped(len(batch))

    async def _send_metrics(self) -> None:
        if self._telemetry.metrics:
            await self._post(
                "/v1/metrics",
                lambda: otlp.metrics_message(self._resource, self._families(), self._begun_ns, time.time_ns()),
            )

    async def _post(self, path: str, write: Callable[[], bytes]) -> bool:
        """Send what `write` returns; tell whether the collector took it."""
        try:
            # Ten milliseconds for a full batch: not on the event loop.
            body = await asyncio.to_thread(write)
            async with self._session.post(f"{self._telemetry.url}{path}", data=body, allow_redirects=False) as answer:
                taken = answer.status == 200
        except Exception:
            # Whatever it is costs this message and not the next. Its text may hold the URL, so the log does not say it.
            taken = False
        if not taken and not self._is_lost:
            logs.event(logs.LogEvent.TELEMETRY_LOST, logging.WARNING)
        self._is_lost = not taken
        return taken
