"""A decoded request: its segments, what must not leave, and how replaced text is put back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from relay.errors import ClientFault, OpaqueRefused
from relay.types import JSON, Role, Segment
from relay.wire import strict_json
from relay.wire.inline import Inline, inline
from relay.wire.json_remove import steps, take_out
from relay.wire.json_text import MAX_NESTING
from relay.wire.named_values import labelled
from relay.wire.nodes import FieldTable, Node
from relay.wire.outgoing import free_texts
from relay.wire.places import KeyPlace, Nested
from relay.wire.protocol_words import is_signature
from relay.wire.segments import Scan

__all__ = ["TreeAssistantText", "TreeDocument", "read_document", "read_tree"]


# The longest real requests, agents with a million tokens of history, have some ten thousand; 300,000 tokens to embed
# are one each. An object or a member takes up to a kilobyte while it is scrubbed.
MAX_ELEMENTS = 400_000


@dataclass(frozen=True, slots=True)
class TreeAssistantText:
    """A string that an assistant said earlier, whole, and the segments that were made of it."""

    text: str = field(repr=False)
    segments: tuple[int, ...]
    place: list[Any] = field(repr=False)  # [holder, key]

    def put(self, text: str) -> None:
        """Write `text` in its place."""
        self.place[0][self.place[1]] = text


class TreeDocument:
    """A `relay.protocols.Document` over a decoded tree. `segments` keep the texts that were read."""

    __slots__ = (
        "_nested",
        "_node",
        "_note",
        "_opened",
        "_pinned_at",
        "_places",
        "_refused_at",
        "_refused_where",
        "_unknown_at",
        "forced",
        "large",
        "model",
        "names",
        "pinned",
        "refused",
        "segments",
        "signatures",
        "stops",
        "stream",
        "tree",
        "unknown",
        "unknown_fields",
    )

    def __init__(
        self,
        tree: dict[str, JSON],
        scan: Scan,
        node: Node,
        note: Mapping[str, str] | None = None,
        forced: tuple[tuple[str, JSON], ...] = (),
    ) -> None:
        self.tree = tree
        self.large = False  # memory counts more than time
        self.forced = forced
        self.stops: tuple[int, ...] = tuple(scan.stops)
        self.segments: tuple[Segment, ...] = _with_labels(scan.segments)
        self.pinned: tuple[str, ...] = tuple(holder[key] for holder, key in scan.pinned)
        self.signatures: tuple[str, ...] = tuple(scan.signatures)
        self.refused: tuple[tuple[str, str], ...] = tuple(scan.refused)
        self.unknown: int = scan.unknown
        model = tree.get("model")
        self.model: str | None = model if isinstance(model, str) else None
        self.stream: bool = tree.get("stream") is True
        self.names: frozenset[str] = frozenset(scan.names)
        self._node = node
        self._pinned_at = scan.pinned
        self._places = scan.places
        self._nested = scan.nested
        self._refused_at = scan.refused_at
        self._refused_where = scan.refused_where
        self._opened: list[tuple[Inline, dict[str, Any], str]] = []
        self._unknown_at = scan.unknown_at
        self.unknown_fields = len(scan.unknown_at)
        self._note = note

    def drop_refused(self, kinds: Collection[str]) -> None:
        """Take out the refused content of `kinds`; the rest stays refused. Comes before `replace`."""
        gone = [index for index, (_, kind) in enumerate(self.refused) if kind in kinds]
        self._forget(
            take_out(self.tree, [(self._refused_at[index], self.refused[index][1]) for index in gone], self._note)
        )
        self._settle(gone)

    def reencode_refused(self, kinds: Collection[str], reencode: Callable[[bytes], tuple[bytes, str]]) -> None:
        """Write inline content of `kinds` anew: `reencode` makes new data and its media type of data, or raises.

        What is not inline stays refused. Raises what `reencode` raises, with the place in the message.
        """
        done: list[int] = []
        for index, pieces in self._inline(kinds):
            for piece in pieces:
                data = piece.data
                try:
                    piece.put(*reencode(data if data is not None else b""))
                except OpaqueRefused as fault:
                    raise OpaqueRefused(f"{self.refused[index][0]} holds {fault.public}") from None
            done.append(index)
        self._settle(done)

    def scrub_refused(self, kinds: Collection[str]) -> None:
        """Turn inline content of `kinds` that is text into segments, where it stands. Comes before `replace`."""
        done: list[int] = []
        added = 0
        for index, pieces in self._inline(kinds):
            texts = [piece.text for piece in pieces]
            if any(text is None for text in texts):
                continue
            done.append(index)
            scan = Scan(str, is_signature)
            for piece, text in zip(pieces, texts, strict=True):
                holder = {"text": text}
                self._opened.append((piece, holder, text or ""))
                scan.opened(holder, self._refused_at[index], self._refused_where[index])
            at = self._refused_where[index].before + added
            self.segments = (*self.segments[:at], *labelled(scan.segments), *self.segments[at:])
            self._places[at:at] = scan.places
            self._nested += scan.nested
            self.stops = tuple(stop + len(scan.segments) * (stop >= at) for stop in self.stops)
            added += len(scan.segments)
        self._settle(done)

    def drop_unknown(self) -> None:
        """Take out the fields that the table does not name. Comes before `replace`."""
        self._forget(take_out(self.tree, [(at, "") for at in self._unknown_at], None))
        self._unknown_at = []
        self.unknown_fields = 0

    def force(self, wanted: bool | None) -> None:
        """Put in the fields that keep a provider from storing (`store: false`), or take them out.

        None: only where the client sent them, whatever it said, since some upstreams refuse fields that they do not
        know.
        """
        for name, value in self.forced:
            if wanted or (wanted is None and name in self.tree):
                self.tree[name] = value
            else:
                self.tree.pop(name, None)

    def said(self) -> list[TreeAssistantText]:
        """Return what assistants said. JSON in a string is one text, however many segments are in it."""
        found: list[TreeAssistantText] = []
        nested: dict[int, tuple[Nested, list[int]]] = {}
        for index, (segment, place) in enumerate(zip(self.segments, self._places, strict=True)):
            if segment.role is not Role.ASSISTANT:
                continue
            if type(place) is list:
                if not segment.contract:
                    found.append(TreeAssistantText(segment.text, (index,), place))
            elif isinstance(place, tuple):
                root = place[0]
                while root.outer is not None:
                    root = root.outer
                nested.setdefault(id(root), (root, []))[1].append(index)
        found += [
            TreeAssistantText(root.text.raw, tuple(indices), root.place)
            for root, indices in nested.values()
            if root.place is not None
        ]
        return found

    def replace(self, texts: Mapping[int, str]) -> None:
        """Put new text in for the segments whose index is given. Linear in the size of the document."""
        keys: dict[int, list[tuple[KeyPlace, str]]] = {}
        changed: list[dict[int, Nested]] = [{} for _ in range(MAX_NESTING)]  # by depth
        for index, text in texts.items():
            place = self._places[index]
            if type(place) is list:
                place[0][place[1]] = text
            elif isinstance(place, KeyPlace):
                keys.setdefault(id(place.holder), []).append((place, text))
            else:
                assert isinstance(place, tuple)
                nested, literal = place
                literal.replacement = text
                changed[nested.depth][id(nested)] = nested
        # Innermost first: what it renders to replaces a literal of the text around it.
        for depth in reversed(range(MAX_NESTING)):
            for nested in changed[depth].values():
                text = nested.text.render()
                if nested.outer is not None and nested.literal is not None:
                    nested.literal.replacement = text
                    changed[depth - 1][id(nested.outer)] = nested.outer
                elif nested.place is not None:
                    nested.place[0][nested.place[1]] = text
        if keys:
            self._rename(keys.values())
        for piece, holder, before in self._opened:
            if holder["text"] != before:
                piece.put(holder["text"].encode("utf-8", "surrogatepass"))

    def free_texts(self) -> list[str]:
        """Return every string of the request as it is now that is not the protocol's or pinned, in no order."""
        pinned = {(id(holder), key) for holder, key in self._pinned_at}
        return free_texts(self.tree, self._node, names=self.names, pinned=pinned)

    def encode(self) -> bytes:
        """Serialise the tree as it is now."""
        return strict_json.encode(self.tree, large=self.large)

    def _inline(self, kinds: Collection[str]) -> Iterator[tuple[int, list[Inline]]]:
        """Yield the refused places of `kinds` whose content is inline, by their index."""
        for index, (pointer, (_, kind)) in enumerate(zip(self._refused_at, self.refused, strict=True)):
            path = steps(self.tree, pointer) if kind in kinds else []
            pieces = inline(*path[-1]) if path else None
            if pieces:
                yield index, pieces

    def _settle(self, indices: Collection[int]) -> None:
        """Take refused places off the list."""
        left = [index for index in range(len(self.refused)) if index not in set(indices)]
        self.refused = tuple(self.refused[index] for index in left)
        self._refused_at = [self._refused_at[index] for index in left]
        self._refused_where = [self._refused_where[index] for index in left]

    def _forget(self, gone: Iterable[tuple[Any, str | int]]) -> None:
        """Let no text go back to a place that is gone, and let the elements behind it be found."""
        keys: dict[int, list[Any]] = {}
        for holder, key in gone:
            keys.setdefault(id(holder), []).append(key)
        for missing in keys.values():
            missing.sort()
        for place in (*self._places, *(nested.place for nested in self._nested)):
            if type(place) is list and id(place[0]) in keys:
                missing = keys[id(place[0])]
                before = bisect_left(missing, place[1])
                if before < len(missing) and missing[before] == place[1]:
                    place[0] = {}
                elif type(place[1]) is int:
                    place[1] -= before

    def _rename(self, groups: Iterable[list[tuple[KeyPlace, str]]]) -> None:
        """Rename keys, holder by holder, each key in its place among the others."""
        renamed: dict[tuple[int, str], str] = {}
        for group in groups:
            holder = group[0][0].holder
            wanted = {place.key: text for place, text in group}
            taken = {key for key in holder if key not in wanted}
            numbers: dict[str, int] = {}
            items: list[tuple[str, JSON]] = []
            for key, value in holder.items():
                new = text = wanted.get(key, key)
                while key in wanted and new in taken:
                    # Two keys that become one text must stay two members.
                    numbers[text] = numbers.get(text, 1) + 1
                    new = f"{text}_{numbers[text]}"
                taken.add(new)
                renamed[id(holder), key] = new
                items.append((new, value))
            holder.clear()
            holder.update(items)
            for place, _ in group:
                place.key = renamed.get((id(holder), place.key), place.key)
        # Values below a renamed key are found by its new name from now on.
        for other in (*self._places, *(nested.place for nested in self._nested)):
            if type(other) is list and type(other[1]) is str:
                other[1] = renamed.get((id(other[0]), other[1]), other[1])


