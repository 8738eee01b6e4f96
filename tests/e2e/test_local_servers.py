"""Local servers that are not llama.cpp: Ollama and vLLM, in every format that they speak, as they document it.

Sources, read 2026-11-26: ollama/ollama docs/api.md and docs/api/anthropic-compatibility.mdx; vllm-project/vllm
vllm/entrypoints/openai/chat_completion/protocol.py and the response of its Anthropic path: fields that the original
does not have are null unless asked for. llama.cpp itself runs in test_llama_cpp.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from aiohttp import web

from relay import build
from relay.routing.usage import Meter
from relay.wire.vendors import find
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.support import VALUES

MAIL = VALUES["EMAIL_ADDRESS"]
# (whole answer, events of a stream), made from the text of the answer, whole and in pieces.
Shape = tuple[Callable[[str], Any], Callable[[list[str]], list[str]]]


def sse(events: list[Any], *, named: bool = False, done: bool = False) -> list[str]:
    written = [
        (f"event: {event['type']}\n" if named else "") + f"data: {json.dumps(event, separators=(',', ':'))}\n\n"
        for event in events
    ]
    return [*written, "data: [DONE]\n\n"] if done else written


def ollama_native(text: str) -> Any:
    head = {"model": "llama3.2", "created_at": "2026-11-26T08:52:19.385406Z"}
    tail = {"total_duration": 4883583458, "load_duration": 1334875, "prompt_eval_count": 26, "eval_count": 298}
    return {**head, "message": {"role": "assistant", "content": text}, "done_reason": "stop", "done": True, **tail}


def ollama_native_stream(words: list[str]) -> list[str]:
    last = ollama_native("")
    del last["message"]  # the last line has the counts alone
    head = {key: last[key] for key in ("model", "created_at")}
    messages = [{"role": "assistant", "content": word, "images": None} for word in words]
    return [json.dumps(row) + "\n" for row in (*({**head, "message": said, "done": False} for said in messages), last)]


def ollama_openai(text: str) -> Any:
    head = {"id": "chatcmpl-553", "object": "chat.completion", "created": 1764144000, "model": "llama3.2"}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 26, "completion_tokens": 298, "total_tokens": 324}
    return {**head, "system_fingerprint": "fp_ollama", "choices": [choice], "usage": usage}


def ollama_openai_stream(words: list[str]) -> list[str]:
    head = {**ollama_openai(""), "object": "chat.completion.chunk"}
    usage = head.pop("usage")
    deltas: list[tuple[str, str | None]] = [*((word, None) for word in words), ("", "stop")]
    events = [
        {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": reason}]}
        for word, reason in deltas
    ]
    return sse([*events, {**head, "choices": [], "usage": usage}], done=True)


def vllm_openai(text: str) -> Any:
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": None, "audio": None}
    message |= {"function_call": None, "reasoning": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop", "stop_reason": None}
    usage = {"prompt_tokens": 26, "total_tokens": 324, "completion_tokens": 298, "prompt_tokens_details": None}
    return {
        "id": "chatcmpl-8a",
        "object": "chat.completion",
        "created": 1764144000,
        "model": "Qwen/Qwen3-8B",
        "choices": [{**choice, "token_ids": None, "routed_experts": None}],
        "service_tier": None,
        "system_fingerprint": None,
        "usage": usage,
        "prompt_logprobs": None,
        "prompt_token_ids": None,
        "prompt_text": None,
        "kv_transfer_params": None,
        "ec_transfer_params": None,
        "metrics": None,
    }


def vllm_openai_stream(words: list[str]) -> list[str]:
    head = {"id": "chatcmpl-8a", "object": "chat.completion.chunk", "created": 1764144000, "model": "Qwen/Qwen3-8B"}
    common = {"index": 0, "logprobs": None, "finish_reason": None}
    first = {**common, "delta": {"role": "assistant", "content": ""}}
    rows = [{**common, "delta": {"content": word}, "token_ids": None} for word in words]
    last = {**common, "delta": {"content": ""}, "finish_reason": "stop", "stop_reason": None}
    usage = {"prompt_tokens": 26, "total_tokens": 324, "completion_tokens": 298}
    events = [{**head, "choices": [row]} for row in (first, *rows, last)]
    return sse([*events, {**head, "choices": [], "usage": usage}], done=True)


def anthropic(text: str) -> Any:
    return {
        "id": "msg_123",
        "type": "message",
        "role": "assistant",
        "model": "qwen3-coder",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 26, "output_tokens": 298},
    }


def vllm_anthropic(text: str) -> Any:
    return {**anthropic(text), "stop_sequence": None, "kv_transfer_params": None}


def anthropic_stream(words: list[str]) -> list[str]:
    message = {**anthropic(""), "content": [], "stop_reason": None, "usage": {"input_tokens": 26, "output_tokens": 0}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}} for word in words
    ]
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    end = {"type": "message_delta", "delta": stop, "usage": {"input_tokens": 26, "output_tokens": 298}}
    tail = [{"type": "content_block_stop", "index": 0}, end, {"type": "message_stop"}]
    return sse([{"type": "message_start", "message": message}, block, *deltas, *tail], named=True)


SHAPES: dict[str, tuple[str, Shape]] = {
    "ollama /api/chat": ("/api/chat", (ollama_native, ollama_native_stream)),
    "ollama /v1/chat/completions": ("/v1/chat/completions", (ollama_openai, ollama_openai_stream)),
    "ollama /v1/messages": ("/v1/messages", (anthropic, anthropic_stream)),
    "vllm /v1/chat/completions": ("/v1/chat/completions", (vllm_openai, vllm_openai_stream)),
    "vllm /v1/messages": ("/v1/messages", (vllm_anthropic, anthropic_stream)),
}


class Server(Fake):
    """Answers with what was asked, in one shape; streamed in pieces that cut each word in two."""

    def __init__(self, shape: Shape) -> None:
        super().__init__("near")
        self._shape = shape

    async def _answer(self, request: web.BaseRequest, body: Any, reply: Reply) -> web.StreamResponse:
        asked = body["messages"][-1]["content"]
        text = asked if isinstance(asked, str) else asked[-1]["text"]
        whole, stream = self._shape
        if not body.get("stream"):
            return web.json_response(whole(text))
        native = request.path == "/api/chat"
        kind = "application/x-ndjson" if native else "text/event-stream; charset=utf-8"
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        for event in stream([part for word in text.split(" ") for part in (f" {word[:4]}", word[4:]) if part]):
            await response.write(event.encode())
        await response.write_eof()
        return response


@contextmanager
def near(stage: Stage, shape: Shape) -> Iterator[Fake]:
    with Server(shape).on(stage) as fake:
        yield fake


def text_of(path: str, answer: httpx.Response, *, stream: bool) -> str:
    """Return the text of an answer, as a client of the format reads it."""
    if not stream:
        tree = answer.json()
        if path == "/v1/messages":
            return str(tree["content"][0]["text"])
        return str((tree["choices"][0] if "choices" in tree else tree)["message"]["content"])
    found = ""
    for line in answer.text.splitlines():
        line = line.removeprefix("data: ")
        if not line.startswith("{"):
            continue
        tree = json.loads(line)
        if path == "/v1/messages":
            found += tree.get("delta", {}).get("text", "")
        elif path == "/api/chat":
            found += tree.get("message", {}).get("content", "")
        elif tree["choices"]:
            found += tree["choices"][0]["delta"].get("content") or ""
    return found.strip()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("local", ["keep", "placeholder"])
@pytest.mark.parametrize("name", list(SHAPES))
async def test_shape(stage: Stage, serve: Serve, make_core: MakeCore, name: str, local: str, stream: bool) -> None:
    """What a local server says in its own shape arrives in that shape, restored where it was scrubbed."""
    path, shape = SHAPES[name]
    core = make_core(f"version: 1\nmodel: none\nprefer: local\ndefault: {{local: {local}}}\n")
    asked = {"model": "any", "max_tokens": 9, "messages": [{"role": "user", "content": f"to {MAIL}"}]}
    with near(stage, shape) as fake:
        relay = serve(upstreams={"near": fake.config("local", credential="none")}, from_core=core)
        async with httpx.AsyncClient(base_url=relay.url) as client:
            answer = await client.post(path, json={**asked, "stream": stream})
    assert (answer.status_code, answer.headers["x-relay-route"]) == (200, "local")
    assert text_of(path, answer, stream=stream) == f"to {MAIL}"
    assert (MAIL in fake.text) == (local == "keep")
    assert fake.received[0][0] == path
    if not stream:
        # Not a field more or less than the server sent.
        assert answer.json() == shape[0](f"to {MAIL}")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", list(SHAPES))
def test_usage(name: str, stream: bool) -> None:
    """The tokens that a server counted are read, wherever its shape says them."""
    whole, events = SHAPES[name][1]
    found = find(build.formats(), SHAPES[name][0], ())
    assert found is not None
    meter = Meter(found[0].family.tokens)
    for event in events(["a", "b"]) if stream else [json.dumps(whole("a"))]:
        for line in event.splitlines():
            if line.removeprefix("data: ").startswith("{"):
                meter.read(json.loads(line.removeprefix("data: ")))
    usage = meter.usage(0)
    assert (usage.input_tokens, usage.output_tokens) == (26, 298)
