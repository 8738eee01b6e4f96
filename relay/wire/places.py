"""Where the segments of a request came from, and where their new text goes."""

from __future__ import annotations

from typing import Any, NamedTuple

from relay.types import Role
from relay.wire.json_text import JsonText, Literal

__all__ = ["KeyPlace", "Nested", "Place", "Where"]


class Where(NamedTuple):
    """Where among the segments something stands that is none, and who says it in which message."""

    before: int
    role: Role
    message: int


class KeyPlace:
    """A key of `holder` that is a segment."""

    __slots__ = ("holder", "key")

    def __init__(self, holder: dict[str, Any], key: str) -> None:
        self.holder = holder
        self.key = key


class Nested:
    """JSON text in a string, with the place it was found: `[holder, key]` or a literal of other JSON text."""

    __slots__ = ("depth", "literal", "outer", "place", "text")

    def __init__(
        self, text: JsonText, depth: int, place: list[Any] | None, outer: Nested | None, literal: Literal | None
    ) -> None:
        self.text = text
        self.depth = depth
        self.place = place
        self.outer = outer
        self.literal = literal


# Where a segment's text goes back: [holder, key], a key, or a literal.
Place = list[Any] | KeyPlace | tuple[Nested, Literal]
