"""What the model writes by itself passes, unless policy has answers scrubbed."""

import json

import pytest

from relay.errors import (
    ScrubFailed,
    UpstreamBadStream,
)
from relay.exchange import Core
from tests.conftest import MakeCore
from tests.support import begin, chat, post
from tests.unit.exchange.support import CHAT, JSON_HEAD, MAIL, STREAM_HEAD, delta, events, opened, sse, text_of

ANSWERS = "version: 1\nmodel: none\nanswers: redact\n"


OTHER = "john.doe@example.net"


def test_what_the_model_writes_by_itself_stays_unless_policy_says_otherwise(core: Core) -> None:
    """By default an answer is restored and nothing else."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, JSON_HEAD)
    exchange.feed(json.dumps({"choices": [{"message": {"content": f"[EMAIL_ADDRESS_1], {OTHER}"}}]}).encode())
    assert json.loads(exchange.finish())["choices"][0]["message"]["content"] == f"{MAIL}, {OTHER}"


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_values_that_the_vault_never_held_are_scrubbed_from_a_stream(make_core: MakeCore, step: int) -> None:
    """With `answers: redact` the client's own value comes back and no other, in fields that nobody knows, too."""
    exchange = opened(make_core(ANSWERS), CHAT, chat(f"mail {MAIL} and [EMAIL_ADDRESS_7]"))
    exchange.start(200, STREAM_HEAD)
    text = f"Yours is [EMAIL_ADDRESS_1], typed was [PLACEHOLDER_LOOKALIKE_1], mine is {OTHER}."
    rows = [delta(text[at : at + 4]) for at in range(0, len(text), 4)]
    rows += [
        {"choices": [{"index": 0, "delta": {"content": "", "note": piece, "more": {"deep": [piece]}}}]}
        for piece in ("for john", ".doe@", "example.net only")
    ]
    stream = sse(*rows, delta("", finish_reason="stop"), "[DONE]")
    out = b"".join(exchange.feed(stream[at : at + step]) for at in range(0, len(stream), step)) + exchange.finish()
    assert text_of(out) == f"Yours is {MAIL}, typed was [EMAIL_ADDRESS_7], mine is [EMAIL_ADDRESS_REDACTED]."
    deltas = [row["choices"][0]["delta"] for row in events(out) if row != "[DONE]"]
    assert "".join(each.get("note", "") for each in deltas) == "for [EMAIL_ADDRESS_REDACTED] only"
    assert "".join(each["more"]["deep"][0] for each in deltas if "more" in each) == "for [EMAIL_ADDRESS_REDACTED] only"
    assert events(out)[-1] == "[DONE]"


def test_an_answer_may_repeat_what_the_vault_holds(make_core: MakeCore) -> None:
    """A value of the client's own is no news to it, and a stand-in is still put back."""
    core = make_core(ANSWERS + "rules: [{entity: EMAIL_ADDRESS, action: surrogate, why: looks real}]\n")
    exchange = begin(core, CHAT)
    body = json.loads(exchange.open(post(CHAT, chat(f"mail {MAIL} and card 4111 1111 1111 1111"))).body)
    stand_in = body["messages"][0]["content"].split()[1]
    assert stand_in != MAIL
    exchange.start(200, JSON_HEAD)
    content = f"To {stand_in} ({MAIL}), not {OTHER}: 4111 1111 1111 1111"
    exchange.feed(json.dumps({"choices": [{"message": {"content": content}}]}).encode())
    said = json.loads(exchange.finish())["choices"][0]["message"]["content"]
    assert said == f"To {MAIL} ({MAIL}), not [EMAIL_ADDRESS_REDACTED]: 4111 1111 1111 1111"


def test_a_hosted_tools_arguments_are_scrubbed_and_never_restored(make_core: MakeCore) -> None:
    """What a provider's own tool was given shows the client nothing that the model made up."""
    exchange = opened(make_core(ANSWERS), "/v1/responses", {"model": "m", "input": f"mail {MAIL}"})
    exchange.start(200, JSON_HEAD)
    item = {
        "type": "mcp_call",
        "id": "i",
        "name": "x",
        "arguments": json.dumps({"to": "[EMAIL_ADDRESS_1]", "cc": OTHER}),
    }
    exchange.feed(json.dumps({"id": "r", "object": "response", "output": [item]}).encode())
    said = json.loads(json.loads(exchange.finish())["output"][0]["arguments"])
    assert said == {"to": "[EMAIL_ADDRESS_1]", "cc": "[EMAIL_ADDRESS_REDACTED]"}


def test_a_detector_that_fails_stops_the_answer(make_core: MakeCore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that could not be looked at reaches the client."""
    core = make_core(ANSWERS)
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, STREAM_HEAD)

    def fail(text: str) -> None:
        raise ScrubFailed("detector fake failed")

    monkeypatch.setattr(core.analyzer, "find", fail)
    fault = None
    try:
        exchange.feed(sse(delta(f"{OTHER} " * 20)))
    except ScrubFailed as raised:
        fault = raised
    assert fault is not None
    assert b"john" not in exchange.fail(fault)


@pytest.mark.parametrize("piece", [b"[]", b"{}", b'{"a":[0]}'])
def test_an_answer_of_very_many_small_things_is_none(core: Core, piece: bytes) -> None:
    """Building it would take seconds in which nobody else is served."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, JSON_HEAD)
    exchange.feed(b'{"choices":[],"x":[' + b",".join([piece] * 1_000_000) + b"]}")
    with pytest.raises(UpstreamBadStream):
        exchange.finish()


def test_long_vectors_are_an_answer(core: Core) -> None:
    """Numbers are no such things: a batch of embeddings has millions."""
    exchange = opened(core, "/v1/embeddings", {"model": "m", "input": [f"mail {MAIL}"]})
    exchange.start(200, JSON_HEAD)
    exchange.feed(b'{"data":[{"embedding":[' + b",".join([b"0.25"] * 1_200_000) + b"]}]}")
    assert exchange.finish().count(b"0.25") == 1_200_000
