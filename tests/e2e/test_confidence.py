"""A local model that is not sure of its answer: the request is scrubbed and asked of the frontier instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from relay.doors.http.app import Running
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.e2e.support import chat
from tests.support import VALUES

MAIL = VALUES["EMAIL_ADDRESS"]
CARD = VALUES["CREDIT_CARD"]
POLICY = """
version: 1
model: none
prefer: local
confidence: {escalate: true}
rules: [{class: PCI, require: local, why: card data stays here}]
"""


@pytest.fixture
def local(stage: Stage) -> Iterator[Fake]:
    with Fake("local").on(stage) as fake:
        yield fake


@pytest.fixture
def frontier(stage: Stage) -> Iterator[Fake]:
    with Fake("frontier").on(stage) as fake:
        yield fake


@pytest.fixture
def relay(serve: Serve, make_core: MakeCore, local: Fake, frontier: Fake) -> Running:
    return served(serve, make_core, local, frontier, POLICY)


def served(serve: Serve, make_core: MakeCore, local: Fake, frontier: Fake, policy: str) -> Running:
    upstreams = {"far": frontier.config("frontier"), "near": local.config("local")}
    return serve(upstreams=upstreams, from_core=make_core(policy))


async def ask(relay: Running, text: str, path: str = "/v1/chat/completions", **fields: Any) -> httpx.Response:
    body = {"model": "m", "prompt": text, **fields} if path == "/v1/completions" else chat(text, **fields)
    async with httpx.AsyncClient(base_url=relay.url, headers={"authorization": "Bearer k"}, timeout=20) as client:
        return await client.post(path, json=body)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
@pytest.mark.parametrize(("probability", "route"), [(0.95, "local"), (0.71, "local"), (0.69, "frontier")])
async def test_threshold(
    relay: Running, local: Fake, frontier: Fake, path: str, probability: float, route: str
) -> None:
    """Below the threshold the scrubbed request goes to the frontier; the client never sees the local answer."""
    local.reply = Reply(probability=probability)
    answer = await ask(relay, f"write to {MAIL}", path)
    assert answer.headers["x-relay-route"] == route
    assert answer.headers.get("x-relay-route-why") == ("unsure" if route == "frontier" else None)
    assert local.received[0][1]["logprobs"] in (True, 1)
    choice = answer.json()["choices"][0]
    text = choice["text"] if path == "/v1/completions" else choice["message"]["content"]
    assert text == f"I am {route.split(';')[0]}. You wrote: write to {MAIL}"
    assert choice["logprobs"] is None  # nobody but relay asked for them
    assert MAIL in local.text
    assert MAIL not in frontier.text
    assert bool(frontier.received) == (probability < 0.7)
    if frontier.received:
        assert "[EMAIL_ADDRESS_1]" in frontier.text
        assert "logprobs" not in frontier.received[0][1]


@pytest.mark.parametrize(("probability", "who"), [(0.9, "local"), (0.5, "frontier")])
async def test_stream_waits(relay: Running, local: Fake, frontier: Fake, probability: float, who: str) -> None:
    """A stream waits for the verdict: it is wholly from the one or wholly from the other."""
    local.reply = Reply(probability=probability)
    answer = await ask(relay, f"write to {MAIL}", stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    words = [line for line in answer.text.split("\n\n") if line.startswith("data: {")]
    assert answer.text.endswith("data: [DONE]\n\n")
    assert f'"{who}. "' in answer.text
    assert ("local. " in answer.text) != ("frontier. " in answer.text)
    assert '"logprob"' not in answer.text
    assert len(words) > 5
    assert MAIL not in frontier.text


async def test_stream_passes_where_policy_says_so(
    serve: Serve, make_core: MakeCore, local: Fake, frontier: Fake
) -> None:
    """With `stream: pass` a streamed answer goes on without a verdict, and no log-probabilities are asked for."""
    policy = POLICY.replace("escalate: true", "escalate: true, stream: pass")
    relay = served(serve, make_core, local, frontier, policy)
    local.reply = Reply(probability=0.1)
    assert (await ask(relay, "hello", stream=True)).headers["x-relay-route"] == "local"
    assert "logprobs" not in local.received[0][1]
    assert (await ask(relay, "hello")).headers["x-relay-route-why"] == "unsure"


async def test_never_for_what_must_stay(relay: Running, local: Fake, frontier: Fake) -> None:
    """A required route is not judged: however unsure, the answer is the local one."""
    local.reply = Reply(probability=0.01)
    answer = await ask(relay, f"charge {CARD}")
    assert answer.headers["x-relay-route"] == "local"
    assert "logprobs" not in local.received[0][1]
    assert not frontier.received


async def test_server_without_logprobs(relay: Running, local: Fake, frontier: Fake) -> None:
    """An answer without log-probabilities cannot be judged, and is used."""
    answer = await ask(relay, "hello")
    assert answer.headers["x-relay-route"] == "local"
    assert not frontier.received


async def test_format_without_logprobs(relay: Running, local: Fake, frontier: Fake) -> None:
    """Nothing is asked for in a format that has none."""
    local.reply = Reply(probability=0.1)
    answer = await ask(relay, "hello", "/v1/messages", max_tokens=5)
    assert answer.headers["x-relay-route"] == "local"
    assert "logprobs" not in local.text
    assert not frontier.received


async def test_client_asked_for_logprobs(relay: Running, local: Fake) -> None:
    """A client that asked for log-probabilities itself is judged by them and keeps its own request."""
    local.reply = Reply(probability=0.9)
    answer = await ask(relay, "hello", logprobs=True, top_logprobs=2)
    assert local.received[0][1]["top_logprobs"] == 2
    assert answer.headers["x-relay-route"] == "local"


async def test_frontier_down(relay: Running, local: Fake, frontier: Fake) -> None:
    """With the frontier down an unsure answer is better than none."""
    frontier.kill()
    local.reply = Reply(probability=0.1)
    answer = await ask(relay, f"write to {MAIL}")
    assert answer.json()["choices"][0]["message"]["content"] == f"I am local. You wrote: write to {MAIL}"
    assert len(local.received) == 2


async def test_threshold_of_the_policy(serve: Serve, make_core: MakeCore, local: Fake, frontier: Fake) -> None:
    """The threshold is the policy's."""
    policy = POLICY.replace("escalate: true", "escalate: true, threshold: 0.3")
    relay = served(serve, make_core, local, frontier, policy)
    for probability, route in ((0.35, "local"), (0.25, "frontier")):
        local.reply = Reply(probability=probability)
        assert (await ask(relay, "hello")).headers["x-relay-route"] == route


