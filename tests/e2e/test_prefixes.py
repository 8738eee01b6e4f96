"""Each vendor's paths under its prefix, as SDKs append them to a base URL, and Azure's with its own client."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx
import openai
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Serve, upstream
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat
from tests.support import VALUES

MAIL = VALUES["EMAIL_ADDRESS"]
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}
MESSAGES = {"model": "mirror", "max_tokens": 50, "messages": [{"role": "user", "content": PROMPT}]}
OLLAMA = {"model": "mirror", "messages": [{"role": "user", "content": PROMPT}], "stream": False}
KEYS = {"authorization": "Bearer k", "x-goog-api-key": "k"}
DATED = "2024-10-21"


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        ("/openai/v1/chat/completions", chat(), "/v1/chat/completions"),
        ("/openai/chat/completions", chat(), "/v1/chat/completions"),
        ("/openai/v1/responses", {"model": "mirror", "input": PROMPT}, "/v1/responses"),
        ("/openai/v1/completions", {"model": "mirror", "prompt": PROMPT}, "/v1/completions"),
        ("/anthropic/v1/messages", MESSAGES, "/v1/messages"),
        ("/anthropic/messages/", MESSAGES, "/v1/messages"),
        ("/gemini/v1beta/models/g:generateContent", CONTENTS, "/v1beta/models/g:generateContent"),
        ("/gemini/v1/models/g:generateContent", CONTENTS, "/v1/models/g:generateContent"),
        ("/ollama/api/chat", OLLAMA, "/api/chat"),
        ("/ollama/api/generate", {"model": "mirror", "prompt": PROMPT, "stream": False}, "/api/generate"),
        ("/ollama/v1/chat/completions", chat(), "/v1/chat/completions"),
        ("/openai/deployments/mirror/chat/completions?api-version=2024-10-21", chat(), "/v1/chat/completions"),
    ],
)
async def test_a_prefix_leads_to_the_vendors_own_path(
    serve: Serve, mirror: Mirror, path: str, body: Any, at: str
) -> None:
    """Values come back, none leaves, and the upstream sees its own path without the prefix."""
    async with httpx.AsyncClient(base_url=serve().url, headers=KEYS) as client:
        answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert all(value in answer.text for value in PLANTED)
    assert [received.path for received in mirror.received] == [at]
    assert_clean(mirror)


@pytest.mark.parametrize(
    ("path", "key"),
    [("/openai/v1/models", "data"), ("/anthropic/v1/models", "data"), ("/gemini/v1beta/models", "models")],
)
async def test_a_prefix_tells_whose_list_of_models(serve: Serve, mirror: Mirror, path: str, key: str) -> None:
    """No header is needed where the prefix says whose client it is."""
    async with httpx.AsyncClient(base_url=serve().url, headers={"authorization": "Bearer k"}) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    credential = {"openai": "authorization", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}
    assert mirror.received[0].header(credential[path.split("/")[1]]) in ("k", "Bearer k")


@pytest.mark.parametrize(
    "path", ["/mistral/v1/chat/completions", "/openai/v1/messages", "/anthropic/api/chat", "/ollama/v1/files"]
)
async def test_what_a_vendor_does_not_serve_is_refused(relay: Running, mirror: Mirror, path: str) -> None:
    """A prefix opens no path that is not there without it."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEYS) as client:
        answer = await client.post(path, json=chat())
    assert answer.status_code == 404
    assert "relay" in answer.text
    assert not mirror.received


def test_the_sdks_with_a_prefix(serve: Serve, mirror: Mirror) -> None:
    """A base URL with the prefix is all that a client needs, whole and streamed."""
    url = serve().url
    messages: Any = [{"role": "user", "content": PROMPT}]
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k", max_retries=0) as client:
        assert MAIL in str(client.chat.completions.create(model="m", messages=messages))
        stream = client.chat.completions.create(model="m", messages=messages, stream=True)
        assert MAIL in "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        assert list(client.models.list())
    with anthropic.Anthropic(base_url=f"{url}/anthropic", api_key="k", max_retries=0) as other:
        assert MAIL in str(other.messages.create(model="m", max_tokens=50, messages=messages))
        with other.messages.stream(model="m", max_tokens=50, messages=messages) as events:
            assert MAIL in events.get_final_text()
        assert list(other.models.list())
    assert_clean(mirror)


