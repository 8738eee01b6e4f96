"""Other spellings of a known address: as names of hosts and files hold it.

An address of four numbers is a part of host names with hyphens for its dots (`ec2-203-0-113-77`), a hardware address of
file names with underscores or bare. By themselves such digits could be anything; of an address that the same request or
session holds they are that address.
"""

from __future__ import annotations

import re

__all__ = ["spellings"]

_IN_FOUR = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_LEAST_DIGITS = 5  # "1-2-3-4" is a list or a date
_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?P<sign>[:-])(?:[0-9A-Fa-f]{2}(?P=sign)){4}[0-9A-Fa-f]{2}")


def spellings(value: str) -> tuple[str, ...]:
    """Return the other spellings of `value`, none of which any other value has."""
    if _IN_FOUR.fullmatch(value) is not None and sum(map(str.isdigit, value)) >= _LEAST_DIGITS:
        return value.replace(".", "-"), value.replace(".", "_")
    if pairs := _PAIRS.fullmatch(value):
        return tuple(value.replace(pairs["sign"], sign) for sign in ("_", ""))
    return ()
