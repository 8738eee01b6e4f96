"""Taking content out: a part leaves a note, anything else goes, and what is around it stays."""

from __future__ import annotations

import json

import pytest

import relay.wire
from relay.registry import collect_families

FORMATS = {name: plugin() for name, plugin in collect_families(relay.wire).items()}


def read(name, path, tree):
    format = FORMATS[name]
    return format.read(format.match(path), json.dumps(tree).encode(), lambda text: "p")


CHAT = ("openai_chat", "/v1/chat/completions")
MESSAGES = ("anthropic_messages", "/v1/messages")
RESPONSES = ("openai_responses", "/v1/responses")
GEMINI = ("gemini_generate", "/v1/models/m:generateContent")
OLLAMA = ("ollama_chat", "/api/chat")
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SOURCE = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
NOTE = {"type": "text", "text": "(image removed)"}


def user(*parts, role="user", key="content"):
    return {"role": role, key: list(parts)}


@pytest.mark.parametrize(
    "where, tree, kinds, left",
    [
        (
            CHAT,
            {"messages": [user({"type": "text", "text": "a"}, IMAGE, IMAGE, {"type": "text", "text": "b"})]},
            {"image"},
            {"messages": [user({"type": "text", "text": "a"}, NOTE, NOTE, {"type": "text", "text": "b"})]},
        ),
        (CHAT, {"messages": [user(IMAGE)]}, {"image"}, {"messages": [user(NOTE)]}),
        (CHAT, {"messages": [user(IMAGE)]}, {"audio"}, {"messages": [user(IMAGE)]}),
        (CHAT, {"messages": [], "chat_template": "{{ x }}"}, {"template"}, {"messages": []}),
        (
            CHAT,
            {"messages": [{"role": "assistant", "audio": {"id": "a"}}]},
            {"stored_state"},
            {"messages": [{"role": "assistant", "audio": {}}]},
        ),
        (CHAT, {"future": {"a b": ["data:image/png;base64,A", "x"]}}, {"image"}, {"future": {"a b": ["x"]}}),
        (
            MESSAGES,
            {
                "messages": [
                    user({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image", "source": SOURCE}]})
                ]
            },
            {"image"},
            {"messages": [user({"type": "tool_result", "tool_use_id": "t", "content": [NOTE]})]},
        ),
        (MESSAGES, {"mcp_servers": [{"url": "u"}], "messages": []}, {"third_party_tool"}, {"messages": []}),
        (
            RESPONSES,
            {"input": [user({"type": "input_file", "file_data": "AAAA", "file_id": "f", "filename": "a.pdf"})]},
            {"file", "stored_state"},
            {"input": [user({"type": "input_text", "text": "(stored state removed)"})]},
        ),
        (
            RESPONSES,
            {
                "input": "x",
                "tools": [{"type": "mcp", "server_url": "u"}, {"type": "function", "name": "f"}, {"type": "mcp"}],
            },
            {"third_party_tool"},
            {"input": "x", "tools": [{"type": "function", "name": "f"}]},
        ),
        (
            GEMINI,
            {"contents": [user({"text": "a"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, key="parts")]},
            {"image"},
            {"contents": [user({"text": "a"}, {"text": "(image removed)"}, key="parts")]},
        ),
        (
            OLLAMA,
            {"messages": [{"role": "user", "content": "a", "images": ["AAAA"]}]},
            {"image"},
            {"messages": [{"role": "user", "content": "a"}]},
        ),
    ],
)
def test_takes_refused_content_out(where, tree, kinds, left):
    """What is dropped is gone, what is not stays refused, and the rest is as it was."""
    document = read(*where, tree)
    refused = document.refused
    document.drop_refused(kinds)
    result = json.loads(document.encode())
    result.pop("store", None)
    assert result == left
    assert document.refused == tuple(each for each in refused if each[1] not in kinds)


def test_texts_go_back_after_a_drop():
    """Segments beside and inside dropped parts keep their numbers."""
    tree = {
        "messages": [user({"type": "text", "text": "a"}, {"type": "file", "file": {"filename": "f", "file_data": "A"}})]
    }
    document = read(*CHAT, tree)
    assert [each.text for each in document.segments] == ["a", "f"]
    document.drop_refused({"file"})
    document.replace({0: "[A]", 1: "[F]"})
    content = json.loads(document.encode())["messages"][0]["content"]
    assert content == [{"type": "text", "text": "[A]"}, {"type": "text", "text": "(file removed)"}]


def test_texts_find_their_place_when_elements_are_gone():
    """What stood behind a dropped element moves up, and what was dropped does not come back."""
    blob = "data:image/png;base64,A"
    tree = {"messages": [], "future": ["a", blob, "b", {"c d": blob, "e": "f"}, blob, "g"], "gone": "h"}
    document = read(*CHAT, tree)
    document.drop_refused({"image"})
    texts = {index: f"<{each.text}>" for index, each in enumerate(document.segments) if not each.pointer.endswith("#")}
    document.replace(texts)
    assert json.loads(document.encode())["future"] == ["<a>", "<b>", {"e": "<f>"}, "<g>"]
    document = read(*CHAT, tree)
    document.drop_unknown()
    document.replace(dict.fromkeys(range(len(document.segments)), "x"))
    assert json.loads(document.encode()) == {"messages": []}


def test_takes_unknown_fields_out():
    """Fields that no row names go, whatever they hold; named ones stay."""
    tree = {
        "messages": [{"role": "user", "content": "a", "mood": "b", "deep": {"c": ["d"]}}],
        "future": True,
        "other/one~": 1,
        "temperature": 0.5,
    }
    document = read(*CHAT, tree)
    assert document.unknown_fields == 4
    document.drop_unknown()
    assert json.loads(document.encode()) == {
        "messages": [{"role": "user", "content": "a"}], "temperature": 0.5
    }  # fmt: skip
    assert document.unknown_fields == 0