def _with_labels(segments: list[Segment]) -> tuple[Segment, ...]:
    """Give what stands in free trees and tables the names that it has there; most requests have neither."""
    is_told = any(segment.label or segment.pointer[-1:].isdigit() or "#/" in segment.pointer for segment in segments)
    return tuple(labelled(segments) if is_told else segments)


def read_document(
    body: bytes,
    table: FieldTable,
    pseudonym: Callable[[str], str],
    wrote: Callable[[str], bool] | None = None,
    *,
    forced: bool = True,
) -> TreeDocument:
    """Decode `body` strictly and read it by the `request` section of `table`. Raises ClientFault.

    `wrote` tells of a signature whether the request's destination can have written it: what it stands beside is pinned.
    Without it the shape of a signature decides.
    `forced`: whether the endpoint knows the fields that the table wants in every request (`TreeDocument.force`).
    """
    tree = strict_json.decode(body, MAX_ELEMENTS)
    if type(tree) is not dict:
        raise ClientFault(f"the body is a JSON {_KINDS.get(type(tree), 'value')}, expected an object")
    document = read_tree(tree, table, pseudonym, wrote, forced=forced)
    document.large = len(body) >= strict_json.LARGE_BYTES
    return document


def read_tree(
    tree: dict[str, JSON],
    table: FieldTable,
    pseudonym: Callable[[str], str],
    wrote: Callable[[str], bool] | None = None,
    *,
    forced: bool = True,
) -> TreeDocument:
    """Read a decoded request as `read_document` does."""
    scan = Scan.of(tree, table, pseudonym, wrote or is_signature)
    return TreeDocument(tree, scan, table.sections["request"], table.removed, table.forced if forced else ())


_KINDS = {list: "array", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}
