"""Take content out of a decoded request, by pointer: what policy drops instead of refusing.

A part of a message leaves a short note in its place, so that the model knows that something was there and no message
becomes empty. Anything else goes without one: an element from its array, a field from its object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay.types import JSON

__all__ = ["steps", "take_out"]

# What the formats call their arrays of parts.
_PARTS = ("content", "parts", "output")


def take_out(
    tree: JSON, found: Iterable[tuple[str, str]], note: Mapping[str, str] | None
) -> list[tuple[Any, str | int]]:
    """Take out what each (pointer, kind) of `found`, in document order, leads to.

    `note` is a text part without its text, or None where the format has no parts. Returns the (holder, key) pairs
    that are gone, with the indices that elements of arrays had before.
    """
    gone: list[tuple[Any, str | int]] = []
    # From the end, so that the indices of what is still to be taken out stay right.
    for pointer, kind in reversed(list(found)):
        path = steps(tree, pointer)
        part = next((path[at] for at in range(len(path) - 1, 0, -1) if _is_part(path, at)), None)
        if part is not None and note is not None:
            part[0][part[1]] = {**note, "text": f"({kind.replace('_', ' ')} removed)"}
        elif path:
            holder, key = path[-1]
            del holder[key]
            gone.append((holder, key))
    return gone


def steps(tree: JSON, pointer: str) -> list[tuple[Any, Any]]:
    """Return (holder, key) for each token of `pointer`; nothing when it leads nowhere any more."""
    path: list[tuple[Any, Any]] = []
    for token in pointer.split("/")[1:]:
        key: Any = int(token) if type(tree) is list else token.replace("~1", "/").replace("~0", "~")
        if (type(tree) is list and key < len(tree)) or (type(tree) is dict and key in tree):
            path.append((tree, key))
            tree = tree[key]
        else:
            return []
    return path


def _is_part(path: list[tuple[Any, Any]], at: int) -> bool:
    """Tell whether the step at this position leads to an object in an array of parts."""
    holder, key = path[at]
    return type(holder) is list and type(holder[key]) is dict and path[at - 1][1] in _PARTS
