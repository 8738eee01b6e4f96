"""What the formats write, read by the vendors' own SDKs over a transport that never opens a socket."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from relay.errors import (
    AuthenticationFailed,
    BodyTooLarge,
    ClientFault,
    OpaqueRefused,
    PolicyRefused,
    RelayBusy,
    RelayFault,
    ScrubFailed,
    SessionClosed,
    UnknownEndpoint,
    UpstreamTimeout,
    UpstreamUnreachable,
    VaultFull,
)
from relay.types import Event
from relay.wire import sse
from relay.wire.anthropic.messages import AnthropicMessages
from relay.wire.openai.chat import OpenAIChat
from relay.wire.openai.responses import OpenAIResponses

FAULTS = [
    (ClientFault, openai.BadRequestError, anthropic.BadRequestError),
    (OpaqueRefused, openai.BadRequestError, anthropic.BadRequestError),
    (AuthenticationFailed, openai.AuthenticationError, anthropic.AuthenticationError),
    (PolicyRefused, openai.PermissionDeniedError, anthropic.PermissionDeniedError),
    (UnknownEndpoint, openai.NotFoundError, anthropic.NotFoundError),
    (SessionClosed, openai.ConflictError, anthropic.ConflictError),
    (BodyTooLarge, openai.APIStatusError, anthropic.APIStatusError),
    (VaultFull, openai.RateLimitError, anthropic.RateLimitError),
    (ScrubFailed, openai.InternalServerError, anthropic.InternalServerError),
    (UpstreamUnreachable, openai.InternalServerError, anthropic.InternalServerError),
    (RelayBusy, openai.InternalServerError, anthropic.InternalServerError),
    (UpstreamTimeout, openai.InternalServerError, anthropic.InternalServerError),
]


def answering(status: int, content_type: str, body: bytes) -> httpx2.Client:
    def handle(request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": content_type, "x-should-retry": "false"}
        return httpx2.Response(status, headers=headers, content=body)

    return httpx2.Client(transport=httpx2.MockTransport(handle))


def openai_client(status: int, content_type: str, body: bytes) -> Any:
    return openai.OpenAI(
        api_key="k",
        base_url="http://relay.example/v1",
        http_client=answering(status, content_type, body),
        max_retries=0,
    )


def anthropic_client(status: int, content_type: str, body: bytes) -> Any:
    return anthropic.Anthropic(
        api_key="k", base_url="http://relay.example", http_client=answering(status, content_type, body), max_retries=0
    )


def ask_openai(client: Any, **options: Any) -> Any:
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], **options)


def ask_anthropic(client: Any, **options: Any) -> Any:
    return client.messages.create(model="m", max_tokens=5, messages=[{"role": "user", "content": "x"}], **options)


@pytest.mark.parametrize("fault, openai_error, anthropic_error", FAULTS)
def test_errors_are_the_sdks_own(fault, openai_error, anthropic_error):
    """Each fault is the exception the SDK has for it, with relay's name, sentence and code."""
    raised: RelayFault = fault("say so")
    client = openai_client(raised.status, "application/json", OpenAIChat().error_body(raised))
    with pytest.raises(openai_error) as caught:
        ask_openai(client)
    assert caught.value.code == raised.code
    assert caught.value.body["message"] == "relay: say so"
    client = anthropic_client(raised.status, "application/json", AnthropicMessages().error_body(raised))
    with pytest.raises(anthropic_error) as caught:
        ask_anthropic(client)
    assert caught.value.body["type"] == "error"
    assert caught.value.body["error"]["message"] == "relay: say so"


def openai_stream(*events: Event) -> bytes:
    return b"".join(sse.encode_event(event) for event in events)


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "m", "choices": [choice]}


def opened(format: Any, path: str) -> Any:
    endpoint = format.match(path)
    return format.reader(endpoint, format.read(endpoint, b'{"stream":true}', str))


def test_openai_reads_flushed_chunks():
    """Text, refusal and arguments that were held back join what came before, in the SDK's own accumulator."""
    reader = opened(OpenAIChat(), "/v1/chat/completions")
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "mail", "arguments": '{"to":"'}}
    events: list[Event] = []
    for tree in (chunk({"role": "assistant", "content": "a"}), chunk({"tool_calls": [call]}), chunk({}, "tool_calls")):
        for lane in reader.closing(tree):
            events.append(reader.flush(lane, 'x"}' if lane[-1] == "arguments" else "b"))
        list(reader.leaves(tree))
        events.append(Event(json.dumps(tree)))
    body = openai_stream(*events, Event("[DONE]"))
    with openai_client(200, "text/event-stream", body).chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "x"}]
    ) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert message.content == "ab"
    assert message.tool_calls[0].function.arguments == '{"to":"x"}'


def test_openai_raises_on_the_error_event():
    """A fault after the head is an APIError, not a silent end."""
    body = openai_stream(
        Event(json.dumps(chunk({"content": "a"}))), OpenAIChat().error_event(UpstreamUnreachable("lost it"))
    )
    with pytest.raises(openai.APIError, match="lost it"):
        list(ask_openai(openai_client(200, "text/event-stream", body), stream=True))


