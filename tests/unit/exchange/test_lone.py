"""An object in an array's place is read as its one element; media in it is refused, and its text is scrubbed."""

from __future__ import annotations

from typing import Any

import pytest

from relay.errors import OpaqueRefused, RelayFault
from relay.exchange import Core
from tests.conftest import MakeCore
from tests.support import chat, sent
from tests.unit.exchange.support import CHAT, MAIL, MESSAGES

RESPONSES, GENERATE, EMBED = "/v1/responses", "/v1beta/models/m:generateContent", "/v1beta/models/m:embedContent"
EMBEDDINGS, OLLAMA = "/v1/embeddings", "/api/chat"
URL = "https://files.example.net/a.png"
FILE = {"fileData": {"fileUri": URL}}
INLINE = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}
SHOWN = {"type": "image_url", "image_url": {"url": URL}}
SEEN = {"type": "image", "source": {"type": "url", "url": URL}}


def user(parts: Any) -> dict[str, Any]:
    return {"role": "user", "parts": parts}


def hello(**fields: Any) -> dict[str, Any]:
    return {"contents": [user([{"text": "hello"}])], **fields}


def messages(content: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": content}], **fields}


def responses(given: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "input": given, **fields}


def tool_result(content: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "toolu_1", "content": content}


@pytest.mark.parametrize(
    "path, body",
    [
        (GENERATE, {"contents": user(FILE)}),
        (GENERATE, {"contents": user([FILE])}),
        (GENERATE, {"contents": [user(FILE)]}),
        (GENERATE, {"contents": [[user(FILE)]]}),
        (GENERATE, {"contents": user(INLINE)}),
        (GENERATE, hello(systemInstruction={"parts": FILE})),
        (GENERATE, hello(system_instruction=[{"parts": [{"file_data": {"file_uri": URL}}]}])),
        (GENERATE, hello(tools={"urlContext": {"a": 1}})),
        (GENERATE, hello(tools={"url_context": {}})),
        (GENERATE, hello(tools={"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/a"]}})),
        (GENERATE, {"contents": user({"functionResponse": {"name": "f", "parts": INLINE}})}),
        (EMBED, {"content": {"parts": INLINE}}),
        ("/v1beta/models/m:batchEmbedContents", {"requests": {"content": {"parts": FILE}}}),
        (MESSAGES, messages(SEEN)),
        (MESSAGES, messages([tool_result(SEEN)])),
        (MESSAGES, messages(tool_result(SEEN))),
        (MESSAGES, {"model": "m", "max_tokens": 5, "messages": {"role": "user", "content": SEEN}}),
        (RESPONSES, responses({"role": "user", "content": {"type": "input_image", "image_url": URL}})),
        (RESPONSES, responses("hello", tools={"type": "mcp", "server_label": "a", "server_url": URL})),
        (CHAT, chat(SHOWN)),
        (CHAT, {"model": "m", "messages": {"role": "user", "content": [SHOWN]}}),
    ],
)
def test_a_lone_object_is_refused_like_an_element(core: Core, path: str, body: Any) -> None:
    """Two brackets more or less make no difference."""
    with pytest.raises(OpaqueRefused):
        sent(core, path, body, x_goog_api_key="k")


@pytest.mark.parametrize(
    "path, body",
    [
        (GENERATE, {"contents": user({"text": f"ask {MAIL}"})}),
        (GENERATE, hello(tools={"functionDeclarations": {"name": "f", "description": f"asks {MAIL} for it"}})),
        (MESSAGES, messages({"type": "text", "text": f"ask {MAIL}"})),
        (RESPONSES, responses({"role": "user", "content": {"type": "input_text", "text": f"ask {MAIL}"}})),
        (CHAT, chat({"type": "text", "text": f"ask {MAIL}"})),
    ],
)
def test_text_of_a_lone_object_is_scrubbed_and_known(make_core: MakeCore, path: str, body: Any) -> None:
    """It leaves in its own shape, and nothing in it is a field that no table names."""
    core = make_core("version: 1\nmodel: none\nunknown_fields: refuse\n")
    out = sent(core, path, body, x_goog_api_key="k").body
    assert MAIL.encode() not in out
    assert b"[EMAIL_ADDRESS_1]" in out


@pytest.mark.parametrize(
    "path, body",
    [
        (EMBEDDINGS, {"model": "m", "messages": [{"role": "user", "content": [SHOWN]}]}),
        (OLLAMA, chat([SHOWN])),
        (RESPONSES, responses([{"type": "local_shell_call_output", "id": "a", "output": [SHOWN]}])),
    ],
)
def test_parts_in_place_of_a_string_are_unknown_and_read_as_parts(
    core: Core, make_core: MakeCore, path: str, body: Any
) -> None:
    """Media in them is refused; text in them is scrubbed, and refused where unknown fields are."""
    with pytest.raises(OpaqueRefused):
        sent(core, path, body)
    strict = make_core("version: 1\nmodel: none\nunknown_fields: refuse\n")
    swapped = _texts(body)
    with pytest.raises(RelayFault, match="unknown_fields"):
        sent(strict, path, swapped)
    assert MAIL.encode() not in sent(core, path, swapped).body


def _texts(value: Any) -> Any:
    if value == SHOWN:
        return {"type": "text", "text": f"ask {MAIL} at {URL}"}
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    return [_texts(each) for each in value] if isinstance(value, list) else value
