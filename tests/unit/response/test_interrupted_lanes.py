"""Text that was held back goes out before what the model says next elsewhere: clients keep the order of the two."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relay.exchange import Core
from tests.support import begin, post

MAIL = "a@example.org"
MAIL_MARK = "[EMAIL_ADDRESS_1]"


def chat(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"id": "1", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def candidate(part: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0, **fields}]}


TOOL = chat({"tool_calls": [{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}]})
CALL = candidate({"functionCall": {"name": "f", "args": {}}})
CHAT, GEMINI = "/v1/chat/completions", "/v1beta/models/m:streamGenerateContent"
ASKED = {
    CHAT: {"model": "m", "stream": True, "messages": [{"role": "user", "content": f"mail {MAIL}"}]},
    GEMINI: {"contents": [{"role": "user", "parts": [{"text": f"mail {MAIL}"}]}]},
}
END = {CHAT: [chat({}, "tool_calls"), "[DONE]"], GEMINI: [candidate({"text": ""}, finishReason="STOP")]}


def said(core: Core, path: str, events: list[Any]) -> list[str]:
    """Return what the client reads, in order: texts, and "call" for a tool's call."""
    exchange = begin(core, path)
    query = "alt=sse" if path == GEMINI else ""
    request = post(path, ASKED[path], x_goog_api_key="k")
    exchange.open(type(request)(method="POST", path=path, query=query, headers=request.headers, body=request.body))
    exchange.start(200, (("content-type", "text/event-stream"),))
    lines = [each if isinstance(each, str) else json.dumps(each) for each in (*events, *END[path])]
    data = exchange.feed("".join(f"data: {line}\n\n" for line in lines).encode()) + exchange.finish()
    found: list[str] = []
    for line in data.decode().splitlines():
        if not line.startswith("data: {"):
            continue
        tree = json.loads(line[6:])
        for choice in tree.get("choices", ()):
            delta = choice["delta"]
            found += [delta["content"]] if delta.get("content") else []
            found += ["call"] if delta.get("tool_calls") else []
        for each in tree.get("candidates", ()):
            for part in each["content"]["parts"]:
                found += ["call"] if "functionCall" in part else [part["text"]] if part["text"] else []
    return found


@pytest.mark.parametrize(
    ("path", "text", "call"),
    [(CHAT, lambda text: chat({"content": text}), TOOL), (GEMINI, lambda text: candidate({"text": text}), CALL)],
)
@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # What can no longer become a placeholder, and what is one as soon as nothing follows.
        (["see [EMA", None], ["see ", "[EMA", "call"]),
        (["to [EMAIL_ADDRESS_1]", None], ["to ", MAIL, "call"]),
        (["to EMAIL_ADDRESS_1", None, "."], ["to ", MAIL, "call", "."]),
        ([None, "to [EMAIL_ADDR", "ESS_1]", None], ["call", "to ", MAIL, "call"]),
        (["plain", None], ["plain", "call"]),
    ],
)
def test_a_call_comes_after_what_was_said_before_it(
    core: Core, path: str, text: Any, call: Any, pieces: list[str | None], expected: list[str]
) -> None:
    """The carry of the text goes out first, restored where it is complete."""
    found = said(core, path, [call if piece is None else text(piece) for piece in pieces])
    joined, wanted = ("|".join(each).replace(f"to |{MAIL}", f"to {MAIL}") for each in (found, expected))
    assert joined == wanted


@pytest.mark.parametrize(
    ("events", "order"),
    [
        ([chat({"reasoning_content": f"to {MAIL_MARK}"}), chat({"content": "Hi"})], ["reasoning_content", "content"]),
        # Another choice goes on by itself, and an empty delta says nothing.
        (
            [chat({"reasoning_content": MAIL_MARK}), chat({"content": "", "reasoning_content": "!"})],
            ["reasoning_content"],
        ),
    ],
)
def test_reasoning_comes_before_what_is_said(core: Core, events: list[Any], order: list[str]) -> None:
    """What is said behind a thought comes behind it, complete."""
    exchange = begin(core, CHAT)
    exchange.open(post(CHAT, ASKED[CHAT]))
    exchange.start(200, (("content-type", "text/event-stream"),))
    lines = "".join(f"data: {json.dumps(each)}\n\n" for each in [*events, chat({}, "stop")])
    data = exchange.feed(f"{lines}data: [DONE]\n\n".encode()) + exchange.finish()
    deltas = [
        json.loads(line[6:])["choices"][0]["delta"] for line in data.decode().splitlines() if line[:7] == "data: {"
    ]
    said = [(key, text) for delta in deltas for key, text in delta.items() if text]
    assert list(dict.fromkeys(key for key, _ in said)) == order
    assert "".join(text for key, text in said if key == "reasoning_content").replace("!", "").endswith(MAIL)
    assert [key for key, _ in said] == sorted((key for key, _ in said), key=order.index)
