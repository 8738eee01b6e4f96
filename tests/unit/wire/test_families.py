"""Headers, keys and shared paths of the two families."""

from __future__ import annotations

import json

import pytest

import relay.wire
from relay.errors import PolicyRefused, RelayFault, UpstreamBadStream
from relay.protocols import Format
from relay.registry import collect_families
from relay.wire.contract_headers import NOTHING_PASSES
from relay.wire.vendors import families_of, find, speaker

FORMATS = {name: plugin() for name, plugin in collect_families(relay.wire).items()}
CHAT = FORMATS["openai_chat"]
MESSAGES = FORMATS["anthropic_messages"]


def served_by(path: str, headers=()) -> str | None:
    found = find(FORMATS.values(), path, headers)
    return found[0].name if found else None


@pytest.mark.parametrize(
    "path, headers, name",
    [
        ("/v1/chat/completions", (), "openai_chat"),
        ("/v1/v1/chat/completions/", (), "openai_chat"),
        ("/chat/completions", (), "openai_chat"),
        ("/v1/messages", (), "anthropic_messages"),
        ("/v1/messages/count_tokens", (), "anthropic_messages"),
        ("/v1/models", (), "openai_models"),
        ("/v1/models/", (("authorization", "Bearer k"),), "openai_models"),
        ("/v1/models", (("anthropic-version", "2023-06-01"),), "anthropic_models"),
        ("/v1/models/claude-x", (("x-api-key", "k"),), "anthropic_models"),
        ("/v1/models/meta-llama/Llama-3.1-8B", (), "openai_models"),
        ("/v1/responses", (), "openai_responses"),
        ("/v1/responses/input_tokens", (), "openai_responses"),
        ("/v1/responses/resp_1", (), None),
        ("/v1/completions", (), "openai_completions"),
        ("/v1/embeddings", (), "openai_embeddings"),
        ("/v1/moderations", (), "openai_moderations"),
        ("/v1beta/models/gemini-x:generateContent", (), "gemini_generate"),
        ("/v1/models/gemini-x:streamGenerateContent", (), "gemini_generate"),
        ("/v1/v1beta/models/gemini-x:countTokens/", (), "gemini_generate"),
        ("/v1beta/models/gemini-x:deleteEverything", (), None),
        ("/v1beta/models/../x:generateContent", (), None),
        ("/v1beta/models", (), "gemini_models"),
        ("/v1beta/models/gemini-x", (), "gemini_models"),
        ("/v1/models", (("x-goog-api-key", "k"),), "gemini_models"),
        ("/v1beta/cachedContents", (), None),
        ("/v1beta/interactions", (), None),
        ("/api/chat", (), "ollama_chat"),
        ("/api/chat/", (), "ollama_chat"),
        ("//api//generate", (), "ollama_generate"),
        ("/api/embed", (), "ollama_embed"),
        ("/api/embeddings", (), "ollama_embed"),
        ("/api/tags", (), "ollama_models"),
        ("/api/show", (), "ollama_models"),
        ("/api/pull", (), None),
        ("/api/create", (), None),
        ("/v1/models/claude-x@20250514", (), "openai_models"),
        ("/v1/models/maria@example.com", (), None),
        ("/v1/models/..", (), None),
        ("/v1/models/a%2f..%2fb", (), None),
        ("/v1/models/a?b", (), None),
        ("/v1/messages/batches", (), None),
        ("/v1/files", (), None),
        ("/v1/threads", (), None),
        ("/v1/chat/completions/chatcmpl-1", (), None),
        ("/", (), None),
    ],
)
def test_who_serves_a_path(path, headers, name):
    """Known paths have one format; everything else has none and is refused by the caller."""
    assert served_by(path, headers) == name


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_keeps_the_contract(name):
    """All members of the protocol are there, and a fault can be told to any client."""
    format = FORMATS[name]
    assert isinstance(format, Format)
    fault = PolicyRefused("rule r forbids US_SSN")
    assert "rule r forbids US_SSN" in json.dumps(json.loads(format.error_body(fault)))
    event = format.error_event(fault)
    assert "rule r forbids US_SSN" in json.dumps(json.loads(event.data))
    assert format.match("/nobody/serves/this") is None


GEMINI = FORMATS["gemini_generate"]
OLLAMA = FORMATS["ollama_chat"]


def test_a_gemini_stream_is_asked_for_as_events():
    """The upstream is told to send events; other calls have no query."""
    path = "/v1beta/models/gemini-x:"
    assert GEMINI.match(path + "streamGenerateContent").upstream_path.endswith("?alt=sse")
    assert "?" not in GEMINI.match(path + "generateContent").upstream_path


