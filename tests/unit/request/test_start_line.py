"""Start line and headers: what a client writes there does not get by the scrubber, and no model's name is refused."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from relay.errors import ClientFault, ScrubFailed
from relay.exchange import Core, Exchange
from relay.types import Headers, Outbound
from tests.conftest import MakeCore
from tests.support import VALUES, chat, forms, post

CHAT, MESSAGES, GEMINI = "/v1/chat/completions", "/v1/messages", "/v1beta/models/{}:generateContent"
TALK = {
    CHAT: chat("hello"),
    MESSAGES: {**chat("hello"), "max_tokens": 5},
    GEMINI: {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
}
# Written with the signs that a path, a flag or a model's name may have, as far as each value allows.
PLANTED = {
    **VALUES,
    "EMAIL_ADDRESS": "maria.gonzalez@example.org",
    "AWS": "AKIAQ7ZK2M5XW8N4PJ3T",
    "name": "maria-gonzalez",
    "born": "1984-03-12",
}
# Any header that a provider or a client has a use for, and one that nobody knows.
HEADERS = (
    *("anthropic-beta", "anthropic-version", "openai-beta", "openai-organization", "openai-project", "user-agent"),
    *("x-goog-api-client", "x-goog-user-project", "anthropic-workspace-id", "anthropic-user-profile-id", "x-title"),
    *("http-referer", "accept", "accept-language", "content-type", "cookie", "traceparent", "x-unheard-of", "via"),
)


def opened(
    core: Core, path: str, body: object, headers: Headers = (), query: str = "", method: str = "POST"
) -> Outbound:
    """Return what would leave of a request with these headers besides a key."""
    request = post(path, body)
    matched = core.directory.find(path, headers)
    assert matched is not None
    exchange = Exchange(core, None, *matched, exchange_id="test")
    try:
        return exchange.open(replace(request, method=method, query=query, headers=(*request.headers, *headers)))
    finally:
        exchange.close()


def everything(outbound: Outbound) -> bytes:
    fields = [f"{name}: {value}" for name, value in outbound.headers]
    return "\n".join([outbound.method, outbound.path, outbound.query, *fields]).encode() + outbound.body


@pytest.mark.parametrize(("path", "kind"), list(product(TALK, PLANTED)))
def test_no_header_and_no_query_carries_a_value(core: Core, path: str, kind: str) -> None:
    """Whichever header or part of the query holds it: alone, between flags of the contract, or within one."""
    value, asked = PLANTED[kind], path.format("gemini-3-pro")
    words = (value, f"files-api-2025-04-14,{value},skills-2025-10-02", f"a-{value}-2025-01-01", f"key={value}")
    for name, text in product(HEADERS, words):
        outbound = opened(core, asked, TALK[path], ((name, text),))
        leaked = [form for form, raw in forms(value).items() if raw in everything(outbound)]
        assert leaked == [], name
    # What Gemini's clients call `key` is the credential.
    for name in ("key" if path != GEMINI else "k", "api-version", "beta", "alt", "user", "limit", "pageToken", value):
        assert value not in everything(opened(core, asked, TALK[path], query=f"{name}={value}")).decode()


@pytest.mark.parametrize(
    ("text", "flag", "passes"),
    [
        ("my login is kofi2, please help", "kofi2-2025-01-01", False),
        (
            "my password: blueheron",
            "blueheron-2025-01-01",
            False,
        ),
        ("hello", "maria-gonzalez-2025-01-01", False),  # no listed flag names these
        ("hello", "files-context-1m-2027-03-04", True),  # a new version, and names that others have
        ("password: files-api-2025-04-14", "files-api-2025-04-14", True),  # whatever a text calls it
    ],
)
def test_a_flag_that_holds_a_value_of_the_conversation_is_dropped(
    core: Core, text: str, flag: str, passes: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The request goes on without it, and the log counts it."""
    caplog.set_level(logging.INFO, "relay")
    outbound = opened(core, MESSAGES, {**chat(text), "max_tokens": 5}, (("anthropic-beta", flag),))
    assert (("anthropic-beta", flag) in outbound.headers) is passes
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    assert [line["count"] for line in lines if line["event"] == "words_dropped"] == ([] if passes else [1])


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("gemini-3-pro-preview-2026-05-06", False),
        ("text-embedding-large-exp-03-07", False),
        ("gemini-2.5-flash-lite", False),
        (VALUES["GITHUB_TOKEN"], True),
        (f"gemini-{VALUES['GITHUB_TOKEN']}", True),
        ("4111111111111111", True),
        ("AKIAQ7ZK2M5XW8N4PJ3T", True),
        ("203.0.113.77", True),
    ],
)
@pytest.mark.parametrize(
    "path", [GEMINI, "/v1/models/{}", "/v1beta/models/{}", "/openai/deployments/{}/chat/completions"]
)
def test_a_model_that_reads_like_a_value_is_refused(core: Core, path: str, model: str, refused: bool) -> None:
    """Wherever a path names it, with a reason that does not repeat it; what providers call their models passes."""
    asked, method = path.format(model).removeprefix("/openai"), "GET" if path.endswith("models/{}") else "POST"
    body = TALK.get(path, TALK[CHAT])
    if not refused:
        assert model in opened(core, asked, body, method=method).path or "deployments" in asked
        return
    with pytest.raises(ClientFault, match="reads like personal data or a secret") as caught:
        opened(core, asked, body, method=method)
    assert model not in caught.value.public


