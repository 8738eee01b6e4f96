"""Measure the wire code: `python -m benchmarks.wire [--quick] [--sessions FOLDER]`.

Requests are decoded, read into segments, a tenth of the segments is replaced, and the tree is encoded. Stream events
are parsed, decoded, read, changed and written. Nothing is detected or restored there; a coding agent's request goes
through the whole exchange, with the model: for the first time, sent again, and with the next turn; so do the
last requests of recorded sessions, where a folder of them is given or stands beside the project. The best of several
rounds is printed: the code waits for nothing, so more time than the best is another process's.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.wire import recorded
from benchmarks.wire.agent import agent_request, next_turn
from relay import build
from relay.config import Config, UpstreamConfig
from relay.exchange import Core, Exchange
from relay.protocols import Format
from relay.types import Event, Request, RouteKind
from relay.wire import sse, strict_json
from relay.wire.anthropic.messages import AnthropicMessages
from relay.wire.gemini.generate import GeminiGenerate
from relay.wire.openai.chat import OpenAIChat
from relay.wire.openai.responses import OpenAIResponses

__all__ = ["main"]

# What is to be reached: milliseconds for a request, microseconds for an event.
GOALS = {"chat, 20 turns": 0.25, "coding agent": 1.5}
EVENT_GOAL_US = 30.0
AGENT_GOALS_MS = {"first": "1500", "the same again": "25"}
_NOWHERE = "http://127.0.0.1:9/v1"
_EVENTS = 2_000


def conversation() -> tuple[Format, str, Any]:
    """Return 20 turns of a chat with one tool call, about 20 KB."""
    messages: list[Any] = [{"role": "system", "content": "You are helpful. " * 60}]
    for turn in range(20):
        messages += [
            {"role": "user", "content": "tell me more about it " * 20},
            {"role": "assistant", "content": f"in turn {turn} it is so " * 26},
        ]
    arguments = json.dumps({"to": "maria@example.com", "body": 'she said "no"'})
    messages[6]["tool_calls"] = [
        {"id": "call_1", "type": "function", "function": {"name": "mail", "arguments": arguments}}
    ]
    messages.insert(7, {"role": "tool", "tool_call_id": "call_1", "content": "sent"})
    return OpenAIChat(), "/v1/chat/completions", {"model": "gpt-x", "messages": messages, "stream": True}


def agent() -> tuple[Format, str, Any]:
    """Return what a coding agent sends: 92 KB of tools, 27 KB of system prompt, a few messages; about 124 KB."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            f"param_{letter}": {"type": "string", "description": "what this parameter is for, at some length " * 2}
            for letter in "abcdefgh"
        },
        "required": ["param_a", "param_b"],
        "additionalProperties": False,
    }
    tools = [
        {"name": f"Tool{number}", "description": "Does the thing,\nand does it well. " * 78, "input_schema": schema}
        for number in range(25)
    ]
    call = {"path": "/home/maria/a.txt"}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Please read the file. " * 40}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "Tool1", "input": call}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "a line\n" * 190}]},
    ]
    body = {"model": "claude-x", "max_tokens": 32000, "stream": True, "tools": tools, "messages": messages}
    body["system"] = [{"type": "text", "text": "You are an agent. " * 1500, "cache_control": {"type": "ephemeral"}}]
    return AnthropicMessages(), "/v1/messages", body


STREAMS: dict[str, tuple[Format, str, Any]] = {
    "chat chunk": (
        OpenAIChat(),
        "/v1/chat/completions",
        {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "gpt-x",
         "system_fingerprint": "fp_1", "service_tier": "default", "obfuscation": "aB3",
         "choices": [{"index": 0, "delta": {"content": " word"}, "logprobs": None, "finish_reason": None}]},
    ),
    "messages event": (
        AnthropicMessages(),
        "/v1/messages",
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " word"}},
    ),
    "responses event": (
        OpenAIResponses(),
        "/v1/responses",
        {"type": "response.output_text.delta", "sequence_number": 9, "item_id": "msg_1", "output_index": 0,
         "content_index": 0, "delta": " word", "logprobs": [], "obfuscation": "aB3"},
    ),
    "gemini chunk": (
        GeminiGenerate(),
        "/v1beta/models/gemini-x:streamGenerateContent",
        {"candidates": [{"content": {"parts": [{"text": " word"}], "role": "model"}, "index": 0}],
         "usageMetadata": {"promptTokenCount": 5}, "modelVersion": "gemini-x", "responseId": "r"},
    ),
}  # fmt: skip


def request_ms(format: Format, path: str, body: bytes, rounds: int) -> tuple[float, float, int]:
    """Return milliseconds for all of a request and for decoding alone, and how many segments it has."""
    endpoint = format.match(path)
    assert endpoint is not None

    def whole() -> int:
        document = format.read(endpoint, body, lambda text: "pseudonym")
        count = len(document.segments)
        document.replace(dict.fromkeys(range(0, count, 10), "some text with [EMAIL_ADDRESS_1] in it"))
        document.encode()
        return count

    return best_s(whole, rounds) * 1e3, best_s(lambda: strict_json.decode(body), rounds) * 1e3, whole()


