"""The mirror's server: the record of what was received, and every way an upstream can misbehave.

A prompt asks for misbehaviour in words that no scrubbing touches; the constructor's `rules` apply to every request.

    mirror: error 400    an error that quotes the prompt      mirror: cut        the connection drops half way
    mirror: slow 2       seconds before the answer            mirror: bomb       a small body that inflates to 200 MB
    mirror: silent 2     seconds in the middle of a stream    mirror: gzip       a compressed body, unasked
    mirror: pace 0.01    seconds between parts of a stream    mirror: cookie     Set-Cookie
    mirror: echo         the answer is the prompt             mirror: redirect   a 307 to somewhere else
    mirror: mangle       altered placeholders                 mirror: parallel   a tool is called twice
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from aiohttp import web

from relay.types import Headers
from relay.upstream.mirror.reply import Turn, answer, cut, read_rules
from relay.upstream.mirror.routes import Speech, error_of, route

__all__ = ["Mirror", "Received", "running"]

_BOMB_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as a provider would have seen it. `body` is the decoded JSON, None where there is none."""

    method: str
    path: str
    query: str = field(repr=False)
    headers: Headers = field(repr=False)
    raw: bytes = field(repr=False)
    body: Any = field(repr=False)

    def header(self, name: str) -> str | None:
        """Return the first value of header `name` (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)


class Mirror:
    """An upstream on loopback. `received` holds the latest `keep` requests, `disconnects` counts callers that left.

    `speak` makes the answers; it is given what is asked and the rules that hold for it.
    """

    def __init__(
        self, *, rules: Mapping[str, float] | None = None, keep: int = 1000, speak: Callable[..., Turn] = answer
    ) -> None:
        self.received: list[Received] = []
        self.base_url = ""
        self.disconnects = 0
        self._rules = dict(rules or {})
        self._keep = keep
        self._speech = speak
        self._number = 0

    @asynccontextmanager
    async def running(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[Mirror]:
        """Serve until the context ends; `base_url` has no version segment."""
        runner = web.ServerRunner(
            web.Server(self._handle, access_log=None, handler_cancellation=True), shutdown_timeout=0.1
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, ssl_context=tls)
            await site.start()
            bound = runner.addresses[0]
            self.base_url = f"{'https' if tls else 'http'}://{bound[0]}:{bound[1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = b"".join([chunk async for chunk in request.content.iter_any()])
        body = orjson.loads(raw) if raw else None
        headers = tuple((n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in request.raw_headers)
        self.received.append(
            Received(
                method=request.method,
                path=request.path,
                query=request.query_string,
                headers=headers,
                raw=raw,
                body=body,
            )
        )
        del self.received[: -self._keep]
        self._number += 1
        try:
            return await self._route(request, body)
        except asyncio.CancelledError:
            self.disconnects += 1
            raise

    async def _route(self, request: web.BaseRequest, body: Any) -> web.StreamResponse:
        names = frozenset(name.lower() for name in request.headers)
        tree = body if isinstance(body, dict) else {}
        found = route(request.path, request.query_string, names, tree, self._number)
        if found is None:
            return _json(404, error_of(request.path, names)(404, "Nothing is served here."))
        return _json(200, found) if isinstance(found, bytes) else await self._speak(request, found)

    async def _speak(self, request: web.BaseRequest, speech: Speech) -> web.StreamResponse:
        ask = speech.ask
        rules = {**self._rules, **read_rules(ask.text)}
        await asyncio.sleep(rules.get("slow", 0))
        status = int(rules.get("error", 0))
        if status:
            message = f"The request was refused: {ask.prompt}" if status < 500 else "The server had an error."
            return _json(status, speech.error(status, message), {"Retry-After": "1"} if status == 429 else {})
        extra = {"X-Request-Id": f"req_mirror{self._number:06}", "Server": "mirror", "CF-Ray": "mirror"}
        if "cookie" in rules:
            extra["Set-Cookie"] = "__cf_bm=mirror; Path=/"
        if "redirect" in rules:
            return _json(307, b"{}", {"Location": f"{self.base_url}/elsewhere"})
        turn = self._speech(ask, rules)
        if ask.stream:
            extra["Content-Type"] = speech.stream_type
            return await self._stream(request, speech.stream(turn), rules, extra)
        whole = speech.whole(turn)
        if "cut" in rules:
            return await self._cut_whole(request, whole)
        if {"bomb", "gzip"} & rules.keys():
            extra["Content-Encoding"] = "gzip"
            whole = _bomb() if "bomb" in rules else gzip.compress(whole)
        return _json(200, whole, extra)

    async def _stream(
        self, request: web.BaseRequest, data: bytes, rules: Mapping[str, float], extra: Mapping[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=extra)
        await response.prepare(request)
        parts = list(cut(data))
        for place, part in enumerate(parts):
            if place == len(parts) // 2:
                if "cut" in rules:
                    _drop(request)
                    return response
                await asyncio.sleep(rules.get("silent", 0))
            await response.write(part)
            # Give the part a packet of its own.
            await asyncio.sleep(rules.get("pace", 0))
        await response.write_eof()
        return response

    async def _cut_whole(self, request: web.BaseRequest, whole: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole))})
        await response.prepare(request)
        await response.write(whole[: len(whole) // 2])
        await asyncio.sleep(0.01)
        _drop(request)
        return response


@asynccontextmanager
async def running(
    *, host: str = "127.0.0.1", port: int = 0, rules: Mapping[str, float] | None = None
) -> AsyncIterator[Mirror]:
    """Make a mirror and serve it until the context ends."""
    async with Mirror(rules=rules).running(host=host, port=port) as mirror:
        yield mirror


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_BOMB_BYTES))


def _json(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json", **(headers or {})})


def _drop(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()