@pytest.mark.parametrize("name", ["after", "after_id", "before_id"])
def test_so_is_a_model_that_a_list_begins_at(core: Core, name: str) -> None:
    """The place in a list is a model's name, too."""
    assert "claude-x" in opened(core, "/v1/models", None, query=f"{name}=claude-x", method="GET").query
    with pytest.raises(ClientFault):
        opened(core, "/v1/models", None, query=f"{name}={VALUES['GITHUB_TOKEN']}", method="GET")


@pytest.mark.parametrize(
    ("token", "refused"),
    [
        ("Ch5tb2RlbHMvZ2VtaW5pLTMtcHJv", False),
        ("ChptZW1vL21vZGVscy9nZW1pbmktMi41LXBybw==", False),
        (VALUES["US_SSN"], True),
        (VALUES["GITHUB_TOKEN"], True),
        (VALUES["US_SSN"].encode().hex(), True),
    ],
)
def test_so_is_a_token_of_a_page(core: Core, token: str, refused: bool) -> None:
    """An upstream's token reads like nothing; a client can write what it likes there."""
    asked = lambda: opened(core, "/v1beta/models", None, query=f"pageToken={token}", method="GET")  # noqa: E731
    if refused:
        with pytest.raises(ClientFault, match="reads like personal data or a secret"):
            asked()
    else:
        assert token.rstrip("=") in asked().query


@pytest.mark.parametrize("encode", [lambda raw: raw.hex(), lambda raw: b64encode(raw).decode().rstrip("=")])
@pytest.mark.parametrize("kind", ["EMAIL_ADDRESS", "CREDIT_CARD", "GITHUB_TOKEN"])
@pytest.mark.parametrize("shape", ["{}", "gemini-{}", "gemini-{}-pro"])
def test_an_encoding_hides_no_value_in_the_name_of_a_model(
    core: Core, shape: str, kind: str, encode: Callable[[bytes], str]
) -> None:
    """It reads like one once it is decoded."""
    with pytest.raises(ClientFault, match="reads like personal data or a secret"):
        opened(core, GEMINI.format(shape.format(encode(VALUES[kind].encode()))), TALK[GEMINI])


def test_an_encoding_of_what_only_the_conversation_gives_away_stops_the_request(core: Core) -> None:
    """No model is called so."""
    body = {"contents": [{"role": "user", "parts": [{"text": "my password is hunter2-Zebra"}]}]}
    with pytest.raises(ScrubFailed):
        opened(core, GEMINI.format(b"hunter2-Zebra".hex()), body)
    assert opened(core, GEMINI.format(b"some-other-name".hex()), body)


def test_what_a_text_calls_a_secret_does_not_stop_the_model_of_that_name(core: Core) -> None:
    """A document cannot end a conversation by calling the model's name a password."""
    body = {"contents": [{"role": "user", "parts": [{"text": "password: gemini-3.7-x9"}]}]}
    assert "gemini-3.7-x9" in opened(core, GEMINI.format("gemini-3.7-x9"), body).path


def test_an_observing_policy_refuses_no_model(make_core: MakeCore) -> None:
    """Nothing is refused under `mode: observe`."""
    core = make_core("version: 1\nmodel: none\nmode: observe\n")
    assert opened(core, GEMINI.format("AKIAQ7ZK2M5XW8N4PJ3T"), TALK[GEMINI])
