"""What goes wrong before sending stops the request; what goes wrong later loses nothing and leaks nothing."""

import json
from typing import Any

import pytest

from relay.errors import (
    AuthenticationFailed,
    ClientFault,
    MethodNotAllowed,
    OpaqueRefused,
    RelayFault,
    ScrubFailed,
    UpstreamBadStream,
)
from relay.exchange import Core
from relay.types import Request
from tests.support import begin, chat, post, sent
from tests.unit.exchange.support import CHAT, JSON_HEAD, MAIL, MESSAGES, STREAM_HEAD, delta, events, opened, sse


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (STREAM_HEAD, sse(delta("hello"))),
        (STREAM_HEAD, b"data: {not json}\n\n"),
        (STREAM_HEAD, b"data: \xff\xfe\n\n"),
        (JSON_HEAD, b'{"choices": ['),
        (JSON_HEAD, b"<html>"),
    ],
    ids=["stops early", "bad event", "bad UTF-8", "cut body", "not JSON"],
)
def test_an_upstream_that_breaks_its_own_format_is_a_fault(core: Core, head: Any, chunk: bytes) -> None:
    """Never a clean end, and the client gets its own provider's error event."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, head)
    with pytest.raises(UpstreamBadStream) as caught:
        exchange.feed(chunk)
        exchange.finish()
    assert b"error" in exchange.fail(caught.value)


def test_a_failed_stream_gives_out_what_it_held_back(core: Core) -> None:
    """Nothing that the client could have had is lost."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    exchange.start(200, STREAM_HEAD)
    exchange.feed(sse(delta("see [EMAIL_ADD")))
    rows = events(exchange.fail(UpstreamBadStream("gone")))
    assert rows[0]["choices"][0]["delta"]["content"] == "[EMAIL_ADD"
    assert "error" in rows[-1]


@pytest.mark.parametrize("status", [400, 429, 500])
def test_an_error_that_quotes_the_prompt_is_restored(core: Core, status: int) -> None:
    """JSON in the provider's shape and a gateway's plain page alike."""
    for body, head in [
        (b'{"error": {"message": "bad input: [EMAIL_ADDRESS_1]", "type": "x"}}', JSON_HEAD),
        (b"Bad input: [EMAIL_ADDRESS_1]", (("content-type", "text/plain"),)),
    ]:
        exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
        assert exchange.start(status, head).status == status
        exchange.feed(body)
        assert MAIL.encode() in exchange.finish()


def test_heads_are_rebuilt(core: Core) -> None:
    """Cookies go, request ids pass, relay says its decision."""
    exchange = opened(core, CHAT, chat("hi"))
    names = dict(exchange.start(200, STREAM_HEAD).headers)
    assert "set-cookie" not in names
    assert names["x-request-id"] == "r1"
    assert names["x-relay-route"] == "frontier"
    assert names["x-relay-decision"] == "test"  # the exchange's id
    assert names["x-relay-policy"]
    exchange.close()


def test_an_unplanned_exception_stops_the_request(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything between parsing and forwarding that nobody foresaw is ScrubFailed, without its cause."""
    monkeypatch.setattr("relay.request.egress.left", lambda *_, **__: 1 / 0)
    exchange = begin(core, CHAT)
    with pytest.raises(ScrubFailed) as caught:
        exchange.open(post(CHAT, chat("maria@example.org")))
    assert caught.value.__cause__ is None
    exchange.close()


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (Request(method="GET", path=CHAT), MethodNotAllowed),
        (Request(method="POST", path=CHAT, body=b'{"model":"m","messages":[]}'), AuthenticationFailed),
        (post(CHAT, chat([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}])), OpaqueRefused),
        (post(CHAT, chat([{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}])), OpaqueRefused),
    ],
    ids=["method", "no key", "image", "audio"],
)
def test_refusals_before_anything_is_sent(core: Core, request_: Request, fault: type[RelayFault]) -> None:
    """Each is its own fault with its own status."""
    exchange = begin(core, CHAT)
    with pytest.raises(fault):
        exchange.open(request_)
    exchange.close()


STOPS = [
    (CHAT, lambda stop: chat(f"mail {MAIL}", stop=stop), "/stop"),
    ("/v1/completions", lambda stop: {"model": "m", "prompt": f"mail {MAIL}", "stop": [stop]}, "/stop/0"),
    (
        MESSAGES,
        lambda stop: {"messages": [{"role": "user", "content": f"mail {MAIL}"}], "stop_sequences": ["x", stop]},
        "/stop_sequences/1",
    ),
    (
        "/v1beta/models/m:generateContent",
        lambda stop: {"contents": [{"parts": [{"text": MAIL}]}], "generation_config": {"stop_sequences": [stop]}},
        "/generation_config/stop_sequences/0",
    ),
    (
        "/api/chat",
        lambda stop: {"model": "m", "messages": [{"role": "user", "content": MAIL}], "options": {"stop": [stop]}},
        "/options/stop/0",
    ),
    ("/api/generate", lambda stop: {"model": "m", "prompt": MAIL, "options": {"stop": [stop]}}, "/options/stop/0"),
]


@pytest.mark.parametrize(("path", "make", "pointer"), STOPS, ids=[path for path, *_ in STOPS])
def test_a_stop_string_that_would_cut_a_placeholder_is_refused(core: Core, path: str, make: Any, pointer: str) -> None:
    """By every format's name for it; one that cannot, or that is a value itself, goes on."""
    for stop in ("]", "_", "1]\n"):
        with pytest.raises(ClientFault, match=pointer):
            sent(core, path, make(stop), x_goog_api_key="k")
    assert b'"Human:"' in sent(core, path, make("Human:"), x_goog_api_key="k").body
    assert MAIL.encode() not in sent(core, path, make(MAIL), x_goog_api_key="k").body
    harmless = json.loads(json.dumps(make("]")).replace(MAIL, "nobody"))
    assert b'"]"' in sent(core, path, harmless, x_goog_api_key="k").body


def test_changed_prefixes_are_counted(core: Core) -> None:
    """An upstream's report that the conversation before a block had changed is a number that somebody can watch."""

    def counted() -> float:
        return core.metrics.registry.get_sample_value("relay_changed_prefixes_total") or 0.0

    before = counted()
    exchange = opened(core, MESSAGES, {"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    exchange.start(200, STREAM_HEAD)
    report = [{"type": "thinking_dropped", "reason": "prefix_binding_mismatch"}]
    rows = [{"type": "message_delta", "delta": {}, "input_transformations": report}, {"type": "message_stop"}]
    exchange.feed(sse(*rows))
    exchange.finish()
    assert counted() == before + 1
