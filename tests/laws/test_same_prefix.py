"""Turn n + 1 of a session sends the bytes of turn n as its prefix, and what the upstream wrote as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from relay.exchange import Core
from tests.conftest import FRONTIER, MakeCore
from tests.support import begin, post

JSON_HEAD = (("content-type", "application/json"),)
SSE_HEAD = (("content-type", "text/event-stream"),)
LINES_HEAD = (("content-type", "application/x-ndjson"),)

# A number stands for #, so that no two turns read the same: of what reads the same, only the first is told from it.
# What a model really does to `[EMAIL_ADDRESS_1]`, and what it makes up by itself; the client reads the former restored.
WRITTEN = (
    "# to [EMAIL_ADDRESS_1]",
    "# to \\[EMAIL\\_ADDRESS\\_1\\]",
    "# to [email_address_1]",
    "# to EMAIL_ADDRESS_1's box",
    "see https://elsewhere.example.net/?to=[EMAIL_ADDRESS_1]",
    "perhaps made.up.by.the.model@example.com",
    "call +1 202 555 0143",
    "[EMAIL_ADDRESS_99] was never issued",
    "plain words",
    "",
)
ARGUMENTS = (
    '{"to": "# [EMAIL_ADDRESS_1]"}',
    '{ "to" : "# EMAIL_ADDRESS_1",\n "cc":["# caf\\u00e9 [email_address_1]", 7] }',
    '{"note": "{\\"to\\": \\"# [EMAIL_ADDRESS_1]\\"}"}',
    "{}",
)


@dataclass(frozen=True)
class Talk:
    """How one format says a conversation. `answer` gives a whole body, or the events of a stream."""

    path: str
    key: str  # of the request's list of messages
    ask: Callable[[list[Any]], dict[str, Any]]
    user: Callable[[str], Any]
    answer: Callable[[str, str, bool], Any]
    message: Callable[[Any], list[Any]]  # what the client appends, from a whole body or from events
    wrote: Callable[[list[Any]], list[Any]]  # the assistant's text and arguments in a list of messages
    head: tuple[tuple[str, str], ...] = SSE_HEAD


def _pieces(text: str) -> list[str]:
    return [text[at : at + 5] for at in range(0, len(text), 5)] or [""]


def _tree(arguments: str) -> Any:
    return json.loads(arguments)


def _chat_answer(text: str, arguments: str, stream: bool) -> Any:
    call = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": arguments}}
    if not stream:
        message = {"role": "assistant", "content": text, "tool_calls": [call]}
        return {"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    deltas: list[Any] = [{"content": piece} for piece in _pieces(text)]
    deltas.append({"tool_calls": [{"index": 0, **call, "function": {"name": "send", "arguments": ""}}]})
    deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in _pieces(arguments)]
    rows: list[Any] = [{"id": "1", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    return [*rows, {"id": "1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, "[DONE]"]


def _chat_message(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return [found["choices"][0]["message"]]
    deltas = [row["choices"][0]["delta"] for row in found if row != "[DONE]"]
    text = "".join(delta.get("content") or "" for delta in deltas)
    arguments = "".join(call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls", ()))
    call = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": arguments}}
    return [{"role": "assistant", "content": text, "tool_calls": [call]}]


def _chat_wrote(messages: list[Any]) -> list[Any]:
    said = [each for each in messages if each["role"] == "assistant"]
    return [(each["content"], each["tool_calls"][0]["function"]["arguments"]) for each in said]


def _messages_answer(text: str, arguments: str, stream: bool) -> Any:
    tool = {"type": "tool_use", "id": "t1", "name": "send", "input": _tree(arguments)}
    if not stream:
        return {"id": "m", "role": "assistant", "content": [{"type": "text", "text": text}, tool], "stop_reason": "x"}
    rows: list[Any] = [
        {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    for piece in _pieces(text):
        rows.append({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
    rows += [
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {**tool, "input": {}}},
    ]
    for piece in _pieces(arguments):
        delta = {"type": "input_json_delta", "partial_json": piece}
        rows.append({"type": "content_block_delta", "index": 1, "delta": delta})
    return [*rows, {"type": "content_block_stop", "index": 1}, {"type": "message_stop"}]


def _messages_message(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return [{"role": "assistant", "content": found["content"]}]
    deltas = [row["delta"] for row in found if row["type"] == "content_block_delta"]
    text = "".join(delta.get("text", "") for delta in deltas)
    tree = _tree("".join(delta.get("partial_json", "") for delta in deltas))
    tool = {"type": "tool_use", "id": "t1", "name": "send", "input": tree}
    return [{"role": "assistant", "content": [{"type": "text", "text": text}, tool]}]


def _messages_wrote(messages: list[Any]) -> list[Any]:
    said = [each["content"] for each in messages if each["role"] == "assistant"]
    return [(each[0]["text"], each[1]["input"]) for each in said]


def _responses_answer(text: str, arguments: str, stream: bool) -> Any:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "i1", "role": "assistant", "content": [part]}
    call = {"type": "function_call", "id": "f1", "call_id": "c1", "name": "send", "arguments": arguments}
    response = {"id": "r", "output": [message, call]}
    if not stream:
        return response
    text_at, call_at = {"item_id": "i1", "output_index": 0, "content_index": 0}, {"item_id": "f1", "output_index": 1}
    rows: list[Any] = [{"type": "response.output_text.delta", **text_at, "delta": piece} for piece in _pieces(text)]
    rows.append({"type": "response.output_text.done", **text_at, "text": text})
    rows.append({"type": "response.output_item.done", "output_index": 0, "item": message})
    for piece in _pieces(arguments):
        rows.append({"type": "response.function_call_arguments.delta", **call_at, "delta": piece})
    done = {"type": "response.function_call_arguments.done", **call_at, "name": "send", "arguments": arguments}
    last = {"type": "response.output_item.done", "output_index": 1, "item": call}
    return [*rows, done, last, {"type": "response.completed", "response": response}]


def _responses_wrote(messages: list[Any]) -> list[Any]:
    texts = [each["content"][0]["text"] for each in messages if each.get("role") == "assistant"]
    return list(zip(texts, [each["arguments"] for each in messages if "arguments" in each], strict=True))


def _gemini_answer(text: str, arguments: str, stream: bool) -> Any:
    call = {"functionCall": {"name": "send", "args": _tree(arguments)}}
    if not stream:
        content = {"role": "model", "parts": [{"text": text}, call]}
        return {"candidates": [{"index": 0, "content": content, "finishReason": "STOP"}]}
    parts = [*({"text": piece} for piece in _pieces(text)), call]
    rows = [{"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}]} for part in parts]
    return [*rows, {"candidates": [{"index": 0, "finishReason": "STOP"}]}]


def _gemini_message(found: Any) -> list[Any]:
    rows = [found] if isinstance(found, dict) else found
    parts = [part for row in rows for part in row["candidates"][0].get("content", {"parts": []})["parts"]]
    text = "".join(part.get("text", "") for part in parts)
    return [{"role": "model", "parts": [{"text": text}, *(part for part in parts if "functionCall" in part)]}]


def _gemini_wrote(messages: list[Any]) -> list[Any]:
    said = [each["parts"] for each in messages if each["role"] == "model"]
    return [(parts[0]["text"], parts[1]["functionCall"]["args"]) for parts in said]


def _ollama_answer(text: str, arguments: str, stream: bool) -> Any:
    calls = [{"function": {"name": "send", "arguments": _tree(arguments)}}]
    if not stream:
        return {"message": {"role": "assistant", "content": text, "tool_calls": calls}, "done": True}
    rows = [{"message": {"role": "assistant", "content": piece}, "done": False} for piece in _pieces(text)]
    rows.append({"message": {"role": "assistant", "content": "", "tool_calls": calls}, "done": False})
    return [*rows, {"message": {"role": "assistant", "content": ""}, "done": True}]


def _ollama_message(found: Any) -> list[Any]:
    rows = [found] if isinstance(found, dict) else found
    text = "".join(row["message"]["content"] for row in rows)
    calls = [call for row in rows for call in row["message"].get("tool_calls", ())]
    return [{"role": "assistant", "content": text, "tool_calls": calls}]


TALKS = {
    "chat": Talk(
        "/v1/chat/completions",
        "messages",
        lambda messages: {"model": "m", "messages": messages},
        lambda text: {"role": "user", "content": text},
        _chat_answer,
        _chat_message,
        _chat_wrote,
    ),
    "messages": Talk(
        "/v1/messages",
        "messages",
        lambda messages: {"model": "m", "max_tokens": 9, "messages": messages},
        lambda text: {"role": "user", "content": [{"type": "text", "text": text}]},
        _messages_answer,
        _messages_message,
        _messages_wrote,
    ),
    "responses": Talk(
        "/v1/responses",
        "input",
        lambda messages: {"model": "m", "input": messages},
        lambda text: {"role": "user", "content": text},
        _responses_answer,
        lambda found: found["output"] if isinstance(found, dict) else found[-1]["response"]["output"],
        _responses_wrote,
    ),
    "gemini": Talk(
        "/v1beta/models/m:streamGenerateContent",
        "contents",
        lambda messages: {"contents": messages},
        lambda text: {"role": "user", "parts": [{"text": text}]},
        _gemini_answer,
        _gemini_message,
        _gemini_wrote,
    ),
    "ollama": Talk(
        "/api/chat",
        "messages",
        lambda messages: {"model": "m", "messages": messages},
        lambda text: {"role": "user", "content": text},
        _ollama_answer,
        _ollama_message,
        lambda messages: [
            (each["content"], each["tool_calls"][0]["function"]["arguments"])
            for each in messages
            if each["role"] == "assistant"
        ],
        LINES_HEAD,
    ),
}


class Session:
    """A client that keeps the history as it reads it, in front of an upstream that says what it is told to."""

    def __init__(self, core: Core, talk: Talk) -> None:
        self.core, self.talk = core, talk
        self.session = core.sessions.open()
        self.history: list[Any] = []
        self.sent: list[list[Any]] = []

    def turn(self, prompt: str, text: str, arguments: str, *, stream: bool, step: int = 7) -> None:
        talk = self.talk
        self.history.append(talk.user(prompt))
        exchange = begin(self.core, talk.path, self.session)
        try:
            outbound = exchange.open(post(talk.path, talk.ask(self.history), x_goog_api_key="k"))
            self.sent.append(orjson.loads(outbound.body)[talk.key])
            answer = talk.answer(text, arguments, stream)
            exchange.start(200, talk.head if stream else JSON_HEAD)
            data = self._framed(answer) if stream else json.dumps(answer).encode()
            out = b"".join(exchange.feed(data[at : at + step]) for at in range(0, len(data), step))
            out += exchange.finish()
            self.history += talk.message(self._read(out) if stream else json.loads(out))
        finally:
            exchange.close()

    def _framed(self, rows: Sequence[Any]) -> bytes:
        if self.talk.head is LINES_HEAD:
            return "".join(json.dumps(row) + "\n" for row in rows).encode()
        out = []
        for row in rows:
            name = f"event: {row['type']}\n" if isinstance(row, dict) and "type" in row else ""
            out.append(f"{name}data: {row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)}\n\n")
        return "".join(out).encode()

    def _read(self, data: bytes) -> list[Any]:
        if self.talk.head is LINES_HEAD:
            return [json.loads(line) for line in data.splitlines()]
        if data.startswith(b"["):
            return list(json.loads(data))
        rows = [line[6:] for line in data.decode().split("\n") if line.startswith("data: ")]
        return [row if row == "[DONE]" else json.loads(row) for row in rows]


TURNS = st.lists(
    st.tuples(st.sampled_from(WRITTEN), st.sampled_from(ARGUMENTS), st.booleans(), st.sampled_from([1, 7, 10_000])),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("name", TALKS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_what_was_sent_is_sent_again(core: Core, name: str, turns: list[tuple[str, str, bool, int]]) -> None:
    """Whatever the model wrote, and whatever new values each prompt brings."""
    session = Session(core, TALKS[name])
    turns = [(text.replace("#", f"{n}:"), raw.replace("#", f"{n}:"), *how) for n, (text, raw, *how) in enumerate(turns)]
    for number, (text, arguments, stream, step) in enumerate(turns):
        session.turn(f"mail person{number}@example.org please", text, arguments, stream=stream, step=step)
    session.turn("thanks", "welcome", "{}", stream=False)
    wrote = session.talk.wrote(session.sent[-1])
    for earlier, later in zip(session.sent, session.sent[1:], strict=False):
        assert json.dumps(later[: len(earlier)]) == json.dumps(earlier)
    as_text = name in ("chat", "responses")
    assert wrote == [(text, arguments if as_text else json.loads(arguments)) for text, arguments, _, _ in turns]
    core.sessions.close(session.session.id)


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("stream", [False, True])
def test_no_leak_comes_before_the_same_bytes(core: Core, name: str, stream: bool) -> None:
    """What the model made up becomes private when the client says it, and is taken out of the model's turn as well."""
    session = Session(core, TALKS[name])
    arguments = '{"to": "made.up@example.com"}'
    session.turn("mail someone", "try made.up@example.com", arguments, stream=stream)
    session.turn("thanks", "welcome", "{}", stream=stream)
    assert "made.up@example.com" in json.dumps(session.sent[-1])  # it is the model's own
    session.turn("yes, made.up@example.com it is", "fine", "{}", stream=stream)
    session.turn("and again", "fine", "{}", stream=stream)
    for sent in session.sent[-2:]:
        assert "made.up@example.com" not in json.dumps(sent)
    assert session.sent[-1][: len(session.sent[-2])] == session.sent[-2]
    core.sessions.close(session.session.id)


