"""Find URLs in running text, as renderers link them, and tell where they end.

    begins  with `://`, `www.`, `name.example/`, `//name.example/` or an IPv4 address and a slash, also where a colon,
            a slash or a dot is escaped or a character reference; with `<scheme:`; with `file:` and a backslash; with
            `mailto:` and `xmpp:`, for an address
    ends    at a space, a tab, a line end or <, but at no < in user info, in a bracket or behind a quotation mark of the
            URL; also at what closes an autolink `<…>`, a tag or a link around the URL, where that is certainly one

For a reader without HTML the tag is text: a bracket or quotation mark of the URL may be closed behind it (`awaited`).

That is where the most generous renderer ends it: GitHub's autolinks go on over every other sign, form feeds, no-break
spaces and `>` among them, linkify-it over anything in brackets. A host counts only as far as all of them go on
(`plain_urls`). Which one of nested URLs a renderer takes depends on what stands before, so each of them counts.

Reference: GitHub Flavored Markdown 0.29, autolinks (extension); CommonMark 0.31, autolinks, raw HTML; linkify-it 5
(read 2026-11-29).
"""

from __future__ import annotations

import re

from relay.response.mail_links import Addressee
from relay.response.place import HOST_LIMIT, IN_AUTHORITY, host_of
from relay.response.plain_urls import LONGEST_PLAIN, begins_for_all, is_plain

__all__ = ["BareUrls"]

_SCHEME = r"[a-z][a-z0-9+.-]{1,31}"
_MAILBOX = r"[a-z0-9.!\#$%&'*+/=^_`{|}~-]{1,64}"
_COLON = r"(?:\\?:|&(?:\#0{0,5}58|\#x0{0,5}3a|colon);)"
_SLASH = r"(?:\\?/|&(?:\#0{0,5}47|\#x0{0,5}2f|sol);)"
_DOT = r"(?:\\?\.|&(?:\#0{0,5}46|\#x0{0,5}2e|period);)"
_ANY_URL = rf"(?P<url>{_COLON}{_SLASH}{_SLASH})|(?P<www>(?<![a-z0-9])www{_DOT})"
# One character before the last dot is enough to tell a host from `/.config/`, and keeps the expression linear.
# `base.py#L39` is a line of a file, as coding agents write it: what follows # is sent to no host.
_NAME = rf"(?:[^\W_]|[^\x01-\x7f\s]|(?<=[^\W_])[$+=^|~]){_DOT}(?:[^\W\d_]{{2,24}}|xn--[a-z0-9-]{{1,59}})"
_IPV4 = rf"[0-9](?:{_DOT}[0-9]{{1,3}}){{3}}"
_PORT = r"(?::[0-9]{1,5})?"
_KINDS = (
    _ANY_URL,
    rf"(?P<auto><{_SCHEME}:(?:[^ \t\n\r/<>]|/[^ \t\n\r/<>])|<{_MAILBOX}\?)",
    r"(?P<file>file:/?\\)",
    rf"(?<![a-z0-9<])(?P<mail>mailto{_COLON}|xmpp{_COLON})",
    rf"(?P<host>(?:{_NAME}|{_IPV4}){_PORT}(?:{_SLASH}|\?|\#(?:[^ \t\n\rL<]|L[^ \t\n\r0-9<])))",
    r"(?<![:/\\])//(?P<soft>[^ \t\n\r/<>])",
)
_AUTOLINK = re.compile(_KINDS[1], re.IGNORECASE)
_TRIGGERS = tuple(re.compile(kind, re.IGNORECASE) for kind in _KINDS)
_TRIGGER = re.compile("|".join(_KINDS), re.IGNORECASE)
_NESTED = re.compile(rf"{_ANY_URL}|(?<![:/\\])(?P<slashes>//)", re.IGNORECASE)
# After `name.ext#` and `#L` the next character decides; a value does not make it a line of a file.
_BEGUN = re.compile(rf"(?:{_NAME}{_PORT}\#L?|<{_SCHEME}:/?|{_DOT}xn--[a-z0-9-]{{0,59}})\Z", re.IGNORECASE | re.VERBOSE)
_HOST_BEFORE = re.compile(rf"(?:{_NAME}|{_IPV4}){_PORT}\Z", re.IGNORECASE | re.VERBOSE)
_SCHEME_BEFORE = re.compile(rf"{_COLON}({_SLASH})?\Z", re.IGNORECASE)
_ADDRESSED = re.compile(r"<(mailto|tel|sms):\Z", re.IGNORECASE)
_LONGEST_TRIGGER = 100
_END = re.compile(r"[ \t\n\r<]")
_USER_INFO = re.compile(r"[^/\[\]()@]*")
_USER_INFO_END = re.compile(r"[ \t\n\r/\[\]()]")
_SOFT_HOST = re.compile(r"[^/?#]*[/?#]")

