"""JSON Pointer, RFC 6901, with two suffixes for places that it cannot name.

`/a/0` is an element; `/a#/b` the value at `/b` of the JSON text that the string `/a` holds; `/a/b#` the key `b` itself,
with the number sign of Relative JSON Pointers.
"""

from __future__ import annotations

__all__ = ["escape"]


def escape(key: str) -> str:
    """Return `key` as one reference token."""
    if "~" in key or "/" in key:
        return key.replace("~", "~0").replace("/", "~1")
    return key
