"""Find the restorable strings of a response or of one event, by its format's field table.

RESTORE, RESTORE_JSON and RESTORE_URL leaves are returned, and so are leaves that no row names: a placeholder that stays
visible is of no use, and the values go back to the client they came from. Strings in a `delta` that no row names are
deltas, too, each with a lane of its own. In free-form objects a key such as `url` says that a string is one.
PINNED and PASS places are left alone with all below them. DROP places spell the
placeholder in another form (log-probabilities, token ids); they become null, or an empty array, as soon as a leaf of
the same object, or below it, really changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relay.types import JSON, Encoding, Leaf, Treatment, Turn
from relay.wire.nodes import Node, deep

__all__ = ["collect"]

_UNKNOWN = deep(Treatment.RESTORE)
# What no row names inside an object of this name is a delta, too: the next field that a provider thinks of.
_DELTA = "delta"
_UNNAMED = deep(Treatment.RESTORE)
# What formats call the array of an answer's alternatives.
_ALTERNATIVES = frozenset({"choices", "candidates"})
_URLS = deep(Treatment.RESTORE_URL)
_URLS.key = Treatment.RESTORE
_URL_KEY = re.compile(r"(?:.*_)?(?:url|uri|href|src|link)s?|.*[a-z0-9](?:Url|URL|Uri|URI|Href|Src|Link)s?")


@dataclass(slots=True)
class _DroppingLeaf(Leaf):
    """A leaf whose change makes its neighbours wrong."""

    drops: tuple[tuple[dict[str, Any], str], ...] = field(default=(), repr=False)

    def put(self, text: str) -> None:
        """Write `text` in place, and null what it makes wrong."""
        if text != self.holder[self.key]:
            for holder, key in self.drops:
                holder[key] = [] if type(holder[key]) is list else None
        Leaf.put(self, text)


@dataclass(slots=True)
class _KeyLeaf(Leaf):
    """A key of a free-form object. It must be put after the object's values."""

    @property
    def text(self) -> str:
        """The key."""
        return str(self.key)

    def put(self, text: str) -> None:
        """Rename the key, in its place among the others; a name that is taken stays as it was."""
        if text == self.key or text in self.holder:
            return
        items = [(text if key == self.key else key, value) for key, value in self.holder.items()]
        self.holder.clear()
        self.holder.update(items)
        self.key = text


def collect(tree: JSON, node: Node, *, json_mode: bool = False) -> list[Leaf]:
    """Return the restorable strings of `tree`, in order, keys last. Depth is bounded by the decoder."""
    walk = _LeafWalk(tree if type(tree) is dict else {}, json_mode)
    if type(tree) is dict:
        walk.object(tree, node, (), None, False)
    elif type(tree) is list:
        walk.array(tree, node, (), None, False)
    return walk.leaves + walk.keys


