"""A decoded request: its segments, what must not leave, and how replaced text is put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from relay.errors import ClientFault
from relay.types import JSON, Segment
from relay.wire import strict_json
from relay.wire.nodes import Table
from relay.wire.segments import KeyPlace, Nested, Scan

__all__ = ["TreeDocument", "read_document"]


class TreeDocument:
    """A `relay.protocols.Document` over a decoded tree. `segments` keep the texts that were read."""

    __slots__ = ("_nested", "_places", "model", "pinned", "refused", "segments", "stream", "tree", "unknown")

    def __init__(self, tree: dict[str, JSON], scan: Scan) -> None:
        self.tree = tree
        self.segments: tuple[Segment, ...] = tuple(scan.segments)
        self.pinned: tuple[str, ...] = tuple(scan.pinned)
        self.refused: tuple[tuple[str, str], ...] = tuple(scan.refused)
        self.unknown: int = scan.unknown
        model = tree.get("model")
        self.model: str | None = model if isinstance(model, str) else None
        self.stream: bool = tree.get("stream") is True
        self._places = scan.places
        self._nested = scan.nested

    def replace(self, texts: Mapping[int, str]) -> None:
        """Put new text in for the segments whose index is given."""
        keys: list[tuple[KeyPlace, str]] = []
        changed: dict[int, Nested] = {}
        for index, text in texts.items():
            place = self._places[index]
            if type(place) is list:
                place[0][place[1]] = text
            elif isinstance(place, KeyPlace):
                keys.append((place, text))
            else:
                assert isinstance(place, tuple)
                nested, literal = place
                literal.replacement = text
                changed[id(nested)] = nested
        while changed:
            # Innermost first: what it renders to replaces a literal of the text around it.
            nested = max(changed.values(), key=lambda each: each.depth)
            del changed[id(nested)]
            text = nested.text.render()
            if nested.outer is not None and nested.literal is not None:
                nested.literal.replacement = text
                changed[id(nested.outer)] = nested.outer
            elif nested.place is not None:
                nested.place[0][nested.place[1]] = text
        for key_place, text in keys:
            self._rename(key_place, text)

    def encode(self) -> bytes:
        """Serialise the tree as it is now."""
        return strict_json.encode(self.tree)

    def _rename(self, place: KeyPlace, text: str) -> None:
        holder, old = place.holder, place.key
        new, number = text, 2
        while new != old and new in holder:
            # Two keys that become one text must stay two members.
            new, number = f"{text}_{number}", number + 1
        items = [(new if key == old else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(items)
        place.key = new
        for other in self._places:
            if type(other) is list and other[0] is holder and other[1] == old:
                other[1] = new
        for nested in self._nested:
            if nested.place is not None and nested.place[0] is holder and nested.place[1] == old:
                nested.place[1] = new


def read_document(body: bytes, table: Table, pseudonym: Callable[[str], str], *, forced: bool = True) -> TreeDocument:
    """Decode `body` strictly and read it by the `request` section of `table`. Raises ClientFault.

    `forced`: whether the fields that the table wants in every request are put in.
    """
    tree = strict_json.decode(body)
    if type(tree) is not dict:
        raise ClientFault(f"the body is a JSON {_KINDS.get(type(tree), 'value')}, expected an object")
    scan = Scan(pseudonym)
    scan.root(tree, table)
    if forced:
        tree.update(table.forced)
    return TreeDocument(tree, scan)


_KINDS = {list: "array", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}