def event_us(format: Format, path: str, tree: Any) -> float:
    """Return microseconds for one event, from bytes to bytes, with one change."""
    endpoint = format.match(path)
    assert endpoint is not None
    name = tree.get("type")
    chunk = sse.encode_event(Event(strict_json.encode(tree).decode(), name))

    def stream() -> None:
        reader = format.reader(endpoint, format.read(endpoint, b'{"stream":true}', str))
        parser = sse.SseParser()
        for _ in range(_EVENTS):
            for event in parser.feed(chunk):
                if reader.is_end(event) or event.data is None:
                    continue
                decoded = strict_json.decode(event.data.encode())
                list(reader.closing(decoded))
                for leaf in reader.leaves(decoded):
                    leaf.put(leaf.text + "x")
                sse.encode_event(Event(strict_json.encode(decoded).decode(), event.event))

    return best_s(stream, 5) / _EVENTS * 1e6


def best_s(action: Callable[[], object], rounds: int) -> float:
    """Return the shortest of `rounds` times, in seconds of this process, so that others on the machine count less."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        action()
        times.append(time.process_time() - begun)
    return min(times)


def agent_ms(rounds: int) -> list[tuple[str, int, float]]:
    """Return (what, bytes, milliseconds through the exchange) for a coding agent's request: new, again, continued."""
    core = default_core()
    found: dict[str, list[tuple[float, int]]] = {}
    for number in range(rounds):
        body = agent_request(number)
        for name, turn in (("first", body), ("the same again", body), ("next turn", next_turn(body, number))):
            matched = core.directory.find("/v1/messages", ())
            assert matched is not None
            headers = (("authorization", "Bearer k"),)
            request = Request(method="POST", path="/v1/messages", headers=headers, body=strict_json.encode(turn))
            exchange = Exchange(core, None, *matched, exchange_id="bench")
            begun = time.perf_counter()
            exchange.open(request)
            found.setdefault(name, []).append((time.perf_counter() - begun, len(request.body)))
            exchange.close()
    return [(name, min(times)[1], min(times)[0] * 1e3) for name, times in found.items()]


def default_core() -> Core:
    """Return what `relay serve` runs by default."""
    far = UpstreamConfig(kind=RouteKind.FRONTIER, base_url=_NOWHERE)
    return build.core(Config(policy=build.DEFAULT_POLICY, upstreams={"far": far}), {})


def recorded_table(where: Path, step: int) -> Table:
    """Return what every `step`th recorded session costs, by size of its last request."""
    rows = list(recorded.costs(default_core(), itertools.islice(recorded.load(where), 0, None, step)))
    title = f"the last requests of {len(rows)} recorded sessions through the exchange, with the model"
    table = Table("request", "sessions", "KB", "new: ms per KB", "sent again: ms per 100 KB", title=title)
    for name, low, high in (("up to 50 KB", 0, 50_000), ("longer", 50_000, 1 << 40), ("all", 0, 1 << 40)):
        group = [row for row in rows if low <= row.size < high]
        size = sum(row.size for row in group) or 1
        first, again = sum(row.first_s for row in group), sum(row.again_s for row in group)
        table.add_row(
            name, str(len(group)), f"{size / 1e3:,.0f}", f"{first * 1e6 / size:.1f}", f"{again * 1e8 / size:.1f}"
        )
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wire", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--sessions", type=Path, help="recorded sessions: a folder of *.jsonl.gz, or one such file")
    options = parser.parse_args()
    rounds = 50 if options.quick else 400
    console = Console()
    table = Table("request", "written", "bytes", "segments", "decode ms", "all ms", "goal ms", title="requests")
    for name, (format, path, tree) in {"chat, 20 turns": conversation(), "coding agent": agent()}.items():
        for style, body in (("compact", strict_json.encode(tree)), ("spaced", json.dumps(tree).encode())):
            all_ms, decode_ms, count = request_ms(format, path, body, rounds)
            row = (name, style, f"{len(body):,}", str(count), f"{decode_ms:.3f}", f"{all_ms:.3f}", f"{GOALS[name]}")
            table.add_row(*row)
    console.print(table)
    table = Table("event", "µs", "goal µs", title="stream events")
    for name, (format, path, tree) in STREAMS.items():
        table.add_row(name, f"{event_us(format, path, tree):.1f}", f"{EVENT_GOAL_US:.0f}")
    console.print(table)
    table = Table("turn", "bytes", "ms", "goal ms", title="a coding agent through the exchange, with the model")
    for what, size, taken in agent_ms(2 if rounds < 400 else 5):
        table.add_row(what, f"{size:,}", f"{taken:.1f}", AGENT_GOALS_MS.get(what, "-"))
    console.print(table)
    where = options.sessions or recorded.beside()
    if where is None:
        console.print("recorded sessions: skipped, none stand beside the project; give a folder with --sessions")
    else:
        console.print(recorded_table(where, 5 if options.quick else 1))


if __name__ == "__main__":
    main()
