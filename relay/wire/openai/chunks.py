"""Streams of OpenAI's chunks, `{"choices": [{"index", …, "finish_reason"}]}`, which end with `[DONE]`.

Some servers end the response without it. The answer is whole then if each choice that has begun has a `finish_reason`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from relay.types import JSON, Event
from relay.wire import strict_json
from relay.wire.framing import is_mark
from relay.wire.nodes import Node
from relay.wire.stream import Choices, Lane, TableReader, index_of, objects

__all__ = ["ChunkReader"]

_HEAD = ("id", "object", "created", "model")


class ChunkReader(TableReader):
    """Lanes begin with the choice's index. A choice's `finish_reason` ends its lanes; an error ends all."""

    _head: dict[str, JSON] | None = None

    def __init__(self, node: Node, *, json_mode: bool = False) -> None:
        super().__init__(node, json_mode=json_mode)
        self._choices = Choices()

    def note(self, tree: JSON) -> None:
        """Remember the chunk's head for flushed text, and which choices are finished."""
        if type(tree) is not dict:
            return
        if type(tree.get("id")) is str:
            self._head = {key: tree[key] for key in _HEAD if key in tree}
        for position, choice in enumerate(objects(tree.get("choices"))):
            self._choices.note(index_of(choice, position), finished=choice.get("finish_reason") is not None)
        self.whole = self._choices.whole or tree.get("error") is not None

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return the choices that this chunk finishes."""
        if type(tree) is not dict:
            return
        if tree.get("error") is not None:
            yield ()
        for position, choice in enumerate(objects(tree.get("choices"))):
            if choice.get("finish_reason") is not None:
                yield (index_of(choice, position),)

    def flush(self, lane: Lane, text: str) -> Event:
        """Return a chunk with one choice that carries `text`."""
        chunk: dict[str, Any] = dict(self._head or {})
        chunk["choices"] = [{"index": lane[0], **self.choice(lane, text), "logprobs": None, "finish_reason": None}]
        return Event(strict_json.encode(chunk).decode())

    def choice(self, lane: Lane, text: str) -> dict[str, Any]:
        """Return the part of a choice that carries `text`."""
        raise NotImplementedError

    def is_end(self, event: Event) -> bool:
        """Tell whether this is `data: [DONE]`."""
        return is_mark(event)


PLUGINS = ()  # no format of its own
