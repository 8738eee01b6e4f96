"""What a request looks like when it leaves for this upstream or that one: against storing, and as Azure wants it."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
import pytest

from relay.config import UpstreamConfig
from relay.exchange import Core
from relay.types import RouteKind
from tests.conftest import LOCAL, MakeCore
from tests.support import begin, chat, post, sent

CHAT = "/v1/chat/completions"
MAIL = "maria@example.org"
LOCAL_FIRST = """
version: 1
model: none
rules:
  - {entity: US_SSN, require: local, why: stays here}
"""
OPENAI = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="https://api.openai.com/v1", formats=("openai",))
GEMINI = UpstreamConfig(
    kind=RouteKind.FRONTIER, base_url="https://generativelanguage.googleapis.com", formats=("gemini",)
)
STORING: list[tuple[str, Any]] = [
    (CHAT, lambda text: chat(text)),
    (CHAT, lambda text: chat(text, store=True)),
    ("/v1/responses", lambda text: {"model": "m", "input": text}),
    ("/v1/models/m:generateContent", lambda text: {"contents": [{"parts": [{"text": text}]}], "store": True}),
]


@pytest.mark.parametrize(("path", "make"), STORING)
def test_nothing_is_stored_at_a_frontier_and_a_local_server_is_not_asked(
    make_core: MakeCore, path: str, make: Any
) -> None:
    """`store: false` for those that store by default, and no such field for a server that may not know it."""
    core = make_core(LOCAL_FIRST, far=OPENAI, gemini=GEMINI, near=LOCAL)
    assert orjson.loads(sent(core, path, make("hello"), x_goog_api_key="k").body)["store"] is False
    assert b"store" not in sent(core, path, make("my ssn is 536-22-1874"), x_goog_api_key="k").body
    asked = sent(core, "/v1/models/m:countTokens", {"contents": []}, x_goog_api_key="k")
    assert b"store" not in asked.body


@pytest.mark.parametrize(
    ("path", "body", "store"),
    [
        (CHAT, chat("hello"), None),
        (CHAT, chat("hello", store=False), False),
        (CHAT, chat("hello", store=True), False),
        (CHAT, chat("hello", store="yes"), False),
        ("/v1/models/m:generateContent", {"contents": []}, None),
        ("/v1/models/m:generateContent", {"contents": [], "store": True}, False),
        ("/v1/responses", {"model": "m", "input": "hello"}, False),
    ],
)
def test_an_unknown_upstream_gets_no_field_that_it_may_refuse(
    core: Core, path: str, body: Any, store: bool | None
) -> None:
    """Nothing is added to a plain request, and a client that wants to be stored never is."""
    found = orjson.loads(sent(core, path, body, x_goog_api_key="k").body)
    assert found.get("store") is store
    assert ("store" in found) is (store is not None)


AZURE = UpstreamConfig(
    kind=RouteKind.FRONTIER, base_url="https://x.openai.azure.com", formats=("openai",), models={"gpt-5": "dep-1"}
)


@pytest.mark.parametrize(
    ("path", "query", "target", "model"),
    [
        (CHAT, "", CHAT, "dep-1"),
        ("/openai/v1/chat/completions", "", CHAT, "dep-1"),
        ("/openai/deployments/gpt-5/chat/completions", "", CHAT, "dep-1"),
        (
            "/openai/deployments/gpt-5/chat/completions",
            "api-version=2024-10-21",
            "/deployments/dep-1/chat/completions?api-version=2024-10-21",
            "dep-1",
        ),
        (
            "/openai/deployments/other/chat/completions",
            "api-version=2024-10-21",
            "/deployments/other/chat/completions?api-version=2024-10-21",
            "other",
        ),
    ],
)
def test_azure_is_addressed_by_deployment(make_core: MakeCore, path: str, query: str, target: str, model: str) -> None:
    """`models` says which deployment a model is, and the key goes where Azure looks for it."""
    exchange = begin(make_core(azure=AZURE), path)
    body = {"messages": [{"role": "user", "content": f"mail {MAIL}"}]}
    if path in (CHAT, "/openai/v1/chat/completions"):
        body["model"] = "gpt-5"
    outbound = exchange.open(dataclasses.replace(post(path, body), query=query))
    exchange.close()
    assert outbound.path + (f"?{outbound.query}" if outbound.query else "") == target
    assert ("api-key", "sk-test") in outbound.headers
    assert "authorization" not in dict(outbound.headers)
    assert orjson.loads(outbound.body)["model"] == model
    assert MAIL.encode() not in outbound.body


def test_an_azure_client_reaches_any_upstream(core: Core) -> None:
    """Where the upstream is not Azure, its own path is asked, the deployment is the model, the key a token."""
    exchange = begin(core, "/openai/deployments/gpt-5/chat/completions")
    outbound = exchange.open(
        dataclasses.replace(
            post("", {"messages": []}), query="api-version=2024-10-21", headers=(("api-key", "sk-azure"),)
        )
    )
    exchange.close()
    assert (outbound.path, outbound.query) == (CHAT, "")
    assert ("authorization", "Bearer sk-azure") in outbound.headers
    assert orjson.loads(outbound.body) == {"messages": [], "model": "gpt-5"}
