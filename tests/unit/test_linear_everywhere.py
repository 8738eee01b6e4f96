"""No text that a client, an upstream or a file can bring costs more than its length, wherever it comes in.

Each entrance reads texts that are made of a unit again and again: every sign, pairs of signs, and, behind the beginning
of something that the entrance looks for, a long rest that never ends it.
"""

from __future__ import annotations

import base64
import gc
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from relay import config
from relay.detect import entropy, technical, technical_people
from relay.detect.normalize import normalize
from relay.detect.own import recognizer_files
from relay.doors.serving.authentication import Known, authenticate
from relay.doors.serving.target import normalise
from relay.errors import RelayFault
from relay.exchange import Core
from relay.policy import loader
from relay.request import strip
from relay.response.answer_scrubber import AnswerScrubber
from relay.response.named_hosts import hosts_named
from relay.response.restore import Restorer
from relay.response.spellings import Spellings
from relay.response.whole_urls import WholeUrls
from relay.types import Encoding, Role, Segment
from relay.wire import strict_json
from relay.wire.json_text import JsonText, is_json_container
from relay.wire.ndjson import NdjsonParser
from relay.wire.sse import SseParser
from tests.conftest import MakeCore
from tests.repeats import OPENINGS, PAIRS, RESTS, SIGNS, repeated
from tests.support import begin, chat, patterns_only, post, sent
from tests.table_vault import TableVault

Entrance = Callable[[str], object]


def plain_work() -> float:
    """Return the least processor time that some arithmetic takes: PLAIN_WORK_S where the limit below was chosen."""
    times = []
    for _ in range(3):
        begun = time.thread_time()
        sum(number * number for number in range(2_000_000))
        times.append(time.thread_time() - begun)
    return min(times)


WHOLE = 65_536
# Far from what is aimed at (0.3 s, and 2.2 times the half), so that a busy machine fails nothing: a cost that grows
# with the square is four times the half, and many seconds. A slow machine is allowed more, by what plain work takes it.
PLAIN_WORK_S = 0.11
MOST_S = max(1.0, plain_work() / PLAIN_WORK_S)
MOST_RATIO = 3.0
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


def seconds(read: Callable[[Any], object], text: Any) -> float:
    """Return the processor time of one reading, in this thread alone: another test's thread may still run."""
    begun = time.thread_time()
    with suppress(RelayFault):
        read(text)
    return time.thread_time() - begun


