"""Ids of people and devices in fields that no table names become stand-ins: the same in a process, none outside it."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from relay.exchange import Core
from tests.support import chat, sent

BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": chat("hello"),
    "/v1/responses": {"model": "m", "input": "hello"},
    "/v1/messages": {**chat("hello"), "max_tokens": 5},
    "/v1beta/models/m:generateContent": {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
    "/api/chat": chat("hello"),
}
ID = "6f1c2d9e-6d7a-4b6e-9f52-3c0c8a1b7d42"
WHO = ("device", "installation", "account", "user", "session", "machine", "employee", "tenant", "profile")
WHOSE = ("org", "organization", "project", "team", "workspace", "conversation", "thread", "chat", "trace", "request")
KEYS = [f"{prefix}{who}_{kind}" for prefix, who, kind in product(("", "x-", "end_"), WHO, ("id", "uuid", "guid"))]
KEYS += ["deviceId", "accountUuid", "endUserId", "X-Device-Id", "userID", "anonymous-id", "hardware_fingerprint"]
KEYS += [*(f"{whose}_id" for whose in WHOSE), "user_prompt_id", "turn_id", "traceId", "orgId"]


@pytest.mark.parametrize("path", BODIES)
def test_no_field_that_is_called_an_id_of_somebody_leaves_with_it(core: Core, path: str) -> None:
    """At the top, below another unknown field, in lists, and as a number; the stand-in stays the same."""
    for key in KEYS:
        extra = {key: ID, "extra_body": {key: ID, "of": [{key: ID}]}, "telemetry": [{key: 990_123_456}]}
        one, two = (sent(core, path, {**BODIES[path], **extra}, x_goog_api_key="k").body for _ in range(2))
        assert ID not in one.decode(), key
        assert "990123456" not in one.decode(), key
        assert one == two
        tree = json.loads(one)
        assert tree["extra_body"][key] == core.pseudonym(ID)
        assert tree.get(key, core.pseudonym(ID)) == core.pseudonym(ID)  # or a table drops it


@pytest.mark.parametrize(
    "key", ["requested_id", "video_id", "id", "user", "session", "identity", "useridea", "deviceid_list"]
)
def test_other_unknown_fields_stay_as_they_are(core: Core, key: str) -> None:
    """What is not called the id of somebody is text, and an id is none that anything finds."""
    body = {**BODIES["/v1/messages"], "extra_body": {key: ID}}
    assert json.loads(sent(core, "/v1/messages", body).body)["extra_body"] == {key: ID}


def test_arguments_of_tools_get_no_stand_in(core: Core) -> None:
    """There a key belongs to the tool: an id stays, or becomes a placeholder, whose value comes back."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"user_id": ID, "account_id": "a-b"}}
    turns = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": [call]}]
    body = {"model": "m", "max_tokens": 5, "messages": turns}
    asked = json.loads(sent(core, "/v1/messages", body).body)["messages"][1]["content"][0]["input"]
    assert asked["account_id"] == "a-b"
    assert core.pseudonym(ID) not in asked.values()


def test_results_of_tools_get_no_stand_in(core: Core) -> None:
    """Whatever shape a result has; a field beside it does."""
    block = {"type": "tool_result", "tool_use_id": "toolu_1", "session_id": ID}
    block["content"] = [{"type": "json", "json": {"project_id": ID, "of": {"request_id": ID}}}]
    body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [block]}]}
    asked = json.loads(sent(core, "/v1/messages", body).body)["messages"][0]["content"][0]
    assert asked["content"][0]["json"] == {"project_id": ID, "of": {"request_id": ID}}
    assert asked["session_id"] == core.pseudonym(ID)


def test_arguments_as_an_object_get_no_stand_in(core: Core) -> None:
    """Where they belong into a string, some clients write the object itself."""
    call = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": {"project_id": ID}}}
    body = {"model": "m", "messages": [{"role": "assistant", "content": "so", "tool_calls": [call]}]}
    asked = json.loads(sent(core, "/v1/chat/completions", body).body)["messages"][0]["tool_calls"][0]
    assert asked["function"]["arguments"] == {"project_id": ID}


CHOICE = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search", "user_location": {"city": ID}}]}


@pytest.mark.parametrize(
    "path, fields",
    [
        *(("/v1/responses", {key: ID}) for key in ("session_id", "user", "prompt_cache_key")),
        ("/v1/responses", {"trace": {"trace_id": ID, "trace_name": ID}}),
        ("/v1/responses", {"tool_choice": CHOICE}),
        *(("/v1/messages", {key: ID}) for key in ("session_id", "user")),
        ("/v1/messages", {"trace": {"trace_id": ID, "trace_name": ID}}),
        ("/v1/chat/completions", {"trace": {"trace_name": ID}}),
        ("/v1/chat/completions", {"plugins": [{"id": "web", "user_location": {"city": ID}}]}),
        ("/v1/chat/completions", {"tool_choice": {"type": "allowed_tools", "allowed_tools": CHOICE}}),
        *(
            (path, {key: ID})
            for path in ("/v1beta/models/m:generateContent", "/api/chat")
            for key in ("user", "safety_identifier", "prompt_cache_key")
        ),
    ],
)
def test_fields_that_name_a_client_leave_without_it(core: Core, path: str, fields: dict[str, Any]) -> None:
    """Dropped, or with a stand-in, in every format that somebody sends them in."""
    assert ID not in sent(core, path, {**BODIES[path], **fields}, x_goog_api_key="k").body.decode()


@pytest.mark.parametrize(
    "path, body",
    [
        *(
            ("/v1/moderations", {"model": "m", "input": "hello", key: value})
            for key, value in (("metadata", {"a": ID}), ("client_metadata", {"a": ID}), ("prompt_cache_key", ID))
        ),
        ("/v1/embeddings", {"model": "m", "input": "hello", "prompt_cache_key": ID}),
        ("/api/embed", {"model": "m", "input": "hello", "user": ID}),
        ("/api/generate", {"model": "m", "prompt": "hello", "safety_identifier": ID}),
        (
            "/v1/responses",
            {
                "model": "m",
                "input": [
                    {
                        "role": "user",
                        "content": "hello",
                        "internal_chat_message_metadata_passthrough": {"turn_id": ID},
                    }
                ],
            },
        ),
    ],
)
def test_nor_in_other_requests(core: Core, path: str, body: dict[str, Any]) -> None:
    """The same for endpoints with bodies of their own, and for an id inside of an item."""
    assert ID not in sent(core, path, body).body.decode()
