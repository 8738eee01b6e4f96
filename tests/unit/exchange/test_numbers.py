"""A number of a person's is one in whatever way JSON and tables write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relay.exchange import Core
from relay.wire.protocol_words import plain_number
from tests.support import begin, post

NUMBER = "536904399"
SPELLINGS = [NUMBER, f"{NUMBER}.0", f"{NUMBER}.000", f"{NUMBER}e0", f"{NUMBER}.0E+0", "5.36904399e8", "5369043990e-1"]
CALL = {"id": "c1", "type": "function", "function": {"name": "f"}}
PLACES: dict[str, tuple[str, Any]] = {
    "input of a tool": (
        "/v1/messages",
        {
            "model": "m",
            "max_tokens": 5,
            "messages": [
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"ssn": "N"}}]}
            ],
        },
    ),
    "unknown field": ("/v1/chat/completions", {"model": "m", "messages": [], "made_up": {"rows": [{"ssn": "N"}]}}),
    "arguments, in a string": (
        "/v1/chat/completions",
        {
            "model": "m",
            "messages": [
                {"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "f", "arguments": '{"ssn": N}'}}]}
            ],
        },
    ),
    "arguments of Gemini": (
        "/v1beta/models/m:generateContent",
        {"contents": [{"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"ssn": "N"}}}]}]},
    ),
    "arguments of Ollama": (
        "/api/chat",
        {
            "model": "m",
            "messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"ssn": "N"}}}]}],
        },
    ),
    "column": (
        "/v1/chat/completions",
        {"model": "m", "messages": [{"role": "user", "content": "id,ssn\n1,N\n2,N"}]},
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_leaves(core: Core, place: str, spelling: str) -> None:
    """As an integer, with a fraction of nothing, and with an exponent."""
    if place == "column" and spelling not in SPELLINGS[:2]:
        pytest.skip("no program writes a column so")
    path, body = PLACES[place]
    raw = json.dumps(body).replace('"N"', spelling).replace("N", spelling)
    exchange = begin(core, path)
    try:
        out = exchange.open(post(path, raw.encode())).body.decode()
    finally:
        exchange.close()
    assert "US_SSN" in out
    assert NUMBER not in out
    assert spelling not in out


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("536904399.0", "536904399"),
        ("-12345.00", "-12345"),
        ("4.111111111111111e15", "4111111111111111"),
        ("5369043990e-1", "536904399"),
        ("0.0", "0"),
        ("12345.5", "12345.5"),
        ("1e-7", "1e-7"),
        ("1e999999999", "1e999999999"),
        ("12345678901234567890123", "12345678901234567890123"),
    ],
)
def test_plain(written: str, plain: str) -> None:
    """Whole numbers lose what says nothing; others stay."""
    assert plain_number(written) == plain


@pytest.mark.parametrize("value", ["203.0.113.77", "4111 1111 1111 1111", "536-90-4399", "+1 415 555 0132"])
def test_glued_to_a_letter(core: Core, value: str) -> None:
    """What one message gives away is hidden in another where a letter touches it."""
    body = {"model": "m", "messages": [{"role": "user", "content": f"{text}."} for text in (value, f"{value}and")]}
    exchange = begin(core, "/v1/chat/completions")
    try:
        assert value not in exchange.open(post("/v1/chat/completions", body)).body.decode()
    finally:
        exchange.close()


CARD = 4111111111111111
SCHEMA = {"type": "object", "properties": {"card": {"type": "integer", "KEY": [1, CARD]}}}
DECLARED: dict[str, Any] = {
    "/v1/chat/completions": {
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}],
    },
    "/v1/responses": {"input": "hi", "tools": [{"type": "function", "name": "f", "parameters": SCHEMA}]},
    "/v1/messages": {
        "max_tokens": 5,
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"name": "f", "input_schema": SCHEMA}],
    },
    "/v1beta/models/m:generateContent": {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": SCHEMA}]}],
    },
    "/api/chat": {
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}],
    },
}
LIMITS = [2**31 - 1, 2**32 - 1, 2**53 - 1, 10**12, 1_700_000_000, 604_800_000, 123_456_789]


@pytest.mark.parametrize("path", DECLARED)
@pytest.mark.parametrize("key", ["enum", "default", "examples", "const"])
def test_numbers_of_schemas(core: Core, path: str, key: str) -> None:
    """A value is found among the numbers that a schema names; its limits and sizes stay numbers."""
    body = json.dumps({"model": "m", **DECLARED[path]}).replace("KEY", key)
    for number, stays in [(CARD, False), *((number, True) for number in LIMITS)]:
        exchange = begin(core, path)
        try:
            out = exchange.open(post(path, body.replace(str(CARD), str(number)).encode())).body.decode()
        finally:
            exchange.close()
        assert (str(number) in out) is stays, number