def azure_calls(client: openai.AzureOpenAI, model: str) -> None:
    """Ask for everything that Azure serves and relay too."""
    messages: Any = [{"role": "user", "content": PROMPT}]
    assert MAIL in str(client.chat.completions.create(model=model, messages=messages))
    stream = client.chat.completions.create(model=model, messages=messages, stream=True)
    assert MAIL in "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert MAIL in client.completions.create(model=model, prompt=PROMPT).choices[0].text
    assert client.embeddings.create(model=model, input=PROMPT).data
    assert MAIL in client.responses.create(model=model, input=PROMPT).output_text
    assert list(client.models.list())


@pytest.mark.parametrize("deployment", [None, "dep"])
@pytest.mark.parametrize("base", ["", "/openai"])
def test_azures_client_and_an_azure_upstream(serve: Serve, mirror: Mirror, deployment: str | None, base: str) -> None:
    """Deployment, version and key arrive where Azure looks for them, and `models` renames deployments."""
    far = upstream(f"{mirror.base_url}{base}", azure=True, formats=("openai",), models={"gpt-5": "dep-1"})
    with openai.AzureOpenAI(
        azure_endpoint=serve(upstreams={"azure": far}).url,
        azure_deployment=deployment,
        api_version=DATED,
        api_key="azure-key",
        max_retries=0,
    ) as client:
        azure_calls(client, "gpt-5")
    name = deployment or "dep-1"
    at = [f"/openai/deployments/{name}/{last}" for last in ("chat/completions",) * 2 + ("completions", "embeddings")]
    assert [received.path for received in mirror.received] == [*at, "/openai/responses", "/openai/models"]
    for received in mirror.received:
        assert received.query == f"api-version={DATED}"
        assert received.header("api-key") == "azure-key"
        assert received.header("authorization") is None
    assert_clean(mirror)


def test_azures_client_and_another_upstream(serve: Serve, mirror: Mirror) -> None:
    """A deployment is a model there, and the key a bearer token."""
    with openai.AzureOpenAI(
        azure_endpoint=f"{serve().url}/openai", api_version=DATED, api_key="k", max_retries=0
    ) as client:
        azure_calls(client, "gpt-5")
    assert {received.path.partition("/")[2].partition("/")[0] for received in mirror.received} == {"v1"}
    assert {received.query for received in mirror.received} == {""}
    assert {received.header("authorization") for received in mirror.received} == {"Bearer k"}
    assert {received.body["model"] for received in mirror.received if received.body} == {"gpt-5"}
    assert_clean(mirror)


def test_openais_client_and_an_azure_upstream(serve: Serve, mirror: Mirror) -> None:
    """A client that knows nothing of Azure is served by the API that needs no version."""
    far = upstream(mirror.base_url, azure=True, formats=("openai",), models={"gpt-5": "dep-1"})
    with openai.OpenAI(
        base_url=f"{serve(upstreams={'azure': far}).url}/v1", api_key="azure-key", max_retries=0
    ) as client:
        assert MAIL in client.responses.create(model="gpt-5", input=PROMPT).output_text
        messages: Any = [{"role": "user", "content": PROMPT}]
        assert MAIL in str(client.chat.completions.create(model="gpt-5", messages=messages))
    assert [received.path for received in mirror.received] == ["/openai/v1/responses", "/openai/v1/chat/completions"]
    assert {received.body["model"] for received in mirror.received} == {"dep-1"}
    assert {received.header("api-key") for received in mirror.received} == {"azure-key"}
    assert_clean(mirror)
