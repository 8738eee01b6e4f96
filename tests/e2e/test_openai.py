"""The real `openai` package through relay to the mirror."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import orjson
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.support import PLANTED, PROMPT, assert_clean
from tests.support import VALUES

MESSAGES: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": PROMPT}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "send_mail",
        "description": "Sends an e-mail.",
        "parameters": {
            "type": "object",
            "properties": {"email": {"type": "string"}, "note": {"type": "string"}, "copies": {"type": "integer"}},
            "required": ["email", "note", "copies"],
        },
    },
}


@pytest.fixture
def client(relay: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{relay.url}/v1", api_key="sk-test", max_retries=0) as made:
        yield made


@pytest.fixture
async def aclient(relay: Running) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{relay.url}/v1", api_key="sk-test", max_retries=0) as made:
        yield made


def test_whole(client: openai.OpenAI, mirror: Mirror) -> None:
    """A whole answer holds the values; the upstream saw none of them."""
    answer = client.chat.completions.create(model="mirror", messages=MESSAGES)
    text = answer.choices[0].message.content or ""
    assert all(value in text for value in PLANTED)
    assert answer.usage is not None
    assert_clean(mirror)
    assert mirror.received[-1].path == "/v1/chat/completions"
    assert mirror.received[-1].header("authorization") == "Bearer sk-test"


def test_streamed(client: openai.OpenAI, mirror: Mirror) -> None:
    """A streamed answer equals the whole one, though the upstream cut placeholders, events and characters."""
    whole = client.chat.completions.create(model="mirror", messages=MESSAGES).choices[0].message.content
    stream = client.chat.completions.create(
        model="mirror", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole
    assert chunks[-1].usage is not None
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert_clean(mirror)


async def test_async_whole_and_streamed(aclient: openai.AsyncOpenAI, mirror: Mirror) -> None:
    """The asynchronous client gets the same."""
    whole = (await aclient.chat.completions.create(model="mirror", messages=MESSAGES)).choices[0].message.content
    async with aclient.chat.completions.stream(model="mirror", messages=MESSAGES) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.content == whole
    assert all(value in (whole or "") for value in PLANTED)
    assert_clean(mirror)


@pytest.mark.parametrize("stream", [False, True])
def test_tool_call(client: openai.OpenAI, mirror: Mirror, stream: bool) -> None:
    """Tool arguments come back as valid JSON with the values in them, and the tool's result leaves without them."""
    messages: Any = [{"role": "user", "content": f"Use the tool to tell {VALUES['EMAIL_ADDRESS']}. mirror: parallel"}]
    if stream:
        with client.chat.completions.stream(model="mirror", messages=messages, tools=[TOOL]) as events:
            message: Any = events.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(model="mirror", messages=messages, tools=[TOOL]).choices[0].message
    assert len(message.tool_calls) == 2
    for call in message.tool_calls:
        arguments = orjson.loads(call.function.arguments)
        assert arguments["email"] == VALUES["EMAIL_ADDRESS"]
        assert arguments["note"] == f'{VALUES["EMAIL_ADDRESS"]} "as asked" \\ soon'
        assert arguments["copies"] == 1
    history: Any = [
        *messages,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
                for call in message.tool_calls
            ],
        },
        *(
            {"role": "tool", "tool_call_id": call.id, "content": f"Sent, phone {VALUES['PHONE_NUMBER']}."}
            for call in message.tool_calls
        ),
    ]
    answer = client.chat.completions.create(model="mirror", messages=history, tools=[TOOL])
    assert VALUES["EMAIL_ADDRESS"] in (answer.choices[0].message.content or "")
    assert_clean(mirror)


def test_interleaved_choices(client: openai.OpenAI) -> None:
    """Choices that interleave within a stream are restored each for itself."""
    stream = client.chat.completions.create(model="mirror", messages=MESSAGES, stream=True, n=3)
    texts = {0: "", 1: "", 2: ""}
    for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
    assert len(set(texts.values())) == 1
    assert VALUES["CREDIT_CARD"] in texts[2]


def test_structured_output(client: openai.OpenAI) -> None:
    """A JSON answer stays JSON when values go into it."""
    answer = client.chat.completions.create(model="mirror", messages=MESSAGES, response_format={"type": "json_object"})
    tree = orjson.loads(answer.choices[0].message.content or "")
    assert VALUES["EMAIL_ADDRESS"] in tree["answer"]


def test_altered_placeholders(client: openai.OpenAI) -> None:
    """Placeholders that the model escaped or wrote in lower case are restored as well."""
    messages: Any = [{"role": "user", "content": f"{PROMPT} mirror: mangle"}]
    text = client.chat.completions.create(model="mirror", messages=messages).choices[0].message.content or ""
    assert all(value in text for value in PLANTED)


def test_models(client: openai.OpenAI, mirror: Mirror) -> None:
    """The list of models passes."""
    assert [model.id for model in client.models.list()] == ["mirror", "mirror-large"]


@pytest.mark.parametrize("stream", [False, True])
def test_error_that_quotes_the_prompt(client: openai.OpenAI, mirror: Mirror, stream: bool) -> None:
    """An upstream's 400 that repeats the prompt is restored for the client."""
    messages: Any = [{"role": "user", "content": f"{PROMPT} mirror: error 400"}]
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="mirror", messages=messages, stream=stream)
    assert all(value in caught.value.message for value in PLANTED)
    assert_clean(mirror)


def test_rate_limit_and_server_error(client: openai.OpenAI) -> None:
    """Status and retry hint of an upstream's own error pass."""
    for status, kind in ((429, openai.RateLimitError), (500, openai.InternalServerError)):
        with pytest.raises(kind) as caught:
            client.chat.completions.create(
                model="mirror", messages=[{"role": "user", "content": f"mirror: error {status}"}]
            )
        assert caught.value.response.headers.get("retry-after") == ("1" if status == 429 else None)


def test_cut_stream_raises(client: openai.OpenAI, mirror: Mirror) -> None:
    """A stream that the upstream cuts off never looks complete."""
    messages: Any = [{"role": "user", "content": f"{PROMPT} mirror: cut"}]
    stream = client.chat.completions.create(model="mirror", messages=messages, stream=True)
    with pytest.raises((openai.APIError, openai.APIConnectionError)):
        list(stream)