def test_another_upstream_does_not_get_it_unread(make_core: MakeCore) -> None:
    """Only who wrote a text gets it back as it was; for anybody else it is scrubbed like any other."""
    policy = "version: 1\nmodel: none\n"
    one = make_core(policy, one=FRONTIER)
    session = Session(one, TALKS["chat"])
    session.turn("hello", "try made.up@example.com", "{}", stream=False)
    other = make_core(policy, other=FRONTIER)
    exchange = begin(other, TALKS["chat"].path, session.session)
    body = exchange.open(post(TALKS["chat"].path, TALKS["chat"].ask(session.history))).body
    exchange.close()
    assert b"made.up@example.com" not in body


def test_a_request_without_a_session_remembers_nothing(core: Core) -> None:
    """Its vault ends with the answer, so there is nothing to note and nothing to recall."""
    exchange = begin(core, TALKS["chat"].path)
    exchange.open(post(TALKS["chat"].path, TALKS["chat"].ask([{"role": "user", "content": "mail a@example.org"}])))
    exchange.start(200, JSON_HEAD)
    exchange.feed(json.dumps(_chat_answer("to [EMAIL_ADDRESS_1]", "{}", False)).encode())
    vault = exchange._session.vault
    exchange.finish()
    assert vault._turns is None


ASKED = (
    *("mail ann@example.org", "order 4155552671", "plain words", "my phone is 4155552671", "ann@example.org again"),
    *("IP 203.0.113.77", "| name | id |\n|---|---|\n| x | 203-0-113-77 |", "My name is 203-0-113-77."),
)


@pytest.mark.parametrize("in_session", [False, True])
@pytest.mark.parametrize("name", TALKS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.sampled_from(ASKED), min_size=2, max_size=5))
@example(asked=list(ASKED[-3:]))
def test_the_prefix_moves_only_where_that_is_said(core: Core, name: str, in_session: bool, asked: list[str]) -> None:
    """Each request begins like the one before, or a value was found late, and the response says so."""
    talk, before, history = TALKS[name], "", list[Any]()
    session = core.sessions.open() if in_session else None
    for turn, prompt in enumerate(asked):
        history.append(talk.user(prompt))
        exchange = begin(core, talk.path, session)
        outbound = exchange.open(post(talk.path, talk.ask(history), x_goog_api_key="k"))
        moved = ("x-relay-prefix", "moved") in exchange.response_headers
        exchange.close()
        now = json.dumps(orjson.loads(outbound.body)[talk.key])[:-1]
        assert now.startswith(before) or moved
        # What a session knows already may be found in a new place, which then need not move anything.
        assert in_session or not moved or not now.startswith(before)
        assert "415555" not in now or not any("phone" in one for one in asked[: turn + 1])
        before = now
        history += talk.message(talk.answer("fine", "{}", False))
