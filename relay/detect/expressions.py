"""Rewrite regular expressions sign by sign, where engines differ."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["both_cases", "walk"]

# A sign of an expression: escaped, or as it stands.
_SIGN = re.compile(r"\\.|.", re.DOTALL)


def both_cases(expression: str) -> str:
    """Give every letter outside of ASCII in `expression` its other case, where Latin-1 has it: `é` becomes `[éÉ]`."""

    def both(sign: str, inside: bool) -> str:
        other = sign.swapcase()
        if sign.isascii() or len(other) != 1 or other == sign or ord(other) > 0xFF:
            return sign
        return sign + other if inside else f"[{sign}{other}]"

    return walk(expression, both)


def walk(expression: str, change: Callable[[str, bool], str]) -> str:
    """Return `expression` with every sign changed; `change` also gets whether the sign stands in a character class."""
    inside = first = False
    changed = []
    for match in _SIGN.finditer(expression):
        sign = match.group()
        changed.append(change(sign, inside))
        if inside:
            # A bracket directly after the opening one, or after its ^, is a member of the class.
            if sign == "]" and not first:
                inside = False
            first = first and sign == "^"
        elif sign == "[":
            inside = first = True
    return "".join(changed)