@pytest.mark.parametrize(
    "headers, query, key",
    [
        ((("x-goog-api-key", "k"),), "", "k"),
        ((), "alt=sse&key=k", "k"),
        ((("authorization", "Bearer k"),), "", "k"),
        ((("x-goog-api-key", "k"),), "key=other", "k"),
        ((), "key=", None),
        ((), "", None),
    ],
)
def test_gemini_keys(headers, query, key):
    """The key is in a header, in the query or a bearer token."""
    assert GEMINI.credential(headers, query) == key


@pytest.mark.parametrize(
    "format, key, headers",
    [
        (GEMINI, "AIza1", (("x-goog-api-key", "AIza1"),)),
        (GEMINI, "ya29.x", (("authorization", "Bearer ya29.x"),)),
        (OLLAMA, "k", (("authorization", "Bearer k"),)),
    ],
)
def test_presents_other_keys(format, key, headers):
    """A key goes into a header, never into the URL."""
    assert format.credential_headers(key) == headers


def test_other_errors_have_their_vendors_shape():
    """Gemini's errors have a status word, Ollama's are a sentence."""
    fault = PolicyRefused("no")
    expected = {"error": {"code": 403, "message": "relay: no", "status": "PERMISSION_DENIED"}}
    assert json.loads(GEMINI.error_body(fault)) == expected
    assert json.loads(OLLAMA.error_body(fault)) == {"error": "relay: no"}
    assert OLLAMA.credential((("authorization", "Bearer k"),), "") == "k"
    assert OLLAMA.credential((), "") is None


@pytest.mark.parametrize("name", ["openai_models", "anthropic_models"])
def test_lists_are_not_streamed(name):
    """A stream where none was asked for is the upstream's fault."""
    endpoint = FORMATS[name].match("/v1/models")
    assert (endpoint.method, endpoint.has_body, endpoint.shared) == ("GET", False, True)
    with pytest.raises(UpstreamBadStream):
        FORMATS[name].reader(endpoint, None)
    tree = {"data": [{"id": "[P]"}], "error": {"message": "[P]"}}
    assert [leaf.text for leaf in FORMATS[name].response_leaves(endpoint, None, tree)] == ["[P]"]


@pytest.mark.parametrize(
    "headers, key",
    [
        ((("authorization", "Bearer k"),), "k"),
        ((("authorization", "bearer  k "),), "k"),
        ((("authorization", "Basic k"),), None),
        ((("authorization", "Bearer "),), None),
        ((("api-key", "k"),), "k"),
        ((), None),
    ],
)
def test_openai_keys(headers, key):
    """OpenAI's key is a bearer token; Azure's clients have a header of their own."""
    assert CHAT.credential(headers, "") == key


@pytest.mark.parametrize(
    "headers, key",
    [
        ((("x-api-key", "k"),), "k"),
        ((("authorization", "Bearer k"),), "k"),
        ((("x-api-key", "k"), ("authorization", "Bearer other")), "k"),
        ((("x-api-key", ""), ("authorization", "Bearer k")), "k"),
        ((("authorization", "Basic k"),), None),
        ((), None),
    ],
)
def test_anthropic_keys(headers, key):
    """Older clients send `x-api-key`, current ones a bearer token."""
    assert MESSAGES.credential(headers, "") == key


@pytest.mark.parametrize(
    "format, key, headers",
    [
        (CHAT, "sk-1", (("authorization", "Bearer sk-1"),)),
        (MESSAGES, "sk-ant-api03-1", (("x-api-key", "sk-ant-api03-1"),)),
        (MESSAGES, "sk-ant-oat01-1", (("authorization", "Bearer sk-ant-oat01-1"),)),
        (MESSAGES, "local", (("x-api-key", "local"),)),
    ],
)
def test_presents_keys(format, key, headers):
    """Each kind of key goes where the upstream wants it."""
    assert format.credential_headers(key) == headers


SENT = (
    ("user-agent", "x"),
    ("cookie", "x"),
    ("anthropic-version", "2023-06-01"),
    ("anthropic-beta", "files-api-2025-01-01,mcp-2025-02-02"),
    ("openai-beta", "responses=v1"),
    ("openai-organization", "org"),
    ("openai-project", "proj"),
    ("anthropic-workspace-id", "w"),
    ("x-stainless-os", "Linux"),
)


@pytest.mark.parametrize(
    "format, names",
    [(CHAT, ["openai-beta"]), (MESSAGES, ["anthropic-beta", "anthropic-version"])],
)
def test_passes_contract_headers_only(format, names):
    """The API's version and beta flags pass; organization, project and the rest identify the client."""
    assert [name for name, _ in format.request_headers(SENT).headers] == names
    assert format.request_headers(()) == NOTHING_PASSES


DAY = "2025-01-01"


