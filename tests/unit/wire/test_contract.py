"""Every text of the vendors' SDKs has a treatment: a new SDK release shows up as a list of unclassified fields.

The types of `openai` and `anthropic` are walked as they are installed. google-genai and ollama are not installed beside
relay, so the texts of their types stand in `tests/vectors/wire_fields`, as `path kind` (google-genai 3.4.0 and ollama
0.6.3, 2026-11-20).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypedDict

import anthropic.types
import anthropic.types.beta
import openai.types.chat
import openai.types.responses
import pytest
from anthropic.types import message_create_params
from anthropic.types.beta import message_create_params as beta_create_params
from openai.types import completion_create_params
from openai.types.chat import completion_create_params as chat_create_params
from openai.types.responses import response_create_params

import relay.wire
from relay.registry import collect_families
from relay.types import Treatment
from relay.wire.nodes import UNKNOWN, Node
from tests.unit.wire import sdk_types

FIELDS = Path(__file__).resolve().parents[2] / "vectors" / "wire_fields"
FORMATS = collect_families(relay.wire)

# (type, format, section)
TYPES = [
    (chat_create_params.CompletionCreateParams, "openai_chat", "request"),
    (openai.types.chat.ChatCompletion, "openai_chat", "response"),
    (openai.types.chat.ChatCompletionChunk, "openai_chat", "response"),
    (response_create_params.ResponseCreateParams, "openai_responses", "request"),
    (openai.types.responses.ResponseCompactParams, "openai_responses", "request"),
    (openai.types.responses.InputTokenCountParams, "openai_responses", "request"),
    (openai.types.responses.Response, "openai_responses", "response"),
    (openai.types.responses.CompactedResponse, "openai_responses", "response"),
    (openai.types.responses.ResponseStreamEvent, "openai_responses", "event"),
    (completion_create_params.CompletionCreateParams, "openai_completions", "request"),
    (openai.types.Completion, "openai_completions", "response"),
    (openai.types.EmbeddingCreateParams, "openai_embeddings", "request"),
    (openai.types.CreateEmbeddingResponse, "openai_embeddings", "response"),
    (openai.types.ModerationCreateParams, "openai_moderations", "request"),
    (openai.types.ModerationCreateResponse, "openai_moderations", "response"),
    (openai.types.Model, "openai_models", "response"),
    (message_create_params.MessageCreateParams, "anthropic_messages", "request"),
    (beta_create_params.MessageCreateParams, "anthropic_messages", "request"),
    (anthropic.types.MessageCountTokensParams, "anthropic_messages", "request"),
    (anthropic.types.beta.MessageCountTokensParams, "anthropic_messages", "request"),
    (anthropic.types.Message, "anthropic_messages", "response"),
    (anthropic.types.beta.BetaMessage, "anthropic_messages", "response"),
    (anthropic.types.MessageTokensCount, "anthropic_messages", "response"),
    (anthropic.types.beta.BetaMessageTokensCount, "anthropic_messages", "response"),
    (anthropic.types.RawMessageStreamEvent, "anthropic_messages", "event"),
    (anthropic.types.beta.BetaRawMessageStreamEvent, "anthropic_messages", "event"),
    (anthropic.types.ModelInfo, "anthropic_models", "response"),
]

# (file, format, section): each file lists the texts of one direction of one surface.
SURFACES = [
    ("ollama.ChatRequest", "ollama_chat", "request"),
    ("ollama.ChatResponse", "ollama_chat", "response"),
    ("ollama.GenerateRequest", "ollama_generate", "request"),
    ("ollama.GenerateResponse", "ollama_generate", "response"),
    ("ollama.EmbedRequest", "ollama_embed", "request"),
    ("ollama.EmbeddingsRequest", "ollama_embed", "request"),
    ("ollama.EmbedResponse", "ollama_embed", "response"),
    ("ollama.ListResponse", "ollama_models", "response"),
    ("ollama.ShowResponse", "ollama_models", "response"),
    ("gemini.Content", "gemini_generate", "content"),
    ("gemini.GenerateContentConfig", "gemini_generate", "request"),
    ("gemini.CountTokensConfig", "gemini_generate", "request"),
    ("gemini.EmbedContentConfig", "gemini_generate", "request"),
    ("gemini.GenerateContentResponse", "gemini_generate", "response"),
    ("gemini.EmbedContentResponse", "gemini_generate", "response"),
]

# What google-genai keeps to itself, or turns into content before it sends it.
NOT_ON_THE_WIRE = re.compile(
    r"\$\.(httpOptions|sdkHttpResponse|automaticFunctionCallingHistory|parsed|systemInstruction(\[\]|<File>|<Part>)"
    r"|tools$|mimeType$)"
)
# Its flat configuration stands partly beside and partly in `generationConfig`.
BESIDE = re.compile(
    r"\$\.(systemInstruction|tools|toolConfig|safetySettings|cachedContent|labels|continuationToken|modelArmorConfig"
    r"|serviceTier|taskType|title|generationConfig)\b"
)

TOKEN = re.compile(r"\.([A-Za-z0-9_$-]+)|(\[\])|(\{\})|(\{key\})|<([^>]+)>")
CONTAINERS = (Treatment.PASS, Treatment.PINNED)


def unclassified(root: Node, path: str, kind: str, direction: str) -> bool:
    """Tell whether no row of the table covers an inventory path. `kind` is what the inventory says of the leaf."""
    nodes = [root]
    for token in TOKEN.finditer(path):
        name, element, free, key, member = token.groups()
        below: list[Node] = []
        for node in nodes:
            if node.whole or (direction != "request" and node.text in CONTAINERS):
                return False
            if name:
                below.append(node.fields.get(name) or node.any or UNKNOWN)
            elif element:
                below.append(node.item or UNKNOWN)
            elif free:
                below.append(node.any or UNKNOWN)
            elif key:
                if node.key is None:
                    return True
                below.append(node)
            elif "=" in member:
                discriminator, _, values = member.partition("=")
                below += [node.member({discriminator: value}) for value in values.split("|")]
            else:
                below.append(node)  # a class without a discriminator: its fields are rows of the place itself
        nodes = below
    if path.endswith("{key}"):
        return False
    return any(node is UNKNOWN or node.text is None for node in nodes)


def leaves(surface: str) -> list[tuple[str, str]]:
    """Read (path, kind) rows: the texts, and the keys of mappings."""
    lines = (FIELDS / f"{surface}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [(path, kind) for path, _, kind in (line.partition("\t") for line in lines)]
    if surface.startswith("ollama."):
        # Its types say that any mapping will do as a message; what a message holds is listed beside that.
        return [(path, kind) for path, kind in rows if path not in ("$.messages[]{key}", "$.messages[]{}")]
    if not surface.startswith("gemini."):
        return rows
    rows = [(path, kind) for path, kind in rows if not NOT_ON_THE_WIRE.match(path)]
    if not surface.endswith("Config"):
        return rows
    return [(path if BESIDE.match(path) else f"$.generationConfig{path[1:]}", kind) for path, kind in rows]


@pytest.mark.parametrize("surface, name, section", SURFACES, ids=[row[0] for row in SURFACES])
def test_every_listed_text_has_a_treatment(surface, name, section):
    """A text without a row would be scrubbed as unknown; here it is a failure with its path."""
    root = FORMATS[name].table.sections[section]
    missing = {
        re.sub(r"^\$<\w+>", "$", path) for path, kind in leaves(surface) if unclassified(root, path, kind, section)
    }
    assert sorted(missing) == []


@pytest.mark.parametrize(
    "kind, name, section", TYPES, ids=[f"{row[1]}-{getattr(row[0], '__name__', 'union')}" for row in TYPES]
)
def test_every_text_of_an_installed_sdk_has_a_treatment(kind, name, section):
    """As the types are today; whatever a release adds is listed here with its path."""
    root = FORMATS[name].table.sections[section]
    assert sdk_types.unclassified(kind, root, response=section != "request") == []


class Diary(TypedDict, total=False):
    """What a release may add: a text, keys, and an object in a list."""

    model: str
    diary: str
    moods: dict[str, Any]
    metadata: dict[str, str]
    messages: list[dict[str, str]]
    user: str


def test_an_invented_text_is_reported():
    """The checks themselves can fail."""
    root = FORMATS["openai_chat"].table.sections["request"]
    assert unclassified(root, "$.messages[]<role=user>.nickname", "str", "request")
    assert unclassified(root, "$.diary", "str", "request")
    assert not unclassified(root, "$.messages[]<role=user>.content", "str", "request")
    found = sdk_types.unclassified(Diary, root, response=False)
    assert found == ["$.diary", "$.moods{}", "$.messages[]{key}", "$.messages[]{}"]
