"""JSON Pointer, RFC 6901, with two suffixes for places that it cannot name.

`/a/0` is an element; `/a#/b` the value at `/b` of the JSON text that the string `/a` holds; `/a/b#` the key `b` itself,
with the number sign of Relative JSON Pointers.
"""

from __future__ import annotations

__all__ = ["BLANK", "escape", "named"]

# Keys that say what is meant together with the key above them.
BLANK = frozenset({"number", "value", "id", "no", "nr", "num", "code", "text", "data", "raw", "full", "current"})


def escape(key: str) -> str:
    """Return `key` as one reference token."""
    if "~" in key or "/" in key:
        return key.replace("~", "~0").replace("/", "~1")
    return key


def named(pointer: str) -> str:
    """Return the last key in `pointer`, with the one above it where it says little: `/passport/number`."""
    keys = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[-4:] if not step.isdigit()]
    return " ".join(keys[-2:] if keys[-1:] and keys[-1].lower() in BLANK else keys[-1:]).strip()
