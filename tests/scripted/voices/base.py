"""What a voice is: how one format says a conversation, read and written as a provider and as its client would."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from tests.scripted.turn import Call, Pieces, Turn

__all__ = ["TOOLS", "Delta", "Row", "Voice", "strings"]

JSON_TYPE = "application/json"
EVENTS_TYPE = "text/event-stream; charset=utf-8"

_TEXT = {"type": "string"}
# Tools with a property that is a word of protocols and a value of configurations at once.
TOOLS = {
    "bash": {"type": "object", "properties": {"command": _TEXT, "description": _TEXT}, "required": ["command"]},
    "write": {"type": "object", "properties": {"path": _TEXT, "content": _TEXT}, "required": ["path", "content"]},
    "postgres": {"type": "object", "properties": {"query": _TEXT, "user": _TEXT, "ephemeral": {"type": "boolean"}}},
}


class Row(NamedTuple):
    """One event of a stream: its name, where it has one, and its tree or word."""

    name: str | None
    tree: Any


class Delta(NamedTuple):
    """A piece of text in an event."""

    lane: tuple[Any, ...]
    text: str


class Voice:
    """One format. The client's history is a list of whatever the format's requests hold."""

    name: ClassVar[str]
    path: ClassVar[str]
    stream_type: ClassVar[str] = EVENTS_TYPE
    has_tools: ClassVar[bool] = True
    # The format has reasoning that only its provider may change, and the client returns.
    signs: ClassVar[bool] = False

    def stream_path(self) -> str:
        """Return where a streamed answer is asked for: path and query."""
        return self.path

    # ------------------------------------------------------------------------------------------------------ the client

    def user(self, text: str) -> list[Any]:
        """Return what the client adds for a prompt."""
        raise NotImplementedError

    def results(self, results: Sequence[tuple[Call, str]]) -> list[Any]:
        """Return what the client adds for the results of calls."""
        raise NotImplementedError

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        """Return the body of a request."""
        raise NotImplementedError

    def said(self, rows: Sequence[Row]) -> list[Any]:
        """Return what the client adds for an answer: a stream's events, or one row with a whole body."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------------------------- the provider

    def fault(self, body: dict[str, Any]) -> str:
        """Return why a provider would refuse `body`, or nothing: signed text must come back as it went out."""
        return ""

    def seen(self, body: dict[str, Any]) -> str:
        """Return what people and tools said, a line break between two texts."""
        said = [item for key in ("messages", "input", "contents") for item in body.get(key, ())]
        heard = [item for item in said if item.get("role") in ("user", "tool") or "output" in item]
        return "\n".join(strings([body.get("prompt"), heard]))

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        """Return a whole answer."""
        raise NotImplementedError

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        """Yield the events of a streamed answer."""
        raise NotImplementedError

    def frame(self, rows: Iterable[Row]) -> bytes:
        """Return the bytes of a stream."""
        out = []
        for name, tree in rows:
            data = tree if isinstance(tree, str) else json.dumps(tree, ensure_ascii=False)
            out.append((f"event: {name}\n" if name else "") + f"data: {data}\n\n")
        return "".join(out).encode("utf-8", "surrogatepass")

    def parse(self, data: bytes) -> list[Row]:
        """Return the events of a stream."""
        rows, name = [], None
        for line in data.decode("utf-8", "surrogatepass").replace("\r\n", "\n").split("\n"):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                rows.append(Row(name, json.loads(line[6:]) if line[6:] != "[DONE]" else "[DONE]"))
                name = None
        return rows

    # ------------------------------------------------------------------------------------------------------- comparing

    def deltas(self, tree: Any) -> list[Delta]:
        """Return the pieces of text in an event, signed text aside."""
        raise NotImplementedError

    def only_deltas(self, tree: Any) -> bool:
        """Tell whether an event says nothing but its pieces of text."""
        raise NotImplementedError

    def closes(self, tree: Any) -> tuple[Any, ...] | None:
        """Return the beginning of the lanes that an event closes, or None."""
        return None

    def signed(self, tree: Any) -> list[str]:
        """Take out of `tree`, which is changed, the text that passes as the provider wrote it, and return it."""
        return []

    def normal(self, tree: Any) -> Any:
        """Return `tree` with arguments read as JSON, without what may differ: numbers of events, places of deltas."""
        return _read(copy.deepcopy(tree))


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a tree."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from strings(child)


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(child) for child in value]
    if not isinstance(value, dict):
        return value
    found = {key: _read(child) for key, child in value.items() if key != "sequence_number"}
    if isinstance(found.get("arguments"), str):
        with contextlib.suppress(ValueError):  # it may be a piece
            found["arguments"] = json.loads(found["arguments"])
    return found
