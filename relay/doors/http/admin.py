"""The operator's port: alive, ready, metrics. Loopback only, apart from the clients' port, and without any value."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import orjson
from aiohttp import web

from relay.config import ServerConfig
from relay.doors.http.access import check_host
from relay.doors.http.reply import Sent, send
from relay.errors import RelayFault

__all__ = ["Admin"]

_PROBED_FOR_S = 5.0
_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Admin:
    """Answers `/livez`, `/readyz` and `/metrics`.

    `is_draining` tells whether relay is shutting down, `reachable` probes the upstreams (at most every five seconds),
    `render` returns the metrics in Prometheus' text format.
    """

    def __init__(
        self,
        *,
        is_draining: Callable[[], bool],
        reachable: Callable[[], Awaitable[Mapping[str, bool]]],
        render: Callable[[], bytes],
    ) -> None:
        self._is_draining = is_draining
        self._reachable = reachable
        self._render = render
        self._probed_at = float("-inf")
        self._probed: Mapping[str, bool] = {}

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer `request`."""
        try:
            check_host(request.headers.get("Host"), ServerConfig(), str, keys_required=False)
            status, kind, data = await self._answer(request)
        except RelayFault as fault:
            status, kind, data = fault.status, "text/plain", fault.public.encode()
        except ConnectionError:
            return Sent(keep_alive=False)
        except Exception:
            status, kind, data = 500, "text/plain", b"failed\n"
        return await send(request, status, (("content-type", kind),), data)

    async def _answer(self, request: web.BaseRequest) -> tuple[int, str, bytes]:
        if request.method not in ("GET", "HEAD"):
            return 405, "text/plain", b"GET only\n"
        match request.raw_path.partition("?")[0]:
            case "/livez":
                return 200, "text/plain", b"alive\n"
            case "/readyz":
                return await self._ready()
            case "/metrics":
                return 200, _EXPOSITION, self._render()
            case _:
                return 404, "text/plain", b"/livez, /readyz, /metrics\n"

    async def _ready(self) -> tuple[int, str, bytes]:
        if self._is_draining():  # at once: a balancer has to hear it before the last request ends
            return 503, "application/json", orjson.dumps({"ready": False, "draining": True})
        if time.monotonic() - self._probed_at > _PROBED_FOR_S:
            self._probed = await self._reachable()
            self._probed_at = time.monotonic()
        # One upstream that can be reached is enough: which one a request needs is policy's to say.
        ready = any(self._probed.values())
        tree = {"ready": ready, "draining": False, "upstreams": dict(self._probed)}
        return (200 if ready else 503), "application/json", orjson.dumps(tree)
