"""Walk an SDK's request and response types beside a compiled field table, and tell which texts the table does not name.

Types are TypedDicts and pydantic models, unions told apart by a literal `type` or `role`, lists, mappings and texts.
Each pair of a type and a place of the table is looked at once, so types that contain themselves end, and the thousands
of leaves of a response's events cost what its types cost.
"""

from __future__ import annotations

import datetime
import enum
import inspect
import itertools
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, Required, get_args, get_origin

import pydantic
from typing_extensions import TypeAliasType, is_typeddict

from relay.types import Treatment
from relay.wire.nodes import UNKNOWN, Node

__all__ = ["unclassified"]

_ARRAYS = {"list", "tuple", "Iterable", "Sequence", "SequenceNotStr", "List"}
_MAPPINGS = {"dict", "Mapping", "Dict"}
_FILES = {"IO", "PathLike"}
_NOT_TEXT = (int, float, bool, None, type(None), datetime.datetime, datetime.date)
_CONTAINERS = (Treatment.PASS, Treatment.PINNED)


def unclassified(kind: Any, root: Node, *, response: bool) -> list[str]:
    """Return the paths of texts in `kind` that no row below `root` names, each once."""
    return list(dict.fromkeys(_Walk(response).of(kind, root, "$")))


class _Walk:
    def __init__(self, response: bool) -> None:
        self._response = response
        self._seen: set[tuple[Any, int]] = set()

    def of(self, kind: Any, node: Node, path: str) -> Iterator[str]:
        kind = _bare(kind)
        if self._ends(node):
            return
        origin = get_origin(kind)
        name = getattr(origin, "__name__", "")
        if kind in (str, bytes, Any, object) or name in _FILES or isinstance(kind, typing.TypeVar):
            if node is UNKNOWN or node.text is None:
                yield path
        elif origin is typing.Union or origin is types.UnionType:
            for each in get_args(kind):
                yield from self.of(each, node, path)
        elif name in _ARRAYS or kind is list:
            for each in get_args(kind) or (Any,):
                if each is not Ellipsis:
                    yield from self.of(each, node.item or UNKNOWN, f"{path}[]")
        elif name in _MAPPINGS or kind is dict:
            if node.key is None:
                yield f"{path}{{key}}"
            yield from self.of((get_args(kind) or (str, Any))[1], node.any or UNKNOWN, f"{path}{{}}")
        elif is_typeddict(kind) or (inspect.isclass(kind) and issubclass(kind, pydantic.BaseModel)):
            yield from self._object(kind, node, path)
        elif kind not in _NOT_TEXT and origin is not Literal and not isinstance(kind, enum.EnumType):
            raise TypeError(f"{path} has a type that this walk does not know: {kind}")

    def _ends(self, node: Node) -> bool:
        """Tell whether the place's treatment is for all below it."""
        return node.whole or (self._response and node.text in _CONTAINERS)

    def _object(self, kind: Any, node: Node, path: str) -> Iterator[str]:
        fields = _fields(kind)
        words = {key: _words(fields[key]) for key in ("type", "role") if key in fields}
        for chosen in itertools.product(*([(key, word) for word in found] for key, found in words.items() if found)):
            member = node.member(dict(chosen))
            if (kind, id(member)) in self._seen or self._ends(member):
                continue
            self._seen.add((kind, id(member)))
            label = path + (f"<{','.join(word for _, word in chosen)}>" if chosen else "")
            for key, below in fields.items():
                name = _alias(kind, key, below)
                yield from self.of(below, member.fields.get(name) or member.any or UNKNOWN, f"{label}.{name}")


def _fields(owner: Any) -> dict[str, Any]:
    if is_typeddict(owner):
        return typing.get_type_hints(owner, include_extras=True)
    return {key: field.annotation for key, field in owner.model_fields.items()}


def _bare(kind: Any) -> Any:
    """Return a type without what only says how it is used."""
    while True:
        if isinstance(kind, TypeAliasType):
            kind = kind.__value__
        elif get_origin(kind) in (typing.Annotated, Required, NotRequired):
            kind = get_args(kind)[0]
        else:
            return kind


def _words(kind: Any) -> list[str]:
    """Return the words of a literal, also of one in a union: what tells the members of a union apart."""
    kind = _bare(kind)
    if get_origin(kind) is Literal:
        return [word for word in get_args(kind) if isinstance(word, str)]
    if get_origin(kind) in (typing.Union, types.UnionType):
        return [word for each in get_args(kind) for word in _words(each)]
    return []


def _alias(owner: Any, key: str, kind: Any) -> str:
    """Return what a field is called on the wire."""
    if not is_typeddict(owner):
        return owner.model_fields[key].alias or key
    while get_origin(kind) in (typing.Annotated, Required, NotRequired):
        for note in get_args(kind)[1:]:
            if getattr(note, "alias", None):
                return str(note.alias)
        kind = get_args(kind)[0]
    return key
