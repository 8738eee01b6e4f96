"""Bad input of every kind, in every format: an error in the provider's shape, no crash, no leak, and nothing lost."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import relay.wire
from relay.errors import ClientFault, RelayFault, ScrubFailed, UpstreamBadStream
from relay.exchange import Core, Exchange
from relay.registry import collect_families
from relay.types import Request
from tests.laws.test_same_prefix import JSON_HEAD, LINES_HEAD, SSE_HEAD, TALKS
from tests.support import begin, post, sent
from tests.unit.wire.test_complete import Grower

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "wire"
FORMATS = {name: plugin() for name, plugin in collect_families(relay.wire).items()}
WITH_BODY = sorted(name for name, format in FORMATS.items() if format.table.sections["request"].fields)
MAIL = "maria@example.org"


def path_of(name: str) -> str:
    if name == "gemini_generate":
        return "/v1beta/models/gemini-x:streamGenerateContent"
    return str(FORMATS[name].endpoints[0].upstream_path)


def said(name: str, fault: RelayFault) -> dict[str, Any]:
    """Return an error body, which every format must be able to give for every fault."""
    body: dict[str, Any] = orjson.loads(FORMATS[name].error_body(fault))
    return body


# ------------------------------------------------------------------------------------------------------------ requests


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_request_cut_anywhere_is_the_clients_fault(core: Core, name: str) -> None:
    """Every beginning of a body is refused, whatever it held, and the message holds nothing of it."""
    bodies = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((VECTORS / name).glob("request*"))]
    for vector in bodies:
        body = json.dumps({"planted": MAIL, **vector["request"]}).encode()
        for end in range(len(body)):
            with pytest.raises(ClientFault) as caught:
                FORMATS[name].read(FORMATS[name].match(vector["path"]), body[:end], str)
            assert "maria" not in caught.value.public
    assert "error" in said(name, caught.value)
    with pytest.raises(ClientFault):
        sent(core, path_of(name), body[:-1], x_goog_api_key="k")


@pytest.mark.parametrize("name", WITH_BODY)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.1, 0.3, 0.7]))
def test_wrong_types_anywhere_never_surprise_anybody(core: Core, name: str, seed: int, wrong: float) -> None:
    """A request of any shape is scrubbed or refused on purpose; nothing unplanned happens on the way."""
    grower = Grower(seed, wrong)
    tree = grower.value_of(FORMATS[name].table.sections["request"], 7)
    refused = None
    try:
        sent(core, path_of(name), tree if isinstance(tree, dict) else {"x": tree}, x_goog_api_key="k")
    except RelayFault as fault:
        refused = fault
    assert not isinstance(refused, ScrubFailed)
    assert refused is None or "canary" not in json.dumps(said(name, refused))


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize("depth", [250, 300, 10_000])
@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_nesting_is_read_or_refused(core: Core, name: str, depth: int, opening: bytes, closing: bytes) -> None:
    """Ten thousand arrays or objects, alone and in a text that is JSON: no recursion error, and bounded memory."""
    deep = opening * depth + b"1" + closing * depth
    quoted = json.dumps(deep.decode()).encode()
    call = b'[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":%b}}]}]' % quoted
    for body in (deep, b'{"x":%b}' % deep, b'{"messages":%b}' % call, b'{"x":%b}' % quoted):
        refused = None
        tracemalloc.start()
        try:
            sent(core, path_of(name), body, x_goog_api_key="k")
        except RelayFault as fault:
            refused = fault
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert not isinstance(refused, ScrubFailed)
        assert peak < 20_000_000


# ----------------------------------------------------------------------------------------------------------- responses


def opened(core: Core, name: str, body: Any = None) -> Exchange:
    talk = TALKS[name]
    exchange = begin(core, talk.path)
    request: Request = post(talk.path, body or talk.ask([talk.user(f"mail {MAIL}")]), x_goog_api_key="k")
    exchange.open(request if name != "gemini" else _with_query(request))
    return exchange


def _with_query(request: Request) -> Request:
    return Request(method="POST", path=request.path, query="alt=sse", headers=request.headers, body=request.body)


def framed(name: str, rows: list[Any]) -> bytes:
    if TALKS[name].head is LINES_HEAD:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    out = []
    for row in rows:
        named = f"event: {row['type']}\n" if isinstance(row, dict) and "type" in row else ""
        out.append(f"{named}data: {row if isinstance(row, str) else json.dumps(row)}\n\n")
    return "".join(out).encode()


# How each format says that an answer is whole; a broken one must say none of them. What marks the end of the stream
# may be missing (tests/unit/test_stream_ends.py).
ENDS = {
    "chat": b'"finish_reason":"',
    "messages": b"message_stop",
    "responses": b"response.completed",
    "gemini": b"finishReason",
    "ollama": b'"done":true',
}


@pytest.mark.parametrize("name", TALKS)
def test_a_stream_cut_anywhere_never_looks_whole(core: Core, name: str) -> None:
    """At every byte: the text until then goes out, then the vendor's error event, and no word that it was all."""
    rows = TALKS[name].answer("see [EMAIL_ADDRESS_1] é", '{"to": "[EMAIL_ADDRESS_1]"}', True)
    data = framed(name, rows)
    said = next(number for number, row in enumerate(rows) if ENDS[name] in framed(name, [row]).replace(b" ", b""))
    last = len(framed(name, rows[: said + 1]).rstrip(b"\n")[:-1])  # but for the end of the line that says it
    for end in range(len(data)):
        exchange = opened(core, name)
        exchange.start(200, TALKS[name].head)
        out = exchange.feed(data[:end])
        if end > last:  # what the last line lacks may be no more than its end
            exchange.close()
            continue
        with pytest.raises(UpstreamBadStream) as caught:
            exchange.finish()
        out += exchange.fail(caught.value)
        assert ENDS[name] not in out.replace(b" ", b"")
        assert b"error" in out


