"""The compiled form of a field table, which the walks follow. Compiled nodes are never changed.

`relay.wire.fields` says what the rows of a table mean and makes these of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from relay.types import JSON, Role, Treatment
from relay.wire.protocol_words import holds_digits, holds_long_number, names_client

__all__ = ["IDENTITY", "IN_PART", "NAMES", "ROLES", "UNKNOWN", "FieldTable", "Node", "children", "deep", "identifies"]

# What formats call the speakers.
ROLES: Final[Mapping[str, Role]] = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}

_TEXTS = (None, Treatment.SCRUB, Treatment.SCRUB_JSON)


class Node:
    """One place in a format: what its text is, and where its fields, elements and members lead."""

    __slots__ = (
        "any",
        "auto_role",
        "by",
        "fields",
        "flags",
        "hosted",
        "how",
        "html",
        "index",
        "item",
        "json_mode",
        "key",
        "kind",
        "lane",
        "links",
        "members",
        "message",
        "number",
        "part",
        "prefixes",
        "role",
        "signed",
        "stop",
        "text",
        "tool",
        "typed",
        "unsigned",
        "when",
        "whole",
    )

    def __init__(self) -> None:
        self.text: Treatment | None = None  # of a string here
        self.number: Treatment | None = None  # of a number here
        self.key: Treatment | None = None  # of the keys that `fields` does not name
        self.fields: dict[str, Node] = {}
        self.any: Node | None = None  # for keys that `fields` does not name
        self.item: Node | None = None
        self.members: dict[str, Node] | None = None
        self.prefixes: tuple[tuple[str, Node], ...] = ()
        self.flags: tuple[tuple[str, Node], ...] = ()  # members by a key that is true
        self.whole = False  # the treatment is for any value here, not only for a string
        self.when = ""  # the one word that is refused here, in lower case; others pass
        self.how = ""
        self.kind = ""
        self.role: Role | None = None
        self.auto_role = False  # the object's own `role` says who speaks
        self.message = False
        self.part = False  # content of a message: what no row names in it may be media
        self.index = "index"
        self.lane: str | None = None
        self.by: tuple[str, ...] = ()
        self.tool: str | None = None
        self.hosted = False
        self.stop = False  # an answer ends where this text would come
        # Text of the user, where its object's `type` is one of these; None among them stands for an object without.
        self.typed: tuple[str | None, ...] | None = None
        self.json_mode = False
        self.html = False
        self.links: list[str] = []
        # Fields of which one must hold a signature, or the pinned text below is text like any other: `unsigned` then.
        self.signed: tuple[str, ...] = ()
        self.unsigned: Node | None = None

    def member(self, holder: Mapping[str, JSON]) -> Node:
        """Return the member that `holder`'s `type`, else its `role`, selects; this node itself where none does."""
        members = self.members
        if members is None:
            return self
        for flag, node in self.flags:
            if holder.get(flag) is True:
                return node
        for discriminator in ("type", "role"):
            name = holder.get(discriminator)
            if type(name) is str:
                found = members.get(name)
                if found is not None:
                    return found
                for prefix, node in self.prefixes:
                    if name.startswith(prefix):
                        return node
        return members.get("*", self)

    def reads(self, number: float) -> bool:
        """Tell whether a number here can be a value: where text belongs; a long one in schemas and under free keys."""
        if self.text is Treatment.CONTRACT:
            return holds_long_number(number)
        if self.text is Treatment.PASS:
            return self.any is self and holds_long_number(number)
        return self.holds_text and holds_digits(number)

    @property
    def holds_text(self) -> bool:
        """Whether text belongs here that is scrubbed."""
        return self.text in _TEXTS


class FieldTable:
    """A compiled field table: one node for each section, and what the request section says about the whole tree."""

    __slots__ = ("forced", "order", "removed", "sections")

    def __init__(
        self,
        sections: Mapping[str, Node],
        order: tuple[str, ...],
        forced: tuple[tuple[str, JSON], ...],
        removed: Mapping[str, str] | None,
    ) -> None:
        self.sections = sections
        self.order = order
        self.forced = forced  # top-level fields that are put in or taken out as the upstream needs it
        self.removed = removed  # a text part, for the place of a part that was taken out


def children(node: Node) -> Iterator[Node]:
    """Yield what is right below `node`."""
    yield from node.fields.values()
    yield from (node.members or {}).values()
    yield from (member for _, member in (*node.prefixes, *node.flags))
    yield from (child for child in (node.any, node.item) if child is not None)


def deep(treatment: Treatment) -> Node:
    """Return a node that gives everything below it one treatment; keys that are text are scrubbed or checked."""
    node = Node()
    node.text = treatment
    node.any = node.item = node
    node.key = treatment
    return node


# Where no row applies: scrubbed in requests, restored in responses.
UNKNOWN: Final = deep(Treatment.SCRUB)
# The same in the content of a message, where a URL of media is for the provider to fetch.
IN_PART: Final = deep(Treatment.SCRUB)
# The id of a person, device, account or session in a field that no row names: a stand-in takes its place.
IDENTITY: Final = Node()
IDENTITY.text, IDENTITY.whole, IDENTITY.how = Treatment.STRIP, True, "pseudonym"
# Names of properties in a schema.
NAMES: Final = deep(Treatment.NAME)


def identifies(key: str, node: Node, below: Node, role: Role) -> bool:
    """Tell whether a field of `node` that no row names holds the id of somebody; what tools get and say holds none."""
    in_result = role is Role.TOOL and node is not UNKNOWN and node.text is Treatment.SCRUB
    in_tool = in_result or node.text is Treatment.SCRUB_JSON  # arguments, as an object
    return (below is UNKNOWN or below is IN_PART) and not in_tool and names_client(key)
