"""A value that stands in what is about to leave, in whatever way it came there, is hidden and refuses nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from relay.exchange import Core
from tests.conftest import MakeCore
from tests.support import begin, chat, post, sent

CHAT = "/v1/chat/completions"
TOKEN = "ghp_0123456789abcdefghijklmnopqrstu1Cv5r"
CARD = "4111 1111 1111 1111"
IN_BASE64 = base64.b64encode(TOKEN.encode()).decode()


def policy(action: str) -> str:
    return f"version: 1\nmodel: none\ndefault: {{frontier: {action}, local: keep}}\n"


def arrives(core: Core, body: Any) -> str:
    return json.dumps(json.loads(sent(core, CHAT, body).body), ensure_ascii=False)


@pytest.mark.parametrize("action", ["placeholder", "surrogate", "mask", "hash", "redact"])
@pytest.mark.parametrize(
    "texts",
    [
        [f"token {TOKEN}", f"see https://{IN_BASE64}/x"],
        [f"token {TOKEN}", f"glued{IN_BASE64}"],
        # What a mask shows of one value and what stands beside it read as another value.
        [CARD, f"{TOKEN}{CARD}"],
        ["postgres://u:p4ss.w0rD@h/db", base64.b64encode(b"postgres://u:p4ss.w0rD@h/db").decode()] * 2,
        # A stand-in holds a value of the request.
        ["route 2001:DB8::", "hosts 2001:db8:: and 2a00:1450:4001:81b::200e"],
    ],
)
def test_nothing_is_refused_and_nothing_is_left(make_core: MakeCore, action: str, texts: list[str]) -> None:
    """Under every action, whole values and their base64."""
    left = arrives(make_core(policy(action)), chat(*texts))
    assert not any(value in left for value in (TOKEN, IN_BASE64, CARD, "p4ss.w0rD"))


def test_a_prefix_that_moves_for_another_spelling_says_so(core: Core) -> None:
    """The value is found late, and stood in an earlier turn in base64, far inside of a word."""
    exchange = begin(core, CHAT)
    messages = [
        {"role": "user", "content": f"see https://{'q' * 61}{IN_BASE64}/x"},
        {"role": "assistant", "content": "ok"},
    ]
    exchange.open(post(CHAT, {"model": "m", "messages": [*messages, {"role": "user", "content": f"token {TOKEN}"}]}))
    exchange.close()
    assert ("x-relay-prefix", "moved") in exchange.response_headers


@pytest.mark.parametrize("arguments", ['{"Marisol": 1}', '{"M\\u0061risol": 1}', '{"Marisol"          :\n 1}'])
def test_a_declared_property_stays_one_in_arguments(arguments: str, tmp_path: Any) -> None:
    """However its key is written; the word is a value in text."""
    from relay import build
    from relay.config import Config
    from tests.conftest import FRONTIER

    rules, own = tmp_path / "policy.yaml", tmp_path / "own.yaml"
    rules.write_text("version: 1\nmodel: none\n")
    own.write_text("deny:\n  - {entity: CUSTOMER, values: ['Marisol']}\n")
    core = build.core(Config(policy=rules, recognizers=[own], upstreams={"frontier": FRONTIER}), {})
    schema = {"type": "object", "properties": {"Marisol": {"type": "string"}}, "required": ["Marisol"]}
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body = {
        "model": "m",
        "tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}],
        "messages": [
            {"role": "user", "content": "Ask Marisol."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "ok"},
        ],
    }
    left = json.loads(sent(core, CHAT, body).body)
    assert left["messages"][0]["content"] == "Ask [CUSTOMER_1]."
    assert left["tools"][0]["function"]["parameters"] == schema
    assert left["messages"][1]["tool_calls"][0]["function"]["arguments"] == arguments


def test_a_key_is_no_name_of_a_property(core: Core) -> None:
    """What an issuer's prefix or alphabet gives away is found where a name is expected, too."""
    key = "AKIAIOSFODNN7EXAMPLF"
    schema = {"type": "object", "properties": {key: {"type": "string"}}, "required": [key]}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    assert key not in arrives(core, chat(f"key {key}", tools=tools))
