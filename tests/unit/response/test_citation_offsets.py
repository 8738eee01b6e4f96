"""Offsets of citations count in what the client has, and in what the upstream has when they are sent back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.exchange import Core
from relay.response.citation_offsets import move, move_back
from relay.response.restore import Restorer
from relay.types import CitationOffset
from tests.laws.test_same_prefix import JSON_HEAD, SSE_HEAD
from tests.support import begin, post
from tests.table_vault import TableVault

MAIL = "maria@example.org"
VALUES = {"[PERSON_1]": "Maria Gonzalez", "[EMAIL_ADDRESS_1]": "mé@example.org", "[X_1]": ""}


def restorer(_: object = None) -> Restorer:
    return Restorer(TableVault(VALUES))


PIECES = st.lists(
    st.sampled_from([*VALUES, "a", " ", "é", "漢字", "[", "[PER", "PERSON_1", "\\[PERSON\\_1\\]", "."]), max_size=8
)


@settings(max_examples=300, deadline=None)
@given(pieces=PIECES, tail=st.text("xy ", max_size=3), in_bytes=st.booleans())
def test_a_border_between_pieces_stays_that_border(pieces: list[str], tail: str, in_bytes: bool) -> None:
    """Whatever stands before it: the offset of what follows is where it begins in the restored text, and back."""
    before, after = " ".join([*pieces, ""]), f"|{tail}"
    text = before + after
    restored = restorer().restore(text)
    border = restored.rindex(after)

    def length(part: str) -> int:
        return len(part.encode()) if in_bytes else len(part)

    holder: dict[str, Any] = {"start": length(before), "end": length(text)}
    quoted = CitationOffset(text, holder, ("start", "end"), in_bytes)
    move([quoted], restorer)
    assert holder == {"start": length(restored[:border]), "end": length(restored)}
    move_back([quoted], restorer)
    assert length(text) == holder["end"]
    assert (
        restorer().restore(text.encode()[: holder["start"]].decode() if in_bytes else text[: holder["start"]])
        == (restored[:border])
    )


@pytest.mark.parametrize(
    ("offset", "moved"),
    [
        (-5, -5),
        (0, 0),
        (3, 3),
        (13, 17),  # behind the placeholder
        (8, 3),  # inside it: where the value begins
        (16, 20),
        (99, 103),  # behind the end
    ],
)
def test_single_offsets(offset: int, moved: int) -> None:
    """Before, inside, behind a placeholder, and outside the text."""
    holder = {"at": offset}
    assert move([CitationOffset("to [PERSON_1] go", holder, ("at",))], restorer) is (offset != moved)
    assert holder == {"at": moved}


@pytest.mark.parametrize("text", ["to PERSON_1, go", "[PERSON_1]", "PERSON_1 [PERSON_1]", "a [PER [EMAIL_ADDRESS_1] é"])
def test_every_place_outside_a_placeholder_moves_there_and_back(text: str) -> None:
    """Also right behind a placeholder without brackets, which is only over when the next character has come."""
    restored = restorer().restore(text)
    for at in range(len(text) + 1):
        inside = any(0 < at - start < len(form) for form in ("[PERSON_1]", "[EMAIL_ADDRESS_1]", "PERSON_1")
                     if (start := text.rfind(form, 0, at + len(form) - 1)) >= 0)  # fmt: skip
        if not inside:
            holder = {"at": at}
            move([CitationOffset(text, holder, ("at",))], restorer)
            assert restored[holder["at"] :] == restorer().restore(text[at:]) or text[at - 1 : at] == "["
            move_back([CitationOffset(text, holder, ("at",))], restorer)
            assert holder == {"at": at}


def answered(core: Core, path: str, body: Any, answer: Any, *, stream: bool = False) -> Any:
    exchange = begin(core, path)
    exchange.open(post(path, body, x_goog_api_key="k"))
    exchange.start(200, SSE_HEAD if stream else JSON_HEAD)
    if not stream:
        exchange.feed(json.dumps(answer).encode())
        return json.loads(exchange.finish())
    out = b""
    for row in answer:
        name = f"event: {row['type']}\n" if "type" in row else ""
        out += exchange.feed(f"{name}data: {json.dumps(row)}\n\n".encode())
    out += exchange.finish() if "type" in answer[-1] or "candidates" in answer[-1] else b""
    exchange.close()
    lines = out.decode().split("\n")
    if lines[0].startswith("["):
        return json.loads(out)
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


TEXT = "See [EMAIL_ADDRESS_1] here."
READ = f"See {MAIL} here."
START, END = TEXT.index("here"), len(TEXT)
CHAT = {"model": "m", "messages": [{"role": "user", "content": MAIL}]}


def cited(text: str, range_: dict[str, int]) -> str:
    return text[range_["start_index"] : range_["end_index"]]


def test_chat(core: Core) -> None:
    """URL citations in a whole message, and in a delta that comes after the text."""
    where = {"start_index": START, "end_index": END, "url": "https://example.com", "title": "x"}
    annotations = [{"type": "url_citation", "url_citation": where}]
    answer = {"choices": [{"index": 0, "message": {"content": TEXT, "annotations": annotations}}]}
    message = answered(core, "/v1/chat/completions", CHAT, answer)["choices"][0]["message"]
    assert cited(message["content"], message["annotations"][0]["url_citation"]) == "here."
    deltas: list[dict[str, Any]] = [{"content": TEXT[:8]}, {"content": TEXT[8:]}, {"annotations": annotations}]
    rows = [{"id": "1", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    out = answered(core, "/v1/chat/completions", CHAT, rows, stream=True)
    text = "".join(row["choices"][0]["delta"].get("content", "") for row in out)
    assert cited(text, out[-1]["choices"][0]["delta"]["annotations"][0]["url_citation"]) == "here."


def test_responses(core: Core) -> None:
    """In every event that has them, and back to where they were when the answer is sent again."""
    annotation = {"type": "url_citation", "start_index": START, "end_index": END, "url": "u", "title": "t"}
    part = {"type": "output_text", "text": TEXT, "annotations": [annotation]}
    item = {"type": "message", "id": "i", "role": "assistant", "content": [part]}
    at = {"item_id": "i", "output_index": 0, "content_index": 0}
    rows = [
        {"type": "response.output_text.delta", **at, "delta": TEXT[:9]},
        {"type": "response.output_text.delta", **at, "delta": TEXT[9:]},
        {"type": "response.output_text.annotation.added", **at, "annotation_index": 0, "annotation": annotation},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"id": "r", "output": [item]}},
    ]
    out = answered(core, "/v1/responses", {"model": "m", "input": MAIL, "stream": True}, rows, stream=True)
    found = [out[2]["annotation"], *(each["annotations"][0] for each in (out[3]["part"], out[4]["item"]["content"][0]))]
    found.append(out[5]["response"]["output"][0]["content"][0]["annotations"][0])
    assert [cited(READ, each) for each in found] == ["here."] * 4
    item_read = out[4]["item"]
    exchange = begin(core, "/v1/responses")
    again = {"model": "m", "input": [{"role": "user", "content": MAIL}, item_read]}
    sent = json.loads(exchange.open(post("/v1/responses", again)).body)["input"][1]["content"][0]
    exchange.close()
    assert (sent["text"], sent["annotations"][0]["start_index"], sent["annotations"][0]["end_index"]) == (
        TEXT,
        START,
        END,
    )


def test_gemini(core: Core) -> None:
    """Bytes: of the part for grounding, of the whole text for citations."""
    text = f"é {TEXT}"
    start, end = len(text[: START + 2].encode()), len(text.encode())
    where = {"startIndex": start, "endIndex": end}
    support = {"segment": {**where, "text": "here."}, "groundingChunkIndices": [0]}
    candidate = {
        "index": 0,
        "content": {"role": "model", "parts": [{"text": text}]},
        "groundingMetadata": {"groundingSupports": [support]},
        "citationMetadata": {"citations": [{**where, "uri": "u"}]},
        "finishReason": "STOP",
    }
    body = {"contents": [{"parts": [{"text": MAIL}]}]}
    whole = answered(core, "/v1/models/m:generateContent", body, {"candidates": [candidate]})["candidates"][0]
    pieces = [{"candidates": [{"index": 0, "content": {"parts": [{"text": piece}]}}]} for piece in (text[:9], text[9:])]
    last = {"candidates": [{key: value for key, value in candidate.items() if key != "content"}]}
    out = answered(core, "/v1/models/m:streamGenerateContent", body, [*pieces, last], stream=True)
    read = f"é {READ}".encode()
    for found in (whole, out[-1]["candidates"][0]):
        segment = found["groundingMetadata"]["groundingSupports"][0]["segment"]
        for each in (segment, found["citationMetadata"]["citations"][0]):
            assert read[each["startIndex"] : each["endIndex"]] == b"here."


def test_anthropic(core: Core) -> None:
    """Characters of the document that the client sent, whole and streamed, and back again."""
    documents = [f"Ask {MAIL} at https://example.com/{MAIL}/x first.", f"By {MAIL}: it is done."]
    blocks: list[Any] = [
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": data}} for data in documents
    ]
    blocks.insert(1, {"type": "tool_result", "tool_use_id": "t", "content": [blocks.pop(0)]})
    blocks.insert(0, {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}})
    body = {"model": "m", "messages": [{"role": "user", "content": blocks}]}
    exchange = begin(core, "/v1/messages")
    sent = json.loads(exchange.open(post("/v1/messages", body)).body)["messages"][0]["content"]
    exchange.close()
    citations = []
    for index, block, word in ((1, sent[1], "done"), (2, sent[2]["content"][0], "first")):
        at = block["source"]["data"].index(word)
        where = {"start_char_index": at, "end_char_index": at + len(word)}
        citations.append({"type": "char_location", "cited_text": word, "document_index": index, **where})
    answer = {"role": "assistant", "content": [{"type": "text", "text": "so", "citations": citations}]}
    whole = answered(core, "/v1/messages", body, answer)["content"][0]["citations"]
    rows: list[Any] = [{"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}]
    for each in citations:
        delta = {"type": "citations_delta", "citation": each}
        rows.append({"type": "content_block_delta", "index": 0, "delta": delta})
    rows += [{"type": "content_block_stop", "index": 0}, {"type": "message_stop"}]
    out = answered(core, "/v1/messages", body, rows, stream=True)
    texts = {1: documents[1], 2: documents[0]}
    for found in (whole, [row["delta"]["citation"] for row in out if "delta" in row]):
        for each in found:
            text = texts[each["document_index"]]
            assert text[each["start_char_index"] : each["end_char_index"]] == each["cited_text"]
    again = {"role": "assistant", "content": [{"type": "text", "text": "so", "citations": whole}]}
    exchange = begin(core, "/v1/messages")
    resent = json.loads(
        exchange.open(post("/v1/messages", {"model": "m", "messages": [*body["messages"], again]})).body
    )
    exchange.close()
    assert resent["messages"][1]["content"][0]["citations"] == citations


def test_odd_offsets_are_left_alone(core: Core) -> None:
    """Wrong types, documents that are not there and ranges of other kinds raise nothing."""
    odd = [
        {"type": "char_location", "document_index": 9, "start_char_index": 1, "end_char_index": 2},
        {"type": "char_location", "document_index": "x", "start_char_index": 1},
        {"type": "page_location", "document_index": 0, "start_page_number": 1},
        {"type": "char_location", "document_index": 0, "start_char_index": None, "end_char_index": True},
    ]
    answer = {"role": "assistant", "content": [{"type": "text", "text": "so", "citations": odd}]}
    body = {"model": "m", "messages": [{"role": "user", "content": MAIL}]}
    assert answered(core, "/v1/messages", body, answer)["content"][0]["citations"] == odd
