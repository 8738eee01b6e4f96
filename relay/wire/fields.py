"""Field tables: what happens to every string leaf of a format, as text that can be read and audited.

A table is lines of `path  treatment  options`, in sections. Paths use the notation of the field inventory:

    messages[]          any element of an array            {}      any value of a free-form object, at any depth
    <user>, <text>      the member whose `type`, else      {key}   its keys
                        `role`, is this; <web_search*>     {a,b}   short for two rows
                        takes any suffix, <*> the rest     #       a number in this place
    .                   the section's own root

The treatment is a code of `relay.types.Treatment`, or `@section` where another section's rows continue, or `@section!`
where they continue as a response mirrors them (S and K as R, Sj as Rj, N, X and F as P), or `.` where the row only
carries options:

    X drop | X pseudonym | X name | X =false    how an identifying field is stripped; `always`: put in where it is
                        absent, or taken out, as the upstream needs it (`Document.force`)
    F kind=image        what the refusal calls it; null and false pass; `when=string`: only text is, `when=audio`: only
                        this word is, in any letter case, and others pass
    role=auto           the speaker of all text below: a `relay.types.Role`, or what the object's own `role` says
    message             the array's indices number the messages
    index=id            what tells the elements of an array apart in lanes, if not their `index`; `index=-`: nothing
    lane=text           the leaf is a delta of the lane with this name; `by=index,…` says which keys of the whole event
                        tell lanes apart, besides the `index` of the array elements on the way
    tool=name           the key that names the tool whose arguments are below; `hosted`: the provider runs that tool
    jsonmode            the text is JSON when the request asked for JSON output; `html`: it is HTML
    stop                the answer ends where this text would come
    typed=text,…        what the user typed, where the object has this `type`, or none, and the speaker is the user
    signed=a,b          Vs below is pinned where the object has a signature in one of these fields, else it is S
    part                content of a message, with all that the section says of it: a URL of media that no row names is
                        refused in it
    mirror=Ru           the treatment in a mirrored section, where it is not the one above

`<thought=true>` is the member whose `thought` is true. A line `spelling: camel snake` makes every name count in both
spellings, as proto3 JSON does. A line `order: a b c` names the top-level fields that the upstream's model reads first,
in this order. A line `removed: key=value …` shows a text part, less its `text`, that stands in for a part that policy
takes out. Comments begin with `#` and a space. A leaf that no row names has no treatment here; the walks decide
(requests: SCRUB, and counted).

Tables are compiled once, into the nodes of `relay.wire.nodes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from relay.types import JSON, Role, Treatment
from relay.wire.lone import allow_lone, mark_parts
from relay.wire.nodes import FieldTable, Node, children, deep

__all__ = ["compile_table"]

_TOKEN = re.compile(r"\.?([A-Za-z0-9_$-]+)|(\[\])|(\{\})|(\{key\})|\.?\{([^}]+,[^}]+)\}|<([^>]+)>|(#)")
_CONSTANTS: Mapping[str, JSON] = {"=false": False, "=true": True, "=null": None}


def compile_table(text: str) -> FieldTable:
    """Compile a table. Raises ValueError, naming the line, for what the notation does not know."""
    rows, lines = _read(text)
    order = tuple(lines.get("order", "").split())
    forced: list[tuple[str, JSON]] = []
    sections: dict[str, Node] = {}
    waiting = list(rows)
    while waiting:
        name = waiting.pop()
        if name in sections:
            continue
        root = sections[name] = Node()
        mirrored = name.endswith("!")
        for number, path, stated in rows.get(name.removesuffix("!"), ()):
            words = _mirrored(stated) if mirrored else list(stated)
            try:
                for node in _reach(root, path):
                    _apply(node, list(words))
                if "always" in words:
                    forced.append((path, _CONSTANTS[words[1]]))
            except (KeyError, ValueError) as error:
                raise ValueError(f"field table, line {number}: {error}") from None
            if words[0].startswith("@"):
                if words[0][1:].removesuffix("!") not in rows:
                    raise ValueError(f"field table, line {number}: no section [{words[0][1:]}]")
                waiting.append(words[0][1:])
        mark_parts(root)
    linked: set[int] = set()
    for section in sections.values():
        _link(section, sections, linked)
    inherited: set[int] = set()
    for section in sections.values():
        _inherit(section, inherited)
    if "spelling" in lines:
        spelled: set[int] = set()
        for section in sections.values():
            _spell(section, spelled)
        order = tuple(spelling for name in order for spelling in dict.fromkeys((name, _snake(name))))
    _complete(sections)
    removed = dict(pair.split("=") for pair in lines["removed"].split()) if "removed" in lines else None
    return FieldTable(sections, order, tuple(forced), removed)


_Row = tuple[int, str, tuple[str, ...]]

_MIRROR: Final[Mapping[str, str]] = {"S": "R", "K": "R", "N": "P", "Vs": "V", "Sj": "Rj", "X": "P", "F": "P"}


_LINES = ("order", "spelling", "removed")


def _read(text: str) -> tuple[dict[str, list[_Row]], dict[str, str]]:
    """Return the rows of each section, as (line number, path, words), and what is said of the whole table."""
    lines: dict[str, str] = {}
    rows: dict[str, list[_Row]] = {}
    section: list[_Row] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.split(r"(?:^|\s)# ", raw, maxsplit=1)[0].strip()
        if not line or line == "#":
            continue
        path, *words = line.split()
        if line.startswith("[") and line.endswith("]") and not words:
            section = rows.setdefault(line[1:-1], [])
        elif path.endswith(":") and path[:-1] in _LINES:
            lines[path[:-1]] = " ".join(words)
        elif not words:
            raise ValueError(f"field table, line {number}: no treatment")
        else:
            section.append((number, path, tuple(words)))
    return rows, lines


def _mirrored(words: tuple[str, ...]) -> list[str]:
    """Return a request row's words as they are for the same place in a response."""
    kept = ("tool=", "hosted", "jsonmode", "html", "index=")
    code, options = words[0], [word for word in words[1:] if word.startswith(kept)]
    for word in words:
        if word.startswith("mirror="):
            return [word.removeprefix("mirror="), *options]
    return [f"{code}!" if code.startswith("@") and not code.endswith("!") else _MIRROR.get(code, code), *options]


