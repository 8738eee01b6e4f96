"""Decide whether the brackets of a placeholder are also those of a Markdown link, and stay around the value.

    [PERSON_1](mailto:…)   inline link or image; what follows must begin like a destination: "(the one)" is a remark

In the arguments of a tool, where `name(x)` is code, only a destination with a scheme counts. The decision needs at
most `LOOK_AHEAD` characters after the placeholder. `[PERSON_1][ref]` and `[PERSON_1]: https://…` are far more often a
name before a bracket or colon than a reference link or its definition, and are read as such.

Reference: CommonMark 0.31, links, images (read 2026-11-29).
"""

from __future__ import annotations

import re

__all__ = ["LOOK_AHEAD", "is_link_text"]

LOOK_AHEAD = 64
_SCHEME = r"(?:https?://|ftp://|mailto:|tel:|sms:)(?=[^\s)])"
_FILE = r"[\w%-]{1,40}+\.(?:md|html?|txt|pdf|png|jpe?g|gif|svg|webp)[)#?]"
_INLINE = re.compile(
    rf"\((?!</)<?(?:{_SCHEME}|www\.[\w-]|/[\w.~%-]|\#[\w-]|\.{{1,2}}/[\w.]|{_FILE}|[\w%-]{{1,40}}+/[\w.%-])",
    re.IGNORECASE,
)
_INLINE_IN_CODE = re.compile(rf"\(<?{_SCHEME}", re.IGNORECASE)
_INLINE_BEGUN = re.compile(rf"\([<\w%:/.\#-]{{0,{LOOK_AHEAD}}}")


def is_link_text(data: str, end: int, *, final: bool, code: bool) -> bool | None:
    """Tell what the brackets of the placeholder that ends at `end` are; None: what follows may still decide it.

    Unless `final`, more text follows `data`.
    """
    if end == len(data):
        return False if final else None
    if data[end] != "(":
        return False
    if (_INLINE_IN_CODE if code else _INLINE).match(data, end) is not None:
        return True
    return None if not final and _INLINE_BEGUN.fullmatch(data, end) is not None else False
