"""Law 1: a value that is not kept appears in no outbound byte, in any of its common encodings."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.exchange import Core
from tests.support import VALUES, chat, forms, sent

CHAT_POSITIONS = {
    "user text": lambda v: chat(f"please ask {v} about it"),
    "user part": lambda v: chat([{"type": "text", "text": f"please ask {v} about it"}]),
    "system": lambda v: {"model": "m", "messages": [{"role": "system", "content": f"The user is {v}."}]},
    "developer": lambda v: {"model": "m", "messages": [{"role": "developer", "content": f"The user is {v}."}]},
    "tool result": lambda v: {
        "model": "m",
        "messages": [{"role": "tool", "tool_call_id": "c1", "content": f'{{"row": "{v}"}}'}],
    },
    "tool arguments in history": lambda v: {
        "model": "m",
        "messages": [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": f'{{"to": "{v}", "n": 1}}'}}
                ],
            }
        ],
    },
    "broken tool arguments": lambda v: {
        "model": "m",
        "messages": [
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "f", "arguments": f'{{"to": "{v}'}}
                ],
            }
        ],
    },
    "name": lambda v: {"model": "m", "messages": [{"role": "user", "name": v, "content": "hello"}]},
    "user field": lambda v: chat("hello", user=v),
    "metadata": lambda v: chat("hello", metadata={"who": v}),
    "metadata key": lambda v: chat("hello", metadata={v: "x"}),
    "stop": lambda v: chat("hello", stop=[v]),
    "prediction": lambda v: chat("hello", prediction={"type": "content", "content": f"mail {v} today"}),
    "tool description": lambda v: chat(
        "hello", tools=[{"type": "function", "function": {"name": "f", "description": f"mails {v}", "parameters": {}}}]
    ),
    "schema default": lambda v: chat(
        "hello",
        tools=[
            {
                "type": "function",
                "function": {"name": "f", "parameters": {"properties": {"to": {"type": "string", "default": v}}}},
            }
        ],
    ),
    "unknown field": lambda v: chat("hello", brand_new={"deep": [{"er": f"for {v}"}]}),
    "unknown message field": lambda v: {
        "model": "m",
        "messages": [{"role": "user", "content": "hi", "note": f"of {v}"}],
    },
    "user location": lambda v: chat(
        "hello", web_search_options={"user_location": {"type": "approximate", "approximate": {"city": v}}}
    ),
}

MESSAGES_POSITIONS = {
    "user text": lambda v: {"messages": [{"role": "user", "content": f"please ask {v} about it"}]},
    "system": lambda v: {"system": f"The user is {v}.", "messages": [{"role": "user", "content": "hi"}]},
    "system block": lambda v: {"system": [{"type": "text", "text": f"is {v}"}], "messages": []},
    "tool use": lambda v: {
        "messages": [
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": [v, {"b": v}]}}],
            }
        ]
    },
    "tool result": lambda v: {
        "messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": f"x {v}"}]}]
    },
    "tool result block": lambda v: {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": f"from {v}"}]}
                ],
            }
        ]
    },
    "text document": lambda v: {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": f"by {v}"}}
                ],
            }
        ]
    },
    "user id": lambda v: {"metadata": {"user_id": v}, "messages": [{"role": "user", "content": "hi"}]},
    "stop sequence": lambda v: {"stop_sequences": [v], "messages": [{"role": "user", "content": "hi"}]},
    "unknown field": lambda v: {"new": {"deep": v}, "messages": [{"role": "user", "content": "hi"}]},
}

CASES = [("/v1/chat/completions", name, make) for name, make in CHAT_POSITIONS.items()] + [
    ("/v1/messages", name, lambda v, make=make: {"model": "m", "max_tokens": 9, **make(v)})
    for name, make in MESSAGES_POSITIONS.items()
]


@pytest.mark.parametrize(("path", "make"), [(p, m) for p, _, m in CASES], ids=[f"{p} {n}" for p, n, _ in CASES])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_position_lets_a_value_through(core: Core, path: str, make: Any, value: str) -> None:
    """Every role, field and nesting is covered, for both formats."""
    outbound = sent(core, path, make(value))
    everything = outbound.body + outbound.path.encode() + repr(outbound.headers).encode()
    for encoding, form in forms(value).items():
        assert form not in everything, encoding


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text(max_size=30), st.sampled_from(sorted(VALUES.values()))), min_size=1, max_size=5),
    st.text(max_size=30),
)
def test_no_surroundings_let_a_value_through(core: Core, pieces: list[tuple[str, str]], tail: str) -> None:
    """Whatever stands around a value, it does not leave."""
    text = "".join(f"{before} {value} " for before, value in pieces) + tail
    body = sent(core, "/v1/chat/completions", chat(text)).body
    for _, value in pieces:
        for encoding, form in forms(value).items():
            assert form not in body, encoding


def test_a_value_found_once_is_replaced_everywhere(core: Core) -> None:
    """What context gives away in one message is replaced where nothing gives it away, too."""
    body = sent(
        core, "/v1/chat/completions", chat("my password is hunter2-Zebra", "and then hunter2-Zebra failed")
    ).body
    assert b"hunter2-Zebra" not in body
    assert body.count(b"PASSWORD_1") == 2
