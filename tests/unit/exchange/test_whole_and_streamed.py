"""Answers come back restored, whole and streamed, however they are cut, in every format."""

import json

import orjson
import pytest

from relay.exchange import Core
from tests.support import begin, chat, post
from tests.unit.exchange.support import (
    CHAT,
    JSON_HEAD,
    MAIL,
    MESSAGES,
    STREAM_HEAD,
    delta,
    events,
    opened,
    sse,
    text_of,
)


def test_a_whole_answer_comes_back_restored(core: Core) -> None:
    """Text and tool arguments, the latter JSON-escaped; the rest of the body stays."""
    exchange = opened(core, CHAT, chat(f'mail {MAIL} and my password is qu"ote-Me77 ok'))
    head = exchange.start(200, JSON_HEAD)
    assert head.status == 200
    answer = {
        "id": "c1",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "I wrote to [EMAIL_ADDRESS_1].",
                    "tool_calls": [
                        {
                            "id": "t",
                            "type": "function",
                            "function": {"name": "send", "arguments": '{"to": "[EMAIL_ADDRESS_1]"}'},
                        }
                    ],
                },
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {"total_tokens": 3},
    }
    assert exchange.feed(json.dumps(answer).encode()) == b""
    restored = orjson.loads(exchange.finish())
    message = restored["choices"][0]["message"]
    assert message["content"] == f"I wrote to {MAIL}."
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"to": MAIL}
    assert restored["usage"] == {"total_tokens": 3}


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_a_streamed_answer_comes_back_restored_however_it_is_cut(core: Core, step: int) -> None:
    """Bytes may be cut anywhere and placeholders may be cut between events."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, STREAM_HEAD)
    assert exchange.streaming
    stream = sse(
        delta("Hé "), delta("[EMAIL"), delta("_ADDRESS_"), delta("1], bye"), delta("", finish_reason="stop"), "[DONE]"
    )
    out = b"".join(exchange.feed(stream[i : i + step]) for i in range(0, len(stream), step)) + exchange.finish()
    assert text_of(out) == f"Hé {MAIL}, bye"
    assert events(out)[-1] == "[DONE]"


def test_text_is_not_held_back_longer_than_needed(core: Core) -> None:
    """A delta that cannot be part of a placeholder goes out with the event that brought it."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, STREAM_HEAD)
    assert text_of(exchange.feed(sse(delta("hello ")))) == "hello "
    assert text_of(exchange.feed(sse(delta("[EM")))) == ""
    assert text_of(exchange.feed(sse(delta("bed]")))) == "[EMbed]"
    exchange.close()


