"""Headers are built from allow-lists, so that nothing of the client's gets through by being new."""

import pytest

from relay import build
from relay.config import Store, UpstreamConfig
from relay.request import strip
from relay.request.provider_request import forcing
from relay.types import RouteKind
from relay.wire.vendors import find

FORMATS = {format.name: format for format in build.formats()}

IDENTIFYING = (
    ("user-agent", "OpenAI/Python 3.52.0"),
    ("x-stainless-os", "Linux"),
    ("openai-organization", "org-canary"),
    ("cookie", "sid=canary"),
    ("x-forwarded-for", "203.0.113.7"),
    ("referer", "https://intranet.example.com/canary"),
    ("accept-language", "de-AT"),
    ("traceparent", "00-canary-01"),
    ("x-claude-code-session-id", "canary"),
    ("x-relay-session", "canary"),
    ("idempotency-key", "canary"),
    ("http-referer", "canary"),
    ("x-title", "canary"),
)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_two_clients_that_differ_in_every_header_look_alike(name: str) -> None:
    """What is built does not depend on what identifies."""
    format = FORMATS[name]
    one, other = (
        strip.request_headers(format, format.request_headers(sent).headers, "sk-x", has_body=True, stream=True)
        for sent in (IDENTIFYING, ())
    )
    assert one == other
    assert "canary" not in repr(one)


def test_contract_headers_pass_and_the_key_has_the_form_the_provider_wants() -> None:
    """The API version and beta flags are part of the contract."""
    headers = (("anthropic-version", "2023-06-01"), ("anthropic-beta", "files-api-2025-04-14"), ("x-app", "cli"))
    format = FORMATS["anthropic_messages"]
    contract = format.request_headers(headers).headers
    built = dict(strip.request_headers(format, contract, "sk-ant-x", has_body=True, stream=False))
    assert built["anthropic-version"] == "2023-06-01"
    assert built["anthropic-beta"] == "files-api-2025-04-14"
    assert built["accept-encoding"] == "identity"
    assert built["x-api-key"] == "sk-ant-x"
    assert "x-app" not in built


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("content-type", True),
        ("retry-after", True),
        ("retry-after-ms", True),
        ("x-ratelimit-remaining-requests", True),
        ("anthropic-ratelimit-tokens-limit", True),
        ("x-request-id", True),
        ("request-id", True),
        ("set-cookie", False),
        ("openai-organization", False),
        ("cf-ray", False),
        ("server", False),
        ("alt-svc", False),
        ("content-length", False),
        ("content-encoding", False),
        ("transfer-encoding", False),
        ("strict-transport-security", False),
        ("x-relay-session", False),
    ],
)
def test_response_headers(name: str, passes: bool) -> None:
    """Status, type, retry hints and limits pass; cookies, account names and hop-by-hop headers go."""
    assert strip.response_headers(((name, "v"),)) == (((name, "v"),) if passes else ())


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ""),
        ("limit=1000&after_id=claude-x-1&beta=true", "after_id=claude-x-1&limit=1000"),
        ("pageToken=Ch5tb2RlbHM%3D&pageSize=50&key=secret", "pageSize=50&pageToken=Ch5tb2RlbHM%3D"),
        ("after=gpt-5&order=asc&user=maria", "after=gpt-5&order=asc"),
        ("after_id=maria%40example.org&limit=", ""),
        ("limit=" + "9" * 5, ""),
        ("limit=1e3&order=down&pageSize=-1", ""),
        ("after=4111111111111111", ""),
        ("pageToken=" + "9" * 501, ""),
        ("limit=1&limit=2", "limit=2"),
    ],
)
def test_only_paging_is_left_of_a_query(query: str, left: str) -> None:
    """The next page of a list can be asked for; keys, names and whatever else stands in a query stay here."""
    assert strip.page_query(query) == left


CHAT, RESPONSES, GEMINI = "/v1/chat/completions", "/v1/responses", "/v1beta/models/m:generateContent"
GEMINIS = "https://generativelanguage.googleapis.com"


@pytest.mark.parametrize(
    ("path", "base_url", "kind", "store", "wanted"),
    [
        # Forced where the provider stores by default, under each of its names.
        (CHAT, "https://api.openai.com/v1", "frontier", "auto", True),
        (CHAT, "https://API.OpenAI.com", "frontier", "auto", True),
        (CHAT, "https://eu.api.openai.com/v1", "frontier", "auto", True),
        (RESPONSES, "https://api.openai.com/v1", "frontier", "auto", True),
        (RESPONSES, "https://x.openai.azure.com", "frontier", "auto", True),
        (RESPONSES, "https://llm.example.com", "frontier", "auto", True),
        (GEMINI, GEMINIS, "frontier", "auto", True),
        ("/v1beta/models/m:streamGenerateContent", GEMINIS, "frontier", "auto", True),
        # Left to the client elsewhere.
        (CHAT, "https://llm.example.com/v1", "frontier", "auto", None),
        (CHAT, "https://api.openai.com.example.com", "frontier", "auto", None),
        (CHAT, "https://notapi.openai.com", "frontier", "auto", None),
        (CHAT, "https://x.openai.azure.com", "frontier", "auto", None),
        (CHAT, "http://127.0.0.1:9/v1", "frontier", "auto", None),
        (GEMINI, "https://aiplatform.googleapis.com", "frontier", "auto", None),
        ("/v1beta/models/m:countTokens", GEMINIS, "frontier", "auto", None),
        ("/v1/responses/input_tokens", "https://api.openai.com", "frontier", "auto", None),
        ("/v1/messages", "https://api.anthropic.com", "frontier", "auto", None),
        # One's own machine stores nothing.
        (CHAT, "http://127.0.0.1:9/v1", "local", "auto", False),
        (RESPONSES, "http://127.0.0.1:9/v1", "local", "auto", False),
        (CHAT, "https://api.openai.com/v1", "local", "auto", False),
        # The operator knows better.
        (CHAT, "https://llm.example.com/v1", "frontier", "force", True),
        (CHAT, "http://127.0.0.1:9/v1", "local", "force", True),
        (CHAT, "https://api.openai.com/v1", "frontier", "omit", False),
        (RESPONSES, "https://llm.example.com", "frontier", "omit", False),
    ],
)
def test_who_is_told_to_store_nothing(path: str, base_url: str, kind: str, store: str, wanted: bool | None) -> None:
    """Everywhere where a provider stores by default, and nowhere where the field would be refused."""
    found = find(FORMATS.values(), path, ())
    assert found is not None
    upstream = UpstreamConfig(kind=RouteKind(kind), base_url=base_url, store=Store(store))
    assert forcing(found[1], upstream) is wanted
