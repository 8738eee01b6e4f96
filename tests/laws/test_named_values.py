"""A value that only its surroundings in JSON name leaves from no position: structures times positions, in any spelling.

The name may stand in a sibling, above a key that says little, before it in an array, or be that of the list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from relay.exchange import Core
from tests.support import chat, sent

PASSWORD = "Sommer2024!"
TOKEN = "Zq7wX2mPvL9tRk4NcY8bHs3Jd6Fg1Ae5"
LOGIN = "YWRtaW46U29tbWVyMjAyNCE="

# A structure, and what must not leave of it.
NAMED: list[tuple[Any, str]] = [
    ({"name": "DB_PASSWORD", "value": PASSWORD}, PASSWORD),
    ({"env": [{"name": "A", "value": "b"}, {"name": "DB_PASSWORD", "value": PASSWORD}]}, PASSWORD),
    ([{"Value": PASSWORD, "Key": "DB_PASSWORD"}], PASSWORD),
    ([{"ParameterKey": "DbPassword", "ParameterValue": PASSWORD}], PASSWORD),
    ({"key": "DB_PASSWORD", "content": PASSWORD}, PASSWORD),
    ({"setting": "smtp.password", "value": PASSWORD}, PASSWORD),
    ({"op": "replace", "value": PASSWORD, "path": "/spec/password"}, PASSWORD),
    ({"element": "Password textbox", "ref": "e12", "text": PASSWORD}, PASSWORD),
    ({"selector": "#password", "value": PASSWORD}, PASSWORD),
    ({"selector": "input[name='password']", "value": PASSWORD}, PASSWORD),
    ({"id": "password", "label": "password", "value": PASSWORD}, PASSWORD),
    ({"file_path": "/run/secrets/db_password", "content": PASSWORD}, PASSWORD),
    ({"attributes": [{"key": "db.password", "value": {"stringValue": PASSWORD}}]}, PASSWORD),
    ({"type": "password", "value": PASSWORD, "temporary": False}, PASSWORD),
    ({"passwords": [PASSWORD]}, PASSWORD),
    ({"password": {"default": PASSWORD}}, PASSWORD),
    ({"parameters": {"adminPassword": {"value": PASSWORD}}}, PASSWORD),
    ({"variables": {"dbPassword": {"type": "string", "defaultValue": PASSWORD}}}, PASSWORD),
    ({"args": ["--password", PASSWORD]}, PASSWORD),
    (["redis-server", "--requirepass", PASSWORD], PASSWORD),
    (["sshpass", "-p", PASSWORD, "ssh", "host"], PASSWORD),
    (["curl", "-u", f"admin:{PASSWORD}", "https://host.example"], PASSWORD),
    ({"args": ["--api-key", TOKEN]}, TOKEN),
    ({"headers": [["X-Api-Key", TOKEN]]}, TOKEN),
    ({"headers": [{"name": "X-Api-Key", "value": TOKEN}]}, TOKEN),
    ({"headers": [{"name": "Authorization", "value": f"Basic {LOGIN}"}]}, LOGIN),
    ({"name": "X-Api-Key", "values": [TOKEN]}, TOKEN),
    ({"name": "dob", "value": "1984-07-23"}, "1984-07-23"),
    ({"name": "ssn", "value": 536904399}, "536904399"),
    ({"value": 417, "name": "cvv"}, "417"),
    ({"system": "http://hl7.org/fhir/sid/us-ssn", "value": "536904399"}, "536904399"),
    ({"document_type": "passport", "number": "C01X00T47"}, "C01X00T47"),
]
# A structure that gives its value no name that means a secret, and what stays.
OTHERS: list[tuple[Any, str]] = [
    ({"name": "color", "value": "blue"}, "blue"),
    ({"name": "season", "value": PASSWORD}, PASSWORD),
    ({"name": "password_policy", "value": "strict"}, "strict"),
    ({"key": "max_tokens", "value": 4096}, "4096"),
    ({"name": "token_count", "value": 1234}, "1234"),
    ({"name": "limit", "value": 417}, "417"),
    ({"name": "total", "value": 536904399}, "536904399"),
    ({"name": "token", "value": "${TOKEN}"}, "${TOKEN}"),
    ({"type": "token", "value": "identifier"}, "identifier"),
    ({"id": "password", "default": "string"}, "string"),
    ({"title": "Password", "text": "It has eight signs, 2 of them digits!"}, "It has eight signs, 2 of them digits!"),
    ({"title": "How to reset a password", "text": "Sommer2024"}, "Sommer2024"),
    ({"path": "src/password.py", "content": "import os"}, "import os"),
    ({"required": ["token", "identifier"]}, "identifier"),
    ({"passwords": ["one", "two"]}, "two"),
    ({"password": {"type": "string", "minimum": "8"}}, "string"),
    ({"args": ["--output", "result1.json"]}, "result1.json"),
    ({"args": ["-p", "8080:80"]}, "8080:80"),
    ({"args": ["--password", "--verbose"]}, "--verbose"),
    (["git", "commit", "-m", PASSWORD], PASSWORD),
]


def object_of(tree: Any) -> dict[str, Any]:
    return tree if isinstance(tree, dict) else {"x": tree}


def messages(role: str, block: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [{"role": role, "content": block}], **fields}


def used(tree: Any) -> dict[str, Any]:
    return messages("assistant", [{"type": "tool_use", "id": "t", "name": "f", "input": object_of(tree)}])


def returned(text: Any) -> dict[str, Any]:
    return messages("user", [{"type": "tool_result", "tool_use_id": "t", "content": text}])


def called(tree: Any) -> dict[str, Any]:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps(tree)}}
    return {"model": "m", "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}


def parts(role: str, part: Any) -> dict[str, Any]:
    return {"contents": [{"role": role, "parts": [part]}]}


def script(tree: Any) -> str:
    """Return `tree` as JavaScript writes it."""
    return re.sub(r'"(\w+)":', r"\1:", json.dumps(tree, indent=2))


POSITIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "Anthropic's input": ("/v1/messages", used),
    "Anthropic's examples": (
        "/v1/messages",
        lambda tree: messages(
            "user",
            "hi",
            tools=[{"name": "f", "input_schema": {"type": "object"}, "input_examples": [object_of(tree)]}],
        ),
    ),
    "Anthropic's result": ("/v1/messages", lambda tree: returned(json.dumps(tree))),
    "block of a result": ("/v1/messages", lambda tree: returned([{"type": "text", "text": json.dumps(tree)}])),
    "OpenAI's arguments": ("/v1/chat/completions", called),
    "unknown field": ("/v1/chat/completions", lambda tree: chat("hi", brand_new=tree)),
    "Responses' arguments": (
        "/v1/responses",
        lambda tree: {
            "model": "m",
            "input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": json.dumps(tree)}],
        },
    ),
    "Gemini's arguments": (
        "/v1beta/models/m:generateContent",
        lambda tree: parts("model", {"functionCall": {"name": "f", "args": object_of(tree)}}),
    ),
    "Gemini's result": (
        "/v1beta/models/m:generateContent",
        lambda tree: parts("user", {"functionResponse": {"name": "f", "response": object_of(tree)}}),
    ),
    "Ollama's arguments": (
        "/api/chat",
        lambda tree: {
            "model": "m",
            "messages": [
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"function": {"name": "f", "arguments": object_of(tree)}}],
                }
            ],
        },
    ),
    "text": ("/v1/chat/completions", lambda tree: chat(json.dumps(tree))),
    "fence": ("/v1/chat/completions", lambda tree: chat(f"So:\n```json\n{json.dumps(tree, indent=2)}\n```\nThanks")),
    "sentence": ("/v1/chat/completions", lambda tree: chat(f"This is it: {json.dumps(tree)}, as you see")),
    "lines": ("/v1/chat/completions", lambda tree: chat(f'{{"a": "b"}}\n{json.dumps(tree)}\n{{"name": "c"}}')),
    "cut": ("/v1/chat/completions", lambda tree: chat(f'[{{"a": "b"}}, {json.dumps(tree)}, {{"na')),
    "Python": ("/v1/chat/completions", lambda tree: chat(f"row = {tree!r}")),
    "JavaScript": ("/v1/chat/completions", lambda tree: chat(f"const row = {script(tree)};")),
    "JSON in JSON": (
        "/v1/messages",
        lambda tree: returned(json.dumps({"content": [{"type": "text", "text": json.dumps(tree)}]})),
    ),
    "JSON in JSON in JSON": ("/v1/messages", lambda tree: returned(json.dumps({"a": json.dumps([json.dumps(tree)])}))),
    "JSON in an input": ("/v1/messages", lambda tree: used({"body": json.dumps(tree)})),
    "program in an input": ("/v1/messages", lambda tree: used({"file": f"// a\nx = {json.dumps(tree, indent=1)};"})),
}


def where(core: Core, tree: Any, value: str) -> list[str]:
    """Return the positions from which `value` leaves in `tree`."""
    return [
        position
        for position, (path, body) in POSITIONS.items()
        if value in sent(core, path, body(tree)).body.decode().replace("\\", "")
    ]


@pytest.mark.parametrize(("tree", "value"), NAMED, ids=[json.dumps(tree) for tree, _ in NAMED])
def test_a_named_value_stays(core: Core, tree: Any, value: str) -> None:
    """Wherever the structure stands, as a tree and as text."""
    assert where(core, tree, value) == []


@pytest.mark.parametrize(("tree", "value"), OTHERS, ids=[json.dumps(tree) for tree, _ in OTHERS])
def test_other_names_give_nothing_away(core: Core, tree: Any, value: str) -> None:
    """The same structures under names that say nothing, or with what is no value."""
    assert where(core, tree, value) == list(POSITIONS)


STYLES: dict[str, Callable[[str, str], str]] = {
    "alone": lambda _, word: word,
    "Capital": lambda _, word: word.capitalize(),
    "CAPITALS": lambda first, word: f"{first}_{word}".upper(),
    "snake": lambda first, word: f"{first}_{word}",
    "kebab": lambda first, word: f"{first}-{word}",
    "camel": lambda first, word: f"{first}{word.capitalize()}",
    "Pascal": lambda first, word: f"{first.capitalize()}{word.capitalize()}",
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("is_first", [True, False])
def test_any_words_in_any_style(core: Core, style: str, is_first: bool) -> None:
    """Every word for a name with every word for a value, in both orders: as a tree, and in one text."""
    written = STYLES[style]
    rows = []
    for naming in ("name", "key", "label", "id", "setting", "field", "path", "selector", "element", "title", "header"):
        for named in ("value", "text", "content", "default"):
            row = [(written("the", naming), "DB_PASSWORD"), (written("the", named), f"Sommer{len(rows)}!x")]
            rows.append(dict(row if is_first else row[::-1]))
    for position in ("Anthropic's input", "OpenAI's arguments", "fence", "JSON in JSON"):
        path, body = POSITIONS[position]
        out = sent(core, path, body(rows)).body.decode()
        assert re.findall(r"Sommer\d+!x", out) == [], position