class _LeafWalk:
    __slots__ = ("_json_mode", "_root", "_turn", "keys", "leaves")

    def __init__(self, root: Mapping[str, JSON], json_mode: bool) -> None:
        self._root = root
        self._turn = Turn("")
        self._json_mode = json_mode
        self.leaves: list[Leaf] = []
        self.keys: list[Leaf] = []

    def object(
        self,
        holder: dict[str, JSON],
        node: Node,
        trail: tuple[int | str, ...],
        tool: str | None,
        hosted: bool,
        own_name: str = "",
    ) -> None:
        unknown = _UNNAMED if own_name == _DELTA else _UNKNOWN
        node = node.member(holder)
        if node.tool is not None:
            name = holder.get(node.tool)
            tool = name if type(name) is str else tool
        hosted = hosted or node.hosted
        fields = node.fields
        begin = len(self.leaves)
        drops: list[tuple[dict[str, JSON], str]] = []
        for key, value in holder.items():
            below = fields.get(key)
            if below is None:
                below = node.any or unknown
                if not key.replace("_", "").isalpha() and (node.key or Treatment.RESTORE) is Treatment.RESTORE:
                    self.keys.append(_KeyLeaf(holder, key, tool=tool, hosted=hosted))
            kind = type(value)
            if below.any is below and below.text is Treatment.RESTORE and tool is None and _names_url(key):
                below = _URLS if below is not _UNNAMED else below
            if below is _UNNAMED:
                self._unnamed(value, holder, key, self._beside(node, trail), tool, hosted)
            elif kind is str:
                self._text(below, holder, key, trail, tool, hosted)
            elif value is None or below.text is Treatment.PASS or below.text is Treatment.PINNED:
                continue
            elif kind is dict and below.text is not Treatment.DROP:
                self.object(value, below, trail, tool, hosted, key)
            elif kind is list and below.text is not Treatment.DROP:
                self.array(value, below, trail, tool, hosted, turns=holder is self._root and key in _ALTERNATIVES)
            if below.text is Treatment.DROP:
                drops.append((holder, key))
        if drops:
            self._wrap(begin, tuple(drops))

    def array(
        self,
        holder: list[JSON],
        node: Node,
        trail: tuple[int | str, ...],
        tool: str | None,
        hosted: bool,
        *,
        turns: bool = False,
    ) -> None:
        below = node.item or _UNKNOWN
        if below.text is Treatment.PASS or below.text is Treatment.PINNED:
            return
        for index, value in enumerate(holder):
            kind = type(value)
            if kind is dict:
                inner = _told_apart(trail, below, value, index)
                if turns:
                    self._turn = Turn(inner[-1] if inner else index)
                self.object(value, below, inner, tool, hosted)
            elif kind is str:
                self._text(below, holder, index, trail, tool, hosted)
            elif kind is list:
                self.array(value, below, (*trail, index), tool, hosted)

    def _text(
        self, node: Node, holder: Any, key: str | int, trail: tuple[int | str, ...], tool: str | None, hosted: bool
    ) -> None:
        treatment = node.text
        if treatment is Treatment.RESTORE_JSON:
            encoding = Encoding.JSON
        elif treatment is Treatment.RESTORE:
            encoding = Encoding.JSON if node.json_mode and self._json_mode else Encoding.TEXT
            if node.html:
                encoding = Encoding.HTML
        elif treatment is None or treatment is Treatment.RESTORE_URL:
            encoding = Encoding.TEXT
        else:
            return
        lane: tuple[int | str, ...] | None = None
        if node.lane is not None:
            named = tuple(_name(self._root.get(name)) for name in node.by)
            lane = (*named, *trail, node.lane)
        is_url = treatment is Treatment.RESTORE_URL
        hosted = hosted or node.hosted
        self.leaves.append(Leaf(holder, key, encoding, lane, tool, hosted, is_url=is_url, turn=self._turn))

    def _beside(self, node: Node, trail: tuple[int | str, ...]) -> tuple[int | str, ...]:
        """Return what the lanes of an object begin with, by those that the table names."""
        by = next((field.by for field in node.fields.values() if field.lane is not None), ())
        return (*(_name(self._root.get(name)) for name in by), *trail)

    def _unnamed(
        self, value: JSON, holder: Any, key: int | str, trail: tuple[int | str, ...], tool: str | None, hosted: bool
    ) -> None:
        """Take every string in `value` for a delta of a lane of its own."""
        lane = (*trail, key)
        if type(value) is str:
            is_url = type(key) is str and _names_url(key)
            leaf = Leaf(holder, key, Encoding.TEXT, lane, tool, hosted, unnamed=True, is_url=is_url, turn=self._turn)
            self.leaves.append(leaf)
        elif type(value) is dict or type(value) is list:
            for below, item in value.items() if type(value) is dict else enumerate(value):
                if type(below) is str and not below.replace("_", "").isalpha():
                    self.keys.append(_KeyLeaf(value, below, tool=tool, hosted=hosted))
                self._unnamed(item, value, below, lane, tool, hosted)

    def _wrap(self, begin: int, drops: tuple[tuple[dict[str, JSON], str], ...]) -> None:
        for position in range(begin, len(self.leaves)):
            leaf = self.leaves[position]
            earlier = leaf.drops if isinstance(leaf, _DroppingLeaf) else ()
            self.leaves[position] = _DroppingLeaf(
                leaf.holder,
                leaf.key,
                leaf.encoding,
                leaf.lane,
                leaf.tool,
                leaf.hosted,
                leaf.unnamed,
                leaf.number,
                leaf.is_url,
                leaf.turn,
                (*earlier, *drops),
            )


def _told_apart(
    trail: tuple[int | str, ...], node: Node, element: Mapping[str, JSON], position: int
) -> tuple[int | str, ...]:
    """Return the trail into an element of an array: by what the table says, by its `index`, or by its position."""
    if node.index == "":
        return trail
    number = element.get(node.index)
    return (*trail, number if type(number) is int or type(number) is str else position)


def _names_url(key: str) -> bool:
    return _URL_KEY.fullmatch(key) is not None


def _name(value: JSON) -> int | str:
    return value if type(value) is int or type(value) is str else ""
