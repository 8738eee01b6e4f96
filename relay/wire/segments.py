"""Walk a request by its format's field table and collect its segments, with the places they came from.

What becomes of each kind of leaf:

* SCRUB and SCRUB_JSON become segments, the latter one for each literal inside the JSON text; CONTRACT becomes a segment
  whose single words only patterns search, unless it is a word of the JSON Schema language. NAME leaves pass where they
  are written like names, and so do keys of tools' arguments that repeat a property of a schema;
* PINNED leaves that are written like opaque text, SIGNED leaves beside a signature and REFUSE leaves are listed and
  never change; a PINNED or SIGNED leaf without that is text like any other; STRIP leaves are gone or pseudonymised when
  `read` returns;
* PASS leaves are ids, names and closed sets of words (`protocol_words.passes`). Any other text there becomes a contract
  segment, read like text where it is more than a word; one written like an id is replaced only for a sure value;
* a leaf that no row names is SCRUB and counted; one with a `data:` URL or long base64, which nothing reads, is refused;
* a number of five or more digits where text belongs (arguments of a tool, unknown fields) can be a phone or account
  number: it is a contract segment, and a string once it is replaced. So can one of nine or more in a schema and under
  the free keys of an object that the table passes. Other numbers in such fields are not looked at;
* keys of free-form and unknown objects are segments too: contract segments where they are written like identifiers.
  Keys in contract text are segments unless they consist of letters, passed keys unless they are written like ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from relay.errors import ClientFault
from relay.types import JSON, Role, Segment, Treatment
from relay.wire import strict_json
from relay.wire.json_text import MAX_NESTING, JsonText, Literal, is_json_container
from relay.wire.media import is_remote, kind_of_media, opaque
from relay.wire.named_values import beside
from relay.wire.nodes import IDENTITY, NAMES, ROLES, UNKNOWN, FieldTable, Node
from relay.wire.places import KeyPlace, Nested, Place, Where
from relay.wire.pointer import LONGEST_KEY, escape, member, named
from relay.wire.protocol_words import (
    ID,
    NAME_LISTS,
    SCHEMA_KEYS,
    SCHEMA_WORDS,
    WORDS_ONLY,
    is_identifier,
    is_name,
    names_client,
    names_code,
    passes,
    plain_number,
)

__all__ = ["MAX_SEGMENTS", "Scan"]

_S, _SJ, _K, _N, _P, _V, _VS = (
    Treatment.SCRUB,
    Treatment.SCRUB_JSON,
    Treatment.CONTRACT,
    Treatment.NAME,
    Treatment.PASS,
    Treatment.PINNED,
    Treatment.SIGNED,
)
_X, _F = Treatment.STRIP, Treatment.REFUSE

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
# Texts in one request. Each is searched by itself; real agents have some thousands.
MAX_SEGMENTS = 250_000


def _at(pointer: str, key: str) -> str:
    key = key if key.isidentifier() else escape(key)
    return f"{pointer}/{key}" if len(pointer) + len(key) < LONGEST_KEY else member(pointer, key)


class Scan:
    """One walk over one request. Depth is bounded by `strict_json.MAX_DEPTH`, so recursion is safe."""

    __slots__ = (
        "_drops",
        "_pseudonym",
        "_wrote",
        "names",
        "nested",
        "pinned",
        "places",
        "refused",
        "refused_at",
        "refused_where",
        "segments",
        "signatures",
        "stops",
        "unknown",
        "unknown_at",
    )

    @classmethod
    def of(
        cls, tree: dict[str, JSON], table: FieldTable, pseudonym: Callable[[str], str], wrote: Callable[[str], bool]
    ) -> Scan:
        """Return the walk over `tree` by `table`."""
        scan = cls(pseudonym, wrote)
        scan._root(tree, table)
        return scan

    def __init__(self, pseudonym: Callable[[str], str], wrote: Callable[[str], bool]) -> None:
        """Begin a walk. `wrote` tells of a signature whether the request's destination can have written it."""
        self._pseudonym = pseudonym
        self._wrote = wrote
        self._drops: list[tuple[dict[str, Any], str]] = []
        self.segments, self.places = list[Segment](), list[Place]()  # side by side
        self.nested: list[Nested] = []
        self.pinned: list[tuple[Any, str | int]] = []  # the places, as (holder, key)
        self.signatures: list[str] = []  # and encrypted contents: what is pinned by them, or is one
        self.names: set[str] = set()  # of tools and properties: keys of arguments that repeat them are left alone
        self.refused: list[tuple[str, str]] = []
        self.refused_at: list[str] = []  # the same, with every key as it is
        self.refused_where: list[Where] = []
        self.stops: list[int] = []  # segments that end an answer where they would come
        self.unknown = 0
        self.unknown_at: list[str] = []  # the fields that no row names, whatever they hold

    def _root(self, tree: dict[str, JSON], table: FieldTable) -> None:
        """Walk `tree` in the table's order, then take out what is stripped."""
        first = [name for name in table.order if name in tree]
        names = first + [name for name in tree if name not in table.order]
        self._object(tree, table.sections["request"], "", Role.OTHER, -1, [(name, tree[name]) for name in names])
        for holder, key in self._drops:
            holder.pop(key, None)

    def _object(
        self,
        holder: dict[str, JSON],
        node: Node,
        pointer: str,
        role: Role,
        message: int,
        items: list[tuple[str, JSON]] | None = None,
    ) -> None:
        if node.signed and not self._is_signed(holder, node):
            node = node.unsigned or node
        if node.role is not None:
            role = node.role
        elif node.auto_role:
            role = _role(holder)
        fields = node.fields
        for key, value in holder.items() if items is None else items:
            below = fields.get(key)
            if below is None:
                below = node.any or UNKNOWN
                if node.key is _K and key in NAME_LISTS and type(value) is not dict:  # a property may be called so
                    below = NAMES
                if node.any is None:
                    self.unknown_at.append(_at(pointer, key))
                if below is UNKNOWN and type(value) is not dict and type(value) is not list and names_client(key):
                    below = IDENTITY
                if node.key is not _K or key not in SCHEMA_KEYS:
                    self._key(holder, key, node.key or _S, pointer, role, message)
            kind = type(value)
            speaker = below.role or role
            if kind is dict and below.members is not None:
                below = below.member(value)
            if below.whole:
                self._whole(value, below, holder, key, pointer, speaker, message)
            elif kind is str:
                text = below.text
                if text is _P and WORDS_ONLY.fullmatch(value):
                    continue
                if text is _S and below.any is not below:
                    if value:
                        if below.stop:
                            self.stops.append(len(self.segments))
                        typed = below.typed is not None and speaker is Role.USER and holder.get("type") in below.typed
                        at = _at(pointer, key)
                        segment = Segment(pointer=at, text=value, role=speaker, message=message, typed=typed)
                        self.segments.append(segment)
                        self.places.append([holder, key])
                else:
                    self._text(value, below, holder, key, pointer, speaker, message)
            elif kind is dict:
                self._object(value, below, _at(pointer, key), speaker, message)
            elif kind is list:
                self._array(value, below, _at(pointer, key), speaker, message)
            elif kind is int or kind is float:
                self._number(value, below, holder, key, pointer, speaker, message)

    def _array(self, holder: list[JSON], node: Node, pointer: str, role: Role, message: int) -> None:
        below = node.item or UNKNOWN
        role = below.role or role
        numbered = below.message
        for index, value in enumerate(holder):
            if numbered:
                message = index
            kind = type(value)
            element = below.member(value) if kind is dict and below.members is not None else below
            if element.whole:
                self._whole(value, element, holder, index, pointer, role, message)
            elif kind is str:
                self._text(value, below, holder, index, pointer, role, message)
            elif kind is dict:
                self._object(value, element, f"{pointer}/{index}", role, message)
            elif kind is list:
                self._array(value, below, f"{pointer}/{index}", role, message)
            elif kind is int or kind is float:
                if below.number is _F:
                    # One entry says it for the whole array.
                    self._refuse(pointer, below.kind, role, message)
                    return
                self._number(value, below, holder, index, pointer, role, message)

    def _add(
        self,
        place: Place,
        text: str,
        pointer: str,
        role: Role,
        message: int,
        *,
        contract: bool = False,
        number: bool = False,
        label: str = "",
        is_id: bool = False,
        typed: bool = False,
    ) -> None:
        if text:
            if len(self.segments) >= MAX_SEGMENTS:
                raise ClientFault(f"the body holds more than {MAX_SEGMENTS} texts")
            self.segments.append(
                Segment(
                    pointer=pointer,
                    text=text,
                    role=role,
                    message=message,
                    contract=contract,
                    number=number,
                    label=label,
                    is_id=is_id,
                    typed=typed,
                ),
            )
            self.places.append(place)

    def _id(self, place: Place, text: str, pointer: str, role: Role, message: int, label: str = "") -> None:
        """Add what stands where an id or a word of a closed set belongs, and is not known to be one."""
        is_id = ID.fullmatch(text) is not None
        self._add(place, text, pointer, role, message, contract=True, is_id=is_id, label="" if is_id else label)

    def _text(self, text: str, node: Node, holder: Any, key: str | int, pointer: str, role: Role, message: int) -> None:
        treatment = node.text
        if treatment is _K and text in SCHEMA_WORDS:
            return
        pointer = _at(pointer, str(key))
        if treatment is _K:
            self._add([holder, key], text, pointer, role, message, contract=True)
        elif treatment is _P:
            if not passes(text):
                self._id([holder, key], text, pointer, role, message, _label(node, pointer))
        elif treatment is _SJ:
            if not self._json(text, pointer, [holder, key], None, None, role, message):
                self._add([holder, key], text, pointer, role, message, label=_label(node, pointer))
        elif treatment is _N:
            if is_name(text):
                self.names.add(text)
            else:
                self._add([holder, key], text, pointer, role, message, contract=True)
        elif treatment is _VS or (treatment is _V and (not text or self._wrote(text))):
            self.pinned.append((holder, key))
            if treatment is _V and text:
                self.signatures.append(text)
        elif treatment is _F:
            if not node.when or text.lower() == node.when:
                self._refuse(pointer, node.kind, role, message)
            elif not passes(text):
                self._id([holder, key], text, pointer, role, message)
        elif treatment is None or node is UNKNOWN:
            self.unknown += 1
            kind = opaque(text)
            if kind:
                self._refuse(pointer, kind, role, message)
            else:
                self._add([holder, key], text, pointer, role, message, label=_label(node, pointer))
        else:
            if node.stop and text:
                self.stops.append(len(self.segments))
            typed = node.typed is not None and role is Role.USER  # an element of an array, which has no type
            self._add([holder, key], text, pointer, role, message, label=_label(node, pointer), typed=typed)

    def _number(
        self, value: int | float, node: Node, holder: Any, key: str | int, pointer: str, role: Role, message: int
    ) -> None:
        if node.number is _F:
            self._refuse(_at(pointer, str(key)), node.kind, role, message)
            return
        at = _at(pointer, str(key))
        label = _label(node, at)
        is_code = label and type(key) is str and names_code(f"{label}\n{beside(holder, key)}", value)
        if node.reads(value) or (node.holds_text and is_code):
            text = plain_number(strict_json.encode(value).decode())
            self._add([holder, key], text, at, role, message, contract=True, number=True, label=label)

    def _key(
        self, holder: dict[str, Any], key: str, treatment: Treatment, pointer: str, role: Role, message: int
    ) -> None:
        if treatment is _K and is_name(key):
            self.names.add(key)
            return
        if treatment is _S or treatment is _SJ:
            if key in self.names:
                return
            contract = is_identifier(key)
        elif treatment is _K:
            contract = True
        else:
            if treatment is _P and not passes(key):
                self._id(KeyPlace(holder, key), key, _at(pointer, key) + "#", role, message)
            return
        self._add(KeyPlace(holder, key), key, _at(pointer, key) + "#", role, message, contract=contract)

    def _json(
        self,
        raw: str,
        pointer: str,
        place: list[Any] | None,
        outer: Nested | None,
        literal: Literal | None,
        role: Role,
        message: int,
    ) -> bool:
        """Add the literals of JSON text as segments; False, and nothing added, when it is not JSON text."""
        depth = 0 if outer is None else outer.depth + 1
        if depth >= MAX_NESTING or not is_json_container(raw):
            return False
        nested = Nested(JsonText(raw), depth, place, outer, literal)
        self.nested.append(nested)
        for each in nested.text.literals:
            inner = f"{pointer}#{each.pointer}"
            if each.is_key:
                if each.text in self.names:
                    continue
                contract = is_identifier(each.text)
                self._add((nested, each), each.text, f"{inner}#", role, message, contract=contract)
            elif each.is_number or not self._json(each.text, inner, None, nested, each, role, message):
                is_number, label = each.is_number, named(each.pointer)
                self._add(
                    (nested, each), each.text, inner, role, message, contract=is_number, number=is_number, label=label
                )
        return True

    def _is_signed(self, holder: Mapping[str, JSON], node: Node) -> bool:
        """Tell whether a signature stands in `holder` that the destination can have written."""
        for name in node.signed:
            signature = holder.get(name)
            if type(signature) is str and signature and self._wrote(signature):
                return True
        return False

    def opened(self, holder: dict[str, Any], pointer: str, place: Where) -> None:
        """Walk text that was inside a refused place, at `holder["text"]`: JSON in it by its strings."""
        if not self._json(holder["text"], pointer, [holder, "text"], None, None, place.role, place.message):
            self._add([holder, "text"], holder["text"], pointer, place.role, place.message)

    def _refuse(self, pointer: str, kind: str, role: Role, message: int) -> None:
        # The pointer will be shown in a message, and a key that is not written like a field name can be anything.
        shown = "/".join(token if token.isdigit() or is_identifier(token) else "*" for token in pointer.split("/"))
        self.refused.append((shown, kind))
        self.refused_at.append(pointer)
        self.refused_where.append(Where(len(self.segments), role, message))

    def _whole(
        self, value: JSON, node: Node, holder: Any, key: str | int, pointer: str, role: Role, message: int
    ) -> None:
        """Strip or refuse whatever stands here."""
        if node.text is _F:
            if value is None or value is False or value in ("", []):
                return
            kind = node.kind
            if kind in {"image", "audio", "file"} and is_remote(value):
                kind = "remote_url"
            elif kind == "file" and type(holder) is dict:
                kind = kind_of_media(holder)
            self._refuse(_at(pointer, str(key)), kind, role, message)
        elif node.how.startswith("="):
            holder[key] = node.how == "=true" if node.how != "=null" else None
        elif type(value) is str and node.how == "pseudonym":
            holder[key] = self._pseudonym(value)
        elif type(value) is str and node.how == "name":
            # OpenAI allows [A-Za-z0-9_-] and 64 characters here.
            holder[key] = f"user_{_NOT_IN_NAMES.sub('_', self._pseudonym(value))}"[:64]
        elif type(holder) is dict:
            self._drops.append((holder, str(key)))
        else:
            holder[key] = None


def _label(node: Node, pointer: str) -> str:
    """Return the key that the text at `pointer` stands under; "" where the table says what it is."""
    return named(pointer) if node.any is node else ""


def _role(holder: Mapping[str, JSON]) -> Role:
    """Return who speaks in an object that says it itself."""
    name = holder.get("role")
    return ROLES.get(name, Role.OTHER) if type(name) is str else Role.OTHER
