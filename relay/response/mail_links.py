"""Decide whether a value may be the address of a link to a mailbox or telephone.

The link goes to that address and to no one else: nothing may join the value to another address, and of the fields of a
mail only those count that name no further recipient. That a number is a telephone's is not looked at: it is dialled as
it is.

Reference: RFC 6068, RFC 3966, RFC 5724; CommonMark 0.31, links, autolinks (read 2026-11-30).
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Addressee", "addressed", "ends_address"]

_MAILBOX = re.compile(r"[^\s@,;:?&\\\"<>()\[\]]+@[^\s@,;:?&\\\"'<>()\[\]]+")
_NUMBER = re.compile(r"\+?[0-9(][0-9 ()./\u00a0-]{3,30}")
_BLANKS = re.compile(r"\s+")
_FIELD = r"(?:subject|body)=[^\s&?#@,;\\\"'<>()\[\]]{0,200}"
_FIELDS = rf"(?:\?{_FIELD}(?:&(?:amp;)?{_FIELD}){{0,2}})?"
# What a target ends with, by what closes it; without that it is bare, and ends where no mailbox goes on.
_ENDS = {
    ">": ">",
    ")": r"[) \t\n\r]",
    "": r"(?:[.,;:!?*_~|`\"']{0,8}(?=[\s()\[\]<>]|\Z)|[\u3000-\u3003\u3008-\u3011\uff00-\uff0f\uff1a-\uff1f])",
}
_END = {closer: re.compile(f"{_FIELDS}(?:{end})", re.IGNORECASE) for closer, end in _ENDS.items()}
_LONGEST = 800  # characters after the value that decide


class Addressee(NamedTuple):
    """A link whose address begins here: its scheme, and what closes the target, "" in running text."""

    scheme: str
    closer: str


def addressed(value: str, scheme: str) -> str | None:
    """Return `value` as it stands in a link; None when it is no such address."""
    if scheme == "mailto":
        return value if _MAILBOX.fullmatch(value) is not None else None
    # A telephone number has no blanks in a URL (RFC 3966, 3); in a link target they would end it.
    return _BLANKS.sub("-", value) if _NUMBER.fullmatch(value) is not None else None


def ends_address(data: str, end: int, closer: str, *, final: bool) -> bool | None:
    """Tell whether the address ends at `end`; None while what follows `data` may decide it."""
    found = _END[closer].match(data, end)
    if found is not None and (found.end() < len(data) or final or closer):
        return True
    if final or len(data) - end > _LONGEST:
        return final and end == len(data)
    return None if _may_go_on(data[end:]) else False


def _may_go_on(text: str) -> bool:
    """Tell whether `text` has no end of a word yet."""
    return not text or re.search(r"[\s<>()\[\]]", text) is None
