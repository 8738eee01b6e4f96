"""The operator's port: alive, ready, metrics. On loopback or with a key, and without any value."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

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
        render: Callable[[], Awaitable[bytes]],
        server: ServerConfig,
    ) -> None:
        self._is_draining = is_draining
        self._reachable = reachable
        self._render = render
        self._server = ServerConfig(host=server.admin_host)
        self._key = server.admin_key_sha256
        self._is_open = self._key is None and self._server.is_loopback
        self._probed_at = float("-inf")
        self._probed: Mapping[str, bool] = {}

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer `request`."""
        try:
            check_host(request.headers.get("Host"), self._server, str, keys_required=not self._is_open)
            status, kind, data = await self._answer(request)
            if not self._may_read(request):
                # Whoever asks learns by the status what a balancer needs; names and numbers are for the key's holder.
                metrics = request.raw_path.partition("?")[0] == "/metrics"
                status, kind, data = 401 if metrics else status, "text/plain", b""
        except RelayFault as fault:
            status, kind, data = fault.status, "text/plain", fault.public.encode()
        except ConnectionError:
            return Sent(keep_alive=False)
        except Exception:
            status, kind, data = 500, "text/plain", b"failed\n"
        return await send(request, status, (("content-type", kind),), data)

    def _may_read(self, request: web.BaseRequest) -> bool:
        if self._key is None:
            return self._is_open
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        digest = sha256(key.strip().encode("utf-8", "surrogateescape")).hexdigest()
        return scheme.lower() == "bearer" and hmac.compare_digest(digest, self._key)

    async def _answer(self, request: web.BaseRequest) -> tuple[int, str, bytes]:
        if request.method not in ("GET", "HEAD"):
            return 405, "text/plain", b"GET only\n"
        match request.raw_path.partition("?")[0]:
            case "/livez":
                return 200, "text/plain", b"alive\n"
            case "/readyz":
                return await self._ready()
            case "/metrics":
                return 200, _EXPOSITION, await self._render()
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
