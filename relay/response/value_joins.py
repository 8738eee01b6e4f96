"""Decide whether a value would become a part of what follows it.

    value.evil.example   a host, which renderers link; a value with one ending after it is a host of its own, and a file
                         (`value.tar.gz`) is none
    value@evil.example   a mailbox, which they link, too
    [label]: value       the target of a reference definition, if nothing but a title stands behind it on its line

All decisions need a bounded number of characters after the placeholder; they are None while more could change them.

Reference: CommonMark 0.31, link reference definitions; GitHub Flavored Markdown 0.29, autolinks; linkify-it 5 (read
2026-11-29).
"""

from __future__ import annotations

import re

__all__ = ["has_ending", "labels_after", "mailbox_host", "may_be_defined"]

_DOT = r"(?:\\?\.|&(?:\#0{0,5}46|\#x0{0,5}2e|period);)"
_AT = r"(?:\\?@|&(?:\#0{0,5}64|\#x0{0,5}40|commat);)"
# Renderers take symbols and invisible signs for letters of a host.
_SIGN = "[\\w$+=^`|~\u2190-\u2bff\U0001f000-\U0001faff\xad\u200b-\u200f\u2060-\u2064\ufeff-]"
_MOST_LABELS = 8
_HOST = re.compile(rf"{_SIGN}{{0,63}}((?:{_DOT}{_SIGN}{{1,63}}){{1,{_MOST_LABELS}}})", re.IGNORECASE)
# It, or a reference to a character, may go on.
_HOST_BEGUN = re.compile(
    rf"{_SIGN}{{0,63}}(?:{_DOT}{_SIGN}{{0,63}}){{0,{_MOST_LABELS}}}(?:\\|&[\#a-z0-9]{{0,9}})?\Z", re.IGNORECASE
)
_HAS_ENDING = re.compile(r"\.[^\W\d_]+\Z")
_ONE_LABEL = frozenset({"com", "net", "org"})
# Endings of files that are no endings of hosts.
_FILE = re.compile(
    r"7z|avi|bak|bmp|bz2|cfg|class|conf|cpp|cs|css|csv|db|dll|doc|docx|eml|env|epub|exe|"
    r"gif|go|gz|h|hpp|htm|html|ics|ini|ipynb|jar|jpeg|jpg|js|json|jsonl|jsx|key|kt|"
    r"lock|log|m4a|mkv|mp3|mp4|odp|ods|odt|old|orig|p12|parquet|pdf|pem|php|png|ppt|pptx|"
    r"rar|rb|rst|rtf|sql|sqlite|svg|swift|tar|tex|tgz|tif|tiff|tmp|toml|ts|tsv|tsx|ttf|txt|"
    r"vcf|wav|webm|webp|whl|xls|xlsx|xml|xz|yaml|yml|zst"
)
_LOCAL = r"\\?[\w.+$=&\#:;,\"-]"  # of a mailbox, and not what Markdown's readers end one at
_LONGEST_LOCAL = 256
_MAILBOX = re.compile(
    rf"(?:{_LOCAL}){{0,{_LONGEST_LOCAL}}}?{_AT}({_SIGN}{{0,63}}(?:{_DOT}{_SIGN}{{1,63}}){{1,{_MOST_LABELS}}})",
    re.IGNORECASE,
)
_MAILBOX_BEGUN = re.compile(
    rf"(?:{_LOCAL}){{0,{_LONGEST_LOCAL}}}(?:\\|{_AT}(?:{_SIGN}|[.\\&\#;]){{0,300}})?\Z", re.IGNORECASE
)
_BLANKS = " \t\n\r"
_TARGET = re.compile(rf"[^{_BLANKS}]+")
_LONGEST_TARGET = 64
# What may follow a target: a title. A placeholder may stand for one.
_TITLE = "\"'([\\&%\uff3b\u3010"


def labels_after(data: str, end: int, *, final: bool) -> int | None:
    """Return how many labels of a host follow a value at `end`: 0, 1, or 2 for what makes it a host in any case.

    None while undecided: unless `final`, more text follows `data`.
    """
    if not final and _HOST_BEGUN.match(data, end) is not None:
        return None
    found = _HOST.match(data, end)
    *before, last = re.split(_DOT, found[1].lower())[1:] if found is not None else [""]
    if not last or _FILE.fullmatch(last) is not None:
        return 0
    return 2 if before or last in _ONE_LABEL else 1


def has_ending(value: str) -> bool:
    """Tell whether a value is a host or mailbox, so that one more label makes it another one."""
    return _HAS_ENDING.search(value) is not None


def mailbox_host(data: str, end: int, *, final: bool) -> str | None:
    """Return the host, in lower case, of the mailbox that a value and what follows it would be, "" for none.

    None while undecided: unless `final`, more text follows `data`.
    """
    found = _MAILBOX.match(data, end)
    if not final and (found is None or found.end() == len(data)) and _MAILBOX_BEGUN.match(data, end) is not None:
        return None
    return found[1].lower() if found is not None else ""


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
