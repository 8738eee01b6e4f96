"""What the stream readers of all formats share: lanes come from the field table, their ends from the format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from relay.types import JSON, CitationOffset, Event, Leaf
from relay.wire.leaves import collect
from relay.wire.nodes import Node

__all__ = ["Choices", "Lane", "TableReader", "index_of", "objects"]

Lane = tuple[Any, ...]


class TableReader:
    """A `relay.protocols.StreamReader` but for `ended`, `flush` and `is_end`, which the format supplies.

    `cited` is the last part of the lanes whose texts citations count in; what the upstream wrote on them is kept.
    `said` are the last parts of lanes that a model writes one after the other in one turn, before it calls tools.
    """

    cited: ClassVar[str] = ""
    said: ClassVar[frozenset[str]] = frozenset()
    goes_on: bool = False
    whole: bool = False

    def __init__(self, node: Node, *, json_mode: bool = False) -> None:
        self._node = node
        self._json_mode = json_mode
        self._open: dict[Lane, None] = {}  # in order of appearance
        self._tools: dict[Lane, tuple[str | None, bool]] = {}  # lane -> tool and hosted, which only its start tells
        self._latest: tuple[JSON, list[Leaf]] | None = None
        self._written: dict[Lane, list[str]] = {}

    def closing(self, tree: JSON) -> Iterable[Lane]:
        """Return the open lanes that this event ends, in order of appearance."""
        self._read(tree)
        prefixes = tuple(self.ended(tree))
        if not prefixes:
            return ()
        lanes = [lane for lane in self._open if any(lane[: len(prefix)] == prefix for prefix in prefixes)]
        for lane in lanes:
            del self._open[lane]
        return lanes

    def leaves(self, tree: JSON) -> Iterable[Leaf]:
        """Return the event's restorable strings."""
        found = self._read(tree)
        self._latest = None
        return found

    def interrupted(self, tree: JSON) -> Iterable[Lane]:
        """Return the lanes whose text this event comes after: of the same turn, with something else in it."""
        calling = set(self.calling(tree))
        if not calling and len(self._open) < 2:
            return ()
        speaking = {leaf.lane for leaf in self._read(tree) if leaf.lane is not None and leaf.text}
        turns = calling | {_turn(lane) for lane in speaking}
        return [lane for lane in self._open if lane[-1] in self.said and lane not in speaking and _turn(lane) in turns]

    def calling(self, tree: JSON) -> Iterable[int | None]:
        """Return the turns, by choice, in which this event calls a tool or adds a part that is no text."""
        return ()

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return what the lanes that this event ends begin with; `()` ends all. Must not trust the tree's types."""
        raise NotImplementedError

    def flush(self, lane: Lane, text: str) -> Event:
        """Return an event that carries `text` on `lane`."""
        raise NotImplementedError

    def name(self, event: Event, tree: JSON) -> str | None:
        """Return the name that the upstream gave the event."""
        return event.event

    def is_end(self, event: Event) -> bool:
        """Tell whether the stream ends with `event`."""
        raise NotImplementedError

    def _read(self, tree: JSON) -> list[Leaf]:
        if self._latest is not None and self._latest[0] is tree:
            return self._latest[1]
        self.note(tree)
        found = collect(tree, self._node, json_mode=self._json_mode)
        for leaf in found:
            lane = leaf.lane
            if lane is not None:
                self._open[lane] = None
                if lane[-1] == self.cited:
                    self._written.setdefault(lane, []).append(leaf.text)
                if leaf.tool is not None:
                    self._tools[lane] = (leaf.tool, leaf.hosted)
                elif lane in self._tools:
                    leaf.tool, leaf.hosted = self._tools[lane]
        self._latest = (tree, found)
        return found

    def written(self, lane: Lane) -> str:
        """Return what the upstream has written on a lane that citations count in."""
        return "".join(self._written.get(lane, ()))

    def citations(self, tree: JSON) -> Sequence[CitationOffset]:
        """Return nothing: most streams cite nothing."""
        return ()

    def note(self, tree: JSON) -> None:
        """Remember what later events need; called once for each event, before its leaves are collected."""


class Choices:
    """Which of an answer's alternatives have begun and which have finished."""

    def __init__(self) -> None:
        self._begun: set[int] = set()
        self._finished: set[int] = set()

    def note(self, index: int, *, finished: bool) -> None:
        """Note a piece of the alternative `index`."""
        self._begun.add(index)
        if finished:
            self._finished.add(index)

    @property
    def finished(self) -> int:
        """How many have finished."""
        return len(self._finished)

    @property
    def whole(self) -> bool:
        """Tell whether there is one, and each that has begun has finished."""
        return bool(self._begun) and self._begun == self._finished


def _turn(lane: Lane) -> int | None:
    """Return the choice that a lane belongs to; None in formats with one turn."""
    return lane[0] if type(lane[0]) is int else None


def objects(value: JSON) -> list[dict[str, JSON]]:
    """Return the objects in an array; nothing for any other type."""
    return [each for each in value if type(each) is dict] if type(value) is list else []


def index_of(holder: dict[str, JSON], position: int) -> int:
    """Return the object's `index`, or where it stands if it has none."""
    index = holder.get("index")
    return index if type(index) is int else position