# What a URL stands in, up to its colon, and the same when it is complete: nothing in it can belong to something that
# begins earlier (a code span, a quoted title, a cell of a table), so it is what it looks like.
_OPENED = re.compile(
    r"(?<!\\)(?:<[a-z][^<>`|\\]{0,300}|\[(?!\^)[^\[\]`<>\\|]{0,300}\]\((?:https?|mailto))\Z",
    re.IGNORECASE,
)
_VALUE = r"""(?:"[^"<>`|\\\n]*"|'[^'<>`|\\\n]*'|[^\s"'=<>`|\\]+)"""
_AUTOLINK_CLOSED = re.compile(r"<[a-z][a-z0-9+.-]{1,31}:[^\s<>`|\\]*>", re.IGNORECASE)
_CLOSED = {
    ">": re.compile(
        rf"{_AUTOLINK_CLOSED.pattern}"
        rf"|<[a-z][a-z0-9-]*(?:[ \t]+[a-z_:][a-z0-9_.:-]*(?:[ \t]*=[ \t]*{_VALUE})?)*[ \t]*/?>",
        re.IGNORECASE,
    ),
    ")": re.compile(r"\[[^\]]*\]\((?:https?://|mailto:)[^\s()<>\"'`\\|\[\]]*\)", re.IGNORECASE),
}
# How the text of a URL's host begins, where the trigger has a part of it; @ where no host can be told.
_BEGINNINGS = {"www": "www.", "auto": "@", "file": "@", "host": "@", "mail": "@"}
_LONGEST_WRAPPED = 2048
_MOST_NESTED = 8
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_QUOTES = ('"', "'")
_CLOSERS = str.maketrans(_BRACKETS)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_WINDOW = 4096  # characters that are looked at together


def _has_sign(text: str) -> bool:
    """Tell whether `text` has a sign of any trigger; most have none. Unrolled, because every chunk of a stream asks."""
    return "/" in text or "?" in text or "#" in text or ":" in text or "&" in text or "ww" in text.lower()


def _first(text: str, known: int) -> re.Match[str] | None:
    """Return the trigger that ends first, after `known` characters: the one that reading by characters would find."""
    first = next((found for found in _TRIGGER.finditer(text) if found.end() > known), None)
    if first is not None:
        for trigger in _TRIGGERS:
            for found in trigger.finditer(text, 0, first.end() - 1):
                if found.end() > known:
                    first = found
                    break
    return first


