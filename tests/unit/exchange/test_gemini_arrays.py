"""Gemini streams one JSON array where the client asks for no events."""

import dataclasses
import json
from typing import Any

import pytest

from relay.errors import (
    UpstreamBadStream,
)
from relay.exchange import Core, Exchange
from tests.support import begin, post
from tests.unit.exchange.support import MAIL, STREAM_HEAD, events, sse

STREAM_GEMINI = "/v1beta/models/gemini-x:streamGenerateContent"


def gemini(text: str, **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, **fields}]}


def asked_gemini(core: Core, query: str) -> Exchange:
    exchange = begin(core, STREAM_GEMINI)
    request = post(STREAM_GEMINI, {"contents": [{"role": "user", "parts": [{"text": f"mail {MAIL}"}]}]})
    outbound = exchange.open(dataclasses.replace(request, query=query))
    assert outbound.path.endswith("?alt=sse")
    return exchange


@pytest.mark.parametrize("step", [1, 5, 1000])
@pytest.mark.parametrize(("query", "array"), [("", True), ("key=k", True), ("alt=json", True), ("alt=sse", False)])
def test_gemini_without_alt_sse_gets_one_array_piece_by_piece(core: Core, query: str, array: bool, step: int) -> None:
    """The upstream is asked for events; the client gets what it asked for, each event when it is there."""
    exchange = asked_gemini(core, query)
    head = exchange.start(200, STREAM_HEAD)
    assert dict(head.headers)["content-type"].startswith("application/json" if array else "text/event-stream")
    stream = sse(gemini("to [EMAIL_ADD"), gemini("RESS_1], bye"), gemini(" [EM", finishReason="STOP"))
    out = b"".join(exchange.feed(stream[i : i + step]) for i in range(0, len(stream), step))
    assert not array or out.startswith(b"[{")
    out += exchange.finish()
    rows = json.loads(out) if array else events(out)
    parts = [part for row in rows for part in row["candidates"][0]["content"]["parts"]]
    assert "".join(part["text"] for part in parts) == f"to {MAIL}, bye [EM"


def test_gemini_may_go_on_after_it_seemed_to_finish(core: Core) -> None:
    """Some models say that they finished in every chunk: nothing that follows is lost, and it is restored."""
    exchange = asked_gemini(core, "alt=sse")
    exchange.start(200, STREAM_HEAD)
    rows = [gemini(text, finishReason="STOP") for text in ("to ", "[EMAIL_ADDRESS_1]", ", [EM")]
    out = events(exchange.feed(sse(*rows, {"usageMetadata": {"totalTokenCount": 3}})) + exchange.finish())
    texts = [part["text"] for row in out for part in row.get("candidates", [{}])[0].get("content", {}).get("parts", [])]
    assert "".join(texts) == f"to {MAIL}, [EM"
    assert out[-1] == {"usageMetadata": {"totalTokenCount": 3}}


def test_a_broken_gemini_array_is_never_closed(core: Core) -> None:
    """The error is its last element, and no bracket follows: nobody takes it for a whole one."""
    exchange = asked_gemini(core, "")
    exchange.start(200, STREAM_HEAD)
    out = exchange.feed(sse(gemini("hello")))
    with pytest.raises(UpstreamBadStream) as caught:
        exchange.finish()
    out += exchange.fail(caught.value)
    assert json.loads(out + b"]")[-1]["error"]["status"] == "UNAVAILABLE"
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)
