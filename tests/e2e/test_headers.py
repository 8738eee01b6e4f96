"""Nothing that names a client leaves, and nothing of the provider's that could mark a client comes back."""

from __future__ import annotations

import httpx
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.support import PROMPT, chat

ONE = {
    "user-agent": "OpenAI/Python 3.52.0",
    "x-stainless-os": "Linux",
    "x-stainless-retry-count": "0",
    "accept-language": "de",
    "cookie": "a=1",
    "openai-organization": "org-1",
    "traceparent": "00-11111111111111111111111111111111-1111111111111111-01",
    "accept": "application/json",
}
OTHER = {
    "user-agent": "curl/8",
    "x-forwarded-for": "203.0.113.9",
    "forwarded": "for=203.0.113.9",
    "via": "1.1 proxy.example.com",
    "cookie": "b=2; c=3",
    "referer": "http://localhost/page",
    "x-title": "My App",
    "idempotency-key": "abc",
    "x-openwebui-user-email": "user@example.com",
    "accept": "*/*",
    "accept-encoding": "br",
    "x-unknown-identity": "me",
}
KEY = {"authorization": "Bearer sk-test"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/completions"])
async def test_two_clients_look_the_same(relay: Running, mirror: Mirror, path: str, stream: bool) -> None:
    """Two clients that differ in every header, address and cookie give byte-identical upstream headers."""
    for headers, address in ((ONE, "127.0.0.1"), (OTHER, "127.0.0.2")):
        transport = httpx.AsyncHTTPTransport(local_address=address)
        async with httpx.AsyncClient(transport=transport) as client:
            body = chat(stream=stream, max_tokens=10)
            answer = await client.post(f"{relay.url}{path}", json=body, headers={**headers, **KEY})
            assert answer.status_code == 200, answer.text
    first, second = mirror.received
    assert first.headers == second.headers
    assert first.raw == second.raw
    names = [name for name, _ in first.headers]
    assert len(names) == len(set(names))
    assert first.header("accept-encoding") == "identity"


@pytest.mark.parametrize("stream", [False, True])
async def test_cookies_of_the_provider(relay: Running, mirror: Mirror, stream: bool) -> None:
    """Set-Cookie is neither passed on nor replayed; the provider's own marks are gone."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        for _ in range(2):
            answer = await client.post("/v1/chat/completions", json=chat(f"{PROMPT} mirror: cookie", stream=stream))
            assert answer.status_code == 200
            assert not {"set-cookie", "server", "cf-ray"} & set(answer.headers)
            assert answer.headers["x-request-id"].startswith("req_mirror")
    assert [received.header("cookie") for received in mirror.received] == [None, None]


async def test_relay_headers(relay: Running) -> None:
    """Every scrubbed answer says which decision, route and policy it came by; no body does."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post("/v1/chat/completions", json=chat())
    assert answer.headers["x-relay-route"] == "frontier"
    assert answer.headers["x-relay-decision"]
    assert answer.headers["x-relay-policy"]
    assert "relay" not in answer.text