class BareUrls:
    """Follow a text. `inside` is true in a URL, with all URLs that are nested in it."""

    __slots__ = (
        "_closer",
        "_for_all",
        "_held",
        "_hosts",
        "_info",
        "_line",
        "_mail",
        "_many",
        "_number",
        "_size",
        "_soft",
        "_tail",
        "_text",
        "_wrapped",
        "awaited",
    )

    def __init__(self) -> None:
        self._number = 0  # of URLs so far
        self.reset()

    def reset(self) -> None:
        """Forget all: what follows is another text."""
        self._line = ""  # so far, its end
        self._tail = ""  # the end of plain text, or of the URL, that may begin a trigger
        self._hosts: list[str] = []  # what follows the sign of each URL that is open here, the first one outermost
        self._many = False  # there are more
        self._size = 0  # characters of the first, before restoring
        self._text = ""  # of the first, as far as it has to be looked at
        self._for_all = False  # the first is a URL to every reader
        self._held: set[str] = set()  # its brackets and quotation marks that are open: a < in them is a part of it
        self._mail = ""  # of the first: the scheme, where it is an address
        self.awaited = ""  # what closes a bracket or quotation mark of a URL that a tag ended, up to the next blank
        self._info = False  # a < stands in what may be user info
        self._soft = False  # the first began with // alone: text, unless a host follows
        self._wrapped, self._closer = "", ""  # what the URL stands in, with all of the URL so far

    @property
    def inside(self) -> bool:
        """True in a URL."""
        if not self._hosts:
            return _BEGUN.search(self._tail) is not None
        if not self._soft or self._info or len(self._hosts) > 1:
            return True
        host = _SOFT_HOST.match(self._hosts[0])
        return "." in self._hosts[0] or (
            host is not None and (":" in host.group() or "localhost" in host.group().lower())
        )

    @property
    def hosts(self) -> set[str | None]:
        """The hosts of all URLs that are open here, None for one that is not complete or not plain."""
        plain = not self._many and is_plain(self._text, for_all=self._for_all)
        return {host_of(text) for text in self._hosts} if plain else {None}

    @property
    def addressee(self) -> Addressee | None:
        """The link to a mailbox or telephone whose address would begin here."""
        if self._hosts:
            return Addressee("mailto", "") if self._mail[:1] in ("m", "M") and not self._size else None
        scheme = _ADDRESSED.search(self._tail)
        return Addressee(scheme[1].lower(), ">") if scheme is not None else None

    @property
    def in_authority(self) -> bool:
        """True in a URL whose host may still come."""
        return len(self._hosts) == 1 and not self._soft and IN_AUTHORITY.fullmatch(self._hosts[0]) is not None

    @property
    def has_no_host(self) -> bool:
        """True in a single URL such as `file:///home`."""
        return len(self._hosts) == 1 and not self._soft and self._hosts[0][:1] == "/" and self._hosts[0][:2] != "//"

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url` is the URL so far."""
        return bool(self._hosts) and not self._soft and self._size == len(url) - url.find("://") - len("://")

    @property
    def completed_by(self) -> tuple[str, ...]:
        """What a value begins with that makes the text before it a URL."""
        if self._hosts:
            return ("/", "?", "#", ":") if self._soft else ()
        if _HOST_BEFORE.search(self._tail) is not None:
            return ("/", "?", "#", ":")
        slashes = _SCHEME_BEFORE.search(self._tail)
        return () if slashes is None else ("/",) if slashes[1] else ("//",)

    def follow_value(self, value: str, came: int) -> None:
        """Read a value that replaced `came` characters."""
        number, size = self._number, self._size
        self.follow(value)
        if number == self._number:
            self._size = size + came

    def follow(self, text: str) -> None:
        """Read text."""
        position = 0
        while position < len(text):
            position = self._in_url(text, position) if self._hosts else self._outside(text, position)

    def _outside(self, text: str, position: int) -> int:
        if self.awaited and _BLANK.search(text, position) is not None:
            self.awaited = ""
        known, rest = len(self._tail), text[position : position + _WINDOW]
        whole = self._tail + rest
        if _has_sign(whole):
            trigger = _first(whole, known)
            if trigger is not None:
                read = trigger.end() - known
                self._open(trigger, rest[:read])
                return position + read
        self._tail = whole[-_LONGEST_TRIGGER:]
        self._note(rest)
        return position + len(rest)

    def _open(self, trigger: re.Match[str], read: str) -> None:
        self._note(read)
        kind = trigger.lastgroup
        self._soft, self._many = kind == "soft", False
        self._hosts = [trigger["soft"] if self._soft else _BEGINNINGS.get(kind or "", "")]
        self._size, self._tail = 0, ""
        self._text, self._for_all = self._hosts[0], begins_for_all(self._line)
        self._mail = trigger.group() if kind == "mail" else ""
        self._held = set()
        self._hold(trigger.group())
        self._number += 1
        self._wrapped = ""
        if kind in ("auto", "mail") or (kind == "url" and self._line.endswith("://")):
            opened = _OPENED.search(self._line, 0, self._line.rfind(":"))
            if opened is not None:
                self._wrapped = self._line[opened.start() :]
                self._closer = ">" if self._wrapped[0] == "<" else ")"

    def _in_url(self, text: str, position: int) -> int:
        end = (_USER_INFO_END if self._info else _END).search(text, position)
        stop = end.start() if end is not None else len(text)
        closes = text.find(self._closer, position, stop) if self._wrapped else -1
        if closes >= 0:
            whole, self._wrapped = self._wrapped + text[position : closes + 1], ""
            if len(whole) <= _LONGEST_WRAPPED and _CLOSED[self._closer].fullmatch(whole) is not None:
                self._read(text[position : closes + 1])
                held = "" if _AUTOLINK_CLOSED.fullmatch(whole) is not None else "".join(sorted(self._held))
                self._close()
                self.awaited = held.translate(_CLOSERS)
                return closes + 1
        self._read(text[position:stop])
        if end is None:
            return stop
        if end.group() == "<" and (self._held or any(_USER_INFO.fullmatch(host) for host in self._hosts)):
            self._info = not self._held
            self._read("<")
            return stop + 1
        self._close()
        return stop

    def _close(self) -> None:
        # Where a < is no part of user info, it ended the URL.
        self._tail = self._tail[self._tail.rfind("<") :] if self._info else ""
        self._hosts, self._wrapped, self._info = [], "", False
        if self._tail and _AUTOLINK.match(self._tail) is not None:
            self._hosts, self._soft, self._size = [_BEGINNINGS["auto"]], False, 0
            self._text, self._held, self._mail = "", set(), ""
            self._number += 1

    def _read(self, text: str) -> None:
        """Read a part of the URL."""
        if not text:
            return
        self._note(text)
        self._hold(text)
        self._size += len(text)
        if len(self._text) <= LONGEST_PLAIN:
            self._text += text[: LONGEST_PLAIN + 1]
        if self._wrapped:
            self._wrapped = self._wrapped + text if len(self._wrapped) < _LONGEST_WRAPPED else ""
        known, whole = len(self._tail), self._tail + text
        for place, host in enumerate(self._hosts):
            if len(host) < HOST_LIMIT:
                self._hosts[place] = host + text[: HOST_LIMIT - len(host)]
        for trigger in _NESTED.finditer(whole):
            if trigger.end() <= known or (trigger.start() == 0 and self._size == len(whole)):
                continue
            if len(self._hosts) == _MOST_NESTED:
                self._many = True
                break
            after = whole[trigger.end() : trigger.end() + HOST_LIMIT]
            self._hosts.append(f"www.{after}" if trigger.lastgroup == "www" else after)
        self._tail = whole[-_LONGEST_TRIGGER:]

    def _hold(self, text: str) -> None:
        """Follow brackets and quotation marks; a mark may always begin another pair."""
        for opens, closes in _BRACKETS.items():
            opened, closed = text.rfind(opens), text.rfind(closes)
            if opened > closed:
                self._held.add(opens)
            elif closed >= 0:
                self._held.discard(opens)
        self._held.update(mark for mark in _QUOTES if mark in text)

    def _note(self, text: str) -> None:
        """Keep the end of the line."""
        newline = max(text.rfind("\n"), text.rfind("\r"))
        self._line = text[newline + 1 :][-700:] if newline >= 0 else (self._line + text)[-700:]