def is_slow(read: Entrance, made: Callable[[int], str]) -> bool:
    """Tell whether a text of WHOLE characters takes more than MOST_S, or more than MOST_RATIO times its half.

    Shorter texts are read first, and say of most units that they could not, if time grew with the square of length.
    """
    if seconds(read, made(WHOLE // 8)) < MOST_S / 64 or seconds(read, made(WHOLE // 2)) < MOST_S / 4:
        return False
    half, whole = (min(seconds(read, made(size)) for _ in range(3)) for size in (WHOLE // 2, WHOLE))
    return whole > MOST_S or whole > MOST_RATIO * half


def slow_units(read: Entrance, units: Sequence[str]) -> list[str]:
    """Return those of `units` that make a slow text."""
    return [unit for unit in units if is_slow(read, lambda size, unit=unit: repeated(unit, size))]  # type: ignore[misc]


def slow_rests(read: Entrance, count: int, openings: Sequence[str] = OPENINGS) -> list[tuple[str, str]]:
    """Return those of `count` openings, each with a rest, that make a slow text."""
    rows = [(opening, rest) for opening in openings for rest in RESTS]
    return [
        (opening, rest)
        for opening, rest in Random(count).sample(rows, min(count, len(rows)))
        if is_slow(read, lambda size, opening=opening, rest=rest: repeated(rest, size, opening))  # type: ignore[misc]
    ]


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    """Count no collection of what other tests left."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


VALUES = {"[PERSON_1]": "Maria", "[PERSON_2]": 'Ann "Bo"', "[EMAIL_ADDRESS_1]": "maria@example.org"}


def pieces(text: str, size: int = 16) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


# ------------------------------------------------------------------------------------------------------------ requests


def analyze(text: str) -> None:
    patterns_only().analyze([Segment(pointer="/0", text=text)])


@pytest.fixture(scope="module")
def fresh(make_core: MakeCore) -> Core:
    """A core that remembers no text."""
    return make_core("version: 1\nmodel: none\nspan_cache: false\n")


def test_request_text() -> None:
    """Patterns and the normalised copy: all signs, pairs of signs, openings."""
    assert slow_units(analyze, [*SIGNS, *Random(1).sample(PAIRS, 40)]) == []
    assert slow_rests(analyze, 60) == []


@pytest.mark.parametrize(
    "disguise", ["%41", "&#65;", "\\u0041", "ａ", "QWxhZGRpbjpvcGVu", "pаypal", "\u200b", "5 3 6 2 2 1 8 "]
)
def test_a_copy_of_many_values(disguise: str) -> None:
    """Values and one disguise among them; values that are all disguised."""
    numbered = "".join(f"u{number}@example.org " for number in range(4_000))
    assert not is_slow(analyze, lambda size: f"{disguise} {numbered}"[:size])
    assert not is_slow(analyze, lambda size: numbered.replace("x", f"x{disguise}")[:size])
    assert normalize(f"{disguise} {numbered}", ("hint/base64", "hint/spaced")) is not None


BODIES: dict[str, Callable[[str], tuple[str, Any]]] = {
    "text": lambda text: (CHAT, chat(text + " maria@example.org")),
    "arguments": lambda text: (
        CHAT,
        {
            "model": "m",
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": text}}],
                },
                {"role": "user", "content": "maria@example.org"},
            ],
        },
    ),
    "unknown": lambda text: (CHAT, chat("maria@example.org", odd={text: 1})),
    "url": lambda text: (CHAT, chat([{"type": "image_url", "image_url": {"url": f"data:{text}"}}])),
    "signed": lambda text: (
        MESSAGES,
        {
            "model": "m",
            "max_tokens": 9,
            "messages": [
                {"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": text}]},
                {"role": "user", "content": "maria@example.org"},
            ],
        },
    ),
    "bytes": lambda text: (CHAT, text.encode("utf-8", "surrogatepass")),
}


@pytest.mark.parametrize("body", BODIES)
def test_a_request(body: str, fresh: Core) -> None:
    """A whole exchange, up to what leaves."""
    assert slow_units(lambda text: sent(fresh, *BODIES[body](text)), [*SIGNS[::6], *Random(2).sample(PAIRS, 10)]) == []


def test_headers(fresh: Core) -> None:
    """Each header that a format looks at."""
    names = ("anthropic_beta", "openai_beta", "anthropic_version", "user_agent", "x_api_key", "cookie", "x_title")

    def read(text: str) -> None:
        for path in (CHAT, MESSAGES):
            sent(fresh, path, {**chat("a"), "max_tokens": 9}, **dict.fromkeys(names, text))

    assert slow_units(read, [*SIGNS, *PAIRS[::100]]) == []


def test_path_and_query(fresh: Core) -> None:
    """What is known of a path begins it."""
    starts = ("/", "/v1", "/v1/", "/v1/models/", "/v1beta/models/", "/openai/deployments/", "/gemini/v1", "/ollama/")

    def find(text: str) -> None:
        if fresh.directory.find(text, ()) is None:
            normalise(text)

    def query(text: str) -> None:
        strip.page_query(text)
        strip.page_query(f"after={text}")
        authenticate((), f"key={text}", Known(), wall=lambda: 0.0)

    repeats = [*RESTS, "/v1", "v1beta/", "openai/", "models/", ":", "a/", "%2F"]
    slow = [
        (start, unit)
        for start in starts
        for unit in repeats
        if is_slow(find, lambda size, start=start, unit=unit: repeated(unit, size, start))  # type: ignore[misc]
    ]
    assert slow == []
    assert slow_units(find, ["/" + unit for unit in SIGNS]) == []
    assert slow_units(query, [*SIGNS, "&a=", "%41", "&;", "=&"]) == []


# ------------------------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("tool", [False, True])
def test_restoring(encoding: Encoding, tool: bool) -> None:
    """Text that comes whole, and in pieces."""
    urls = WholeUrls(["https://example.com/[PERSON_1]/x"])

    def whole(text: str) -> None:
        Restorer(TableVault(VALUES), encoding=encoding, tool=tool, whole=urls).restore(f"{text} [PERSON_1]")

    def streamed(text: str) -> None:
        restorer = Restorer(TableVault(VALUES), encoding=encoding, tool=tool, whole=urls)
        for piece in pieces(text):
            restorer.feed(piece)
        restorer.finish()

    units = [*SIGNS[::6], "\\", "[PERSON_", "](", "a@", '\\"']
    for read in (whole, streamed):
        assert slow_units(read, units) == []
        assert slow_rests(read, 24) == []


def test_how_values_stood() -> None:
    """How deep in JSON each value of a request was: one value among signs, and as many values as there is room for."""

    def read(text: str) -> None:
        for whole in (f"{text} [PERSON_1]", f'{{"a": "{text} [PERSON_1]"}}'):
            segment = Segment(pointer="/0", text=whole)
            Spellings([segment], {0: whole}).spelled("[PERSON_1]", 2, alone=False, within=1)

    def many(size: int) -> str:
        return "[" + ", ".join(f'{{"a": "[PERSON_{number}]"}}' for number in range(size // 20)) + "]"

    def repeats(text: str) -> None:
        spellings = Spellings([Segment(pointer="/0", text=text)], {0: text})
        for number in range(len(text) // 20):
            spellings.spelled(f"[PERSON_{number}]", 2, alone=False, within=1)

    units = [*SIGNS[::6], "\\", '\\"', '"', '{"', "[PERSON_", "[A_1]", "[A_1_", '{"a": "[A_1]"}\n', '["[A_1]", ']
    assert slow_units(read, units) == []
    assert slow_rests(read, 24, ('{"', '["', '{"a": "{\\"', "[A_")) == []
    assert not is_slow(repeats, many)
    assert not is_slow(repeats, lambda size: many(size)[:-1] + ",]")


@pytest.mark.parametrize("encoding", Encoding)
def test_scrubbing_an_answer(encoding: Encoding) -> None:
    """Text in pieces, in which nothing is found: how long it is held is decided by its signs."""

    def read(text: str) -> None:
        scrubber = AnswerScrubber(lambda _: [], encoding)
        for piece in pieces(text):
            scrubber.feed(piece)
        scrubber.finish()

    assert slow_units(read, [*SIGNS[::16], "\\u0041", "-----BEGIN PRIVATE KEY-----"]) == []
    assert slow_rests(read, 6, ("-----BEGIN PRIVATE KEY-----",)) == []


def test_framing_and_json() -> None:
    """Bytes of an upstream in small pieces; JSON, and JSON in strings."""

    def framed(text: str) -> None:
        for parser in (SseParser(), NdjsonParser()):
            for piece in pieces(text, 64):
                list(parser.feed(piece.encode("utf-8", "surrogatepass")))
            list(parser.finish())

    def decoded(text: str) -> None:
        strict_json.decode(f'{{"a": "{text}"}}'.encode())

    def literals(text: str) -> None:
        raw = f'{{"a": "{text}"}}'
        if is_json_container(raw):
            JsonText(raw).render()

    def hosts(text: str) -> None:
        hosts_named([Segment(pointer="/0", text=text, role=Role.USER)])

    assert slow_units(framed, [*SIGNS[::3], "data: a\n", "data:\n\n", "\r\n"]) == []
    assert slow_units(decoded, [*SIGNS, "\\ud800", "\\\\", "1e5,"]) == []
    assert slow_units(literals, [*SIGNS, '","b":"', "\\u0041", '",1,"']) == []
    assert slow_units(hosts, [*SIGNS[::3], "://", "://a@", "https://a"]) == []


# --------------------------------------------------------------------------------------------------------------- files


def test_files(tmp_path: Path) -> None:
    """A policy, a recognizer file and a configuration: as a whole, and in a string."""
    path = tmp_path / "file.yaml"

    def reads(load: Callable[[], object], before: str, behind: str) -> Entrance:
        def read(text: str) -> None:
            path.write_bytes((before + (json.dumps(text) if before else text) + behind).encode("utf-8", "replace"))
            load()

        return read

    entrances = (
        (lambda: loader.load(path), "version: 1\nrules: [{entity: US_SSN, action: block, why: ", "}]\n"),
        (lambda: recognizer_files.load([path]), "deny: [{entity: STAFF, values: [", "]}]\n"),
        (lambda: config.load(path, {}), "upstreams: {a: {kind: frontier, base_url: ", "}}\n"),
    )
    units = [*SIGNS[::3], "- a\n", "[", "{a: ", "*a ", "&a ", "a: |\n", "'", "<<: *a\n"]
    for load, before, behind in entrances:
        assert slow_units(reads(load, "", ""), units) == []
        assert slow_units(reads(load, before, behind), units) == []


# ------------------------------------------------------------------------------------- values, and what is like a value


@pytest.mark.parametrize(
    "judge",
    [
        *(entropy.is_stand_in, entropy.is_program_text, entropy.is_artefact),
        *(technical_people._INNER_CAPITAL.fullmatch, technical_people._ACCOUNT.fullmatch),
        *(technical._COLUMN.search, technical._ONE_TOKEN.fullmatch, technical._DUMP.fullmatch),
    ],
)
def test_judging_a_value(judge: Entrance) -> None:
    """A value of any length that ends in what nothing expects."""
    starts = ("", "your", "my_", "the ", "<", "${", "{{", "%", "[", "a_", "os.", "1")
    rests = (*RESTS, "_", "key", "in", "pass_", "a_", "xxx", "...", "A", "Aa", "00 ", "a.", "{")
    slow = [
        (start, rest)
        for start in starts
        for rest in rests
        if is_slow(judge, lambda size, start=start, rest=rest: repeated(rest, size // 16, start) + "é!x")  # type: ignore[misc]
    ]
    assert slow == []


def in_base64(number: int) -> str:
    return base64.b64encode(f"u{number}@example.org".encode()).decode()


MANY: dict[str, Callable[[int], Any]] = {
    "values": lambda count: chat(*[f"u{number}@example.org" for number in range(count)]),
    "spellings that egress alone reads": lambda count: chat(
        *[f"u{number}@example.org xx{in_base64(number)}" for number in range(count)]
    ),
    "such spellings in one text": lambda count: chat(
        "\n".join(f"u{number}@example.org xx{in_base64(number)}" for number in range(count))
    ),
    "parts": lambda count: chat([{"type": "text", "text": f"u{number}@example.org"} for number in range(count)]),
    "messages without values": lambda count: chat(*[f"line {number}" for number in range(count)]),
    "names that arguments repeat": lambda count: {
        **chat("maria@example.org"),
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"properties": {"abc": {}}}}}],
        "messages": [
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments(8 * count)}}
                ],
            },
            {"role": "user", "content": "maria@example.org"},
        ],
    },
}


def arguments(count: int) -> str:
    return "[" + '{"\\u0061bc": 1}, ' * count + "1]"


@pytest.mark.parametrize("kind", MANY)
def test_many(kind: str, fresh: Core) -> None:
    """Of whatever a request holds many: time does not grow with the square of their number."""
    few, many = (min(seconds(partial(sent, fresh, CHAT), MANY[kind](count)) for _ in range(2)) for count in (300, 900))
    assert many < MOST_S
    assert many < 3 * 1.4 * few


def test_many_strings_of_an_answer(fresh: Core) -> None:
    """With as many values."""

    def restored(count: int) -> float:
        exchange = begin(fresh, CHAT)
        exchange.open(post(CHAT, chat(" ".join(f"u{number}@example.org" for number in range(count)))))
        exchange.start(200, (("content-type", "application/json"),))
        said = [{"message": {"role": "assistant", "content": f"[EMAIL_ADDRESS_{n}]"}} for n in range(1, count)]
        exchange.feed(json.dumps({"choices": said}).encode())
        begun = time.process_time()
        exchange.finish()
        exchange.close()
        return time.process_time() - begun

    few, many = (min(restored(count) for _ in range(2)) for count in (1_000, 3_000))
    assert many < 3 * 1.4 * few