@pytest.mark.parametrize(("probability", "local_tokens", "far_tokens"), [(0.9, 5, 0), (0.5, 5, 5)])
@pytest.mark.parametrize("stream", [False, True])
async def test_counted_once(
    serve: Serve,
    make_core: MakeCore,
    local: Fake,
    frontier: Fake,
    stream: bool,
    probability: float,
    local_tokens: int,
    far_tokens: int,
) -> None:
    """An answer that waited for its verdict is one request with its own tokens, thrown away or not."""
    upstreams = {"far": frontier.config("frontier"), "near": local.config("local")}
    policy = f"{POLICY}title: counted {stream} {probability}\n"
    core = make_core(policy, **upstreams)
    relay = serve(upstreams=upstreams, from_core=core)
    local.reply = Reply(probability=probability)
    await ask(relay, "hello", stream=stream)
    lines = dict(line.rsplit(" ", 1) for line in core.metrics.render().decode().splitlines() if line[0] != "#")
    for at, tokens in (
        ('route="local",upstream="near"', local_tokens),
        ('route="frontier",upstream="far"', far_tokens),
    ):
        assert float(lines[f'relay_upstream_requests_total{{outcome="answered",{at}}}']) == (tokens > 0)
        assert float(lines[f'relay_tokens_total{{direction="output",{at}}}']) == tokens
        assert float(lines[f"relay_first_token_seconds_count{{{at}}}"]) == (stream and tokens > 0)


@pytest.mark.parametrize("stream", [False, True])
async def test_long_answer(relay: Running, local: Fake, frontier: Fake, stream: bool) -> None:
    """An answer whose log-probabilities fill many packets is judged like a short one."""
    local.reply = Reply(probability=0.9)
    answer = await ask(relay, f"{'word ' * 2000}to {MAIL}", stream=stream)
    assert answer.headers["x-relay-route"] == "local"
    assert '"logprob"' not in answer.text
    assert answer.text.count("word") == 2000
    assert not frontier.received
