"""What operators read in the log: who was refused, why, where it would have gone, and which upstreams are there."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from relay import build
from relay.config import ClientConfig, Config, RoutingConfig, UpstreamConfig
from relay.doors.serving.service import Service
from relay.errors import UpstreamUnreachable
from relay.types import Headers, Outbound, RouteKind
from tests.support import VALUES, chat, post

CHAT = "/v1/chat/completions"
KEY = "relay-4f8a1c"
CLIENT = ClientConfig(name="desktop", key_sha256=hashlib.sha256(KEY.encode()).hexdigest())
POLICY = "version: 1\nmodel: none\nrules: [{entity: US_SSN, action: block, why: w}]\n"


class Answer:
    """An upstream's answer of one status."""

    headers: Headers = (("content-type", "application/json"),)

    def __init__(self, status: int) -> None:
        self.status = status

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"{}"


class Upstream:
    """Answers with `status`; 0: cannot be reached."""

    status = 200

    @asynccontextmanager
    async def send(self, outbound: Outbound) -> AsyncIterator[Answer]:
        if not self.status:
            raise UpstreamUnreachable("The upstream could not be reached.")
        yield Answer(self.status)


class Stage:
    """A service with one client, one upstream, and the lines that it logged."""

    def __init__(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
        config = Config(
            policy=folder / "policy.yaml",
            clients=(CLIENT,),
            upstreams={
                "main": UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9/v1", credential="none")
            },
            routing=RoutingConfig(failures=2, retries=0),
        )
        self.upstream = Upstream()
        self.service = Service(build.core(config, {}), config, self.upstream)  # type: ignore[arg-type]
        self._caplog = caplog

    async def ask(self, text: str = "hello", *, key: str = KEY, **changes: Any) -> dict[str, str]:
        """Send a request and return the headers of its answer."""
        request = dataclasses.replace(post(CHAT, chat(text)), headers=(("x-relay-key", key),), **changes)
        async with await self.service.handle(request) as response:
            return dict(response.headers)

    def lines(self) -> list[dict[str, Any]]:
        """Return what was logged since the last call."""
        lines = [json.loads(record.getMessage()) for record in self._caplog.records if record.name == "relay"]
        self._caplog.clear()
        return lines


@pytest.fixture
def stage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Stage]:
    caplog.set_level(logging.INFO, "relay")
    made = Stage(tmp_path, caplog)
    yield made
    made.service.close()


async def test_a_refusal_says_whose_it_is_and_why(stage: Stage) -> None:
    """With the decision's id that the client saw, and nothing of the request."""
    headers = await stage.ask(f"my ssn is {VALUES['US_SSN']}")
    (line,) = stage.lines()
    assert (line["event"], line["code"], line["status"]) == ("refused", "policy_refused", 403)
    assert (line["client"], line["decision"]) == ("desktop", headers["x-relay-decision"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "canary-key-4711"}, "authentication_failed"),
        ({"path": "/v1/canary-4711"}, "unknown_endpoint"),
        ({"path": "canary-4711"}, "not_a_forward_proxy"),
        ({"method": "PUT"}, "method_not_allowed"),
        ({"body": b"canary-4711"}, "invalid_request"),
    ],
)
async def test_every_refusal_is_one_line_with_its_code(stage: Stage, changes: dict[str, Any], code: str) -> None:
    """A refused key, too: without the key, and without anything else that the caller wrote."""
    await stage.ask(**changes)
    lines = stage.lines()
    assert [(line["event"], line["code"]) for line in lines] == [("refused", code)]
    assert lines[0].get("client") == (None if "key" in changes else "desktop")
    assert "4711" not in repr(lines)


@pytest.mark.parametrize(
    ("method", "path", "headers", "code"),
    [
        ("POST", CHAT, {"x-relay-session": "of-somebody-else"}, "session_closed"),
        ("GET", "/relay/v1/sessions/of-somebody-else", {}, "session_closed"),
        ("POST", "/relay/canary-4711", {}, "unknown_endpoint"),
    ],
)
async def test_who_tries_a_session_that_is_not_theirs_is_named(
    stage: Stage, method: str, path: str, headers: dict[str, str], code: str
) -> None:
    """Whether the session's id stands in a header or in the path."""
    asked = dataclasses.replace(
        post(path, chat("hello")), method=method, headers=(("x-relay-key", KEY), *headers.items())
    )
    async with await stage.service.handle(asked):
        pass
    (line,) = stage.lines()
    assert (line["event"], line["client"]) == ("refused", "desktop")
    assert line["code"] == code


async def test_an_upstream_that_goes_down_and_comes_up_is_named(stage: Stage) -> None:
    """At the change, not at every request; a failed exchange names its upstream and its decision."""
    stage.upstream.status = 0
    headers = await stage.ask()
    (failed,) = stage.lines()
    assert (failed["event"], failed["code"], failed["client"]) == ("upstream_failed", "upstream_unreachable", "desktop")
    assert (failed["upstream"], failed["decision"]) == ("main", headers["x-relay-decision"])
    await stage.ask()
    down, _ = stage.lines()
    assert (down["event"], down["upstream"], down["failures"]) == ("upstream_down", "main", 2)
    await stage.ask()
    assert [line["event"] for line in stage.lines()] == ["upstream_failed"]
    stage.service.core.router.probed("main", reachable=True)
    stage.upstream.status = 200
    await stage.ask()
    (up,) = stage.lines()
    assert (up["event"], up["upstream"]) == ("upstream_up", "main")
    await stage.ask()
    assert stage.lines() == []


async def test_a_key_that_an_upstream_refuses_is_told(stage: Stage) -> None:
    """By the upstream's name: the operator's key may have ended."""
    stage.upstream.status = 401
    await stage.ask()
    (line,) = stage.lines()
    assert (line["event"], line["upstream"]) == ("upstream_refused_key", "main")


async def test_a_client_that_is_refused_before_its_exchange_begins_is_named(stage: Stage) -> None:
    """A relay that drains refuses without one."""
    stage.service.draining = True
    await stage.ask()
    (line,) = stage.lines()
    assert (line["event"], line["code"], line["status"]) == ("refused", "relay_busy", 503)


async def test_ids_of_exchanges_say_nothing(stage: Stage) -> None:
    """Each is another, 32 hexadecimal digits that no client can count by, and the decision has the same."""
    ids = [(await stage.ask(key=key))["x-relay-exchange"] for key in [KEY, "none"] * 5]
    assert len({*ids}) == 10
    assert all(len(id) == 32 and int(id, 16) for id in ids)
    assert {line["exchange"] for line in stage.lines()} <= {*ids}
    headers = await stage.ask()
    assert headers["x-relay-decision"] == headers["x-relay-exchange"]
