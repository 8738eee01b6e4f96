"""Every string leaf of the pinned SDKs has a treatment: a new SDK release shows up as a list of unclassified fields."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import relay.wire.formats
from relay.registry import collect
from relay.types import Treatment
from relay.wire.nodes import UNKNOWN, Node

ROOT = Path(__file__).resolve().parents[3]
INVENTORY = Path(os.environ.get("RELAY_WIRE_INVENTORY", ROOT.parent / "shared" / "wire" / "inventory"))
FORMATS = collect(relay.wire.formats)

# (inventory file, format, section): each file lists the leaves of one direction of one surface.
SURFACES = [
    ("openai.chat.request", "openai_chat", "request"),
    ("openai.chat.response", "openai_chat", "response"),
    ("openai.chat.chunk", "openai_chat", "response"),
    ("openai.responses.request", "openai_responses", "request"),
    ("openai.responses.response", "openai_responses", "response"),
    ("openai.responses.event", "openai_responses", "event"),
    ("openai.completions.request", "openai_completions", "request"),
    ("openai.completions.response", "openai_completions", "response"),
    ("openai.embeddings.request", "openai_embeddings", "request"),
    ("openai.embeddings.response", "openai_embeddings", "response"),
    ("openai.moderations.request", "openai_moderations", "request"),
    ("openai.moderations.response", "openai_moderations", "response"),
    ("openai.models.response", "openai_models", "response"),
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
    ("anthropic.messages.request", "anthropic_messages", "request"),
    ("anthropic.count_tokens.request", "anthropic_messages", "request"),
    ("anthropic.beta.request", "anthropic_messages", "request"),
    ("anthropic.messages.response", "anthropic_messages", "response"),
    ("anthropic.beta.response", "anthropic_messages", "response"),
    ("anthropic.messages.event", "anthropic_messages", "event"),
    ("anthropic.beta.event", "anthropic_messages", "event"),
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
    """Read (path, kind) rows, but for what is not text (recursion marks, dates, files)."""
    rows = (line.split("\t")[:2] for line in (INVENTORY / f"{surface}.tsv").read_text().splitlines())
    rows = [(path, kind) for path, kind in rows if kind in {"str", "bytes", "ANY", "mapkey"}]
    if surface.startswith("ollama."):
        # Its types say that any mapping will do as a message; what a message holds is listed beside that.
        return [(path, kind) for path, kind in rows if path not in ("$.messages[]{key}", "$.messages[]{}")]
    if not surface.startswith("gemini."):
        return rows
    rows = [(path, kind) for path, kind in rows if not NOT_ON_THE_WIRE.match(path)]
    if not surface.endswith("Config"):
        return rows
    return [(path if BESIDE.match(path) else f"$.generationConfig{path[1:]}", kind) for path, kind in rows]


@pytest.mark.skipif(not INVENTORY.is_dir(), reason="the field inventory of the SDKs is not in this checkout")
@pytest.mark.parametrize("surface, name, section", SURFACES)
def test_every_leaf_of_the_sdk_has_a_treatment(surface, name, section):
    """A leaf without a row would be scrubbed as unknown; here it is a failure with its path."""
    root = FORMATS[name].table.sections[section]
    missing = {
        re.sub(r"^\$<\w+>", "$", path) for path, kind in leaves(surface) if unclassified(root, path, kind, section)
    }
    assert sorted(missing) == []


def test_an_invented_leaf_is_reported():
    """The check itself can fail."""
    root = FORMATS["openai_chat"].table.sections["request"]
    assert unclassified(root, "$.messages[]<role=user>.nickname", "str", "request")
    assert unclassified(root, "$.diary", "str", "request")
    assert not unclassified(root, "$.messages[]<role=user>.content", "str", "request")
