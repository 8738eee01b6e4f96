"""A number of the request is a number in the arguments of a tool."""

import json
from typing import Any

import pytest

from relay.exchange import Core
from relay.response.bare_numbers import BareNumbers, numbers_in
from relay.types import Segment
from tests.conftest import MakeCore
from tests.laws.test_same_prefix import JSON_HEAD
from tests.support import begin, post

NUMBERS = {"[PHONE_NUMBER_1]", "-[PHONE_NUMBER_12]"}


class Same:
    """A writer that changes nothing."""

    def feed(self, text: str) -> str:
        return text

    def finish(self, *, cut_off: bool = False) -> str:
        return ""

    def restore(self, text: str) -> str:
        return text


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('{"id": "[PHONE_NUMBER_1]"}', '{"id": [PHONE_NUMBER_1]}'),
        ('{"id":"[PHONE_NUMBER_1]","b":"-[PHONE_NUMBER_12]"}', '{"id":[PHONE_NUMBER_1],"b":-[PHONE_NUMBER_12]}'),
        ('["[PHONE_NUMBER_1]" , "[PHONE_NUMBER_1]"\n]', "[[PHONE_NUMBER_1] , [PHONE_NUMBER_1]\n]"),
        ('{"a":"{\\"id\\":\\"[PHONE_NUMBER_1]\\"}"}', '{"a":"{\\"id\\":[PHONE_NUMBER_1]}"}'),
        (json.dumps({"a": json.dumps(["[PHONE_NUMBER_1]"], indent=1)}), '{"a": "[\\n [PHONE_NUMBER_1]\\n]"}'),
        # near misses
        ('{"[PHONE_NUMBER_1]": 1}', None),
        ('{"[PHONE_NUMBER_1]" : 1}', None),
        ('{"id": "[PHONE_NUMBER_1] "}', None),
        ('{"id": "call [PHONE_NUMBER_1]"}', None),
        ('{"id": "[PHONE_NUMBER_12]"}', None),
        ('{"id": "[PHONE_NUMBER_2]"}', None),
        ('{"a": "x = {\\"id\\":\\"[PHONE_NUMBER_1]\\"}"}', None),
        ('{"a": "say \\"[PHONE_NUMBER_1]\\", please"}', None),
        ('{"a": "\\\\"}', None),
        ('"[PHONE_NUMBER_1]"', None),
        ('{"id": "[PHONE_NUMBER_1]', None),
    ],
)
def test_quotes_are_taken_off(text: str, bare: str | None) -> None:
    """Only off the whole string of a value, at whatever depth of JSON, however the text was cut."""
    expected = text if bare is None else bare
    assert BareNumbers(Same(), NUMBERS).restore(text) == expected
    pieces = [[text[:cut], text[cut:]] for cut in range(len(text) + 1)]
    for cut_up in (*pieces, list(text)):
        one = BareNumbers(Same(), NUMBERS)
        assert "".join(map(one.feed, cut_up)) + one.finish() == expected


def test_which_placeholders_are_numbers() -> None:
    """One that was a number as a whole and nowhere a whole string, and that can be restored."""
    texts = {0: "[A_1]", 1: "-[A_2]", 2: "***", 3: "[A_3]", 4: "[A_3]", 5: "call [A_1]", 6: "1.[A_4]"}
    segments = [Segment(pointer="", text="", number=at not in (4, 5)) for at in range(7)]
    assert numbers_in(segments, texts, {"[A_1]", "[A_2]", "[A_3]", "[A_4]"}) == {"[A_1]", "-[A_2]"}


def chat(said: Any) -> dict[str, Any]:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": said}}
    return {
        "model": "m",
        "messages": [
            {"role": "user", "content": "Look up the card of order 7."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "ok"},
        ],
    }


def test_chat_arguments_round_trip(core: Core) -> None:
    """JSON text in, JSON text out."""
    exchange = begin(core, "/v1/chat/completions")
    out = exchange.open(post("/v1/chat/completions", chat('{"card": 4111111111111111, "n": 3}')))
    sent = json.loads(out.body)["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert sent == '{"card": "[CREDIT_CARD_1]", "n": 3}'
    exchange.start(200, JSON_HEAD)
    answer = {"choices": [{"index": 0, "message": chat(sent)["messages"][1]}]}
    exchange.feed(json.dumps(answer).encode())
    (choice,) = json.loads(exchange.finish())["choices"]
    assert choice["message"]["tool_calls"][0]["function"]["arguments"] == '{"card": 4111111111111111, "n": 3}'


@pytest.mark.parametrize(
    ("card", "also", "back"),
    [
        (4111111111111111, "ok", 4111111111111111),
        ("4111111111111111", "ok", "4111111111111111"),
        (4111111111111111, "4111111111111111", "4111111111111111"),
    ],
)
def test_an_object_round_trips(core: Core, card: Any, also: str, back: Any) -> None:
    """A leaf that was a number is one; where the same text was a string, too, it is a string."""
    use = {"type": "tool_use", "id": "t", "name": "look", "input": {"card": card}}
    body = {
        "model": "m",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": "Look up the card of order 7."},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": f"card\n{also}"}]},
            {"role": "user", "content": also},
        ],
    }
    exchange = begin(core, "/v1/messages")
    out = exchange.open(post("/v1/messages", body))
    sent = json.loads(out.body)["messages"][1]["content"][0]
    assert sent["input"] == {"card": "[CREDIT_CARD_1]"}
    exchange.start(200, JSON_HEAD)
    exchange.feed(json.dumps({"type": "message", "content": [{**sent, "id": "u"}]}).encode())
    assert json.loads(exchange.finish())["content"][0]["input"] == {"card": back}


def test_a_withheld_number_stays_a_placeholder(make_core: MakeCore) -> None:
    """JSON text stays JSON text where policy keeps a type from tools."""
    core = make_core("version: 1\nmodel: none\nrestore: {tools: ['*'], withhold: [CREDIT_CARD]}\n")
    exchange = begin(core, "/v1/chat/completions")
    out = exchange.open(post("/v1/chat/completions", chat('{"card": 4111111111111111}')))
    message = json.loads(out.body)["messages"][1]
    exchange.start(200, JSON_HEAD)
    exchange.feed(json.dumps({"choices": [{"index": 0, "message": message}]}).encode())
    (choice,) = json.loads(exchange.finish())["choices"]
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"card": "[CREDIT_CARD_1]"}