def test_openai_reads_flushed_response_events():
    """Inserted deltas, which repeat a sequence number, join what came before in the SDK's own accumulator."""
    reader = opened(OpenAIResponses(), "/v1/responses")
    empty = {"type": "message", "id": "msg_1", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    response = {
        "id": "resp_1", "object": "response", "created_at": 5, "model": "m", "output": [], "tools": [],
        "parallel_tool_calls": True, "tool_choice": "auto", "status": "in_progress",
    }  # fmt: skip
    item = {**empty, "status": "completed", "content": [{**part, "text": "ab"}]}
    trees: list[dict[str, Any]] = [
        {"type": "response.created", "response": response},
        {"type": "response.output_item.added", "output_index": 0, "item": empty},
        {"type": "response.content_part.added", **place, "part": part},
        {"type": "response.output_text.delta", **place, "delta": "a", "logprobs": []},
        {"type": "response.output_text.done", **place, "text": "ab", "logprobs": []},
        {"type": "response.content_part.done", **place, "part": {**part, "text": "ab"}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**response, "status": "completed", "output": [item]}},
    ]
    events: list[Event] = []
    for number, tree in enumerate(trees):
        tree["sequence_number"] = number
        events += [reader.flush(lane, "b") for lane in reader.closing(tree)]
        list(reader.leaves(tree))
        events.append(Event(json.dumps(tree), tree["type"]))
    assert len(events) == len(trees) + 1
    assert [reader.is_end(event) for event in events] == [False] * len(trees) + [True]
    client = openai_client(200, "text/event-stream", openai_stream(*events))
    with client.responses.stream(model="m", input="x") as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        assert deltas == ["a", "b"]
        assert stream.get_final_response().output_text == "ab"


def test_anthropic_reads_flushed_deltas():
    """Text and tool input that were held back join what came before."""
    reader = opened(AnthropicMessages(), "/v1/messages")
    head = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
    usage = {"input_tokens": 1, "output_tokens": 1}
    tool = {"type": "tool_use", "id": "t", "name": "mail", "input": {}}
    trees: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**head, "stop_sequence": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": tool},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"to":"'}},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]  # fmt: skip
    events: list[Event] = []
    for tree in trees:
        for lane in reader.closing(tree):
            events.append(reader.flush(lane, 'x"}' if lane[-1] == "json" else "b"))
        list(reader.leaves(tree))
        events.append(Event(json.dumps(tree), tree["type"]))
    body = openai_stream(*events)
    with anthropic_client(200, "text/event-stream", body).messages.stream(
        model="m", max_tokens=5, messages=[{"role": "user", "content": "x"}]
    ) as stream:
        message = stream.get_final_message()
    assert message.content[0].text == "ab"
    assert message.content[1].input == {"to": "x"}


def test_anthropic_raises_on_the_error_event():
    """A fault after the head is an API error, not a silent end."""
    body = openai_stream(AnthropicMessages().error_event(UpstreamUnreachable("lost it")))
    with pytest.raises(anthropic.APIStatusError, match="lost it"):
        list(ask_anthropic(anthropic_client(200, "text/event-stream", body), stream=True))


def recorded(ask: Any) -> httpx2.Request:
    """Return the request that an SDK makes."""
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(400, json={})

    with pytest.raises((openai.APIError, anthropic.APIError)):
        ask(httpx2.Client(transport=httpx2.MockTransport(handle)))
    return seen[0]


@pytest.mark.parametrize(
    "format, ask, upstream",
    [
        (
            OpenAIChat(),
            lambda http: ask_openai(openai.OpenAI(api_key="k", base_url="http://r.example/v1", http_client=http)),
            "/v1/chat/completions",
        ),
        (
            AnthropicMessages(),
            lambda http: ask_anthropic(anthropic.Anthropic(api_key="k", base_url="http://r.example", http_client=http)),
            "/v1/messages",
        ),
        (
            AnthropicMessages(),
            lambda http: anthropic.Anthropic(
                api_key="k", base_url="http://r.example", http_client=http
            ).beta.messages.count_tokens(model="m", messages=[{"role": "user", "content": "x"}]),
            "/v1/messages/count_tokens",
        ),
    ],
)  # fmt: skip
def test_the_sdks_requests_match(format, ask, upstream):
    """Path, key and contract headers are found where the SDKs put them, and the body has one text."""
    request = recorded(ask)
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    endpoint = format.match(request.url.path)
    assert endpoint.upstream_path == upstream
    assert format.credential(headers, request.url.query.decode()) == "k"
    assert [name for name, _ in format.request_headers(headers).headers] in (
        [],
        ["anthropic-version"],
        ["anthropic-beta", "anthropic-version"],
    )
    assert [each.text for each in format.read(endpoint, request.content, str).segments] == ["x"]
