"""Where a stream that ends cleanly is complete: at its format's mark, or where the answer has said that it is finished.

Each row is a stream with the number of its events after which the answer is whole. The stream is ended after every
number of events: before that number the client learns that it was cut off, from there on it gets a clean end and not a
byte that the upstream did not send.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from relay.errors import UpstreamBadStream
from relay.exchange import Core
from tests.support import begin, post

CHAT, COMPLETIONS, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/completions", "/v1/messages", "/v1/responses"
GEMINI, OLLAMA, GENERATE = "/v1beta/models/m:streamGenerateContent", "/api/chat", "/api/generate"
DONE = "[DONE]"


def chat(index: int = 0, text: str = "a", finish: str | None = None, **delta: Any) -> Any:
    said = {"content": text, **delta} if text else delta
    return {"id": "c", "choices": [{"index": index, "delta": said, "finish_reason": finish}]}


def completion(text: str, finish: str | None = None) -> Any:
    return {"id": "c", "choices": [{"index": 0, "text": text, "finish_reason": finish}]}


def gemini(text: str = "a", finish: str | None = None, index: int = 0) -> Any:
    found: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": index}
    return {"candidates": [found | ({"finishReason": finish} if finish else {})]}


USAGE = {"id": "c", "choices": [], "usage": {"prompt_tokens": 1}}
ERROR = {"error": {"message": "no", "type": "server_error", "code": None, "param": None}}
CALL = {"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": "{}"}}]}
START: Any = {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "content": []}}
BLOCK: Any = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
PIECE: Any = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}
STOP: Any = {"type": "content_block_stop", "index": 0}
DELTA: Any = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}
NO_REASON: Any = {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 1}}
TEXT: Any = {"type": "response.output_text.delta", "item_id": "i", "content_index": 0, "delta": "a"}
ITEM: Any = {"type": "response.output_item.done", "output_index": 0, "item": {"type": "message", "content": []}}
LINE: Any = {"model": "m", "message": {"role": "assistant", "content": "a"}, "done": False}


def response(kind: str, **first: Any) -> Any:
    return {**first, "type": f"response.{kind}", "response": {"id": "r", "output": []}}


ROWS: list[tuple[str, str, list[Any], int]] = [
    ("chat", CHAT, [chat(), chat(text="b"), chat(text="", finish="stop"), DONE], 3),
    ("chat-usage", CHAT, [chat(), chat(text="", finish="stop"), USAGE, DONE], 2),
    ("chat-last-text-and-reason-in-one", CHAT, [chat(), chat(finish="stop"), DONE], 2),
    ("chat-length", CHAT, [chat(), chat(text="", finish="length")], 2),
    ("chat-tool", CHAT, [chat(text="", **CALL), chat(text="", finish="tool_calls")], 2),
    ("chat-two-choices", CHAT, [chat(0), chat(1), chat(0, "", "stop"), chat(1, "b"), chat(1, "", "stop"), DONE], 5),
    ("chat-one-choice-begins-late", CHAT, [chat(0, finish="stop")], 1),
    ("chat-only-done", CHAT, [chat(), chat(), DONE], 3),
    ("chat-usage-alone", CHAT, [USAGE, USAGE], 9),
    ("chat-no-reason", CHAT, [chat(), chat(), USAGE], 9),
    ("chat-error", CHAT, [chat(), ERROR], 2),
    ("completions", COMPLETIONS, [completion("a"), completion("", "stop"), DONE], 2),
    ("completions-no-reason", COMPLETIONS, [completion("a"), completion("b")], 9),
    ("messages", MESSAGES, [START, BLOCK, PIECE, STOP, DELTA, {"type": "message_stop"}], 5),
    ("messages-no-reason", MESSAGES, [START, BLOCK, PIECE, STOP, NO_REASON, {"type": "message_stop"}], 6),
    ("messages-cut-between-blocks", MESSAGES, [START, BLOCK, PIECE, STOP], 9),
    ("messages-error", MESSAGES, [START, BLOCK, {"type": "error", **ERROR}], 3),
    ("responses", RESPONSES, [response("created"), TEXT, ITEM, response("completed")], 4),
    ("responses-incomplete", RESPONSES, [TEXT, response("incomplete")], 2),
    ("responses-failed", RESPONSES, [TEXT, response("failed"), DONE], 2),
    ("responses-type-not-first", RESPONSES, [TEXT, response("completed", sequence_number=2)], 2),
    ("responses-items-are-not-the-end", RESPONSES, [TEXT, ITEM], 9),
    ("responses-done-behind-it", RESPONSES, [TEXT, response("completed"), DONE], 2),
    ("gemini-done-behind-it", GEMINI, [gemini(finish="STOP"), DONE], 1),
    ("responses-error", RESPONSES, [TEXT, {"type": "error", "message": "no"}], 2),
    ("gemini", GEMINI, [gemini(), gemini(finish="STOP")], 2),
    ("gemini-reason-in-every-chunk", GEMINI, [gemini(finish="STOP"), gemini(finish="STOP")], 1),
    ("gemini-two", GEMINI, [gemini(), gemini(index=1), gemini(finish="STOP"), gemini(index=1, finish="SAFETY")], 4),
    ("gemini-blocked", GEMINI, [{"promptFeedback": {"blockReason": "SAFETY"}}], 1),
    ("gemini-no-reason", GEMINI, [gemini(), gemini()], 9),
    ("gemini-error", GEMINI, [gemini(), {"error": {"code": 500, "message": "no", "status": "INTERNAL"}}], 2),
    ("ollama", OLLAMA, [LINE, LINE, {**LINE, "done": True}], 3),
    ("ollama-no-done", OLLAMA, [LINE, LINE], 9),
    ("ollama-error", OLLAMA, [LINE, {"error": "no"}], 2),
    ("ollama-generate", GENERATE, [{"response": "a", "done": False}, {"response": "", "done": True}], 2),
]


def framed(path: str, event: Any, *, named: bool) -> bytes:
    data = event if isinstance(event, str) else json.dumps(event, separators=(",", ":"))
    if path.startswith("/api"):
        return data.encode() + b"\n"
    name = f"event: {event['type']}\n" if named and isinstance(event, dict) and "type" in event else ""
    return f"{name}data: {data}\n\n".encode()


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize(("path", "events", "whole"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_where_a_stream_may_end(core: Core, path: str, events: list[Any], whole: int, named: bool) -> None:
    """See the module's description; servers that leave the names of events out are no exception."""
    content_type = "application/x-ndjson" if path.startswith("/api") else "text/event-stream"
    for count in range(len(events) + 1):
        exchange = begin(core, path)
        request = post(path, {"model": "m", "stream": True, "messages": [], "input": "", "prompt": "", "contents": []})
        exchange.open(dataclasses.replace(request, query="alt=sse"))
        exchange.start(200, (("content-type", content_type),))
        sent = b"".join(framed(path, event, named=named) for event in events[:count])
        got = exchange.feed(sent)
        if count < whole:
            with pytest.raises(UpstreamBadStream, match="before its end"):
                exchange.finish()
            exchange.close()
            continue
        got += exchange.finish()
        assert got == sent if named else list(data_of(got)) == list(data_of(sent))


