"""The `openai` package's other endpoints through relay: Responses, completions, embeddings, moderations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import orjson
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.support import PLANTED, PROMPT, assert_clean
from tests.support import VALUES

TOOL: Any = {
    "type": "function",
    "name": "send_mail",
    "parameters": {"type": "object", "properties": {"email": {"type": "string"}, "note": {"type": "string"}}},
    "strict": False,
}


@pytest.fixture
def client(relay: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{relay.url}/v1", api_key="sk-test", max_retries=0) as made:
        yield made


def test_responses_whole_and_streamed(client: openai.OpenAI, mirror: Mirror) -> None:
    """A streamed response equals the whole one, and the upstream stores nothing."""
    whole = client.responses.create(model="mirror", instructions="Be brief.", input=PROMPT)
    assert all(value in whole.output_text for value in PLANTED)
    with client.responses.stream(model="mirror", input=PROMPT) as stream:
        deltas = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    assert deltas == final.output_text == whole.output_text
    assert_clean(mirror)
    assert all(received.body["store"] is False for received in mirror.received)


@pytest.mark.parametrize("stream", [False, True])
def test_responses_tool(client: openai.OpenAI, mirror: Mirror, stream: bool) -> None:
    """Arguments of a function call come back as valid JSON with the values in them."""
    asked: Any = {"model": "mirror", "input": f"Use the tool to tell {VALUES['EMAIL_ADDRESS']}.", "tools": [TOOL]}
    if stream:
        with client.responses.stream(**asked) as events:
            response: Any = events.get_final_response()
    else:
        response = client.responses.create(**asked)
    call = next(item for item in response.output if item.type == "function_call")
    assert orjson.loads(call.arguments) == {
        "email": VALUES["EMAIL_ADDRESS"],
        "note": f'{VALUES["EMAIL_ADDRESS"]} "as asked" \\ soon',
    }
    history: Any = [
        {"role": "user", "content": asked["input"]},
        {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments},
        {"type": "function_call_output", "call_id": call.call_id, "output": f"Sent to {VALUES['PHONE_NUMBER']}."},
    ]
    answer = client.responses.create(model="mirror", input=history, tools=[TOOL])
    assert VALUES["EMAIL_ADDRESS"] in answer.output_text
    assert_clean(mirror)


def test_responses_cut(client: openai.OpenAI) -> None:
    """A response that the upstream cuts off never looks complete."""
    with pytest.raises(openai.APIError):
        list(client.responses.create(model="mirror", input=f"{PROMPT} mirror: cut", stream=True))


def test_completions(client: openai.OpenAI, mirror: Mirror) -> None:
    """Legacy completions, whole and streamed."""
    whole = client.completions.create(model="mirror", prompt=PROMPT).choices[0].text
    stream = client.completions.create(model="mirror", prompt=PROMPT, stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == whole
    assert all(value in whole for value in PLANTED)
    assert_clean(mirror)


def test_embeddings_and_moderations(client: openai.OpenAI, mirror: Mirror) -> None:
    """Texts to embed or judge leave scrubbed; the vectors and verdicts pass."""
    found = client.embeddings.create(model="mirror", input=[PROMPT, "nothing"])
    assert [item.embedding for item in found.data] == [[0.25, -0.5, 0.75]] * 2
    assert not client.moderations.create(model="mirror", input=PROMPT).results[0].flagged
    assert_clean(mirror)
    assert len(mirror.received) == 2
