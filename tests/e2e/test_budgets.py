"""What clients may spend: prices, budgets by client and day, and what happens when one is spent."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from relay.config import ClientConfig, Price, RoutingConfig
from relay.doors.http.app import Running
from relay.exchange import Core
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.e2e.support import chat, until

PLAIN = "version: 1\nmodel: none\n"
MAIL = "maria@example.org"
# An answer of Reply() with this usage costs half a dollar at 1 dollar per million tokens.
HALF = Reply(usage=(300_000, 200_000))
ONE_DOLLAR = {"*": Price(input=1, output=1)}


@pytest.fixture
def far(stage: Stage) -> Iterator[Fake]:
    with Fake("far", HALF).on(stage) as fake:
        yield fake


@pytest.fixture
def near(stage: Stage) -> Iterator[Fake]:
    with Fake("near", HALF).on(stage) as fake:
        yield fake


def client(name: str) -> ClientConfig:
    return ClientConfig(name=name, key_sha256=hashlib.sha256(f"key-{name}".encode()).hexdigest())


async def ask(relay: Running, name: str = "desk", *, stream: bool = False, text: str = "hello") -> httpx.Response:
    headers = {"x-relay-key": f"key-{name}", "authorization": "Bearer sk-test"}
    async with httpx.AsyncClient(base_url=relay.url, headers=headers, timeout=20) as session:
        return await session.post("/v1/chat/completions", json=chat(text, stream=stream))


@pytest.mark.parametrize("stream", [False, True])
async def test_spent(serve: Serve, far: Fake, stream: bool) -> None:
    """A client that has spent its budget is refused for good, in the provider's shape; another is not."""
    relay = serve(
        upstreams={"far": far.config("frontier")},
        clients=(client("desk"), client("lab")),
        routing=RoutingConfig(probe_s=0, prices=ONE_DOLLAR, budgets={"desk": 0.9, "*": 2.0}),
    )
    statuses = [(await ask(relay, stream=stream)).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    refused = await ask(relay)
    assert (refused.json()["error"]["code"], refused.headers["x-should-retry"]) == ("budget_exhausted", "false")
    assert [(await ask(relay, "lab", stream=stream)).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert len(far.received) == 6


async def test_spent_goes_local(serve: Serve, make_core: MakeCore, far: Fake, near: Fake) -> None:
    """With the budget spent, the next route that policy allows is taken; one's own machine costs nothing."""
    relay = serve(
        upstreams={"far": far.config("frontier"), "near": near.config("local")},
        from_core=make_core(PLAIN),
        routing=RoutingConfig(probe_s=0, prices={"far/*": Price(input=1, output=1)}, budgets={"*": 0.4}),
    )
    assert (await ask(relay)).headers["x-relay-route"] == "frontier"
    answer = await ask(relay)
    assert (answer.status_code, answer.headers["x-relay-route"]) == (200, "local")
    assert answer.headers["x-relay-route-why"] == "over-budget"
    assert (len(far.received), len(near.received)) == (1, 1)


async def test_spent_goes_cheaper(serve: Serve, far: Fake, near: Fake) -> None:
    """A budget that the dearer upstream would exceed still covers one that costs nothing."""
    routing = RoutingConfig(
        probe_s=0, prices={"far/*": Price(input=1, output=1), "near/*": Price(input=0, output=0)}, budgets={"*": 0.1}
    )
    relay = serve(upstreams={"far": far.config("frontier"), "near": near.config("frontier")}, routing=routing)
    near.reply = Reply(status=503)
    assert (await ask(relay)).status_code == 200  # the cheap one is down, and there is a budget left
    near.reply = HALF
    assert (await ask(relay)).status_code == 200
    near.kill()
    assert (await ask(relay)).status_code == 502  # nothing is left for the dear one
    assert len(far.received) == 1


async def test_local_only_whatever_it_costs(serve: Serve, make_core: MakeCore, far: Fake, near: Fake) -> None:
    """A spent budget never moves what must stay local: a local upstream with a price is refused, too."""
    core = make_core(f"{PLAIN}rules: [{{class: PII, require: local, why: stays here}}]\n")
    routing = RoutingConfig(probe_s=0, prices={"near/*": Price(input=1, output=1)}, budgets={"*": 0.4})
    relay = serve(
        upstreams={"far": far.config("frontier"), "near": near.config("local")}, from_core=core, routing=routing
    )
    assert (await ask(relay, text=f"write to {MAIL}")).status_code == 200
    refused = await ask(relay, text=f"write to {MAIL}")
    assert (refused.status_code, refused.headers["x-should-retry"]) == (403, "false")
    assert not far.received


async def test_without_a_price(serve: Serve, far: Fake) -> None:
    """Where a budget holds, a frontier model that nobody can price is not used."""
    relay = serve(
        upstreams={"far": far.config("frontier")},
        routing=RoutingConfig(probe_s=0, prices={"gpt-*": Price(input=1, output=1)}, budgets={"*": 100}),
    )
    assert (await ask(relay)).status_code == 429
    assert not far.received


async def test_expected_cost_is_held(serve: Serve, far: Fake) -> None:
    """Requests that are on their way count with what they are expected to cost: many at once cannot overdraw."""
    far.reply = Reply(wait_s=0.3, usage=(1, 500))
    # 500 tokens of answer are expected: five thousandths of a dollar each.
    routing = RoutingConfig(probe_s=0, prices={"*": Price(input=0, output=10)}, budgets={"*": 0.021})
    relay = serve(upstreams={"far": far.config("frontier")}, routing=routing)
    answers = await asyncio.gather(*(ask(relay) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [429] * 6


async def test_a_failed_request_costs_nothing(serve: Serve, far: Fake) -> None:
    """What an upstream refused is not counted."""
    far.reply = Reply(status=400)
    relay = serve(
        upstreams={"far": far.config("frontier")},
        routing=RoutingConfig(probe_s=0, prices={"*": Price(input=1000, output=1000)}, budgets={"*": 1}),
    )
    assert [(await ask(relay)).status_code for _ in range(5)] == [400] * 5


async def test_counted_in_metrics(serve: Serve, make_core: MakeCore, far: Fake, near: Fake) -> None:
    """Tokens, cost, outcomes and moves are counted by upstream and route, and nothing of a request is in a label."""
    core = make_core(PLAIN, far=far.config("frontier"), near=near.config("local"))
    relay = serve(
        upstreams={"far": far.config("frontier"), "near": near.config("local")},
        from_core=core,
        routing=RoutingConfig(probe_s=0, prices={"far/*": Price(input=1, output=2)}),
        admin_port=0,
    )
    far.replies = [HALF, Reply(usage=None), Reply(status=503)]
    for stream in (False, True, False):
        await ask(relay, stream=stream, text=f"write to {MAIL}")
    text = core.metrics.render().decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    far_at, near_at = 'route="frontier",upstream="far"', 'route="local",upstream="near"'
    assert float(lines[f'relay_upstream_requests_total{{outcome="answered",{far_at}}}']) == 2
    assert float(lines[f'relay_upstream_requests_total{{outcome="error",{far_at}}}']) == 1
    assert float(lines[f'relay_upstream_requests_total{{outcome="answered",{near_at}}}']) == 1
    assert float(lines[f'relay_tokens_total{{direction="input",{far_at}}}']) > 300_000
    # The second answer said nothing of its tokens: its events are counted.
    assert 200_005 <= float(lines[f'relay_tokens_total{{direction="output",{far_at}}}']) <= 200_020
    assert float(lines[f"relay_cost_usd_total{{{far_at}}}"]) == pytest.approx(0.7, abs=0.001)
    assert float(lines[f"relay_cost_usd_total{{{near_at}}}"]) == 0
    assert float(lines['relay_route_moves_total{to="local",why="down"}']) == 1
    assert float(lines[f"relay_first_token_seconds_count{{{far_at}}}"]) == 1
    assert MAIL not in text
    assert "sk-test" not in text
    command = [sys.executable, "-m", "relay", "report", "costs", f"{relay.admin_url}/metrics", "--json"]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, timeout=60)
    tree = json.loads(told.stdout)
    assert tree["frontier_usd"] == pytest.approx(0.7, abs=0.001)
    assert [(row["upstream"], row["requests"]) for row in tree["rows"]] == [("far", 3), ("near", 1)]
    assert tree["moves"] == {"local, down": 1}


def tokens(core: Core, direction: str) -> float:
    """Return what the metrics count of tokens."""
    lines = core.metrics.render().decode().splitlines()
    return sum(
        float(line.rpartition(" ")[2]) for line in lines if f'relay_tokens_total{{direction="{direction}"' in line
    )


LONG = "word " * 4_000
CHAT = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": LONG}}]})
EVENT = json.dumps({"choices": [{"index": 0, "delta": {"content": LONG}, "finish_reason": "stop"}]})
SHORT_EVENT = json.dumps({"choices": [{"index": 0, "delta": {"content": LONG[:20]}, "finish_reason": None}]})
STREAM_END = "data: [DONE]\n\n"
ANTHROPIC = json.dumps({"type": "message", "role": "assistant", "content": [{"type": "text", "text": LONG}]})
GEMINI = json.dumps({"candidates": [{"content": {"role": "model", "parts": [{"text": LONG}]}, "index": 0}]})
RESPONSE = {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": LONG}]}]}
DELTA = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "a", "delta": LONG}
COMPLETED = {"type": "response.completed", "response": RESPONSE}


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/v1/chat/completions", chat("hello"), CHAT),
        ("/v1/chat/completions", chat("hello", stream=True), f"data: {EVENT}\n\n{STREAM_END}"),
        ("/v1/chat/completions", chat("hello", stream=True), f"data: {SHORT_EVENT}\n\n" * 1_000 + STREAM_END),
        ("/v1/messages", {**chat("hello"), "max_tokens": 9}, ANTHROPIC),
        ("/v1beta/models/g:generateContent", {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}, GEMINI),
        ("/v1/responses", {"model": "m", "input": "hello"}, json.dumps(RESPONSE)),
        # The last event repeats the answer.
        (
            "/v1/responses",
            {"model": "m", "input": "hello", "stream": True},
            f"data: {json.dumps(DELTA)}\n\ndata: {json.dumps(COMPLETED)}\n\n",
        ),
    ],
)
async def test_estimated_by_characters(
    serve: Serve, make_core: MakeCore, far: Fake, path: str, body: dict[str, Any], answer: str
) -> None:
    """Of an answer without usage a quarter of its characters counts, however it comes."""
    far.reply = Reply(body=answer.encode())
    core = make_core(PLAIN, far=far.config("frontier"))
    relay = serve(upstreams={"far": far.config("frontier")}, from_core=core)
    async with httpx.AsyncClient(base_url=relay.url, headers={"authorization": "Bearer sk-test"}) as session:
        assert (await session.post(path, json=body)).status_code == 200
    assert tokens(core, "output") == len(LONG) / 4
    assert tokens(core, "input") == 1


@pytest.mark.parametrize("stream", [False, True])
async def test_a_request_that_is_left_counts(serve: Serve, make_core: MakeCore, far: Fake, stream: bool) -> None:
    """What has been sent to an upstream counts, also when its client hangs up before the answer."""
    far.reply = Reply(wait_s=20)
    core = make_core(PLAIN, far=far.config("frontier"))
    relay = serve(upstreams={"far": far.config("frontier")}, from_core=core)
    asked = asyncio.create_task(ask(relay, stream=stream, text=LONG))
    await until(lambda: len(far.received) == 1)
    asked.cancel()
    await until(lambda: not relay.handler.in_flight)
    assert (tokens(core, "input"), tokens(core, "output")) == (len(LONG) // 4, 0)


async def test_a_request_that_reached_nobody_does_not(serve: Serve, make_core: MakeCore, far: Fake) -> None:
    """What could not be sent, or was refused, costs nothing."""
    core = make_core(PLAIN, far=far.config("frontier"))
    relay = serve(upstreams={"far": far.config("frontier")}, from_core=core)
    for status in (400, 503):
        far.reply = Reply(status=status)
        assert (await ask(relay, text=LONG)).status_code == status
    far.kill()
    assert (await ask(relay, text=LONG)).status_code == 502
    assert (tokens(core, "input"), tokens(core, "output")) == (0, 0)