@pytest.mark.parametrize("name", TALKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_unknown_events_pass_and_disturb_nothing(core: Core, name: str, data: st.DataObject) -> None:
    """Events that nobody knows, comments and empty data between known ones: the text is the same, nothing raises."""
    rows = TALKS[name].answer("to [EMAIL_ADDRESS_1].", "{}", True)
    lines = TALKS[name].head is LINES_HEAD
    strange = ['{"future": {"deep": ["x", 1, null]}}', '{"type": "response.future.delta", "delta": 7}', "{}", "[]", "7"]
    noise = [f"{row}\n" if lines else f"data: {row}\n\n" for row in strange]
    noise += (
        ["\n"] if lines else [": comment\n\n", "event: future\ndata: {}\n\n", "id: 1\n\n", "retry: 5\n\n", "data:\n\n"]
    )
    out = b""
    exchange = opened(core, name)
    exchange.start(200, TALKS[name].head)
    for row in rows:
        for piece in data.draw(st.lists(st.sampled_from(noise), max_size=2)):
            out += exchange.feed(piece.encode())
        out += exchange.feed(framed(name, [row]))
    out += exchange.finish()
    assert MAIL in "".join(_texts(name, out))
    assert b"retry:" not in out
    assert b"id:" not in out


def _texts(name: str, data: bytes) -> list[str]:
    found: list[str] = []

    def walk(tree: Any) -> None:
        if isinstance(tree, dict):
            found.extend(tree[key] for key in ("text", "content", "delta") if isinstance(tree.get(key), str))
            for value in tree.values():
                walk(value)
        elif isinstance(tree, list):
            for value in tree:
                walk(value)

    for line in data.decode().split("\n"):
        row = line.removeprefix("data: ")
        if row.startswith(("{", "[")) and row != "[DONE]":
            walk(json.loads(row))
    return found


@pytest.mark.parametrize("name", TALKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.1, 0.5]), stream=st.booleans())
def test_answers_of_any_shape_are_passed_or_a_bad_stream(
    core: Core, name: str, seed: int, wrong: float, stream: bool
) -> None:
    """An upstream may send wrong types anywhere: if that is a fault, it is the upstream's, and can be told."""
    exchange = opened(core, name)
    format = exchange._format
    assert isinstance(format, relay.protocols.Format)
    grower = Grower(seed, wrong)
    sections = FORMATS[format.name].table.sections
    node = sections.get("event", sections["response"]) if stream else sections["response"]
    rows = [grower.value(node, 6) for _ in range(4 if stream else 1)]
    exchange.start(200, TALKS[name].head if stream else JSON_HEAD)
    data = framed(name, [row if isinstance(row, dict) else {"x": row} for row in rows]) if stream else b""
    broken = None
    try:
        exchange.feed(data or json.dumps(rows[0]).encode())
        exchange.finish()
    except UpstreamBadStream as fault:
        broken = fault
    assert broken is None or b"error" in exchange.fail(broken)
    exchange.close()


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("status", [400, 404, 429, 500, 529])
def test_errors_that_quote_the_prompt_are_restored_in_every_format(core: Core, name: str, status: int) -> None:
    """In the provider's own shape, in a gateway's JSON and on a plain page; the status stays."""
    for body in (
        b'{"error": {"message": "bad: [EMAIL_ADDRESS_1]", "details": [{"of": "[EMAIL_ADDRESS_1]"}]}}',
        b'{"error": "bad: [EMAIL_ADDRESS_1]"}',
        b'{"detail": [{"loc": ["body"], "input": "[EMAIL_ADDRESS_1]"}]}',
        b"<h1>Bad request: [EMAIL_ADDRESS_1]</h1>",
        b"\xff\xfe [EMAIL_ADDRESS_1]",
    ):
        exchange = opened(core, name)
        assert exchange.start(status, (("content-type", "text/plain"),)).status == status
        exchange.feed(body)
        out = exchange.finish()
        assert MAIL.encode() in out
        assert b"EMAIL_ADDRESS_1" not in out


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("head", [SSE_HEAD, LINES_HEAD, JSON_HEAD], ids=["events", "lines", "whole"])
def test_a_deep_answer_is_a_bad_stream(core: Core, name: str, head: Any) -> None:
    """Ten thousand arrays from an upstream are its fault, not a crash."""
    exchange = opened(core, name)
    exchange.start(200, head)
    deep = b"[" * 10_000 + b"]" * 10_000
    with pytest.raises(UpstreamBadStream):
        exchange.feed(b"data: " + deep + b"\n\n" if head is SSE_HEAD else deep + b"\n")
        exchange.finish()
    exchange.close()


