"""JSON Pointer, RFC 6901, with two suffixes for places that it cannot name.

`/a/0` is an element; `/a#/b` the value at `/b` of the JSON text that the string `/a` holds; `/a/b#` the key `b` itself,
with the number sign of Relative JSON Pointers.

Pointers tell places apart and are read for the names of values, which are short. So each takes little memory, however
long the keys of a client are and however deep its arrays: `member` shortens what is longer.
"""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["BLANK", "LONGEST", "LONGEST_KEY", "escape", "member", "named"]

LONGEST_KEY, LONGEST = 128, 1_024

# Keys that say what is meant together with the key above them.
BLANK = frozenset({"number", "value", "id", "no", "nr", "num", "code", "text", "data", "raw", "full", "current"})


def escape(key: str) -> str:
    """Return `key` as one reference token."""
    if "~" in key or "/" in key:
        return key.replace("~", "~0").replace("/", "~1")
    return key


def member(pointer: str, step: str) -> str:
    """Return the pointer of what the reference token `step` names below `pointer`.

    A long token ends in a digest of itself, and a long pointer begins with one of what it was.
    """
    if len(step) > LONGEST_KEY:
        step = step[: LONGEST_KEY // 2] + _digest(step)
    if len(pointer) > LONGEST:
        pointer = f"/{_digest(pointer)}"
    return f"{pointer}/{step}"


def _digest(text: str) -> str:
    return "~" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def named(pointer: str) -> str:
    """Return the last key in `pointer`, with the one above it where it says little: `/passport/number`."""
    keys = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[-4:] if not step.isdigit()]
    return " ".join(keys[-2:] if keys[-1:] and keys[-1].lower() in BLANK else keys[-1:]).strip()
