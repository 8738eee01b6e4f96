"""When the upstream that policy wants fails: elsewhere as policy allows, scrubbed anew, or nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from relay.config import RoutingConfig
from relay.doors.http.app import Running
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.e2e.support import chat, until
from tests.support import VALUES

KEY = {"authorization": "Bearer sk-test"}
MAIL = VALUES["EMAIL_ADDRESS"]
CARD = VALUES["CREDIT_CARD"]
# Card data never leaves; other personal data stays here while it can.
POLICY = """
version: 1
model: none
rules:
  - {class: PCI, require: local, why: card data stays here}
  - {class: PII, prefer: local, why: no need to show it}
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
    """A relay with one upstream of each kind, under POLICY."""
    return serve(
        upstreams={"far": frontier.config("frontier"), "near": local.config("local")},
        from_core=make_core(POLICY),
        routing=RoutingConfig(probe_s=0),
        threads=4,
    )


async def ask(relay: Running, text: str, **fields: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=20) as client:
        return await client.post("/v1/chat/completions", json=chat(text, **fields))


def said(answer: httpx.Response) -> str:
    text: str = answer.json()["choices"][0]["message"]["content"]
    return text


async def test_preferred_local(relay: Running, local: Fake, frontier: Fake) -> None:
    """What is preferred local goes there as it is, and the rest goes to the frontier."""
    answer = await ask(relay, f"write to {MAIL}")
    assert said(answer) == f"I am local. You wrote: write to {MAIL}"
    assert answer.headers["x-relay-route"] == "local"
    assert MAIL in local.text
    assert (await ask(relay, "hello")).headers["x-relay-route"] == "frontier"
    assert len(frontier.received) == 1
    assert MAIL not in frontier.text


@pytest.mark.parametrize("stream", [False, True])
async def test_local_down_goes_out_scrubbed(relay: Running, local: Fake, frontier: Fake, stream: bool) -> None:
    """A request that is only preferred local goes out when local is down, scrubbed anew, and is restored."""
    local.kill()
    answer = await ask(relay, f"write to {MAIL}", stream=stream)
    assert answer.status_code == 200
    assert (answer.headers["x-relay-route"], answer.headers["x-relay-route-why"]) == ("frontier", "down")
    assert len(frontier.received) == 1
    assert MAIL not in frontier.text
    assert "[EMAIL_ADDRESS_1]" in frontier.text
    if not stream:
        assert said(answer) == f"I am frontier. You wrote: write to {MAIL}"
    else:
        assert MAIL.rpartition("@")[0] in answer.text


@pytest.mark.parametrize("status", [429, 502, 503, 504, 529])
async def test_local_in_trouble_goes_out_scrubbed(relay: Running, local: Fake, frontier: Fake, status: int) -> None:
    """The same holds for a local upstream that answers with an error which says: not now."""
    local.reply = Reply(status=status)
    answer = await ask(relay, f"write to {MAIL}")
    assert said(answer) == f"I am frontier. You wrote: write to {MAIL}"
    assert MAIL not in frontier.text
    assert (len(local.received), len(frontier.received)) == (1, 1)


@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_other_errors_are_the_clients(relay: Running, local: Fake, frontier: Fake, status: int) -> None:
    """An error that says something about the request is passed on: nobody else is asked."""
    local.reply = Reply(status=status)
    assert (await ask(relay, f"write to {MAIL}")).status_code == status
    assert (len(local.received), len(frontier.received)) == (1, 0)


async def test_frontier_down_comes_home(relay: Running, local: Fake, frontier: Fake) -> None:
    """A request for a frontier that is down is answered by the local upstream: that is never weaker."""
    frontier.kill()
    answer = await ask(relay, "hello")
    assert said(answer) == "I am local. You wrote: hello"
    assert (answer.headers["x-relay-route"], answer.headers["x-relay-route-why"]) == ("local", "down")


async def test_everything_down(relay: Running, local: Fake, frontier: Fake) -> None:
    """With nobody left the client hears so, and an SDK may try again."""
    local.kill()
    frontier.kill()
    answer = await ask(relay, "hello")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_unreachable")
    assert "x-should-retry" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_local_only_is_refused(relay: Running, local: Fake, frontier: Fake, path: str) -> None:
    """What must stay local is refused when local is down, in the provider's shape, for good; nothing goes out."""
    local.kill()
    body = {**chat(f"charge {CARD}"), "max_tokens": 10}
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        for _ in range(7):  # found down by trying, and later by the open breaker
            answer = await client.post(path, json=body)
            assert answer.status_code == 403
            assert answer.headers["x-should-retry"] == "false"
            error = answer.json()["error"]
            assert "policy" in error["message"]
            assert ("code" in error) == (path != "/v1/messages")
    assert not frontier.received


async def test_killed_under_load(relay: Running, local: Fake, frontier: Fake) -> None:
    """Killing the local upstream while many requests are in work sends nothing of a local-only class out."""
    local.reply = Reply(wait_s=0.02)
    codes: list[int] = []

    async def worker(client: httpx.AsyncClient, number: int) -> None:
        for turn in range(12):
            kind = (number + turn) % 3
            text = (f"charge {CARD}", f"write to {MAIL}", f"hello {number}")[kind]
            answer = await client.post("/v1/chat/completions", json=chat(text, stream=turn % 2 == 0))
            if kind == 0:
                codes.append(answer.status_code)
                if answer.status_code == 200:
                    assert answer.headers["x-relay-route"] == "local"

    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30) as client:
        working = [asyncio.create_task(worker(client, number)) for number in range(24)]
        await until(lambda: len(local.received) > 40)
        await asyncio.get_running_loop().run_in_executor(None, local.kill)
        await asyncio.gather(*working, return_exceptions=True)
    digits = CARD.replace(" ", "")
    assert codes.count(200) > 0
    assert codes.count(403) > 10
    assert set(codes) <= {200, 403, 502}  # 502: cut off in the middle, never sent again
    assert len(frontier.received) > 40
    for form in (CARD, digits, digits[-4:], MAIL, "CREDIT_CARD"):
        assert form not in frontier.text


async def test_not_sent_twice_after_a_lost_connection(serve: Serve, make_core: MakeCore, stage: Stage) -> None:
    """An upstream that hangs up before it answers may have read the request: nobody else is sent it."""
    with Fake("near", Reply(wait_s=30)).on(stage) as near, Fake("far").on(stage) as far:
        relay = serve(
            upstreams={"far": far.config("frontier"), "near": near.config("local")}, from_core=make_core(POLICY)
        )
        asked = asyncio.create_task(ask(relay, f"write to {MAIL}"))
        await until(lambda: len(near.received) == 1)
        await asyncio.get_running_loop().run_in_executor(None, near.kill)
        assert (await asked).status_code == 502
        assert not far.received
