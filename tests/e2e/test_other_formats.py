"""Gemini's and Ollama's formats through relay to the mirror, with plain HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.support import PLANTED, PROMPT, assert_clean

GEMINI = "/v1beta/models/mirror"
ASKED: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}
CHAT: dict[str, Any] = {"model": "mirror", "messages": [{"role": "user", "content": PROMPT}]}


@pytest.fixture
async def client(relay: Running) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-goog-api-key": "key-test", "authorization": "Bearer key-test"}
    async with httpx.AsyncClient(base_url=relay.url, headers=headers) as made:
        yield made


def _gemini(tree: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in tree["candidates"][0]["content"].get("parts", []))


async def test_gemini(client: httpx.AsyncClient, mirror: Mirror) -> None:
    """Whole, as events and as an array: the same text, with the values in it."""
    whole = await client.post(f"{GEMINI}:generateContent", json=ASKED)
    assert whole.status_code == 200, whole.text
    text = _gemini(whole.json())
    assert all(value in text for value in PLANTED)
    streamed = await client.post(f"{GEMINI}:streamGenerateContent?alt=sse", json=ASKED)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    events = [orjson.loads(line[6:]) for line in streamed.text.splitlines() if line.startswith("data: ")]
    assert "".join(map(_gemini, events)) == text
    array = await client.post(f"{GEMINI}:streamGenerateContent", json=ASKED)
    assert array.headers["content-type"].startswith("application/json")
    assert "".join(map(_gemini, array.json())) == text
    assert_clean(mirror)


async def test_gemini_tools_tokens_models(client: httpx.AsyncClient, mirror: Mirror) -> None:
    """Arguments are restored; tokens, embeddings and the list of models pass."""
    schema = {"type": "OBJECT", "properties": {"email": {"type": "STRING"}}}
    tools = [{"functionDeclarations": [{"name": "send_mail", "parameters": schema}]}]
    asked = {"contents": [{"parts": [{"text": f"Use the tool. {PROMPT}"}]}], "tools": tools}
    called = (await client.post(f"{GEMINI}:generateContent", json=asked)).json()
    part = called["candidates"][0]["content"]["parts"][0]
    assert part["functionCall"]["args"]["email"] == PLANTED[0]
    assert (await client.post(f"{GEMINI}:countTokens", json=ASKED)).json()["totalTokens"] > 0
    embedded = await client.post(f"{GEMINI}:embedContent", json={"content": {"parts": [{"text": PROMPT}]}})
    assert embedded.json()["embedding"]["values"]
    assert (await client.get("/v1beta/models")).json()["models"][0]["name"] == "models/mirror"
    assert_clean(mirror)


@pytest.mark.parametrize("path", ["/api/chat", "/api/generate"])
@pytest.mark.parametrize("stream", [False, True])
async def test_ollama(client: httpx.AsyncClient, mirror: Mirror, path: str, stream: bool) -> None:
    """Whole and as lines of JSON, which is what Ollama sends unless told not to."""
    asked = CHAT if path == "/api/chat" else {"model": "mirror", "prompt": PROMPT}

    def text(tree: dict[str, Any]) -> str:
        found: str = tree["message"]["content"] if path == "/api/chat" else tree["response"]
        return found

    answer = await client.post(path, json=asked if stream else {**asked, "stream": False})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson" if stream else "application/json")
    lines = [orjson.loads(line) for line in answer.content.split(b"\n") if line]
    assert all(value in "".join(map(text, lines)) for value in PLANTED)
    assert lines[-1]["done"] is True
    assert_clean(mirror)


async def test_ollama_embed_tags_version(client: httpx.AsyncClient, mirror: Mirror) -> None:
    """Texts to embed leave scrubbed; what holds no text passes."""
    assert (await client.post("/api/embed", json={"model": "mirror", "input": [PROMPT]})).json()["embeddings"]
    assert (await client.get("/api/tags")).json()["models"][0]["name"] == "mirror:latest"
    assert (await client.get("/api/version")).json() == {"version": "0.0.0"}
    assert_clean(mirror)


@pytest.mark.parametrize(
    ("path", "body"), [(f"{GEMINI}:generateContent", ASKED), ("/api/chat", {**CHAT, "stream": False})]
)
async def test_errors_that_quote_the_prompt(
    client: httpx.AsyncClient, mirror: Mirror, path: str, body: dict[str, Any]
) -> None:
    """An upstream's 400 that repeats the prompt is restored, in the provider's own shape."""
    asked = orjson.loads(orjson.dumps(body).replace(PROMPT.encode(), f"{PROMPT} mirror: error 400".encode()))
    answer = await client.post(path, json=asked)
    assert answer.status_code == 400
    error = answer.json()["error"]
    message = error["message"] if isinstance(error, dict) else error
    assert all(value in message for value in PLANTED)
    assert_clean(mirror)


@pytest.mark.parametrize(
    ("path", "body"), [(f"{GEMINI}:streamGenerateContent?alt=sse", ASKED), ("/api/chat", CHAT), ("/api/generate", CHAT)]
)
async def test_cut_streams(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    """A stream that the upstream cuts off ends in the provider's own error and a broken connection."""
    cut = f"{PROMPT} mirror: cut"
    asked = orjson.loads(orjson.dumps(body).replace(PROMPT.encode(), cut.encode()))
    if path == "/api/generate":
        asked = {"model": "mirror", "prompt": cut}
    seen = b""
    with pytest.raises(httpx.RemoteProtocolError):
        async with client.stream("POST", path, json=asked) as answer:
            assert answer.status_code == 200
            async for chunk in answer.aiter_raw():
                seen += chunk
    last = [line for line in seen.split(b"\n") if line.strip()][-1]
    assert orjson.loads(last.removeprefix(b"data: "))["error"]
    assert b": keep-alive" not in seen
