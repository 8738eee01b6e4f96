"""A fake OTLP collector: it decodes what comes, and answers with a status of the test's choice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

__all__ = ["FakeCollector", "attributes"]


class FakeCollector:
    """Keeps every message, decoded and as bytes. `status` is what it answers, after `wait_s`."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.wait_s = 0.0
        self.raw: list[bytes] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.spans: list[Any] = []
        self.resources: list[dict[str, Any]] = []
        self.metrics: list[Any] = []  # the latest message's

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeCollector]:
        """Listen on loopback for the length of the block."""
        runner = web.ServerRunner(web.Server(self._answer))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        data = await request.read()
        self.paths.append(request.path)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.wait_s:
            await asyncio.sleep(self.wait_s)
        if self.status != 200:
            return web.Response(status=self.status, headers={"location": f"{self.url}/elsewhere"})
        self.raw.append(data)
        if request.path.endswith("/v1/traces"):
            for group in ExportTraceServiceRequest.FromString(data).resource_spans:
                self.resources.append(attributes(group.resource))
                self.spans += group.scope_spans[0].spans
        else:
            (group,) = ExportMetricsServiceRequest.FromString(data).resource_metrics
            self.resources.append(attributes(group.resource))
            self.metrics = list(group.scope_metrics[0].metrics)
        return web.Response(body=b"")

    @property
    def series(self) -> frozenset[tuple[str, tuple[tuple[str, str], ...]]]:
        """The series of the latest message: name and labels."""
        found = set()
        for metric in self.metrics:
            for point in getattr(metric, metric.WhichOneof("data")).data_points:
                found.add((metric.name, tuple(sorted(attributes(point).items()))))
        return frozenset(found)


def attributes(of: Any) -> dict[str, Any]:
    """Return the attributes of a span, a resource or a data point."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in of.attributes}
