"""What stands in tools, schemas and settings is read: descriptions by the model, too, and keys nobody documented."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from relay.exchange import Core
from tests.support import chat, sent

NAME, NUMBER = "Petra Lindqvist", 536904399
SENTENCE = f"I am called {NAME}, nice to meet you"
CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"


def messages(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}], **fields}


def responses(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "input": "hi", **fields}


def function(**fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **fields}}


def schema(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"who": {"type": "string", **fields}}}


TEXTS: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "description of a tool": (CHAT, lambda text: chat("hi", tools=[function(description=text)])),
    "description of a property": (CHAT, lambda text: chat("hi", tools=[function(parameters=schema(description=text))])),
    "default": (CHAT, lambda text: chat("hi", tools=[function(parameters=schema(default=text))])),
    "enum": (CHAT, lambda text: chat("hi", tools=[function(parameters=schema(enum=["x", text]))])),
    "description of an answer": (
        CHAT,
        lambda text: chat(
            "hi",
            response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema(description=text)}},
        ),
    ),
    "description, Anthropic": (
        MESSAGES,
        lambda text: messages(tools=[{"name": "f", "description": text, "input_schema": {"type": "object"}}]),
    ),
    **{
        f"new member of {name}": (CHAT, lambda text, name=name: chat("hi", **{name: {"made_up": text}}))
        for name in ("provider", "reasoning", "thinking", "usage", "stream_options", "logit_bias", "options")
    },
    **{
        f"new member of {name}, Responses": (RESPONSES, lambda text, name=name: responses(**{name: {"made_up": text}}))
        for name in ("reasoning", "stream_options", "moderation")
    },
    **{
        f"new member of {name}, Anthropic": (MESSAGES, lambda text, name=name: messages(**{name: {"made_up": text}}))
        for name in ("thinking", "cache_control")
    },
    "options of Ollama": ("/api/chat", lambda text: {**chat("hi"), "options": {"made_up": text}}),
}
CLOSED = [name for name in TEXTS if name.startswith("new member") and not name.endswith(("logit_bias", " options"))]


@pytest.mark.parametrize("place", TEXTS)
def test_a_sentence_is_read(default_core: Core, place: str) -> None:
    """A name in it is one that only the model finds."""
    path, make = TEXTS[place]
    assert NAME not in sent(default_core, path, make(SENTENCE)).body.decode()


@pytest.mark.parametrize("place", CLOSED)
def test_a_member_that_nobody_documents_is_an_unknown_field(default_core: Core, place: str) -> None:
    """A single word of it is text, which a conversation can give away."""
    path, make = TEXTS[place]
    body = make("hunter2-Zebra")
    said = {"role": "user", "content": "my password is hunter2-Zebra"}
    body = {**body, "input": [said]} if path == RESPONSES else {**body, "messages": [said]}
    assert "hunter2-Zebra" not in sent(default_core, path, body).body.decode()


@pytest.mark.parametrize("key", ["provider", "reasoning", "stream_options", "logit_bias", "options", "image_config"])
def test_so_are_numbers(core: Core, key: str) -> None:
    """Those that are longer than any setting, where keys are free; under invented keys also shorter ones."""
    assert str(NUMBER) not in sent(core, CHAT, chat("hi", **{key: {"ssn": NUMBER}})).body.decode()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            CHAT,
            chat("zip code 50256, seed", logit_bias={"50256": -100, "100257": 5}, stream_options={"include_usage": 1}),
        ),
        (CHAT, chat("hi", provider={"order": ["openai", "together"], "sort": "price", "max_price": {"prompt": 1}})),
        (CHAT, chat("my zip code is 32000", reasoning={"effort": "low", "max_tokens": 32000})),
        (MESSAGES, messages(thinking={"type": "enabled", "budget_tokens": 32000})),
        (RESPONSES, responses(reasoning={"effort": "low", "summary": "auto"}, moderation={"model": "omni"})),
        ("/api/chat", {**chat("hi"), "options": {"seed": 123456, "num_ctx": 131072, "stop": ["\n"]}}),
        (CHAT, chat("hi", tools=[function(description="Gets the weather", parameters=schema(enum=["Paris", "low"]))])),
    ],
)
def test_settings_stay(default_core: Core, path: str, body: dict[str, Any]) -> None:
    """What providers document goes as it came."""
    out = json.loads(sent(default_core, path, body).body)
    for key in body.keys() - {"messages", "input"}:
        assert out[key] == body[key]
