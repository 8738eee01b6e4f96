"""Several upstreams of one kind: which one is taken, what each may take, and what happens while some are in trouble."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest

from relay.config import Price, RoutingConfig, SecretReference
from relay.doors.http import reply as reply_module
from relay.doors.http.app import Running
from relay.response import answer as answer_module
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.e2e.support import chat, port_of, post_bytes, until

KEY = {"authorization": "Bearer sk-test"}
LOCAL = "version: 1\nmodel: none\nrules: [{class: PII, require: local, why: stays here}]\n"
MAIL = "maria@example.org"


@pytest.fixture
def fakes(stage: Stage) -> Iterator[tuple[Fake, Fake, Fake]]:
    """Three upstreams, not yet of any kind."""
    with ExitStack() as stack:
        one, two, three = (stack.enter_context(Fake(name).on(stage)) for name in ("one", "two", "three"))
        yield one, two, three


async def ask(relay: Running, text: str = "hello", address: str = "127.0.0.1", **fields: Any) -> httpx.Response:
    """Ask from `address`, which tells clients apart where they have no names."""
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=20, transport=transport) as client:
        return await client.post("/v1/chat/completions", json=chat(text, **fields))


async def ask_often(relay: Running, count: int, text: str = "hello") -> Counter[str]:
    """Ask one after the other and return who answered how often: a name, or a status."""
    found: Counter[str] = Counter()
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=20) as client:
        for _ in range(count):
            answer = await client.post("/v1/chat/completions", json=chat(text))
            found[who(answer)] += 1
    return found


async def text_of(relay: Running, **fields: Any) -> str:
    """Return what came of an answer, also of one that breaks off."""
    found = ""
    async with (
        httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=20) as client,
        client.stream("POST", "/v1/chat/completions", json=chat("hello", **fields)) as answer,
    ):
        with suppress(httpx.RemoteProtocolError):
            async for piece in answer.aiter_text():
                found += piece
    return found


def who(answer: httpx.Response) -> str:
    if answer.status_code != 200:
        return str(answer.status_code)
    return str(answer.json()["choices"][0]["message"]["content"]).split(".")[0].removeprefix("I am ")


def metric(relay_core: Any, line: str) -> float:
    """Return the value of one line of the metrics."""
    text = relay_core.metrics.render().decode()
    found = [row for row in text.splitlines() if row.startswith(line)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


async def test_first_listed_then_the_next(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """Among equals the first is taken; when it fails, the next answers, and the client sees nothing of it."""
    one, two, _ = fakes
    relay = serve(upstreams={"one": one.config("frontier"), "two": two.config("frontier")})
    assert await ask_often(relay, 3) == {"one": 3}
    one.reply = Reply(status=503)
    assert await ask_often(relay, 3) == {"two": 3}
    one.kill()
    assert await ask_often(relay, 3) == {"two": 3}


async def test_breaker(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """After failures in a row nothing is sent to an upstream for a while; then one request tries, and closes it."""
    one, two, _ = fakes
    one.reply = Reply(status=503)
    routing = RoutingConfig(probe_s=0, failures=3, open_s=0.4)
    relay = serve(upstreams={"one": one.config("frontier"), "two": two.config("frontier")}, routing=routing)
    assert await ask_often(relay, 8) == {"two": 8}
    assert len(one.received) == 3
    await asyncio.sleep(0.45)
    assert await ask_often(relay, 3) == {"two": 3}  # the trial failed and opened it again
    assert len(one.received) == 4
    one.reply = Reply()
    await asyncio.sleep(0.45)
    assert await ask_often(relay, 3) == {"one": 3}


MANY = b'{"choices": [' + b"{}," * 60 + b"{}]}"


def unplanned(*_: Any, **__: Any) -> bool:
    raise RuntimeError


@pytest.mark.parametrize(
    ("reply", "stream"),
    [
        (Reply(body=MANY), False),
        (Reply(body=b"data: " + MANY + b"\n\n"), True),
        (Reply(body=b"<html>"), False),
        (Reply(body=b"data: <html>\n\n"), True),
        (Reply(body=b'{"id": 1, "id": 2}'), False),
        (Reply(body=b"data: {}\n\n"), True),  # stops before its end
        (Reply(status=302, headers={"Location": "/elsewhere"}), False),
    ],
)
async def test_unreadable_answers_are_one_clients(
    serve: Serve, fakes: tuple[Fake, Fake, Fake], monkeypatch: pytest.MonkeyPatch, reply: Reply, stream: bool
) -> None:
    """What an upstream answers to one client keeps no other client from it, however often relay cannot read it."""
    monkeypatch.setattr(answer_module, "MAX_CONTAINERS", 50)
    one, _, _ = fakes
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, failures=2, open_s=60))
    one.replies = [reply] * 5
    for _ in range(5):
        found = await text_of(relay, stream=stream)
        assert "upstream_bad_stream" in found
        if b"{}," in (reply.body or b""):
            assert "larger than relay reads: it holds more than 50 objects and arrays" in found
    assert len(one.received) == 5
    assert await ask_often(relay, 1) == {"one": 1}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_surprise_in_relay_is_not_the_upstreams(
    serve: Serve, fakes: tuple[Fake, Fake, Fake], monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    """An answer that relay itself fails to restore says nothing about the upstream."""
    one, _, _ = fakes
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, failures=2, open_s=60))
    with monkeypatch.context() as patched:
        patched.setattr(answer_module, "_rewrite", unplanned)
        patched.setattr(answer_module.StreamedAnswer, "_rewrite_leaf", unplanned)
        for _ in range(3):
            assert "could not be restored" in (await ask(relay, stream=stream)).text
    assert len(one.received) == 3
    assert await ask_often(relay, 1) == {"one": 1}


@pytest.mark.parametrize("stream", [False, True])
async def test_cut_answers_open_the_breaker(serve: Serve, fakes: tuple[Fake, Fake, Fake], stream: bool) -> None:
    """A connection that ends in the middle of an answer is a failure of the upstream's own."""
    one, _, _ = fakes
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, failures=2, open_s=60))
    one.reply = Reply(body=b'data: {"choices": []}\n\n' if stream else b'{"choices"', cut=True)
    for _ in range(4):
        with suppress(httpx.HTTPError):
            await ask(relay, stream=stream)
    assert len(one.received) == 2