def data_of(stream: bytes) -> list[str]:
    return [line.removeprefix("data: ") for line in stream.decode().splitlines() if not line.startswith("event: ")]


MAIL = "maria@example.org"


@pytest.mark.parametrize(
    ("path", "content", "events", "text"),
    [
        (CHAT, "messages", [chat(text="to [EMAIL_ADDRESS_1"), chat(text="]", finish="stop")], f"to {MAIL}"),
        (CHAT, "messages", [chat(text="to [EMAIL_"), chat(text="", finish="stop")], "to [EMAIL_"),
        (CHAT, "messages", [chat(text="a", finish="stop"), chat(text="to [EMAIL_")], "ato [EMAIL_"),
    ],
)
def test_what_is_held_back_goes_out_without_the_mark(
    core: Core, path: str, content: str, events: list[Any], text: str
) -> None:
    """Nothing of the text is lost when the stream ends where its answer does."""
    exchange = begin(core, path)
    exchange.open(post(path, {"model": "m", "stream": True, content: [{"role": "user", "content": f"mail {MAIL}"}]}))
    exchange.start(200, (("content-type", "text/event-stream"),))
    events = [*events, chat(text="", finish="stop")]
    got = exchange.feed(b"".join(framed(path, event, named=False) for event in events)) + exchange.finish()
    trees = [json.loads(row) for row in data_of(got) if row]
    assert "".join(tree["choices"][0]["delta"].get("content", "") for tree in trees) == text


def test_few_texts_are_open_at_once(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event looks at all that are open, so their number is bounded."""
    monkeypatch.setattr("relay.response.answer.MOST_LANES", 4)
    exchange = begin(core, "/v1/chat/completions")
    messages = [{"role": "user", "content": "maria@example.org"}]
    exchange.open(post("/v1/chat/completions", {"model": "m", "stream": True, "messages": messages}))
    exchange.start(200, (("content-type", "text/event-stream"),))
    event = 'data: {"choices": [{"index": %d, "delta": {"content": "[EMAIL_ADDRESS_1"}}]}\n\n'
    exchange.feed("".join(event % number for number in range(4)).encode())
    with pytest.raises(UpstreamBadStream, match="more than 4 texts open"):
        exchange.feed((event % 4).encode())
    exchange.close()
