"""A real engine as the local upstream: llama.cpp's own server, with a tiny model of random weights made here.

The model talks nonsense, always the same at temperature 0: what comes through relay must be what the engine says when
it is asked directly. Two models differ in how sure they are of their nonsense.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest

from relay.config import UpstreamConfig
from relay.doors.http.app import Running
from relay.types import RouteKind
from tests.conftest import Environment, MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.engines.tiny_model import write_model
from tests.e2e.fake_upstream import Fake
from tests.support import VALUES

SERVER = Path(__file__).parent / "engines" / "serve_llama_cpp.py"
MAIL = VALUES["EMAIL_ADDRESS"]
CARD = VALUES["CREDIT_CARD"]
LOCAL = """
version: 1
model: none
prefer: local
confidence: {escalate: true}
rules: [{class: PCI, require: local, why: card data stays here}]
"""
SETTINGS: dict[str, Any] = {"temperature": 0, "max_tokens": 12}
HEADERS = {"authorization": "Bearer k"}


@contextmanager
def engine(python: Path, model: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server and yield its base URL."""
    process = subprocess.Popen(
        [python, SERVER, model],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def sure(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine whose mean token probability is above 0.9."""
    python = environment("llama_cpp")
    with engine(python, write_model(tmp_path_factory.mktemp("sure") / "tiny.gguf", sharpness=20)) as (url, _):
        yield url


@pytest.fixture(scope="module")
def unsure(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine whose mean token probability is below 0.5."""
    python = environment("llama_cpp")
    with engine(python, write_model(tmp_path_factory.mktemp("unsure") / "tiny.gguf")) as (url, _):
        yield url


@pytest.fixture
def far(stage: Stage) -> Iterator[Fake]:
    with Fake("far").on(stage) as fake:
        yield fake


@pytest.fixture
def start(serve: Serve, make_core: MakeCore, far: Fake) -> Any:
    """Return a function that serves a relay with the engine at a URL as its local upstream."""

    def begin(url: str) -> Running:
        near = UpstreamConfig(kind=RouteKind.LOCAL, base_url=url, formats=("openai", "anthropic"), credential="none")
        return serve(upstreams={"near": near, "far": far.config("frontier")}, from_core=make_core(LOCAL))

    return begin


def body(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": "tiny", "messages": [{"role": "user", "content": text}], **SETTINGS, **fields}


def ask_raw(relay: Running, *, stream: bool) -> httpx.Response:
    asked = body(f"Write to {MAIL}", stream=stream)
    return httpx.post(f"{relay.url}/v1/chat/completions", json=asked, headers=HEADERS, timeout=20)


def clients(relay: Running, url: str) -> Iterator[openai.OpenAI]:
    """Yield one client through relay, then one that asks the engine directly."""
    for base_url in (f"{relay.url}/v1", f"{url}/v1"):
        with openai.OpenAI(base_url=base_url, api_key="k", max_retries=0, timeout=20) as client:
            yield client


def test_whole_and_streamed(start: Any, sure: str, far: Fake) -> None:
    """Whole or streamed, through relay the engine says what it says directly, and it read the text as it was."""
    relay = start(sure)
    messages: Any = [{"role": "user", "content": f"Write to {MAIL}"}]
    said = []
    for client in clients(relay, sure):
        whole = client.chat.completions.create(model="tiny", messages=messages, **SETTINGS)
        stream = client.chat.completions.create(model="tiny", messages=messages, stream=True, **SETTINGS)
        parts = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
        assert "".join(parts) == whole.choices[0].message.content
        assert whole.choices[0].logprobs is None
        assert whole.usage is not None
        said.append((whole.choices[0].message.content, whole.usage.prompt_tokens, len(parts) > 4))
    assert said[0] == said[1]
    assert said[0][1] > len(MAIL)
    assert not far.received


def test_logprobs(start: Any, sure: str) -> None:
    """A client that asks for log-probabilities gets those of the engine."""
    found = []
    for client in clients(start(sure), sure):
        answer = client.chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": "hello"}], logprobs=True, top_logprobs=1, **SETTINGS
        )
        logprobs = answer.choices[0].logprobs
        found.append([token.logprob for token in logprobs.content or []] if logprobs is not None else None)
    assert found[1]
    assert found[0] in (found[1], None)  # None: relay drops them where it may have changed a token


@pytest.mark.parametrize("stream", [False, True])
def test_unsure(start: Any, unsure: str, far: Fake, stream: bool) -> None:
    """The engine's own log-probabilities decide: unsure, the scrubbed request goes to the frontier."""
    answer = ask_raw(start(unsure), stream=stream)
    assert (answer.headers["x-relay-route"], answer.headers["x-relay-route-why"]) == ("frontier", "unsure")
    assert "far" in answer.text
    assert len(far.received) == 1
    assert MAIL not in far.text


@pytest.mark.parametrize("stream", [False, True])
def test_sure(start: Any, sure: str, far: Fake, stream: bool) -> None:
    """Sure of its nonsense, the engine is believed, and the log-probabilities that relay asked for are gone."""
    answer = ask_raw(start(sure), stream=stream)
    assert answer.headers["x-relay-route"] == "local"
    assert "logprob" not in answer.text.replace('"logprobs":null', "")
    assert not far.received


def test_completions(start: Any, sure: str) -> None:
    """The older completions are the same through relay and directly."""
    texts = [
        client.completions.create(model="tiny", prompt=f"Write to {MAIL}", **SETTINGS).choices[0].text
        for client in clients(start(sure), sure)
    ]
    assert texts[0] == texts[1]


def test_anthropic(start: Any, sure: str) -> None:
    """Its Anthropic-compatible path, whole and streamed, with the anthropic package."""
    relay = start(sure)
    said = []
    for url in (relay.url, sure):
        ask: dict[str, Any] = {**body(f"Write to {MAIL}"), "extra_body": {"temperature": 0}}
        del ask["temperature"]
        with anthropic.Anthropic(base_url=url, api_key="k", max_retries=0, timeout=20) as client:
            whole = client.messages.create(**ask)
            with client.messages.stream(**ask) as stream:
                streamed = stream.get_final_message()
        said.append([block.text for message in (whole, streamed) for block in message.content if block.type == "text"])
        assert streamed.stop_reason == whole.stop_reason
    assert said[0] == said[1]
    assert said[0][0] == said[0][1]


async def test_killed(environment: Environment, start: Any, far: Fake, tmp_path: Path) -> None:
    """With the engine killed under load, what must stay local is refused; what is only preferred goes out scrubbed."""
    with engine(environment("llama_cpp"), write_model(tmp_path / "tiny.gguf", sharpness=20)) as (url, process):
        relay = start(url)

        async def ask(client: httpx.AsyncClient, number: int) -> tuple[int, int, str]:
            text = (f"charge {CARD}", f"write to {MAIL}")[number % 2]
            answer = await client.post("/v1/chat/completions", json=body(text, max_tokens=64))
            return number % 2, answer.status_code, answer.headers.get("x-relay-route", "")

        async with httpx.AsyncClient(base_url=relay.url, headers=HEADERS, timeout=20) as client:
            asking = [asyncio.create_task(ask(client, number)) for number in range(40)]
            await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            process.kill()
            found = await asyncio.gather(*asking)
            found += await asyncio.gather(*(ask(client, number) for number in range(10)))
    assert {status for kind, status, _ in found if kind == 0} <= {200, 403, 502}
    assert {route for kind, status, route in found if kind == 0 and status == 200} <= {"local"}
    assert [status for kind, status, _ in found[-10:]] == [403, 200] * 5
    for form in (CARD, CARD.replace(" ", ""), MAIL, "CREDIT_CARD"):
        assert form not in far.text
