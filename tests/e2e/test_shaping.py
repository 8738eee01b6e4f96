"""With shaping on, the wire shows beats and steps, and every client still reads its answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import anthropic
import httpx
import openai
import pytest

from relay.config import ShapingConfig
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Serve
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat, open_raw, post_bytes

STEP, BEAT_MS = 256, 50
SHAPED = ShapingConfig(interval_ms=BEAT_MS, pad_to=STEP)


def chunks(url: str, body: Any, path: str = "/v1/chat/completions") -> list[bytes]:
    """Return the chunks of a chunked response as they stand on the wire."""
    with open_raw(url) as connection:
        connection.settimeout(5)
        connection.sendall(post_bytes(body, path=path))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    rest = answer.partition(b"\r\n\r\n")[2]
    found = []
    while True:
        size, _, rest = rest.partition(b"\r\n")
        if int(size, 16) == 0:
            return found
        found.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]


def test_sizes_and_beats(serve: Serve) -> None:
    """Each piece is a multiple of the step, and a stream of many small events is few pieces."""
    relay = serve(shaping=ShapingConfig(interval_ms=500, pad_to=STEP))
    body = chat(f"{PROMPT} mirror: pace 0.005", stream=True)
    shaped = chunks(relay.url, body)
    assert {len(piece) % STEP for piece in shaped} == {0}
    plain = chunks(serve().url, body)
    assert {len(piece) % STEP for piece in plain} != {0}
    assert len(shaped) < len(plain)
    said = [line[6:] for line in b"".join(shaped).decode().splitlines() if line.startswith("data: {")]
    text = "".join(choice["delta"].get("content") or "" for line in said for choice in json.loads(line)["choices"])
    assert all(value in text for value in PLANTED)


def test_a_whole_answer_is_filled_up(serve: Serve) -> None:
    """The length of a JSON body is a multiple of the step, and so is an error's."""
    relay = serve(shaping=SHAPED)
    for text in (PROMPT, f"{PROMPT} mirror: error 400"):
        answer = httpx.post(
            f"{relay.url}/v1/chat/completions", json=chat(text), headers={"authorization": "Bearer k"}, trust_env=False
        )
        assert int(answer.headers["content-length"]) % STEP == 0
        assert PLANTED[0] in answer.text
        answer.json()


async def test_sdks_read_it(serve: Serve, mirror: Mirror) -> None:
    """The vendors' packages, lines of JSON, events and an array of Gemini's: the answer is the one without shaping."""
    relay = serve(shaping=SHAPED)
    async with openai.AsyncOpenAI(base_url=f"{relay.url}/v1", api_key="k", max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": PROMPT}], stream=True
        )
        said = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
        assert all(value in said for value in PLANTED)
        events = [event async for event in await client.responses.create(model="m", input=PROMPT, stream=True)]
        assert events[-1].type == "response.completed"
        assert all(value in events[-1].response.output_text for value in PLANTED)
    async with anthropic.AsyncAnthropic(base_url=relay.url, api_key="k", max_retries=0) as claude:
        async with claude.messages.stream(
            model="m", max_tokens=99, messages=[{"role": "user", "content": PROMPT}]
        ) as messages:
            said = await messages.get_final_text()
        assert all(value in said for value in PLANTED)
    async with httpx.AsyncClient(base_url=relay.url, headers={"x-goog-api-key": "k"}, trust_env=False) as plain:
        asked = {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}
        path = "/v1beta/models/mirror:streamGenerateContent"
        array = await plain.post(path, json=asked)
        assert all(value in "".join(map(_gemini, array.json())) for value in PLANTED)
        events_of = (await plain.post(f"{path}?alt=sse", json=asked)).text.splitlines()
        rows = [json.loads(line.removeprefix("data: ")) for line in events_of if line.startswith("data: ")]
        assert all(value in "".join(map(_gemini, rows)) for value in PLANTED)
        lines = await plain.post("/api/chat", json=chat(PROMPT))
        said = "".join(json.loads(line)["message"]["content"] for line in lines.text.splitlines())
        assert all(value in said for value in PLANTED)
    assert_clean(mirror)


async def test_a_client_that_hangs_up_is_noticed(serve: Serve, mirror: Mirror) -> None:
    """The clock stops with its connection, and the upstream's call with it."""
    relay = serve(shaping=SHAPED)
    async with httpx.AsyncClient(base_url=relay.url, headers={"authorization": "Bearer k"}, trust_env=False) as client:
        body = chat(f"{PROMPT} mirror: pace 0.05", stream=True)
        async with client.stream("POST", "/v1/chat/completions", json=body) as response:
            async for _ in response.aiter_bytes():
                break
    async with asyncio.timeout(5):
        while not mirror.disconnects:  # noqa: ASYNC110 - it happens in another thread
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("shaping", [SHAPED, ShapingConfig(interval_ms=BEAT_MS), ShapingConfig(pad_to=STEP)])
async def test_a_stream_that_breaks_says_so(serve: Serve, shaping: ShapingConfig) -> None:
    """The error event comes, and the connection ends as a broken one."""
    relay = serve(shaping=shaping)
    async with openai.AsyncOpenAI(base_url=f"{relay.url}/v1", api_key="k", max_retries=0) as client:
        with pytest.raises((openai.APIError, httpx.RemoteProtocolError)):
            async for _ in await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": f"{PROMPT} mirror: cut"}], stream=True
            ):
                pass


def _gemini(tree: dict[str, Any]) -> str:
    parts = tree["candidates"][0]["content"].get("parts", [])
    return "".join(part.get("text", "") for part in parts)
