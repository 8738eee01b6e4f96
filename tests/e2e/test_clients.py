"""Real clients, each in its own process and environment, through relay to the mirror: a turn that uses a tool."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.conftest import Environment, MakeCore
from tests.e2e.conftest import Serve
from tests.e2e.support import assert_clean
from tests.support import VALUES

DRIVERS = Path(__file__).parent / "clients"

EMAIL, CARD, PHONE = VALUES["EMAIL_ADDRESS"], VALUES["CREDIT_CARD"], VALUES["PHONE_NUMBER"]
PROMPT = f"Use the tool to tell {EMAIL} that the card {CARD} was charged."
RESULT = f"Sent. Questions to {PHONE}."
# What the mirror makes of the three, with the values put back.
ANSWER = (
    f"The tool has answered. A short message to {EMAIL} should do. The card {CARD} should be blocked and replaced. "
    f"The number to call is {PHONE}. Shall I draft the reply for {EMAIL}?"
)

# Driver, its environment (none: relay's own), and for each way to have a turn what a 400 and a 403 are raised as.
CLIENTS: list[tuple[str, str | None, dict[str, tuple[str, str]]]] = [
    ("openai", None, dict.fromkeys(["chat", "responses"], ("openai.BadRequestError", "openai.PermissionDeniedError"))),
    ("anthropic", None, {"messages": ("anthropic.BadRequestError", "anthropic.PermissionDeniedError")}),
    (
        "google_genai",
        "google_genai",
        dict.fromkeys(["generate", "automatic"], ("google.genai.errors.ClientError",) * 2),
    ),
    ("ollama", "ollama", {"chat": ("ollama._types.ResponseError",) * 2}),
    (
        "langchain",
        "langchain",
        {
            **dict.fromkeys(["chat", "responses"], ("openai.BadRequestError", "openai.PermissionDeniedError")),
            "messages": ("anthropic.BadRequestError", "anthropic.PermissionDeniedError"),
        },
    ),
    (
        "pydantic_ai",
        "pydantic_ai",
        dict.fromkeys(["chat", "responses", "messages"], ("pydantic_ai.exceptions.ModelHTTPError",) * 2),
    ),
    (
        "litellm",
        "litellm",
        dict.fromkeys(
            ["chat", "messages", "generate", "ollama"],
            ("litellm.exceptions.BadRequestError", "openai.APIError"),
        ),
    ),
]
TURNS = [(name, call) for name, _, calls in CLIENTS for call in calls]
FAULTS = [(name, call, *kinds) for name, _, calls in CLIENTS for call, kinds in calls.items()]

# Everything that may stand in a request's head: what HTTP needs, a key, and a version of the interface.
HEADERS = {
    "host",
    "accept",
    "accept-encoding",
    "user-agent",
    "content-type",
    "content-length",
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "anthropic-version",
    "anthropic-beta",
}


class Driver:
    """A client's process. `ask` calls one of its functions and returns what it returned or how it failed."""

    def __init__(self, python: Path, name: str, home: Path) -> None:
        self._process = subprocess.Popen(
            [python, "-W", "ignore", DRIVERS / f"drive_{name}.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            # LiteLLM downloads its price list unless told to use the one that it ships (its documentation, 2026-11-26).
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        )

    def ask(self, call: str, **arguments: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        print(json.dumps([call, arguments]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()[-2000:]
        told: dict[str, Any] = json.loads(line)
        assert told["elsewhere"] == []  # nobody calls home
        return told

    def close(self) -> None:
        self._process.communicate(timeout=30)


Drivers = Callable[[str], Driver]


@pytest.fixture
def strict(serve: Serve, make_core: MakeCore) -> Running:
    """A relay whose policy blocks e-mail addresses."""
    rule = "{entity: EMAIL_ADDRESS, action: block, why: a test}"
    return serve(from_core=make_core(f"version: 1\nmodel: none\nrules:\n  - {rule}\n"))


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory, environment: Environment) -> Iterator[Drivers]:
    """Return a function that gives a client's process, started once."""
    started: dict[str, Driver] = {}
    places = {name: place for name, place, _ in CLIENTS}

    def driver(name: str) -> Driver:
        if name not in started:
            place = places[name]
            python = environment(place) if place else Path(sys.executable)
            started[name] = Driver(python, name, tmp_path_factory.mktemp(name))
        return started[name]

    yield driver
    for each in started.values():
        each.close()


def assert_nameless(mirror: Mirror) -> None:
    """Check that nothing in the heads of what the mirror received names the client."""
    for received in mirror.received:
        assert {name for name, _ in received.headers} <= HEADERS
        assert received.header("user-agent") == "relay"
        assert received.query in ("", "alt=sse", "after_id=claude-mirror", "pageToken=more")


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize(("name", "call"), TURNS)
def test_turn_with_a_tool(drivers: Drivers, relay: Running, mirror: Mirror, name: str, call: str, stream: bool) -> None:
    """The tool gets the real value, its result leaves without its own, and the answer holds both."""
    told = drivers(name).ask(call, url=relay.url, prompt=PROMPT, result=RESULT, stream=stream)
    assert "value" in told, told
    assert told["value"]["calls"] == [{"email": EMAIL, "note": f'{EMAIL} "as asked" \\ soon'}]
    assert told["value"]["answer"] == ANSWER
    assert len([received for received in mirror.received if received.path != "/api/show"]) == 2
    assert_clean(mirror)
    assert_nameless(mirror)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize(("name", "call", "kind", "_"), FAULTS)
def test_error_of_the_upstream(
    drivers: Drivers, relay: Running, mirror: Mirror, name: str, call: str, kind: str, _: str, stream: bool
) -> None:
    """A 400 that quotes the prompt is the client's own exception, with the values put back."""
    prompt = f"Tell {EMAIL} about the card {CARD}. mirror: error 400"
    told = drivers(name).ask(call, url=relay.url, prompt=prompt, result=RESULT, stream=stream)
    assert kind in told["raised"]
    assert all(value in told["text"] for value in (EMAIL, CARD))
    assert_clean(mirror)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize(("name", "call", "_", "kind"), FAULTS)
def test_refusal_of_relay(
    drivers: Drivers, strict: Running, mirror: Mirror, name: str, call: str, _: str, kind: str, stream: bool
) -> None:
    """What policy refuses is the client's own exception with relay's reason, and is not tried again."""
    told = drivers(name).ask(call, url=strict.url, prompt=f"Tell {EMAIL} of the card.", result=RESULT, stream=stream)
    assert kind in told["raised"]
    assert "EMAIL_ADDRESS" in told["text"]
    assert [received.path for received in mirror.received if received.path != "/api/show"] == []


@pytest.mark.parametrize("name", ["openai", "google_genai", "ollama", "langchain", "litellm"])
def test_embedding(drivers: Drivers, relay: Running, mirror: Mirror, name: str) -> None:
    """A text to embed leaves without its values, and its vector comes back."""
    told = drivers(name).ask("embed", url=relay.url, text=PROMPT)
    assert told.get("value") == [0.25, -0.5, 0.75], told
    assert_clean(mirror)
    assert_nameless(mirror)


@pytest.mark.parametrize("name", ["anthropic", "google_genai"])
def test_count_of_tokens(drivers: Drivers, relay: Running, mirror: Mirror, name: str) -> None:
    """A text whose tokens are counted leaves without its values."""
    assert drivers(name).ask("count", url=relay.url, text=PROMPT)["value"] > 0
    assert_clean(mirror)
    assert_nameless(mirror)


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("openai", ["mirror", "mirror-large"]),
        ("anthropic", ["claude-mirror", "claude-mirror-large"]),
        ("google_genai", ["models/mirror", "models/mirror-large"]),
        ("ollama", ["mirror:latest"]),
    ],
)
def test_models(drivers: Drivers, relay: Running, mirror: Mirror, name: str, models: list[str]) -> None:
    """The list of models is the one of the client's own provider, to its last page."""
    assert drivers(name).ask("models", url=relay.url).get("value") == models
    assert_nameless(mirror)
