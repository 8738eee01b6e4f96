"""The scripted model as a server on loopback, in every voice; what is no conversation the mirror answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from relay.upstream.mirror.routes import route
from tests.scripted.turn import Pieces, Turn, every
from tests.scripted.voices import VOICES, Row, Voice

__all__ = ["Answer", "Received", "Upstream"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model says, and how a stream of it travels: pieces of text, and bytes of each packet."""

    turn: Turn
    number: int = 0
    pieces: Pieces = field(default=every(7), repr=False)
    step: int = 100


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request of a conversation, and the answer's events as they were sent."""

    voice: Voice
    body: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)
    rows: list[Row] = field(default_factory=list, repr=False)


Speak = Callable[[Voice, dict[str, Any]], Answer]


class Upstream:
    """Answers as `speak` says, which may be set anew. `faults` are the requests that a provider would have refused."""

    def __init__(self) -> None:
        self.speak: Speak | None = None
        self.received: list[Received] = []
        self.faults: list[str] = []
        self.base_url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Upstream]:
        """Serve until the context ends; `base_url` has no version segment."""
        server = web.Server(self._handle, access_log=None, handler_cancellation=True)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else {}
        voice = _voice(request.path, request.query_string)
        if voice is None or self.speak is None or request.method != "POST":
            names = frozenset(name.lower() for name in request.headers)
            found = route(request.path, request.query_string, names, body, 0)
            if not isinstance(found, bytes):
                return web.json_response({}, status=404)
            return web.Response(body=found, content_type="application/json")
        fault = voice.fault(body)
        if fault:
            self.faults.append(fault)
            return web.json_response({"error": {"message": fault, "type": "invalid_request_error"}}, status=400)
        received = Received(voice=voice, body=body, raw=raw)
        self.received.append(received)
        answer = self.speak(voice, body)
        if not _streams(request.path, voice, body):
            received.rows.append(Row(None, voice.whole(answer.turn, answer.number)))
            return web.json_response(received.rows[0].tree)
        rows = list(voice.events(answer.turn, answer.number, answer.pieces))
        received.rows.extend(rows)
        response = web.StreamResponse(headers={"Content-Type": voice.stream_type})
        await response.prepare(request)
        data = voice.frame(rows)
        for at in range(0, len(data), answer.step):
            await response.write(data[at : at + answer.step])
            await asyncio.sleep(0)  # a packet of its own
        await response.write_eof()
        return response


def _streams(path: str, voice: Voice, body: dict[str, Any]) -> bool:
    if "/models/" in path:
        return ":stream" in path
    return bool(body.get("stream", voice.name.startswith("ollama")))


def _voice(path: str, query: str) -> Voice | None:
    if ":streamGenerateContent" in path:
        return VOICES["gemini_generate" if "alt=sse" in query else "gemini_generate_array"]
    for voice in VOICES.values():
        if path.endswith(voice.path) or (voice.name == "gemini_generate" and path.endswith(":generateContent")):
            return voice
    return None