@pytest.mark.parametrize(
    "name, value, passed, unlisted, dropped",
    [
        ("anthropic-version", "2023-06-01", "2023-06-01", 1, 0),
        ("anthropic-version", "2026-10-21", "2026-10-21", 1, 0),
        ("anthropic-version", "1984-03-12", "", 0, 1),  # a date of birth
        ("anthropic-version", "2023-13-01", "", 0, 1),
        ("anthropic-version", "2023-06-01-beta", "", 0, 1),
        ("anthropic-beta", "files-api-2025-04-14", "files-api-2025-04-14", 0, 0),
        ("anthropic-beta", "claude-code-20250219", "claude-code-20250219", 0, 0),
        ("anthropic-beta", f"files-context-2m-{DAY}", f"files-context-2m-{DAY}", 1, 0),
        ("anthropic-beta", f"files-maria-{DAY}", "", 0, 1),  # a name that no listed flag has
        ("anthropic-beta", f"mg-{DAY}", "", 0, 1),
        ("anthropic-beta", f"context-2m-{DAY}, skills-2025-10-02", f"context-2m-{DAY},skills-2025-10-02", 1, 0),
        ("anthropic-beta", f"mcp-{DAY},api-{DAY},mcp-{DAY},,", f"api-{DAY},mcp-{DAY}", 2, 0),
        ("anthropic-beta", f"mcp-{DAY},maria@example.org,api-{DAY}", f"api-{DAY},mcp-{DAY}", 2, 1),
        ("anthropic-beta", "maria-gonzalez-1984-03-12", "", 0, 1),
        ("anthropic-beta", f"call-415-555-0132-{DAY}", "", 0, 1),
        ("anthropic-beta", f"ssn-536221874-{DAY}", "", 0, 1),
        ("anthropic-beta", f"ghp0123456789abcdef-{DAY}", "", 0, 1),
        ("anthropic-beta", f"New-Thing-{DAY}", "", 0, 1),
        ("anthropic-beta", f"new thing-{DAY}", "", 0, 1),
        ("anthropic-beta", f"{'a' * 17}-{DAY}", "", 0, 1),
        ("anthropic-beta", f"{'a-' * 9}{DAY}", "", 0, 1),
        ("anthropic-beta", f"zo\xeb-{DAY}", "", 0, 1),
        ("anthropic-beta", 'a"b', "", 0, 1),
        ("anthropic-beta", "", "", 0, 0),
        ("openai-beta", "assistants=v2", "assistants=v2", 0, 0),
        ("openai-beta", f"responses={DAY},realtime=v1", f"realtime=v1,responses={DAY}", 1, 0),
        ("openai-beta", "zebra=v1", "", 0, 1),
        ("openai-beta", "maria=gonzalez", "", 0, 1),
        ("openai-beta", "key=sk-0123456789abcdef", "", 0, 1),
        ("openai-beta", "born=1984-03-12", "", 0, 1),
        ("openai-beta", "phone=v4155550132", "", 0, 1),
    ],
)
def test_a_contract_header_holds_the_contracts_words_only(name, value, passed, unlisted, dropped):
    """A header is no way around the scrubber; what is left out is counted."""
    format = CHAT if name == "openai-beta" else MESSAGES
    found = format.request_headers(((name, value),))
    assert found.headers == (((name, passed),) if passed else ())
    assert (len(found.unlisted), found.dropped) == (unlisted, dropped)


def test_repeated_headers_are_one_and_their_number_is_bounded():
    """Flags in several headers are read like flags in one, and not more of them than any client sends."""
    sent = tuple(("anthropic-beta", f"{name}-{DAY}") for name in ("api", "files", "mcp"))
    assert MESSAGES.request_headers(sent).headers == (("anthropic-beta", f"api-{DAY},files-{DAY},mcp-{DAY}"),)
    many = ",".join(f"api-{first}{second}k-{DAY}" for first in range(10, 36) for second in range(26))
    found = MESSAGES.request_headers((("anthropic-beta", many),))
    assert (len(found.headers[0][1].split(",")), found.dropped) == (64, 26 * 26 - 64)


def test_tells_vendors_apart():
    """OpenAI's clients send none of Anthropic's headers."""
    families = families_of(FORMATS.values()).values()

    def told(*names: str) -> str | None:
        found = speaker(families, tuple((name, "x") for name in names))
        return found.name if found else None

    assert told("anthropic-version") == told("authorization", "x-api-key") == "anthropic"
    assert told("x-goog-api-key") == "gemini"
    assert told("authorization", "openai-beta") is None


def test_a_status_nobody_names_has_a_type():
    """Statuses outside the table are the client's or the server's by their first digit."""

    class Teapot(RelayFault):
        status = 418

    class Odd(RelayFault):
        status = 599

    assert json.loads(CHAT.error_body(Teapot("x")))["error"]["type"] == "invalid_request_error"
    assert json.loads(MESSAGES.error_body(Odd("x")))["error"]["type"] == "api_error"