def test_what_is_held_back_goes_out_before_the_finish(core: Core) -> None:
    """A stream that stops in the middle of a placeholder passes the fragment on, no later than finish_reason."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, STREAM_HEAD)
    out = exchange.feed(sse(delta("see [EMAIL_ADD"), delta("", finish_reason="stop"), "[DONE]")) + exchange.finish()
    rows = events(out)
    assert text_of(out) == "see [EMAIL_ADD"
    finish = next(i for i, row in enumerate(rows) if row != "[DONE]" and row["choices"][0].get("finish_reason"))
    assert text_of(sse(*rows[: finish + 1])) == "see [EMAIL_ADD"
    assert rows[-1] == "[DONE]"


def test_an_anthropic_stream_with_tool_use(core: Core) -> None:
    """Text and tool input are separate lanes; each is flushed before its block ends."""
    body = {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": f"mail {MAIL}"}]}
    exchange = opened(core, MESSAGES, body)
    exchange.start(200, STREAM_HEAD)
    start = {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [], "usage": {}}}
    stream = sse(
        start,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "to [EMAIL_"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ADDRESS_1] and [EM"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": '{"to": "[EMAIL'},
        },
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": '_ADDRESS_1]"}'},
        },
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {}},
        {"type": "message_stop"},
    )
    rows = events(exchange.feed(stream) + exchange.finish())
    text = "".join(r["delta"]["text"] for r in rows if r.get("delta", {}).get("type") == "text_delta")
    arguments = "".join(
        r["delta"]["partial_json"] for r in rows if r.get("delta", {}).get("type") == "input_json_delta"
    )
    assert text == f"to {MAIL} and [EM"
    assert json.loads(arguments) == {"to": MAIL}
    kinds = [(r["type"], r.get("index")) for r in rows]
    assert kinds.index(("content_block_stop", 0)) < kinds.index(("content_block_start", 1))
    assert kinds[-1] == ("message_stop", None)


def test_an_ollama_stream_of_lines_is_restored_line_by_line(core: Core) -> None:
    """JSON by the line is a stream as well; its last line may hold text and the end together."""
    exchange = begin(core, "/api/chat")
    exchange.open(post("/api/chat", {"model": "m", "messages": [{"role": "user", "content": f"mail {MAIL}"}]}))
    exchange.start(200, (("content-type", "application/x-ndjson"),))
    assert exchange.streaming
    lines = [
        {"message": {"role": "assistant", "content": "to [EMAIL_"}, "done": False},
        {"message": {"role": "assistant", "content": "ADDRESS_1], [EM"}, "done": True, "done_reason": "stop"},
    ]
    out = exchange.feed("".join(json.dumps(line) + "\n" for line in lines).encode()) + exchange.finish()
    rows = [json.loads(line) for line in out.splitlines()]
    assert "".join(row["message"]["content"] for row in rows) == f"to {MAIL}, [EM"
    assert rows[-1]["done"] is True


def test_an_openai_responses_stream_says_the_same_text_everywhere(core: Core) -> None:
    """Deltas, the finished item and the completed response are restored alike."""
    exchange = begin(core, "/v1/responses")
    exchange.open(post("/v1/responses", {"model": "m", "input": f"mail {MAIL}", "stream": True}))
    exchange.start(200, STREAM_HEAD)
    text = "to [EMAIL_ADDRESS_1]."
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {"type": "message", "id": "i", "role": "assistant", "content": [part]}
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    stream = sse(
        {"type": "response.output_text.delta", **place, "delta": text[:9]},
        {"type": "response.output_text.delta", **place, "delta": text[9:]},
        {"type": "response.output_text.done", **place, "text": text},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"id": "r", "output": [item]}},
    )
    rows = events(exchange.feed(stream) + exchange.finish())
    restored = f"to {MAIL}."
    assert "".join(row["delta"] for row in rows if row["type"].endswith(".delta")) == restored
    assert next(row["text"] for row in rows if row["type"].endswith("text.done")) == restored
    assert rows[-1]["response"]["output"][0]["content"][0]["text"] == restored


def test_a_stream_of_one_line_loses_nothing(core: Core) -> None:
    """The first text of a lane may come with the end; what looks like a beginning goes out all the same."""
    exchange = begin(core, "/api/chat")
    exchange.open(post("/api/chat", {"model": "m", "messages": [{"role": "user", "content": f"mail {MAIL}"}]}))
    exchange.start(200, (("content-type", "application/x-ndjson"),))
    line = {
        "message": {"role": "assistant", "content": "to [EMAIL_ADDRESS_1], [EM"},
        "done": True,
        "done_reason": "stop",
    }
    out = exchange.feed(json.dumps(line).encode() + b"\n") + exchange.finish()
    assert json.loads(out)["message"]["content"] == f"to {MAIL}, [EM"


def test_html_takes_values_as_references(core: Core) -> None:
    """What Gemini's search suggestions show is HTML, and a value in it stays text."""
    exchange = begin(core, "/v1beta/models/gemini-x:generateContent")
    body = {"contents": [{"parts": [{"text": "my password is hunter&2Zebra ok"}]}]}
    exchange.open(post("/v1beta/models/gemini-x:generateContent", body))
    exchange.start(200, JSON_HEAD)
    entry = {"renderedContent": "<div>[PASSWORD_1]</div>"}
    answer = {"candidates": [{"groundingMetadata": {"searchEntryPoint": entry}}]}
    exchange.feed(json.dumps(answer).encode())
    rendered = json.loads(exchange.finish())["candidates"][0]["groundingMetadata"]["searchEntryPoint"]
    assert rendered["renderedContent"] == "<div>hunter&amp;2Zebra</div>"


def test_anthropic_events_without_names_get_them(core: Core) -> None:
    """The SDKs go by the names, and some servers leave them out."""
    exchange = opened(core, MESSAGES, {"model": "m", "messages": [{"role": "user", "content": f"mail {MAIL}"}]})
    exchange.start(200, STREAM_HEAD)
    delta = {"type": "text_delta", "text": "to [EMAIL_ADDRESS_1]"}
    rows = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_stop"},
    ]
    out = exchange.feed("".join(f"data: {json.dumps(row)}\n\n" for row in rows).encode()) + exchange.finish()
    assert out.count(b"event: content_block_delta\ndata: ") >= 1
    assert out.endswith(b'event: message_stop\ndata: {"type": "message_stop"}\n\n')
    assert MAIL.encode() in out