async def test_a_slow_trial_keeps_nobody_out(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """A trial without an answer after the time of an open breaker lets the next request try."""
    one, _, _ = fakes
    one.replies = [Reply(status=503), Reply(wait_s=20)]
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, failures=1, open_s=0.3))
    assert await ask_often(relay, 1) == {"503": 1}
    await asyncio.sleep(0.35)
    slow = asyncio.create_task(ask(relay))
    await until(lambda: len(one.received) == 2)
    assert await ask_often(relay, 1) == {"502": 1}
    await asyncio.sleep(0.35)
    assert await ask_often(relay, 2) == {"one": 2}
    slow.cancel()


async def test_one_trial_at_a_time(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """While a half-open upstream is tried by one request, the others go elsewhere."""
    one, two, _ = fakes
    one.reply = Reply(status=503)
    routing = RoutingConfig(probe_s=0, failures=1, open_s=0.2)
    relay = serve(upstreams={"one": one.config("frontier"), "two": two.config("frontier")}, routing=routing)
    assert await ask_often(relay, 1) == {"two": 1}
    one.reply = Reply(wait_s=0.3)
    await asyncio.sleep(0.25)
    answers = await asyncio.gather(*(ask(relay) for _ in range(6)))
    assert Counter(map(who, answers)) == {"one": 1, "two": 5}


async def test_lone_upstream_with_an_open_breaker(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """A lone upstream in trouble is left in peace, and clients hear at once that they may try again."""
    one, _, _ = fakes
    one.reply = Reply(status=503)
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, failures=2, open_s=60))
    assert await ask_often(relay, 5) == {"503": 2, "502": 3}
    assert len(one.received) == 2
    assert "x-should-retry" not in (await ask(relay)).headers


