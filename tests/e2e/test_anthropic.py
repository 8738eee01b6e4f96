"""The real `anthropic` package through relay to the mirror."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.support import PLANTED, PROMPT, assert_clean
from tests.support import VALUES

MESSAGES: Any = [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}]
TOOL: Any = {
    "name": "send_mail",
    "description": "Sends an e-mail.",
    "input_schema": {
        "type": "object",
        "properties": {"email": {"type": "string"}, "note": {"type": "string"}},
        "required": ["email", "note"],
    },
}


@pytest.fixture
def client(relay: Running) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=relay.url, api_key="sk-ant-test", max_retries=0) as made:
        yield made


@pytest.fixture
async def aclient(relay: Running) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=relay.url, api_key="sk-ant-test", max_retries=0) as made:
        yield made


def _text(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_whole(client: anthropic.Anthropic, mirror: Mirror) -> None:
    """A whole answer holds the values; the upstream saw none of them."""
    message = client.messages.create(model="mirror", max_tokens=100, system="Be brief.", messages=MESSAGES)
    assert all(value in _text(message) for value in PLANTED)
    assert message.stop_reason == "end_turn"
    assert_clean(mirror)
    assert mirror.received[-1].path == "/v1/messages"
    assert mirror.received[-1].header("anthropic-version")


def test_streamed(client: anthropic.Anthropic, mirror: Mirror) -> None:
    """A streamed answer equals the whole one."""
    whole = _text(client.messages.create(model="mirror", max_tokens=100, messages=MESSAGES))
    with client.messages.stream(model="mirror", max_tokens=100, messages=MESSAGES) as stream:
        assert "".join(stream.text_stream) == whole
        assert stream.get_final_message().stop_reason == "end_turn"
    assert_clean(mirror)


async def test_async_whole_and_streamed(aclient: anthropic.AsyncAnthropic, mirror: Mirror) -> None:
    """The asynchronous client gets the same."""
    whole = _text(await aclient.messages.create(model="mirror", max_tokens=100, messages=MESSAGES))
    async with aclient.messages.stream(model="mirror", max_tokens=100, messages=MESSAGES) as stream:
        assert _text(await stream.get_final_message()) == whole
    assert all(value in whole for value in PLANTED)
    assert_clean(mirror)


@pytest.mark.parametrize("stream", [False, True])
def test_tool_call(client: anthropic.Anthropic, mirror: Mirror, stream: bool) -> None:
    """Tool input comes back with the values in it, and the tool's result leaves without them."""
    messages: Any = [{"role": "user", "content": f"Use the tool to tell {VALUES['EMAIL_ADDRESS']}. mirror: parallel"}]
    arguments: Any = {"model": "mirror", "max_tokens": 100, "messages": messages, "tools": [TOOL]}
    if stream:
        with client.messages.stream(**arguments) as events:
            message: Any = events.get_final_message()
    else:
        message = client.messages.create(**arguments)
    assert message.stop_reason == "tool_use"
    uses = [block for block in message.content if block.type == "tool_use"]
    assert len(uses) == 2
    for use in uses:
        assert use.input["email"] == VALUES["EMAIL_ADDRESS"]
        assert use.input["note"] == f'{VALUES["EMAIL_ADDRESS"]} "as asked" \\ soon'
    results = [
        {"type": "tool_result", "tool_use_id": use.id, "content": f"Sent, phone {VALUES['PHONE_NUMBER']}."}
        for use in uses
    ]
    calls = [{"type": "tool_use", "id": use.id, "name": use.name, "input": use.input} for use in uses]
    history: Any = [
        *messages,
        {"role": "assistant", "content": calls},
        {"role": "user", "content": results},
    ]
    answer = client.messages.create(model="mirror", max_tokens=100, messages=history, tools=[TOOL])
    assert VALUES["EMAIL_ADDRESS"] in _text(answer)
    assert_clean(mirror)


def test_count_tokens_and_models(client: anthropic.Anthropic, mirror: Mirror) -> None:
    """Token counts are made from the scrubbed text; the list of models passes."""
    assert client.messages.count_tokens(model="mirror", messages=MESSAGES).input_tokens > 0
    assert_clean(mirror)
    assert [model.id for model in client.models.list()] == ["claude-mirror", "claude-mirror-large"]


def test_silence_is_kept_alive(serve: Any, mirror: Mirror) -> None:
    """Ping events fill an upstream's silence, and the SDK takes them."""
    relay = serve(keepalive_s=0.05)
    with anthropic.Anthropic(base_url=relay.url, api_key="sk-ant-test", max_retries=0) as client:
        messages: Any = [{"role": "user", "content": f"{PROMPT} mirror: silent 0.5"}]
        with client.messages.stream(model="mirror", max_tokens=100, messages=messages) as stream:
            kinds = [event.type for event in stream]
            assert all(value in _text(stream.get_final_message()) for value in PLANTED)
    assert kinds[-1] == "message_stop"


@pytest.mark.parametrize("stream", [False, True])
def test_error_that_quotes_the_prompt(client: anthropic.Anthropic, mirror: Mirror, stream: bool) -> None:
    """An upstream's 400 that repeats the prompt is restored for the client."""
    messages: Any = [{"role": "user", "content": f"{PROMPT} mirror: error 400"}]
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.messages.create(model="mirror", max_tokens=100, messages=messages, stream=stream)
    assert all(value in caught.value.message for value in PLANTED)
    assert_clean(mirror)


def test_cut_stream_raises(client: anthropic.Anthropic) -> None:
    """A stream that the upstream cuts off never looks complete."""
    messages: Any = [{"role": "user", "content": f"{PROMPT} mirror: cut"}]
    with (
        pytest.raises(anthropic.APIError),
        client.messages.stream(model="mirror", max_tokens=100, messages=messages) as stream,
    ):
        stream.until_done()