def _reach(root: Node, path: str) -> list[Node]:
    """Return the nodes that `path` names, made where they are missing."""
    nodes = [root]
    position = 1 if path == "." else 0
    while position < len(path):
        found = _TOKEN.match(path, position)
        if found is None:
            raise ValueError(f"cannot read the path from character {position + 1}")
        position = found.end()
        name, element, free, key, several, members, number = found.groups()
        if element:
            nodes = [_item(node) for node in nodes]
        elif free or key or number:
            if position != len(path):
                raise ValueError("{}, {key} and # end a path")
            nodes = [_Ending(node, found.group()) for node in nodes]
        elif members:
            nodes = [_member(node, each.strip()) for node in nodes for each in members.split(",")]
        else:
            names = [name] if name else [each.strip() for each in several.split(",")]
            nodes = [node.fields.setdefault(each, Node()) for node in nodes for each in names]
    return nodes


class _Ending(Node):
    """Stands for the `{}`, `{key}` or `#` that ends a path; never part of a compiled table."""

    __slots__ = ("ending", "parent")

    def __init__(self, parent: Node, ending: str) -> None:
        super().__init__()
        self.parent = parent
        self.ending = ending


def _item(node: Node) -> Node:
    if node.item is None:
        node.item = Node()
    return node.item


def _member(node: Node, name: str) -> Node:
    if node.members is None:
        node.members = {}
    if name.endswith("=true"):
        node.flags, member = _named(node.flags, name.removesuffix("=true"))
        return member
    if name.endswith("*") and name != "*":
        node.prefixes, member = _named(node.prefixes, name[:-1])
        return member
    return node.members.setdefault(name, Node())


def _named(members: tuple[tuple[str, Node], ...], name: str) -> tuple[tuple[tuple[str, Node], ...], Node]:
    for known, member in members:
        if known == name:
            return members, member
    member = Node()
    return (*members, (name, member)), member


def _apply(node: Node, words: list[str]) -> None:
    code, options = words[0], words[1:]
    if isinstance(node, _Ending):
        _apply_ending(node, code, options)
        return
    if code.startswith("@"):
        node.links.append(code[1:])
    elif code != ".":
        node.text = Treatment(code)
        node.whole = node.text in (Treatment.STRIP, Treatment.REFUSE, Treatment.DROP)
        if node.text is Treatment.STRIP:
            node.how = options.pop(0)
            if node.how not in {"drop", "pseudonym", "name", *_CONSTANTS}:
                raise ValueError(f"unknown way to strip: {node.how}")
    for option in options:
        name, _, value = option.partition("=")
        match name:
            case "kind":
                node.kind = value
            case "when":
                node.whole = False
                node.when = value.removeprefix("string")
            case "role":
                node.auto_role = value == "auto"
                node.role = None if node.auto_role else Role(value)
            case "message":
                node.message = True
            case "part":
                node.part = True
            case "lane":
                node.lane = value
            case "by":
                node.by = tuple(value.split(","))
            case "index":
                node.index = value.removeprefix("-")
            case "tool":
                node.tool = value
            case "hosted":
                node.hosted = True
            case "jsonmode":
                node.json_mode = True
            case "html":
                node.html = True
            case "stop":
                node.stop = True
            case "typed":
                node.typed = (None, *value.split(","))
            case "signed":
                node.signed = tuple(value.split(","))
            case "always" | "mirror":
                pass
            case _:
                raise ValueError(f"unknown option: {option}")


def _apply_ending(node: _Ending, code: str, options: list[str]) -> None:
    parent = node.parent
    if code.startswith("@"):
        if node.ending != "{}":
            raise ValueError("{key} and # lead nowhere")
        parent.any = Node()
        parent.any.links.append(code[1:])
        return
    treatment = Treatment(code)
    if node.ending == "{}":
        parent.any = deep(treatment)
        if treatment in (Treatment.STRIP, Treatment.REFUSE):
            parent.any.whole, parent.any.how = True, "drop"
        if parent.key is None:
            parent.key = treatment
    elif node.ending == "{key}":
        parent.key = treatment
    else:
        parent.number = treatment
        for option in options:
            parent.kind = option.removeprefix("kind=")


