"""A prefix in front of a path names the vendor, and so decides what only headers decide elsewhere."""

from __future__ import annotations

import pytest

from relay import build
from relay.wire.vendors import caller, families_of, find, split_prefix

FORMATS = build.formats()
FAMILIES = families_of(FORMATS)
ANTHROPIC = (("anthropic-version", "2023-06-01"),)
GEMINI = (("x-goog-api-key", "k"),)


@pytest.mark.parametrize(
    "path, split",
    [
        ("/openai/v1/chat/completions", ("openai", "/v1/chat/completions")),
        ("/openai/chat/completions", ("openai", "/chat/completions")),
        ("/openai/openai/deployments/d/chat/completions", ("openai", "/deployments/d/chat/completions")),
        ("//openai//v1/models", ("openai", "//v1/models")),
        ("/openai", ("openai", "/")),
        ("/openai/", ("openai", "/")),
        ("/anthropic/v1/messages", ("anthropic", "/v1/messages")),
        ("/ollama/api/chat", ("ollama", "/api/chat")),
        ("/ollama/openai/v1/models", ("ollama", "/openai/v1/models")),
        ("/OpenAI/v1/models", ("", "/OpenAI/v1/models")),
        ("/openai2/v1/models", ("", "/openai2/v1/models")),
        ("/v1/openai/models", ("", "/v1/openai/models")),
        ("/", ("", "/")),
        ("", ("", "")),
    ],
)
def test_a_prefix_is_split_off(path, split):
    """Only a whole first part that is a vendor's name is a prefix, once or repeated."""
    assert split_prefix(path, FAMILIES) == split


@pytest.mark.parametrize(
    "path, headers, name",
    [
        ("/openai/v1/chat/completions", (), "openai_chat"),
        ("/openai/chat/completions", (), "openai_chat"),
        ("/openai/v1/v1/chat/completions", (), "openai_chat"),
        ("/openai/v1/responses", (), "openai_responses"),
        ("/openai/v1/embeddings", (), "openai_embeddings"),
        ("/openai/v1/completions", (), "openai_completions"),
        ("/openai/v1/moderations", (), "openai_moderations"),
        ("/openai/v1/models", (), "openai_models"),
        ("/openai/v1/models", ANTHROPIC, "openai_models"),
        ("/openai/v1/models", GEMINI, "openai_models"),
        ("/openai/models/gpt-5", (), "openai_models"),
        ("/anthropic/v1/messages", (), "anthropic_messages"),
        ("/anthropic/messages", (), "anthropic_messages"),
        ("/anthropic/v1/messages/count_tokens", (), "anthropic_messages"),
        ("/anthropic/v1/models", (), "anthropic_models"),
        ("/anthropic/v1/models", (("authorization", "Bearer k"),), "anthropic_models"),
        ("/anthropic/v1/models/claude-x", GEMINI, "anthropic_models"),
        ("/gemini/v1beta/models/g:generateContent", (), "gemini_generate"),
        ("/gemini/v1/models/g:streamGenerateContent", (), "gemini_generate"),
        ("/gemini/v1beta/v1beta/models/g:countTokens", (), "gemini_generate"),
        ("/gemini/v1beta/models", (), "gemini_models"),
        ("/gemini/v1/models", (), "gemini_models"),
        ("/gemini/v1/models/g", ANTHROPIC, "gemini_models"),
        ("/ollama/api/chat", (), "ollama_chat"),
        ("/ollama/api/generate", (), "ollama_generate"),
        ("/ollama/api/embed", (), "ollama_embed"),
        ("/ollama/api/tags", (), "ollama_models"),
        ("/ollama/v1/chat/completions", (), "openai_chat"),
        ("/ollama/v1/models", ANTHROPIC, "openai_models"),
        ("/ollama/v1/messages", (), "anthropic_messages"),
        ("/openai/v1/messages", (), None),
        ("/openai/api/chat", (), None),
        ("/anthropic/v1/chat/completions", (), None),
        ("/anthropic/api/chat", (), None),
        ("/gemini/v1/chat/completions", (), None),
        ("/gemini/api/chat", (), None),
        ("/ollama/v1beta/models/g:generateContent", (), None),
        ("/openai/anthropic/v1/messages", (), None),
        ("/mistral/v1/chat/completions", (), None),
        ("/openai/v1/files", (), None),
        ("/openai", (), None),
        ("/openai/deployments/gpt-5/chat/completions", (), "openai_chat"),
        ("/openai/openai/deployments/gpt-5/chat/completions", (), "openai_chat"),
        ("/deployments/gpt-5/chat/completions", (), "openai_chat"),
        ("/openai/deployments/gpt-5/embeddings", (), "openai_embeddings"),
        ("/openai/deployments/gpt-5/completions", (), "openai_completions"),
        ("/openai/deployments/gpt-5/responses", (), "openai_responses"),
        ("/openai/responses", (), "openai_responses"),
        ("/openai/models", (), "openai_models"),
        ("/openai/deployments/gpt-5/messages", (), None),
        ("/openai/deployments/gpt-5/audio/speech", (), None),
        ("/openai/deployments/gpt-5", (), None),
        ("/openai/deployments", (), None),
        ("/openai/deployments/../chat/completions", (), None),
        ("/openai/deployments/a%2fb/chat/completions", (), None),
        ("/openai/deployments/maria@example.com/chat/completions", (), None),
        (f"/openai/deployments/{'d' * 65}/chat/completions", (), None),
        ("/anthropic/deployments/d/chat/completions", (), None),
    ],
)
def test_who_serves_a_path_under_a_prefix(path, headers, name):
    """The prefix leaves the vendor's own paths, and nobody's headers change that."""
    found = find(FORMATS, path, headers)
    assert (found[0].name if found else None) == name


@pytest.mark.parametrize(
    "path, headers, family",
    [
        ("/v1/unknown", (), "openai"),
        ("/openai/messages", ANTHROPIC, "openai"),
        ("/v1/unknown", ANTHROPIC, "anthropic"),
        ("/v1/messages/batches", (), "anthropic"),
        ("/anthropic/v1/unknown", (), "anthropic"),
        ("/v1/unknown", GEMINI, "gemini"),
        ("/v1beta/unknown", (), "gemini"),
        ("/gemini/unknown", (), "gemini"),
        ("/api/pull", (), "ollama"),
        ("/ollama/unknown", (), "ollama"),
        ("/", (), "openai"),
        # What the headers say counts before the path.
        ("/v1/messages/batches", GEMINI, "gemini"),
        ("/v1beta/unknown", ANTHROPIC, "anthropic"),
        ("/api/pull", GEMINI, "gemini"),
        ("/v1/api/pull", (), "openai"),
    ],
)
def test_who_seems_to_call(path, headers, family):
    """An error has the shape that this client reads."""
    assert caller(FORMATS, path, headers).name == family
