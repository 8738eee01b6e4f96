"""An upstream that records what it is sent and answers as it is told: the tests of routing put two or more of them up.

It speaks OpenAI's chat completions and completions, Anthropic's messages and Gemini, whole and streamed, and says who
it is: `I am NAME. You wrote: …`.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from relay.config import UpstreamConfig
from relay.types import RouteKind
from tests.e2e.conftest import Stage

__all__ = ["Fake", "Reply"]


@dataclass(kw_only=True)
class Reply:
    """How one request is answered."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0  # before the first byte
    probability: float | None = None  # of each token; None: the server has no log-probabilities
    usage: tuple[int, int] | None = (10, 5)
    body: bytes | None = None  # in place of an answer
    cut: bool = False  # the connection ends behind `body`
    left_out: tuple[str, ...] = ()  # of a stream's end: "mark" ([DONE]), "reason" (finish_reason)


class Fake:
    """`received` holds the path and the decoded body of every request; `replies` are used up, then `reply` stays."""

    def __init__(self, name: str, reply: Reply | None = None) -> None:
        self.name = name
        self.reply = reply or Reply()
        self.replies: list[Reply] = []
        self.received: list[tuple[str, Any]] = []
        self.keys: list[str | None] = []
        self.base_url = ""
        self.most_at_once = 0
        self._now = 0
        self._stage: Stage | None = None
        self._context: AbstractAsyncContextManager[None] | None = None

    @property
    def text(self) -> str:
        """Everything it was sent."""
        return json.dumps(self.received, ensure_ascii=False)

    def config(self, kind: str, **fields: Any) -> UpstreamConfig:
        """Return a configuration that leads here."""
        return UpstreamConfig(**{"kind": RouteKind(kind), "base_url": self.base_url, **fields})

    @contextmanager
    def on(self, stage: Stage) -> Iterator[Fake]:
        """Serve on the loop of `stage`."""
        self._stage, self._context = stage, self._running()
        stage.enter(self._context)
        try:
            yield self
        finally:
            self.kill()

    def kill(self) -> None:
        """Stop: connections break, and no new one can be made."""
        if self._stage is not None and self._context is not None:
            self._stage.leave(self._context)
        self._context = None

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        runner = web.ServerRunner(
            web.Server(self._handle, access_log=None, handler_cancellation=True), shutdown_timeout=0.01
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read() or b"{}")
        self.received.append((request.path, body))
        self.keys.append(request.headers.get("Authorization"))
        reply = self.replies.pop(0) if self.replies else self.reply
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(reply.wait_s)
            return await self._answer(request, body, reply)
        finally:
            self._now -= 1

    async def _answer(self, request: web.BaseRequest, body: Any, reply: Reply) -> web.StreamResponse:
        if reply.status != 200:
            error = {"error": {"message": f"{self.name} says {reply.status}", "type": "error", "code": None}}
            return web.json_response(error, status=reply.status, headers=reply.headers)
        if reply.body is not None:
            return await _raw(request, reply, streamed=bool(body.get("stream")))
        text = f"I am {self.name}. You wrote: {_last_text(body)}"
        if ":" in request.path.rpartition("/")[2]:
            return web.json_response(_gemini(text, reply))
        if request.path.endswith("/messages"):
            return web.json_response(_anthropic(text, body, reply))
        asked = body.get("logprobs") not in (None, False) and reply.probability is not None
        chat = request.path.endswith("/chat/completions")
        if not body.get("stream"):
            return web.json_response(_openai(text, body, reply, asked=asked, chat=chat))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in _openai_events(text, body, reply, asked=asked):
            await response.write(f"data: {event}\n\n".encode())
        await response.write_eof()
        return response


async def _raw(request: web.BaseRequest, reply: Reply, *, streamed: bool) -> web.StreamResponse:
    kind = "text/event-stream" if streamed else "application/json"
    response = web.StreamResponse(headers={"Content-Type": kind, **reply.headers})
    await response.prepare(request)
    await response.write(reply.body or b"")
    if reply.cut:
        assert request.transport is not None
        request.transport.abort()
    else:
        await response.write_eof()
    return response


def _last_text(body: Any) -> str:
    if "contents" in body:
        return str(body["contents"][-1]["parts"][-1]["text"])
    if "prompt" in body:
        return str(body["prompt"])
    content = body["messages"][-1]["content"] if body.get("messages") else ""
    return content if isinstance(content, str) else str(content[-1].get("text", ""))


def _logprobs(text: str, reply: Reply) -> dict[str, Any]:
    assert reply.probability is not None
    token = {"logprob": math.log(reply.probability), "bytes": None, "top_logprobs": []}
    return {"content": [{"token": word, **token} for word in text.split()], "refusal": None}


def _openai(text: str, body: Any, reply: Reply, *, asked: bool, chat: bool) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "finish_reason": "stop", "logprobs": None}
    choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    if asked and chat:
        choice["logprobs"] = _logprobs(text, reply)
    elif asked:
        assert reply.probability is not None
        words = text.split()
        choice["logprobs"] = {"tokens": words, "token_logprobs": [None, *[math.log(reply.probability)] * len(words)]}
    answer = {"id": "1", "object": "chat.completion", "created": 1, "model": body.get("model"), "choices": [choice]}
    if reply.usage is not None:
        answer["usage"] = {"prompt_tokens": reply.usage[0], "completion_tokens": reply.usage[1], "total_tokens": 0}
    return answer


def _openai_events(text: str, body: Any, reply: Reply, *, asked: bool) -> Iterator[str]:
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}
    for word in text.split(" "):
        choice: dict[str, Any] = {"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None}
        if asked:
            choice["logprobs"] = _logprobs(word, reply)
        yield json.dumps({**head, "choices": [choice]})
    if "reason" not in reply.left_out:
        yield json.dumps({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if reply.usage is not None:
        usage = {"prompt_tokens": reply.usage[0], "completion_tokens": reply.usage[1], "total_tokens": 0}
        yield json.dumps({**head, "choices": [], "usage": usage})
    if "mark" not in reply.left_out:
        yield "[DONE]"


def _anthropic(text: str, body: Any, reply: Reply) -> dict[str, Any]:
    tokens = reply.usage or (0, 0)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": tokens[0], "output_tokens": tokens[1]},
    }


def _gemini(text: str, reply: Reply) -> dict[str, Any]:
    tokens = reply.usage or (0, 0)
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": tokens[0], "candidatesTokenCount": tokens[1]}
    return {"candidates": [candidate], "usageMetadata": usage}
