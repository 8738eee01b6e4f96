"""Other spellings of a known address or number: as names of hosts and files, links and programs hold it.

An address of four numbers is a part of host names with hyphens for its dots (`ec2-203-0-113-77`), a hardware address of
file names with underscores or bare, and a number in groups stands in links and programs without its blanks
(`wa.me/14155550132`, `4111111111111111L`). By themselves such digits could be anything; of a value that the same
request or session holds they are that value.
"""

from __future__ import annotations

import re

__all__ = ["spellings"]

_IN_FOUR = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_LEAST_DIGITS = 5  # "1-2-3-4" is a list or a date
_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?P<sign>[:-])(?:[0-9A-Fa-f]{2}(?P=sign)){4}[0-9A-Fa-f]{2}")
# A telephone or card number, and what a country code and check digits stand before (ISO 13616), in groups or not.
_GROUPED = re.compile(r"\+?[0-9(](?:[ ().\u00a0\u202f/-]{0,2}[0-9]){9,22}")
_CODED = re.compile(r"[A-Z]{2}[0-9](?:[ \u00a0\u202f-]?[0-9]){11,32}")
_DIGIT = re.compile(r"[0-9]")
_LONG = 12  # digits that stand for nothing else
_GROUP = 4  # as they are printed on cards and forms


def spellings(value: str) -> tuple[str, ...]:
    """Return the other spellings of `value`, none of which any other value has."""
    if _IN_FOUR.fullmatch(value) is not None and sum(map(str.isdigit, value)) >= _LEAST_DIGITS:
        return value.replace(".", "-"), value.replace(".", "_")
    if pairs := _PAIRS.fullmatch(value):
        return tuple(value.replace(pairs["sign"], sign) for sign in ("_", ""))
    if _GROUPED.fullmatch(value) or _CODED.fullmatch(value):
        digits = "".join(_DIGIT.findall(value))
        glued = value[:2] + digits if value[0].isalpha() else digits
        groups = " ".join(glued[start : start + _GROUP] for start in range(0, len(glued), _GROUP))
        found = {digits, glued, groups} if len(digits) >= _LONG else {digits}
        return tuple(sorted(found - {value}))
    return ()
