"""What the voices of the mirror share: a request read just far enough to be answered, an answer, and how it is told.

The mirror (`relay.upstream.mirror`) is the upstream of the demonstration and of the tests. Each family gives it a
voice, in `relay/wire/<name>/mirror/`. That is a package, since the registry imports the modules of a family's folder at
start, and what serves requests has no use for a voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Protocol, TypeVar

__all__ = ["EVENTS", "Ask", "Call", "Error", "Speech", "Tool", "Turn", "Voice", "pieces", "sliced"]

EVENTS = "text/event-stream; charset=utf-8"

# Sizes that share no factor with placeholders or events, so that every position is cut sooner or later.
_TEXT_SIZES = (1, 4, 2, 7, 3, 5, 11)

Piece = TypeVar("Piece", str, bytes)
# Makes an error's body of a status and a message.
Error = Callable[[int, str], bytes]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the request declares."""

    name: str
    schema: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request, read just far enough to answer it. `text` is the last user text, `prompt` everything."""

    text: str = field(repr=False)
    prompt: str = field(repr=False)
    model: str
    stream: bool
    tools: tuple[Tool, ...] = ()
    must_use: str | None = None  # a tool's name, or "*" for any
    may_use: bool = True
    after_tool: bool = False  # the last message is a tool's result
    json_schema: Mapping[str, Any] | None = field(default=None, repr=False)
    choices: int = 1
    usage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer: text, or calls of tools as (name, arguments)."""

    text: str = field(repr=False)
    calls: tuple[tuple[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the mirror. `path` has no slash at its end, `names` are its headers', `number` makes ids."""

    path: str
    query: str = field(repr=False)
    names: frozenset[str]
    body: dict[str, Any] = field(repr=False)
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """An answer that is still to be given to `ask`, whole, as a stream of `stream_type`, or as an `error`."""

    ask: Ask = field(repr=False)
    whole: Callable[[Turn], bytes]
    stream: Callable[[Turn], bytes]
    error: Error
    stream_type: str = EVENTS


class Voice(Protocol):
    """A family's package `mirror`."""

    def route(self, call: Call) -> bytes | Speech | None:
        """Return the answer to a request, the speech to make, or None for a path that is not the family's."""
        ...

    def error(self, status: int, message: str) -> bytes:
        """Return an error body."""
        ...


def pieces(text: str) -> Iterator[str]:
    """Yield `text` in small pieces of changing length: the deltas of a stream."""
    yield from sliced(text, _TEXT_SIZES)


def sliced(whole: Piece, sizes: Sequence[int]) -> Iterator[Piece]:
    """Yield `whole` in pieces of `sizes`, again and again."""
    start = 0
    for size in cycle(sizes):
        if start >= len(whole):
            return
        yield whole[start : start + size]
        start += size
