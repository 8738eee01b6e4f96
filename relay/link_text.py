"""Whether the brackets of a placeholder are at the same time those of a Markdown link, and stay around the value.

    [PERSON_1](mailto:…)   inline link or image; what follows must begin like a destination: "(the one)" is a remark
    [PERSON_1][ref]        reference link, [PERSON_1][] too; not before another placeholder, a number is a footnote's
    [PERSON_1]: https://…  definition, at the beginning of a line; without a destination it is a name and a colon

In the arguments of a tool, where `name(x)` and `name[x]` are code, only an inline link with a scheme counts. All that
decides stands right behind the placeholder, in no more than `LOOK_AHEAD` characters.

Reference: CommonMark 0.31, links, images, link reference definitions (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["LOOK_AHEAD", "is_link_text"]

LOOK_AHEAD = 64
_SCHEME = r"(?:https?://|ftp://|mailto:|tel:|sms:)(?=[^\s)])"
_FILE = r"[\w%-]{1,40}+\.(?:md|html?|txt|pdf|png|jpe?g|gif|svg|webp)[)#?]"
_INLINE = re.compile(
    rf"\(<?(?:{_SCHEME}|www\.[\w-]|/[\w.~%-]|\#[\w-]|\.{{1,2}}/[\w.]|{_FILE}|[\w%-]{{1,40}}+/[\w.%-])", re.IGNORECASE
)
_INLINE_IN_CODE = re.compile(rf"\(<?{_SCHEME}", re.IGNORECASE)
_INLINE_BEGUN = re.compile(rf"\([<\w%:/.\#-]{{0,{LOOK_AHEAD}}}")
_LABEL = re.compile(rf"\[(?P<label>[^\[\]\\\r\n]{{0,{LOOK_AHEAD - 2}}})\]")
_LABEL_BEGUN = re.compile(rf"\[[^\[\]\\\r\n]{{0,{LOOK_AHEAD - 2}}}")
_DEFINITION = re.compile(rf":[ \t]{{1,8}}<?{_SCHEME}", re.IGNORECASE)
_DEFINITION_BEGUN = re.compile(r":[ \t]{0,8}(?:<?[a-z:/]{0,8})?", re.IGNORECASE)


def is_link_text(
    data: str, start: int, end: int, names: Callable[[str], bool], *, final: bool, code: bool
) -> bool | None:
    """Tell what the brackets of the placeholder `data[start:end]` are; None: what follows may still decide it.

    `names` tells whether words are those of a placeholder. Unless `final` more comes behind `data`.
    """
    if end == len(data):
        return False if final else None
    match data[end]:
        case "(":
            expression, begun = (_INLINE_IN_CODE if code else _INLINE), _INLINE_BEGUN
        case "[" if not code:
            label = _LABEL.match(data, end)
            if label is not None:
                words = label["label"]
                return not words or (not words.isdigit() and not words.isspace() and not names(words.strip()))
            expression, begun = _LABEL, _LABEL_BEGUN
        case ":" if not code and (start == 0 or data[start - 1] in "\r\n"):
            expression, begun = _DEFINITION, _DEFINITION_BEGUN
        case _:
            return False
    if expression.match(data, end) is not None:
        return True
    return None if not final and begun.fullmatch(data, end) is not None else False