def _link(node: Node, sections: Mapping[str, Node], done: set[int]) -> None:
    """Let the rows of linked sections continue at `node`; its own rows win. Sections may contain themselves."""
    if id(node) in done:
        return
    done.add(id(node))
    for name in node.links:
        section = sections[name]
        _link(section, sections, done)
        node.fields = _overlaid(section.fields, node.fields)
        if section.members is not None:
            node.members = _overlaid(section.members or {}, node.members or {})
            node.prefixes = (*node.prefixes, *section.prefixes)
            node.flags = (*node.flags, *section.flags)
        for attribute in ("text", "number", "key", "any", "item", "role", "tool"):
            if getattr(node, attribute) is None:
                setattr(node, attribute, getattr(section, attribute))
        node.whole = node.whole or section.whole
        node.part = node.part or section.part
        node.kind = node.kind or section.kind
    for child in list(children(node)):
        _link(child, sections, done)


def _overlaid(base: Mapping[str, Node], own: Mapping[str, Node]) -> dict[str, Node]:
    both = {name: _merged(base[name], node) if name in base else node for name, node in own.items()}
    return {**base, **both}


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda match: f"_{match.group().lower()}", name)


def _spell(node: Node, done: set[int]) -> None:
    """Let each field be found under its other spelling too."""
    if id(node) in done:
        return
    done.add(id(node))
    for child in list(children(node)):
        _spell(child, done)
    node.fields = {**{_snake(name): child for name, child in node.fields.items()}, **node.fields}
    node.signed = tuple(dict.fromkeys(spelling for name in node.signed for spelling in (name, _snake(name))))
    if node.tool is not None and node.tool != _snake(node.tool):
        raise ValueError("field table: tool= takes a name of one spelling")


def _complete(sections: Mapping[str, Node]) -> None:
    """Add the nodes that hold for other shapes: without a signature, and without an array."""
    seen: set[int] = set()
    for section in sections.values():
        _without_signature(section, seen, {})
    allow_lone(sections.get("request"))


def _without_signature(node: Node, done: set[int], copies: dict[int, Node]) -> None:
    """Give each node with `signed` the copy of itself that holds where no signature stands."""
    if id(node) in done:
        return
    done.add(id(node))
    if node.signed:
        node.unsigned = _unpinned(node, copies)
    for child in list(children(node)):
        _without_signature(child, done, copies)


def _unpinned(node: Node, copies: dict[int, Node]) -> Node:
    """Return a copy of `node`, and of what is below it, in which signed text is text. Sections contain themselves."""
    if id(node) in copies:
        return copies[id(node)]
    copy = copies[id(node)] = Node()
    for attribute in Node.__slots__:
        setattr(copy, attribute, getattr(node, attribute))
    copy.signed, copy.unsigned = (), None
    if copy.text is Treatment.SIGNED:
        copy.text = Treatment.SCRUB
    copy.fields = {name: _unpinned(child, copies) for name, child in node.fields.items()}
    if node.members is not None:
        copy.members = {name: _unpinned(child, copies) for name, child in node.members.items()}
    copy.prefixes = tuple((prefix, _unpinned(child, copies)) for prefix, child in node.prefixes)
    copy.flags = tuple((flag, _unpinned(child, copies)) for flag, child in node.flags)
    copy.any = None if node.any is None else _unpinned(node.any, copies)
    copy.item = None if node.item is None else _unpinned(node.item, copies)
    return copy


def _inherit(node: Node, done: set[int]) -> None:
    """Give each member the rows of the place it is a member of; its own rows win."""
    if id(node) in done:
        return
    done.add(id(node))
    if node.members is not None:
        node.members = {name: _merged(node, member) for name, member in (node.members or {}).items()}
        node.prefixes = tuple((prefix, _merged(node, member)) for prefix, member in node.prefixes)
        node.flags = tuple((flag, _merged(node, member)) for flag, member in node.flags)
    for child in list(children(node)):
        _inherit(child, done)


def _merged(base: Node, member: Node) -> Node:
    merged = Node()
    for attribute in Node.__slots__:
        setattr(merged, attribute, getattr(member, attribute))
    merged.fields = {**base.fields, **member.fields}
    merged.links = [*base.links, *member.links]
    for attribute in ("text", "number", "key", "any", "item", "role", "tool"):
        value: Any = getattr(member, attribute)
        setattr(merged, attribute, getattr(base, attribute) if value is None else value)
    if member.text is None:
        merged.typed = base.typed
        merged.whole, merged.kind, merged.how, merged.when = base.whole, base.kind, base.how, base.when
    merged.hosted = base.hosted or member.hosted
    merged.part = base.part or member.part
    merged.message = base.message or member.message
    merged.auto_role = member.auto_role or (base.auto_role and member.role is None)
    return merged
