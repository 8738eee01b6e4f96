"""What the worst texts cost: processor time for 64 KB of a repeated unit, and how long one call holds the interpreter.

A thread that sleeps for a millisecond again and again can only go on when the interpreter is let go. The processor time
that the process has spent since its last turn is how long somebody held it; on a busy machine that is less noisy than
the clock.
"""

from __future__ import annotations

import gc
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from relay import build
from relay.config import Config, UpstreamConfig
from relay.errors import RelayFault
from relay.exchange import Core
from relay.types import RouteKind
from tests.repeats import OPENINGS, PAIRS, RESTS, SIGNS, repeated
from tests.support import begin, chat, post

__all__ = ["measured"]

_PATH = "/v1/chat/completions"
_SMALL, _LARGE = 65_536, 1_000_000
# Of the texts that take the longest, so many are made longer and watched.
_WATCHED = 8
# Texts of many values, plain and disguised, which no repeated sign is.
_VALUES = (
    "maria@example.org ",
    "ｍａｒｉａ@example.org ",
    "%6daria@example.org ",
    "536-22-1234 ",
    "https://example.com/a ",
)


def measured(*, quick: bool) -> dict[str, Any]:
    """Return the longest processor time and the longest hold at each entrance, each with the text that it took."""
    with TemporaryDirectory() as folder:
        policy = Path(folder, "policy.yaml")
        policy.write_text("version: 1\nmodel: none\nspan_cache: false\n", encoding="utf-8")
        upstream = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="https://upstream.example/v1")
        core = build.core(Config(policy=policy, upstreams={"frontier": upstream}), {})
        gc.collect()
        gc.freeze()  # as `relay serve` does
        entrances = {"request": _request, "answer": _answer, "arguments": _arguments}
        return {name: _worst(partial(read, core), quick) for name, read in entrances.items()}


def _worst(reader: Callable[[str], Callable[[], None]], quick: bool) -> dict[str, Any]:
    units = [("", unit) for unit in (*SIGNS, *Random(1).sample(PAIRS, 30 if quick else 300), *_VALUES)]
    openings = [(opening, rest) for opening in OPENINGS for rest in RESTS]
    units += Random(2).sample(openings, 20 if quick else 200)
    spent = {unit: _cpu_s(reader(_filled(unit, _SMALL))) for unit in units}
    slowest = sorted(spent, key=spent.__getitem__, reverse=True)
    always = [("", unit) for unit in (*_VALUES, "\\", "\n", "&a", "a", "a ", "\u0430_", "\u200ba")]
    watched = dict.fromkeys([*slowest[:_WATCHED], *always])
    held = {unit: _held_s(reader(_filled(unit, _LARGE))) for unit in watched}
    longest = max(held, key=held.__getitem__)
    return {
        "texts": len(units),
        "cpu_s": round(spent[slowest[0]], 3),
        "cpu_text": "".join(slowest[0]),
        "hold_ms": round(1000 * held[longest], 1),
        "hold_text": "".join(longest),
    }


def _filled(unit: tuple[str, str], size: int) -> str:
    """Return a text of `size` bytes in UTF-8."""
    opening, rest = unit
    return repeated(rest, size * len(rest) // len(rest.encode("utf-8", "replace")), opening)


def _cpu_s(read: Callable[[], None]) -> float:
    begun = time.thread_time()
    with suppress(RelayFault):
        read()
    return time.thread_time() - begun


def _held_s(read: Callable[[], None]) -> float:
    with _watched() as longest, suppress(RelayFault):
        read()
    return longest[0]


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Watch from another thread while the block runs; the one element of the list is the longest hold in seconds."""
    longest, done = [0.0], threading.Event()

    def watch() -> None:
        before = time.process_time()
        while not done.wait(0.001):
            now = time.process_time()
            longest[0] = max(longest[0], now - before)
            before = now

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield longest
    finally:
        done.set()
        thread.join()


def _request(core: Core, text: str) -> Callable[[], None]:
    return _sent(core, chat(f"{text} maria@example.org"))


def _arguments(core: Core, text: str) -> Callable[[], None]:
    arguments = json.dumps({"text": text}, ensure_ascii=False)
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    said = {"role": "assistant", "tool_calls": [call]}
    return _sent(core, {"model": "m", "messages": [said, {"role": "user", "content": "maria@example.org"}]})


def _sent(core: Core, tree: Any) -> Callable[[], None]:
    request = post(_PATH, _encoded(tree))

    def read() -> None:
        exchange = begin(core, _PATH)
        try:
            exchange.open(request)
        finally:
            exchange.close()

    return read


def _answer(core: Core, text: str) -> Callable[[], None]:
    message = {"role": "assistant", "content": f"{text} [EMAIL_ADDRESS_1]"}
    body = _encoded({"choices": [{"message": message}]})

    def read() -> None:
        exchange = begin(core, _PATH)
        try:
            exchange.open(post(_PATH, chat("maria@example.org")))
            exchange.start(200, (("content-type", "application/json"),))
            exchange.feed(body)
            exchange.finish()
        finally:
            exchange.close()

    return read


def _encoded(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace")
