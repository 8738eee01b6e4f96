"""A stream that turns unreadable: what was good reaches the client, then the error, wherever the network cut it.

Each row of `ROWS` is a format with three events of text. The last text ends in what may be half a placeholder.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.errors import UpstreamBadStream
from relay.exchange import Core, Exchange
from relay.response.answer import StreamedAnswer
from tests.support import begin, post

MAIL = "maria@example.org"
TEXTS = ("Dear [EMAIL_ADDRESS_1], ", "one ", "two [EMAIL")
SAID = f"Dear {MAIL}, one two [EMAIL"
CHAT, COMPLETIONS, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/completions", "/v1/messages", "/v1/responses"
GEMINI, OLLAMA, GENERATE = "/v1beta/models/m:streamGenerateContent", "/api/chat", "/api/generate"


def chat(text: str) -> Any:
    return {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]}


def completion(text: str) -> Any:
    return {"id": "c", "choices": [{"index": 0, "text": text}]}


def message(text: str) -> Any:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def response(text: str) -> Any:
    return {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": text}


def gemini(text: str) -> Any:
    return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}]}


def line(text: str) -> Any:
    return {"model": "m", "message": {"role": "assistant", "content": text}, "done": False}


def generated(text: str) -> Any:
    return {"model": "m", "response": text, "done": False}


START: Any = {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "content": []}}
BLOCK: Any = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
# The path, its query, what comes before the first text, the event of a text, and where its text is.
ROWS: dict[str, tuple[str, str, list[Any], Callable[[str], Any], tuple[Any, ...]]] = {
    "chat": (CHAT, "", [], chat, ("choices", 0, "delta", "content")),
    "completions": (COMPLETIONS, "", [], completion, ("choices", 0, "text")),
    "messages": (MESSAGES, "", [START, BLOCK], message, ("delta", "text")),
    "responses": (RESPONSES, "", [], response, ("delta",)),
    "gemini": (GEMINI, "alt=sse", [], gemini, ("candidates", 0, "content", "parts", 0, "text")),
    "gemini-array": (GEMINI, "", [], gemini, ("candidates", 0, "content", "parts", 0, "text")),
    "ollama": (OLLAMA, "", [], line, ("message", "content")),
    "ollama-generate": (GENERATE, "", [], generated, ("response",)),
}
FAULTS = {
    "words": b"Internal Server Error",
    "half-json": b"{bad",
    "not-utf8": b"\xff",
    "two-keys": b'{"a":1,"a":2}',
    "nothing": b"",  # the stream stops
}


def framed(path: str, event: Any) -> bytes:
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    if path.startswith("/api"):
        return data + b"\n" if data else b""
    name = b"event: %b\n" % event["type"].encode() if isinstance(event, dict) and "type" in event else b""
    return name + b"data: " + data + b"\n\n"


def opened(core: Core, path: str, query: str) -> Exchange:
    exchange = begin(core, path)
    prompt = f"write to {MAIL}"
    said: Any = [{"role": "user", "content": prompt}]
    body = {"model": "m", "stream": True, "messages": said, "input": prompt, "prompt": prompt}
    body["contents"] = [{"role": "user", "parts": [{"text": prompt}]}]
    exchange.open(dataclasses.replace(post(path, body), query=query))
    return exchange


def got(exchange: Exchange, path: str, pieces: Sequence[bytes]) -> tuple[bytes, bool]:
    """Return what the client gets for `pieces`, and whether there was anything of the answer before the error."""
    kind = "application/x-ndjson" if path.startswith("/api") else "text/event-stream"
    exchange.start(200, (("content-type", kind),))
    out = b""
    try:
        for piece in pieces:
            out += exchange.feed(piece)
        exchange.finish()
    except UpstreamBadStream as fault:
        begun = bool(out) or exchange.unsent
        return out + exchange.fail(fault), begun
    raise AssertionError("the stream is taken for whole")


def trees(data: bytes, path: str, query: str) -> list[Any]:
    if path == GEMINI and not query:
        found: list[Any] = json.loads(data + b"]")  # the error stands in it, and nothing says that it is whole
        return found
    rows = data.decode().splitlines()
    return [json.loads(row.removeprefix("data: ")) for row in rows if row.startswith(("data: ", "{"))]


def text_of(tree: Any, place: tuple[Any, ...]) -> str:
    try:
        for step in place:
            tree = tree[step]
    except (KeyError, IndexError, TypeError):
        return ""
    return str(tree)


def cut(stream: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(places), len(stream)]
    return [stream[start:end] for start, end in itertools.pairwise(edges)]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("row", ROWS)
def test_what_was_good_comes_first(core: Core, row: str, fault: bytes) -> None:
    """In one piece, by event and byte by byte: the same bytes, the whole text in order, and the error behind it."""
    path, query, before, event, place = ROWS[row]
    parts = [framed(path, each) for each in (*before, *map(event, TEXTS), fault)]
    stream = b"".join(parts)
    data, begun = got(opened(core, path, query), path, [stream])
    assert begun
    *good, last = trees(data, path, query)
    assert "".join(text_of(tree, place) for tree in good) == SAID
    assert "error" in json.dumps(last)
    assert len(good) - len(before) - len(TEXTS) == 1  # what was held, once more is known
    if before:
        assert good[: len(before)] == before
    for pieces in (parts, [bytes((byte,)) for byte in stream], [stream[:-1], stream[-1:]]):
        assert got(opened(core, path, query), path, pieces) == (data, True)


@pytest.mark.parametrize("row", ROWS)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cut_gives_the_same(core: Core, row: str, data: st.DataObject) -> None:
    """Texts and placeholders in any pieces, a fault behind any of them, cut anywhere: the bytes are the same."""
    path, query, before, event, _ = ROWS[row]
    texts = data.draw(st.lists(st.sampled_from([*TEXTS, "[EMAIL_ADDRESS_1", "]", "[", "_ADDRESS_1]"]), max_size=6))
    fault = data.draw(st.sampled_from([*FAULTS.values()][:-1]))
    # What comes behind the fault is not read, however good it is.
    parts = [framed(path, each) for each in (*before, *map(event, texts), fault, event("x"), *before)]
    stream = b"".join(parts)
    by_event = got(opened(core, path, query), path, parts)
    assert by_event[1] == bool(before or texts)
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=5))
    assert got(opened(core, path, query), path, cut(stream, places)) == by_event


def test_every_cut(core: Core) -> None:
    """A stream with a name, a comment and line ends of two bytes, cut in two at every place."""
    rows = b"".join(framed(CHAT, chat(text)) for text in TEXTS[1:]).replace(b"\n", b"\r\n")
    stream = rows + b": keep-alive\r\n\r\nevent: x\r\ndata: {\r\n\r\n"
    first = got(opened(core, CHAT, ""), CHAT, [stream])
    assert first[0].count(b"data: ") == 4
    for at in range(len(stream)):
        assert got(opened(core, CHAT, ""), CHAT, [stream[:at], stream[at:]]) == first


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("row", ROWS)
def test_nothing_good_is_nothing(core: Core, row: str, fault: bytes) -> None:
    """Where no event came before the fault, the answer has not begun: an honest status is possible."""
    path, query, *_ = ROWS[row]
    comment = b"" if path.startswith("/api") else b": keep-alive\n\n"
    assert not got(opened(core, path, query), path, [comment + framed(path, fault)])[1]


def choices(*texts: str) -> Any:
    return {"choices": [{"index": number, "delta": {"content": text}} for number, text in enumerate(texts)]}


def by_choice(data: bytes) -> list[str]:
    """Return what each of three choices says before the error."""
    said = ["", "", ""]
    for tree in trees(data, CHAT, "")[:-1]:
        for choice in tree["choices"]:
            said[choice["index"]] += choice["delta"].get("content", "")
    return said


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_held_of_a_lost_event_is_lost_with_it(
    core: Core, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that breaks off takes the rest of its texts along, so that no end stands where the middle is missing."""
    monkeypatch.setattr("relay.response.answer.MOST_LANES", 2)
    lost = choices("_ADDR c [EMAIL_ADD", "", "one too many")
    rows = [framed(CHAT, choices("a [EMAIL", "b [EMAIL")), framed(CHAT, lost)]
    exchange = opened(core, CHAT, "")
    data, _ = got(exchange, CHAT, [b"".join(rows)] if at_once else rows)
    assert by_choice(data) == ["a ", "b ", ""]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(("failing", "expected"), [(2, ["a ", "b "]), (3, ["a [EMAILc", "b [EMAILd"])])
