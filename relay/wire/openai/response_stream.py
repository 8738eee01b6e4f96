"""A streamed response of OpenAI's, and the citations in its parts.

Source: openai-python 3.52.0 (`types/responses/response_stream_event.py`), read 2026-11-20.

The same text comes up to five times in a stream: in deltas, in their `done`, and in the part, item and response that
hold it. Each is restored, the deltas by lane and the others whole. Inserted events repeat the sequence number of the
event before them; the SDKs' own accumulators accept that (tested 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from relay.types import JSON, CitationOffset, Event
from relay.wire import strict_json
from relay.wire.citations import dicts, ranges
from relay.wire.framing import is_mark
from relay.wire.stream import Lane, TableReader

__all__ = ["ResponsesReader", "in_parts"]

# Which lanes an event ends: the fields of the event that the lanes begin with.
_ENDS = {
    "response.output_text.done": ("item_id", "content_index"),
    "response.refusal.done": ("item_id", "content_index"),
    "response.content_part.done": ("item_id", "content_index"),
    "response.function_call_arguments.done": ("item_id",),
    "response.mcp_call_arguments.done": ("item_id",),
    "response.custom_tool_call_input.done": ("item_id",),
    "response.code_interpreter_call_code.done": ("item_id",),
    "response.shell_call_command.done": ("output_index", "command_index"),
    "response.shell_call_output_content.done": ("item_id", "command_index"),
}
# The event that carries a lane, where the upstream's own named no type.
_DELTAS = {
    "text": "response.output_text.delta",
    "refusal": "response.refusal.delta",
    "arguments": "response.function_call_arguments.delta",
    "input": "response.custom_tool_call_input.delta",
    "code": "response.code_interpreter_call_code.delta",
    "command": "response.shell_call_command.delta",
    "stdout": "response.shell_call_output_content.delta",
    "stderr": "response.shell_call_output_content.delta",
    "transcript": "response.audio.transcript.delta",
}
_LAST_UNNAMED = tuple(
    f'{{"type":{space}"response.{name}"' for space in ("", " ") for name in ("completed", "failed", "incomplete")
)
_LAST = ("response.completed", "response.failed", "response.incomplete")
_RANGE = ("start_index", "end_index")
_TEXT_KEYS = ("delta", "obfuscation")


class ResponsesReader(TableReader):
    """Lanes are named by the ids and indices of their events. A flush is the lane's latest event with other text."""

    cited: ClassVar[str] = "text"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._items: dict[str, str] = {}  # item id -> the tool that it calls
        self._heads: dict[Lane, dict[str, JSON]] = {}  # lane -> its latest event without the text
        self._sequence: JSON = None

    def note(self, tree: JSON) -> None:
        """Remember the names of tools, which an item's start tells and its arguments do not."""
        if type(tree) is not dict:
            return
        if tree.get("type") in (*_LAST, "error"):
            self.whole = True
        if type(tree.get("sequence_number")) is int:
            self._sequence = tree["sequence_number"]
        item = tree.get("item")
        if type(item) is dict and type(item.get("id")) is str and type(item.get("name")) is str:
            self._items[item["id"]] = item["name"]
            for field in ("arguments", "input"):
                self._tools[item["id"], field] = (item["name"], item.get("type") == "mcp_call")

    def leaves(self, tree: JSON) -> Iterable[Any]:
        """Return the event's restorable strings, and keep what a flush needs."""
        found = list(super().leaves(tree))
        if type(tree) is not dict:
            return found
        for leaf in found:
            if leaf.lane is not None:
                self._heads[leaf.lane] = {
                    key: value for key, value in tree.items() if type(value) in (str, int) and key not in _TEXT_KEYS
                }
            elif leaf.tool is None and type(item := tree.get("item_id")) is str:
                leaf.tool = self._items.get(item)
        return found

    def citations(self, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges of a citation that comes by itself, and of those in a part, item or response."""
        if type(tree) is not dict:
            return ()
        if tree.get("type") == "response.output_text.annotation.added":
            lane = (_name(tree.get("item_id")), _name(tree.get("content_index")), "text")
            return list(ranges(self.written(lane), tree.get("annotation"), _RANGE))
        parts = (dicts(tree, "part"), dicts(tree, "item", "content"), dicts(tree, "response", "output", "content"))
        return [found for each in parts for found in in_parts(each)]

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return what an event ends: one text, one item, or with the response and with errors everything."""
        if type(tree) is not dict or type(tree.get("type")) is not str:
            return
        kind = tree["type"]
        if kind in _LAST or kind == "error":
            yield ()
        elif kind == "response.output_item.done":
            item = tree.get("item")
            yield (_name(item.get("id") if type(item) is dict else None),)
            yield (_name(tree.get("output_index")),)
        elif kind == "response.audio.transcript.done":
            yield ("transcript",)
        elif kind in _ENDS:
            yield tuple(_name(tree.get(key)) for key in _ENDS[kind])

    def flush(self, lane: Lane, text: str) -> Event:
        """Return another event of the lane's kind."""
        field = lane[-1]
        head = {"type": _DELTAS[field], **self._heads.get(lane, {})}
        delta: JSON = {field: text} if field in ("stdout", "stderr") else text
        tree: dict[str, JSON] = {**head, "delta": delta}
        if field == "text":
            tree["logprobs"] = []
        if self._sequence is not None:
            tree["sequence_number"] = self._sequence
        return Event(strict_json.encode(tree).decode(), str(head["type"]))

    def is_end(self, event: Event) -> bool:
        """Tell whether this is the response's last event; it holds the whole text and is restored like any other.

        Some servers add `[DONE]`, and some leave the names of events out.
        """
        if event.event is not None:
            return event.event in _LAST or event.event == "error"
        data = event.data or ""
        return is_mark(event) or data.lstrip()[:40].startswith(_LAST_UNNAMED)


def in_parts(parts: Iterable[dict[str, JSON]]) -> list[CitationOffset]:
    """Return the ranges of the annotations in parts of an answer."""
    return [
        found
        for part in parts
        for annotation in dicts(part, "annotations")
        for found in ranges(part.get("text"), annotation, _RANGE)
    ]


def _name(value: JSON) -> int | str:
    return value if type(value) is int or type(value) is str else ""


PLUGINS = ()  # no format of its own