async def test_probes(serve: Serve, make_core: MakeCore, fakes: tuple[Fake, Fake, Fake]) -> None:
    """A local upstream that takes no connection is found out before a client is; frontiers are not probed."""
    one, two, _ = fakes
    one.kill()
    two.kill()
    upstreams = {"near": one.config("local"), "far": two.config("frontier")}
    relay = serve(upstreams=upstreams, from_core=make_core(LOCAL), routing=RoutingConfig(probe_s=0.05))
    router = relay.handler.service.core.router
    await until(lambda: router.record("near").is_open)
    assert not router.record("far").is_open
    answer = await ask(relay, f"write to {MAIL}")
    assert (answer.status_code, answer.headers["x-should-retry"]) == (403, "false")


async def test_probe_brings_it_back(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """An upstream that can be connected to again is tried at once, however long its breaker would have been open."""
    one, two, _ = fakes
    one.replies = [Reply(status=503)]
    routing = RoutingConfig(probe_s=0.05, failures=1, open_s=60)
    relay = serve(upstreams={"one": one.config("frontier"), "two": two.config("frontier")}, routing=routing)
    assert await ask_often(relay, 1) == {"two": 1}
    await asyncio.sleep(0.2)
    assert await ask_often(relay, 2) == {"one": 2}


async def test_places_and_queue(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """No upstream gets more than its limit at once; so many wait; the rest hears that relay is busy."""
    one, _, _ = fakes
    one.reply = Reply(wait_s=0.2)
    relay = serve(upstreams={"one": one.config("frontier", max_concurrent=2, max_queue=3)})
    answers = await asyncio.gather(*(ask(relay) for _ in range(9)))
    assert Counter(map(who, answers)) == {"one": 5, "503": 4}
    assert one.most_at_once == 2
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert busy.json()["error"]["code"] == "relay_busy"
    assert 1000 <= int(busy.headers["retry-after-ms"]) <= 1500
    assert await ask_often(relay, 2) == {"one": 2}  # every place is free again


async def test_one_client_leaves_room_for_others(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """One client has three quarters of an upstream's slots and of the queue, and hears that it is its own doing."""
    one, _, _ = fakes
    one.reply = Reply(wait_s=0.5)
    relay = serve(upstreams={"one": one.config("frontier", max_concurrent=4, max_queue=4)})
    load = relay.handler.service.core.router.loads["one"]
    asked = [asyncio.create_task(ask(relay)) for _ in range(9)]
    await until(lambda: (load.in_flight, load.waiting) == (3, 3))
    begun = asyncio.get_running_loop().time()
    assert who(await ask(relay, address="127.0.0.2")) == "one"
    assert asyncio.get_running_loop().time() - begun < 0.9  # it did not wait for a slot
    assert Counter(map(who, await asyncio.gather(*asked))) == {"one": 6, "429": 3}
    assert (load.in_flight, load.waiting) == (0, 0)


async def test_who_does_not_read_gives_its_slot_back(
    serve: Serve, fakes: tuple[Fake, Fake, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that its client takes nothing of ends, at relay and at the upstream."""
    monkeypatch.setattr(reply_module, "_TAKES_NOTHING_S", 0.3)
    one, _, _ = fakes
    event = {"choices": [{"index": 0, "delta": {"content": "word " * 2_000}}]}
    one.replies = [Reply(body=f"data: {json.dumps(event)}\n\n".encode() * 1_500)]
    relay = serve(upstreams={"one": one.config("frontier", max_concurrent=1)})
    load = relay.handler.service.core.router.loads["one"]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", port_of(relay.url)))
        connection.sendall(post_bytes(chat("hello", stream=True)))
        await until(lambda: load.in_flight == 1)
        await until(lambda: load.in_flight == 0, timeout_s=20)
    assert await ask_often(relay, 1) == {"one": 1}


async def test_place_of_a_client_that_left(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """A client that hangs up, there or in the queue, gives its place back."""
    one, _, _ = fakes
    one.reply = Reply(wait_s=5)
    relay = serve(upstreams={"one": one.config("frontier", max_concurrent=1, max_queue=1)})
    load = relay.handler.service.core.router.loads["one"]
    asked = [asyncio.create_task(ask(relay)) for _ in range(2)]
    await until(lambda: (load.in_flight, load.waiting) == (1, 1))
    for task in asked:
        task.cancel()
    await until(lambda: (load.in_flight, load.waiting) == (0, 0))
    one.reply = Reply()
    assert await ask_often(relay, 1) == {"one": 1}


async def test_overflow(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """The overflow pool is used when the others are full or down, and only then."""
    one, two, _ = fakes
    one.reply = Reply(wait_s=0.2)
    relay = serve(
        upstreams={
            "spare": two.config("local", overflow=True),
            "one": one.config("local", max_concurrent=2),
        }
    )
    assert await ask_often(relay, 2) == {"one": 2}
    answers = await asyncio.gather(*(ask(relay) for _ in range(5)))
    assert Counter(map(who, answers)) == {"one": 2, "two": 3}
    one.kill()
    assert await ask_often(relay, 2) == {"two": 2}


async def test_local_load_is_shared(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """Local upstreams share what comes at once, in proportion to their places."""
    one, two, _ = fakes
    one.reply = two.reply = Reply(wait_s=0.3)
    upstreams = {"one": one.config("local", max_concurrent=2), "two": two.config("local", max_concurrent=4)}
    relay = serve(upstreams=upstreams)
    answers = await asyncio.gather(*(ask(relay, address=f"127.0.0.{1 + number % 2}") for number in range(6)))
    assert Counter(map(who, answers)) == {"one": 2, "two": 4}


async def test_busy_local_is_not_a_reason_to_leave(
    serve: Serve, make_core: MakeCore, fakes: tuple[Fake, Fake, Fake]
) -> None:
    """What must stay local waits or is told to come again when local is full; the frontier gets none of it."""
    one, two, _ = fakes
    one.reply = Reply(wait_s=0.2)
    relay = serve(
        upstreams={"near": one.config("local", max_concurrent=1), "far": two.config("frontier")},
        from_core=make_core(LOCAL),
    )
    answers = await asyncio.gather(*(ask(relay, f"write to {MAIL}") for _ in range(4)))
    assert Counter(map(who, answers)) == {"one": 1, "503": 3}
    assert not two.received


@pytest.mark.parametrize("status", [429, 502, 503, 504, 529])
async def test_retries(serve: Serve, fakes: tuple[Fake, Fake, Fake], status: int) -> None:
    """A lone upstream is asked again after a failure that says "not now", as often as configured, and no more."""
    one, _, _ = fakes
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, retries=2, failures=50))
    one.replies = [Reply(status=status), Reply(status=status)]
    assert who(await ask(relay)) == "one"
    assert len(one.received) == 3
    one.replies = [Reply(status=status)] * 3
    assert who(await ask(relay)) == str(status)
    assert len(one.received) == 6


async def test_retry_after(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """What the upstream asks for is waited; where it is more than the budget, the answer is passed on at once."""
    one, _, _ = fakes
    routing = RoutingConfig(probe_s=0, retries=2, retry_s=2)
    relay = serve(upstreams={"one": one.config("frontier")}, routing=routing)
    clock = asyncio.get_running_loop().time
    one.replies = [Reply(status=429, headers={"Retry-After": "0.4"})]
    begun = clock()
    assert who(await ask(relay)) == "one"
    assert clock() - begun >= 0.4
    one.replies = [Reply(status=429, headers={"Retry-After": "30"})]
    answer = await ask(relay)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert len(one.received) == 3


async def test_retries_have_a_budget(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """Not every request is sent twice to an upstream that fails all of them: ten and a fifth may be."""
    one, _, _ = fakes
    one.reply = Reply(status=503, headers={"Retry-After": "0"})
    relay = serve(upstreams={"one": one.config("frontier")}, routing=RoutingConfig(probe_s=0, retries=1, failures=1000))
    assert await ask_often(relay, 30) == {"503": 30}
    assert 40 <= len(one.received) <= 50


async def test_patience_asked_of_the_operator(
    serve: Serve, make_core: MakeCore, fakes: tuple[Fake, Fake, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 429 with the operator's key lets others go first for a while; with a client's own key it says nothing."""
    one, two, _ = fakes
    limited = Reply(status=429, headers={"Retry-After": "60"})
    for credential, expected in ((SecretReference(env="ONE_KEY"), 1), ("client", 4)):
        one.received.clear()
        one.reply = limited
        upstreams = {"one": one.config("frontier", credential=credential), "two": two.config("frontier")}
        relay = serve(upstreams=upstreams, credentials={"one": "sk-operator"})
        assert await ask_often(relay, 4) == {"two": 4}
        assert len(one.received) == expected


async def test_cheapest_that_qualifies(serve: Serve, fakes: tuple[Fake, Fake, Fake]) -> None:
    """Among frontier upstreams the cheapest is taken, by the model as each of them calls it."""
    one, two, three = fakes
    routing = RoutingConfig(
        probe_s=0,
        prices={
            "big-*": Price(input=10, output=30),
            "two/*": Price(input=1, output=3),
            "small": Price(input=2, output=4),
        },
    )
    relay = serve(
        upstreams={
            "one": one.config("frontier", models={"*": "big-1"}),
            "two": two.config("frontier", models={"*": "any"}),
            "three": three.config("frontier", models={"*": "small"}),
        },
        routing=routing,
    )
    assert await ask_often(relay, 2) == {"two": 2}
    assert two.received[0][1]["model"] == "any"
    two.kill()
    assert await ask_often(relay, 2) == {"three": 2}
    three.kill()
    assert await ask_often(relay, 2) == {"one": 2}


async def test_slow_upstream_loses_preference(
    serve: Serve, make_core: MakeCore, fakes: tuple[Fake, Fake, Fake]
) -> None:
    """An upstream whose moving time to first token is above the deadline gives way, also to the other kind."""
    one, two, _ = fakes
    one.reply = Reply(wait_s=0.3)
    core = make_core("version: 1\nmodel: none\nprefer: local\ndeadline_s: 0.2\n")
    relay = serve(upstreams={"near": one.config("local"), "far": two.config("frontier")}, from_core=core)
    first = await ask(relay, stream=True)
    assert first.headers["x-relay-route"] == "local"
    second = await ask(relay, stream=True)
    assert (second.headers["x-relay-route"], second.headers["x-relay-route-why"]) == ("frontier", "slow")
    assert (len(one.received), len(two.received)) == (1, 1)


async def test_slow_is_better_than_out(serve: Serve, make_core: MakeCore, fakes: tuple[Fake, Fake, Fake]) -> None:
    """However slow local is, what must stay there does."""
    one, two, _ = fakes
    one.reply = Reply(wait_s=0.1)
    core = make_core(f"{LOCAL}deadline_s: 0.05\n")
    relay = serve(upstreams={"near": one.config("local"), "far": two.config("frontier")}, from_core=core)
    for _ in range(3):
        answer = await ask(relay, f"write to {MAIL}", stream=True)
        assert (answer.status_code, answer.headers["x-relay-route"]) == (200, "local")
    assert not two.received


@pytest.mark.parametrize(
    ("path", "body", "sent_path", "sent_model"),
    [
        ("/v1/chat/completions", chat("hello"), "/v1/chat/completions", "own-model"),
        ("/v1/messages", {**chat("hello"), "max_tokens": 5}, "/v1/messages", "own-model"),
        (
            "/v1beta/models/gemini-3-pro:generateContent",
            {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
            "/v1beta/models/own-model:generateContent",
            None,
        ),
        (
            "/v1beta/models/gemini-3-pro:countTokens",
            {"generateContentRequest": {"model": "models/gemini-3-pro", "contents": []}, "contents": []},
            "/v1beta/models/own-model:countTokens",
            None,
        ),
    ],
)
async def test_models_are_renamed(
    serve: Serve, fakes: tuple[Fake, Fake, Fake], path: str, body: Any, sent_path: str, sent_model: str | None
) -> None:
    """An upstream hears its own name for a model, wherever the format says it."""
    one, _, _ = fakes
    relay = serve(upstreams={"one": one.config("local", models={"*": "own-model"})})
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        await client.post(path, json=body)
    ((found, sent),) = one.received
    assert found == sent_path
    assert sent.get("model") == sent_model
    assert "gemini-3-pro" not in one.text