def test_an_exception_that_nobody_planned(
    core: Core, failing: int, expected: list[str], at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the stream where it is, as an unreadable event does."""
    written, calls = StreamedAnswer._written, itertools.count(1)

    def write(self: StreamedAnswer, *args: Any, **kw: Any) -> bytes:
        if next(calls) == failing:
            raise RuntimeError
        return written(self, *args, **kw)

    monkeypatch.setattr(StreamedAnswer, "_written", write)
    rows = [framed(CHAT, choices(*texts)) for texts in (("a [EMAIL", "b [EMAIL"), ("c", "d"), ("[EMAIL", " [EMAIL"))]
    exchange = opened(core, CHAT, "")
    exchange.start(200, (("content-type", "text/event-stream"),))
    out = b""
    with pytest.raises(RuntimeError):
        for piece in [b"".join(rows)] if at_once else rows:
            out += exchange.feed(piece)
    assert exchange.unsent == at_once
    assert by_choice(out + exchange.fail(UpstreamBadStream("no")))[:2] == expected


def test_a_text_that_cannot_be_decided_silences_no_other(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held of one text fails in the end: of the others, and of what came before, nothing is lost."""
    carrying = StreamedAnswer._carrying

    def carry(self: StreamedAnswer, lane: tuple[Any, ...], text: str) -> Any:
        if lane[0] == 0:
            raise RuntimeError
        return carrying(self, lane, text)

    monkeypatch.setattr(StreamedAnswer, "_carrying", carry)
    stream = framed(CHAT, choices("a [EMAIL", "b [EMAIL")) + framed(CHAT, b"{")
    data, begun = got(opened(core, CHAT, ""), CHAT, [stream])
    assert begun
    assert by_choice(data) == ["a ", "b [EMAIL", ""]
