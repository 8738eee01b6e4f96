"""Lanes, end to end: with a reader's lanes, ends and flushes, a stream says the same however its text was cut.

`restored` below is the contract of `StreamReader` in a few lines, with a restorer that knows one placeholder. What it
writes is read back by lane and compared with the whole text restored at once.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relay.wire
from relay.registry import collect_families
from relay.types import Encoding, Event
from relay.wire import strict_json
from relay.wire.framing import framing_of

FORMATS = {name: plugin() for name, plugin in collect_families(relay.wire).items()}
PLACEHOLDER, VALUE = "[P_1]", 'Zoë "Z"'
TEXT = "Dear [P_1], [P_1][P_1] wrote [P_2] and [P_"
ARGUMENTS = '{"to": "[P_1]", "cc": ["[P_1]", "[P"]}'
Stream = list[tuple[Any, str | None]]


class OneWord:
    """Restores one placeholder and holds back what may become it."""

    def __init__(self, encoding: Encoding) -> None:
        self.value = VALUE if encoding is Encoding.TEXT else json.dumps(VALUE, ensure_ascii=False)[1:-1]
        self.carry = ""

    def feed(self, text: str) -> str:
        text = (self.carry + text).replace(PLACEHOLDER, self.value)
        held = next(size for size in range(len(PLACEHOLDER), -1, -1) if text.endswith(PLACEHOLDER[:size]))
        self.carry = text[len(text) - held :]
        return text[: len(text) - held]

    def finish(self) -> str:
        text, self.carry = self.carry, ""
        return text


def whole(text: str, encoding: Encoding) -> str:
    restorer = OneWord(encoding)
    return restorer.feed(text) + restorer.finish()


def restored(reader: Any, events: list[Event]) -> list[Event]:
    """Follow the contract: lanes that end go out before the event, or into their last leaf in it."""
    lanes: dict[Any, OneWord] = {}
    out: list[Event] = []
    for event in events:
        end = reader.is_end(event)
        tree = {} if event.data == "[DONE]" else json.loads(event.data or "")
        closing = [*reader.closing(tree), *(lanes if end else ())]
        leaves = list(reader.leaves(tree))
        last = {leaf.lane: leaf for leaf in leaves}
        for lane in dict.fromkeys(closing):
            if lane in lanes and lane not in last and (text := lanes.pop(lane).finish()):
                out.append(reader.flush(lane, text))
        for leaf in leaves:
            if leaf.lane is None:
                leaf.put(whole(leaf.text, leaf.encoding))
                continue
            restorer = lanes.setdefault(leaf.lane, OneWord(leaf.encoding))
            text = restorer.feed(leaf.text)
            leaf.put(text + restorer.finish() if leaf.lane in closing and last[leaf.lane] is leaf else text)
        out.append(event if event.data == "[DONE]" else Event(strict_json.encode(tree).decode(), event.event))
    return out


def pieces(choose: random.Random, text: str) -> Iterator[str]:
    edges = [0, *sorted(choose.sample(range(1, len(text)), choose.randint(0, 12))), len(text)]
    return (text[start:end] for start, end in pairwise(edges))


def chat(choose: random.Random) -> Stream:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}

    def chunk(index: int, delta: Any, finish: str | None = None) -> tuple[Any, None]:
        return {**head, "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}, None

    texts = [chunk(0, {"content": piece}) for piece in pieces(choose, TEXT)]
    others = [chunk(1, {"content": piece}) for piece in pieces(choose, TEXT)]
    if choose.random() < 0.5:  # the last delta and the end in one chunk
        others[-1][0]["choices"][0]["finish_reason"] = "stop"
    else:
        others.append(chunk(1, {}, "stop"))
    calls = [chunk(0, {"tool_calls": [{"index": 0, "function": {"arguments": p}}]}) for p in pieces(choose, ARGUMENTS)]
    calls[0][0]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] = "mail"
    mixed: Stream = []
    runs = [texts, others, calls]
    while runs:
        run = choose.choice(runs)
        mixed.append(run.pop(0))
        runs = [each for each in runs if each]
    return [*mixed, chunk(0, {}, "tool_calls"), ("[DONE]", None)]


def completions(choose: random.Random) -> Stream:
    choices: list[Any] = [{"index": 0, "text": text, "finish_reason": None} for text in pieces(choose, TEXT)]
    choices[-1]["finish_reason"] = "stop"
    return [*(({"id": "c", "choices": [choice]}, None) for choice in choices), ("[DONE]", None)]


def named(*trees: Any) -> Stream:
    return [(tree, tree["type"]) for tree in trees]


def messages(choose: random.Random) -> Stream:
    def block(index: int, start: Any, delta: str, key: str, text: str) -> Stream:
        deltas = [{"type": delta, key: piece} for piece in pieces(choose, text)]
        return named(
            {"type": "content_block_start", "index": index, "content_block": start},
            *({"type": "content_block_delta", "index": index, "delta": each} for each in deltas),
            {"type": "content_block_stop", "index": index},
        )

    tool = {"type": "tool_use", "id": "t", "name": "mail", "input": {}}
    return [
        *block(0, {"type": "text", "text": ""}, "text_delta", "text", TEXT),
        *block(1, tool, "input_json_delta", "partial_json", ARGUMENTS),
        *named({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}, {"type": "message_stop"}),
    ]


def responses(choose: random.Random) -> Stream:
    place = {"item_id": "m1", "output_index": 0, "content_index": 0}
    call = {"item_id": "f1", "output_index": 1}
    item = {"type": "message", "id": "m1", "content": [{"type": "output_text", "text": TEXT}]}
    function = {"type": "function_call", "id": "f1", "name": "mail", "arguments": ""}
    return named(
        *({"type": "response.output_text.delta", **place, "delta": piece} for piece in pieces(choose, TEXT)),
        {"type": "response.output_text.done", **place, "text": TEXT},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.output_item.added", "output_index": 1, "item": function},
        *({"type": "response.function_call_arguments.delta", **call, "delta": p} for p in pieces(choose, ARGUMENTS)),
        {"type": "response.function_call_arguments.done", **call, "arguments": ARGUMENTS},
        {"type": "response.completed", "response": {"id": "r", "output": [item]}},
    )


def gemini(choose: random.Random) -> Stream:
    texts = list(pieces(choose, TEXT))
    candidates: list[Any] = [{"index": 0, "content": {"parts": [{"text": text}]}} for text in texts]
    candidates[0]["content"]["parts"].insert(0, {"text": "hm", "thought": True})
    candidates[-1]["finishReason"] = "STOP"
    return [({"candidates": [candidate]}, None) for candidate in candidates]


def lines(choose: random.Random) -> Stream:
    texts = [{"model": "m", "message": {"content": text}, "done": False} for text in pieces(choose, TEXT)]
    return [(tree, None) for tree in (*texts, {"model": "m", "message": {"content": ""}, "done": True})]


CHAT_LANES = {(0, "content"): TEXT, (1, "content"): TEXT, (0, 0, "arguments"): ARGUMENTS}
CASES = [
    ("openai_chat", "/v1/chat/completions", chat, CHAT_LANES),
    ("openai_completions", "/v1/completions", completions, {(0, "text"): TEXT}),
    ("anthropic_messages", "/v1/messages", messages, {(0, "text"): TEXT, (1, "json"): ARGUMENTS}),
    ("openai_responses", "/v1/responses", responses, {("m1", 0, "text"): TEXT, ("f1", "arguments"): ARGUMENTS}),
    ("gemini_generate", "/v1/models/m:streamGenerateContent", gemini, {(0, "text"): TEXT}),
    ("ollama_chat", "/api/chat", lines, {("content",): TEXT}),
]


@pytest.mark.parametrize("name, path, make, expected", CASES, ids=[case[0] for case in CASES])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_a_stream_says_the_same_however_it_was_cut(name, path, make, expected, seed):
    """Each lane is its whole text restored, whole texts too, and nothing comes after a lane's end."""
    format = FORMATS[name]
    endpoint = format.match(path)
    document = format.read(endpoint, b'{"stream":true}', str)
    choose = random.Random(seed)
    framing = framing_of("application/x-ndjson" if name.startswith("ollama") else "text/event-stream")
    stream = make(choose)
    events = [Event(tree if isinstance(tree, str) else json.dumps(tree), event) for tree, event in stream]
    written = b"".join(framing.encode(event) for event in restored(format.reader(endpoint, document), events))
    reader = format.reader(endpoint, document)
    texts: dict[Any, str] = {}
    ended: set[Any] = set()
    for event in framing.feed(written):
        tree = {} if event.data == "[DONE]" else json.loads(event.data)
        closing = set(reader.closing(tree))
        for leaf in reader.leaves(tree):
            if leaf.lane is None:
                assert PLACEHOLDER not in leaf.text
            else:
                assert leaf.lane not in ended
                texts[leaf.lane] = texts.get(leaf.lane, "") + leaf.text
        ended |= closing
    encodings = {text: Encoding.JSON if text == ARGUMENTS else Encoding.TEXT for text in (TEXT, ARGUMENTS)}
    assert texts == {lane: whole(text, encodings[text]) for lane, text in expected.items()}
