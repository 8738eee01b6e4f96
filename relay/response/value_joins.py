"""Decide whether a value would become a part of what follows it.

    value.evil.example   a host, which renderers link; a value with one ending after it is a host of its own, and a file
                         (`value.tar.gz`) is none
    value@evil.example   a mailbox, which they link, too; so is a@evil.examplevalue
    <a href="…">value"   a URL, for readers to whom the tag is text
    [label]: value       the target of a reference definition, if nothing but a title stands behind it on its line

All decisions need a bounded number of characters after the placeholder; they are None while more could change them.

Reference: CommonMark 0.31, link reference definitions; GitHub Flavored Markdown 0.29, autolinks; linkify-it 5 (read
2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence

from relay.detect.borders import UNSPACED
from relay.response.neighbours import Behind, judged
from relay.response.place import Place

__all__ = ["joins", "may_be_defined", "may_go_on", "stands_alone"]

_DOT = r"(?:\\?\.|&(?:\#0{0,5}46|\#x0{0,5}2e|period);)"
_AT = r"(?:\\?@|&(?:\#0{0,5}64|\#x0{0,5}40|commat);)"
# Renderers take symbols and invisible signs for letters of a host: all but punctuation, blanks and controls. Null
# counts: they put a symbol in its place.
_SIGN = (
    r"[^\x01-#%-*,./:;<>?@\[\\\]{}\x7f-\x9f\s\xa1\xa7\xab\xb6\xb7\xbb\xbf\u2010-\u2027\u2030-\u205e\u3001-\u3003"
    r"\u3008-\u3011\u3014-\u301f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]"
)
_SYMBOL = re.compile(r"[^\w-].*", re.DOTALL)
_MOST_LABELS = 8
# Markdown reads an escaped sign as the sign (CommonMark 0.31, backslash escapes).
_ESCAPABLE = r"[$+=^_|~-]"
_ESCAPED = re.compile(rf"\\(?={_ESCAPABLE})")
_ANY_SIGN = rf"(?:{_SIGN}|\\{_ESCAPABLE})"
_HOST = re.compile(rf"{_ANY_SIGN}{{0,63}}((?:{_DOT}{_ANY_SIGN}{{1,63}}){{1,{_MOST_LABELS}}})", re.IGNORECASE)
# It, or a reference to a character, may go on.
_HOST_BEGUN = re.compile(
    rf"{_ANY_SIGN}{{0,63}}(?:{_DOT}{_ANY_SIGN}{{0,63}}){{0,{_MOST_LABELS}}}(?:\\|&[\#a-z0-9]{{0,9}})?\Z", re.IGNORECASE
)
_HAS_ENDING = re.compile(r"\.[^\W\d_]+\Z")
_LONGEST_AWAITED = 300
_ONE_LABEL = frozenset({"com", "net", "org"})
# Endings of files that are no endings of hosts.
_FILE = re.compile(
    r"7z|avi|bak|bmp|bz2|cfg|class|conf|cpp|cs|css|csv|db|dll|doc|docx|eml|env|epub|exe|"
    r"gif|go|gz|h|hpp|htm|html|ics|ini|ipynb|jar|jpeg|jpg|js|json|jsonl|jsx|key|kt|"
    r"lock|log|m4a|mkv|mp3|mp4|odp|ods|odt|old|orig|p12|parquet|pdf|pem|php|png|ppt|pptx|"
    r"rar|rb|rst|rtf|sql|sqlite|svg|swift|tar|tex|tgz|tif|tiff|tmp|toml|ts|tsv|tsx|ttf|txt|"
    r"vcf|wav|webm|webp|whl|xls|xlsx|xml|xz|yaml|yml|zst"
)
# Of a mailbox: all readers take ASCII alone. Not the comma and the quotation mark that part cells, nor what Markdown's
# readers end one at.
_LOCAL = r"\\?[A-Za-z0-9_.+$=&\#:;-]"
_LONGEST_LOCAL = 256
# Where the text before makes more of it a part: an autolink, and user info behind two slashes.
_IN_ANGLES = re.compile(r"<[^<>]*\Z")
_BEHIND_SLASHES = re.compile(r"//[^/@\[\]()]*\Z")
_LOCALS = {"": _LOCAL, "<": r"[^\s\x00-\x1f<>@]", "//": r"[^\s\x00-\x1f/@\[\]()]"}
_MAILBOX = {
    kind: re.compile(
        rf"(?:{local}){{0,{_LONGEST_LOCAL}}}?{_AT}({_SIGN}{{0,63}}(?:{_DOT}{_SIGN}{{1,63}}){{1,{_MOST_LABELS}}})",
        re.IGNORECASE,
    )
    for kind, local in _LOCALS.items()
}
_MAILBOX_BEGUN = {
    kind: re.compile(rf"(?:{local}){{0,{_LONGEST_LOCAL}}}(?:\\|{_AT}(?:{_SIGN}|[.\\&\#;]){{0,300}})?\Z", re.IGNORECASE)
    for kind, local in _LOCALS.items()
}
_HOST_GOES_ON = re.compile(rf"(?:{_SIGN}|[.\\&\#;]){{0,12}}\Z", re.IGNORECASE)
# A letter of a script without blanks behind one of ASCII ends a host for every reader: no ending is written so.
_ENDED = re.compile(rf"[A-Za-z0-9]{UNSPACED}+\Z")
# A mailbox whose host has an ending, or a dot for it: a value directly behind it changes the host.
_MAILBOX_BEFORE = re.compile(
    rf"{_LOCAL}{_AT}{_SIGN}{{1,63}}(?:{_DOT}{_SIGN}{{0,63}}){{1,{_MOST_LABELS}}}\Z", re.IGNORECASE
)
# A mailbox whose host is not complete: with a value and one label behind it, it is.
_MAILBOX_BEGUN_BEFORE = re.compile(rf"{_LOCAL}{_AT}(?:{_ANY_SIGN}|{_DOT}){{0,128}}\Z", re.IGNORECASE)
_BLANKS = " \t\n\r"
_TARGET = re.compile(rf"[^{_BLANKS}]+")
_LONGEST_TARGET = 64
# What may follow a target: a title. A placeholder may stand for one.
_TITLE = "\"'([\\&%\uff3b\u3010"


def joins(place: Place, value: Callable[[], str], texts: list[Behind], hosts: Iterable[Container[str]]) -> bool | None:
    """Tell whether a value, followed by one of `texts`, would be a part of a URL or address of somebody else's.

    `hosts` are no one else's. None while undecided.
    """
    if place.completed_by and value().startswith(place.completed_by):
        return True
    word, awaited = place.word, place.awaited
    if _follows_mailbox(word, value):
        return True
    kind, in_mailbox = _kind(word), _MAILBOX_BEGUN_BEFORE.search(word) is not None
    # Without a scheme no host holds an underscore, nor begins behind one (GFM 6.9, `www.`; linkify-it, fuzzy links).
    parted = not kind and "www." not in word.lower()

    def judge(behind: Behind) -> bool | None:
        data, end, final = behind
        closed = _closes(awaited, value, data, end, final=final) if awaited else False
        mailbox = _mailbox_host(data, end, kind, final=final)
        if closed or (mailbox and not any(mailbox in named for named in hosts)):
            return True
        labels = 0 if parted and data.startswith("_", end) else _labels_after(data, end, final=final)
        if labels == 2 or (labels == 1 and (kind == "//" or in_mailbox or _HAS_ENDING.search(value()) is not None)):
            return True
        return None if closed is None or mailbox is None or labels is None else False

    return judged(judge, texts)


def stands_alone(place: Place) -> bool:
    """Tell whether nothing before the word that is open makes more of it than the word by itself would be.

    Else that the same word stood in the request says nothing: there it did not stand behind that.
    """
    return not place.awaited and not _kind(place.word)


def _kind(word: str) -> str:
    """Return what the text before a value makes of it: `//`, user info; `<`, an autolink; or nothing."""
    return "//" if _BEHIND_SLASHES.search(word) is not None else "<" if _IN_ANGLES.search(word) is not None else ""


def may_go_on(data: str, *, final: bool) -> bool | None:
    """Tell whether `data` may make a value right before it a part of a host or mailbox.

    None while undecided: unless `final`, more text follows.
    """
    labels, mailbox = _labels_after(data, 0, final=final), _mailbox_host(data, 0, "//", final=final)
    return None if labels is None or mailbox is None else labels != 0 or mailbox != ""


def _follows_mailbox(word: str, value: Callable[[], str]) -> bool:
    """Tell whether the value would go on the host of a mailbox that a word ends with."""
    if _MAILBOX_BEFORE.search(word) is None or _ENDED.search(word) is not None:
        return False
    return re.match(rf"{_SIGN}|{_DOT}", value()) is not None


def _closes(awaited: str, value: Callable[[], str], data: str, end: int, *, final: bool) -> bool | None:
    """Tell whether one of the signs stands in the value, or behind it before a blank."""
    if any(sign in value() for sign in awaited):
        return True
    found = re.compile(rf"([{re.escape(awaited)}])|[\s\x00-\x1f\x7f-\x9f]").search(data, end, end + _LONGEST_AWAITED)
    if found is not None:
        return found[1] is not None
    return len(data) - end >= _LONGEST_AWAITED or (False if final else None)


def _labels_after(data: str, end: int, *, final: bool) -> int | None:
    """Return how many labels of a host follow a value at `end`: 0, 1, or 2 for what makes it a host in any case.

    None while undecided: unless `final`, more text follows `data`.
    """
    if not final and _HOST_BEGUN.match(data, end) is not None:
        return None
    found = _HOST.match(data, end)
    labels = re.split(_DOT, _ESCAPED.sub("", found[1].lower()))[1:] if found is not None else []
    return max(_weight(labels), _weight(_before_symbol(labels)))


def _before_symbol(labels: Sequence[str]) -> list[str]:
    """Return the labels up to the first symbol: to some renderers it ends a host."""
    plain: list[str] = []
    for label in labels:
        plain.append(_SYMBOL.sub("", label))
        if plain[-1] != label:
            break
    return [label for label in plain if label]


def _weight(labels: Sequence[str]) -> int:
    if not labels or _FILE.fullmatch(labels[-1]) is not None:
        return 0
    return 2 if len(labels) > 1 or labels[-1] in _ONE_LABEL else 1


def _mailbox_host(data: str, end: int, kind: str, *, final: bool) -> str | None:
    """Return the host, in lower case, of the mailbox that a value and what follows it would be, "" for none.

    None while undecided: unless `final`, more text follows `data`.
    """
    found = _MAILBOX[kind].match(data, end)
    begun = _MAILBOX_BEGUN[kind].match(data, end) if found is None else _HOST_GOES_ON.match(data, found.end())
    if not final and begun is not None:
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