# ------------------------------------------------------------------------------------------------------------- headers

ONE = (
    *(
        ("user-agent", "OpenAI/Python 3.52.0"),
        ("x-stainless-os", "Linux"),
        ("accept-language", "de"),
        ("cookie", "a=1"),
    ),
    *(("openai-organization", "org-1"), ("openai-project", "p"), ("anthropic-workspace-id", "w"), ("session-id", "s1")),
    *(("x-goog-api-client", "genai-py"), ("x-goog-user-project", "p"), ("accept", "application/json")),
    *(("traceparent", "00-1"), ("x-claude-code-session-id", "c"), ("x-codex-installation-id", "i"), ("baggage", "u=1")),
)
OTHER = (
    *(
        ("user-agent", "curl/8"),
        ("x-forwarded-for", "203.0.113.9"),
        ("via", "1.1 p"),
        ("cookie", "b=2"),
        ("accept", "*/*"),
    ),
    *(
        ("referer", "http://localhost/"),
        ("x-title", "App"),
        ("idempotency-key", "k"),
        ("x-openwebui-user-email", "u@e"),
    ),
    *(("anthropic-user-profile-id", "u"), ("thread-id", "t"), ("x-client-request-id", "r"), ("originator", "codex")),
    *(("content-type", "application/json; charset=utf-8"), ("accept-encoding", "br"), ("origin", "http://localhost")),
)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("stream", [False, True])
def test_two_clients_give_the_same_headers_in_every_format(core: Core, name: str, stream: bool) -> None:
    """Whatever else two clients send, their upstream requests are the same, byte for byte."""
    format = FORMATS[name]
    shared = {"anthropic_models": ("anthropic-version", "2023-06-01"), "gemini_models": ("x-goog-api-key", "k")}
    vendor = (
        shared.get(name, ("x-goog-api-key", "k") if name.startswith("gemini") else ("authorization", "Bearer k")),
    )
    key = (("authorization", "Bearer k"), *vendor)
    asked = "/v1/models" if name.endswith(("openai_models", "anthropic_models")) else "/v1beta/models"
    path = path_of(name) if format.table.sections["request"].fields else asked
    outbounds = []
    for headers in (ONE, OTHER):
        matched = core.directory.find(path, key)
        assert matched is not None
        assert matched[0].name == name
        exchange = Exchange(core, None, *matched, exchange_id="x")
        body = json.dumps({"model": "m", "stream": stream}).encode() if matched[1].has_body else b""
        outbounds.append(
            exchange.open(Request(method=matched[1].method, path=path, headers=(*headers, *key), body=body))
        )
        exchange.close()
    first, second = outbounds
    assert (first.headers, first.path, first.query, first.body) == (
        second.headers,
        second.path,
        second.query,
        second.body,
    )
    allowed = {
        "accept",
        "accept-encoding",
        "user-agent",
        "content-type",
        "authorization",
        "x-api-key",
        "x-goog-api-key",
    }
    assert {header for header, _ in first.headers} <= allowed | {"anthropic-version"}
