"""Decide whether a value would become a part of what follows it.

    value.evil.example   a host, which renderers link; a value with one ending after it is a host of its own
    [label]: value       the target of a reference definition, if nothing but a title stands behind it on its line

Both decisions need a bounded number of characters after the placeholder; they are None while more could change them.

Reference: CommonMark 0.31, link reference definitions; linkify-it 5 (read 2026-11-29).
"""

from __future__ import annotations

import re

__all__ = ["joins_host", "may_be_defined"]

_DOT = r"\\?\."
# Renderers take symbols and invisible signs for letters of a host.
_SIGN = "[\\w$+=^`|~\u2190-\u2bff\U0001f000-\U0001faff\xad\u200b-\u200f\u2060-\u2064\ufeff-]"
_HOST = re.compile(
    rf"{_SIGN}{{0,63}}(?:(?:{_DOT}{_SIGN}{{1,63}}){{2}}|{_DOT}(?:com|net|org)(?!{_SIGN}))", re.IGNORECASE
)
_HOST_BEGUN = re.compile(rf"{_SIGN}{{0,63}}(?:{_DOT}{_SIGN}{{0,63}}){{0,2}}\\?\Z")
_BLANKS = " \t\n\r"
_TARGET = re.compile(rf"[^{_BLANKS}]+")
_LONGEST_TARGET = 64
# What may follow a target: a title. A placeholder may stand for one.
_TITLE = "\"'([\\&%\uff3b\u3010"


def joins_host(data: str, end: int, *, final: bool) -> bool | None:
    """Tell whether a value, followed by `data` from `end`, would be the first part of somebody's host.

    Unless `final`, more text follows `data`.
    """
    if not final and _HOST_BEGUN.match(data, end) is not None:
        return None
    return _HOST.match(data, end) is not None


def may_be_defined(value: str, data: str, end: int, *, final: bool) -> bool | None:
    """Tell whether `value`, followed by `data` from `end`, may be the target of a definition that begins here.

    Unless `final`, more text follows `data`.
    """
    text = value + data[end : end + _LONGEST_TARGET]
    target = _TARGET.match(text)
    if target is None or text[0] == "<":
        return True
    after = text[target.end() :].lstrip(" \t")
    if after:
        return after[0] in _TITLE or after[0] in _BLANKS
    return None if not final and len(data) - end < _LONGEST_TARGET else True
