"""Let an object stand for an array of one, and an array for the object that a table knows.

Some servers take a lone object for a repeated field, and clients write it so. What a table says of the elements holds
for it, too: nobody may get around a row by leaving out two brackets.
"""

from __future__ import annotations

from relay.types import Treatment
from relay.wire.nodes import Node, children

__all__ = ["allow_lone", "mark_parts"]


def mark_parts(node: Node) -> None:
    """Let what a section says below a part count as the part."""
    for child in children(node):
        if child is not node.any:
            child.part = child.part or node.part
            mark_parts(child)


def allow_lone(root: Node | None) -> None:
    """Give each place below `root` that knows only elements their rows for an object, and the reverse."""
    found: dict[int, Node] = {}
    waiting = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if id(node) in found:
            continue
        found[id(node)] = node
        waiting += children(node)
        if node.unsigned is not None:
            waiting.append(node.unsigned)
    for node in found.values():
        # Text may come as parts where the table knows a string alone.
        node.part = node.part or node.text is Treatment.SCRUB
        if node.any is not None or node.whole:
            continue
        item = node.item
        if item is None:
            if node is not root and (node.fields or node.members):
                node.item = node
        elif node.fields or node.members:
            node.fields = {**item.fields, **node.fields}
        elif item.text is not None or item.fields or item.members or item.any is not None:
            node.members = {"*": item, **(item.members or {})}
            node.prefixes, node.flags = item.prefixes, item.flags
