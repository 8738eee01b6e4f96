"""Find where absolute URLs begin and end in the arguments of a tool.

Arguments are code, commands and files; nothing else in them counts as a destination.

    begins  with a scheme and `://`; for the schemes of browsers (http, ws, ftp, file) any slash or backslash is enough,
            also after tabs and line ends, and for all but `file` none is needed
    ends    at a space, tab or line end, or at what closes the quote or bracket right before the scheme; where it stands
            in no quote and does not begin the text, also at < or >, which a tool that takes the text for a URL would
            send

A shell joins a quoted text to what follows it without a space, so what stands directly after the closing quote is still
inside, but for the signs that JSON and programs have there: a comma, a semicolon, what closes a bracket. A URL of the
same machine (localhost), or without a host (`file:///`), discloses nothing. With more slashes it names a share of
another machine.

Reference: RFC 3986; WHATWG URL, special schemes (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.replace.replaced_urls import CLOSERS
from relay.response.place import HOST_LIMIT, IN_AUTHORITY, Place, host_of
from relay.types import Encoding

__all__ = ["USER_INFO", "USER_INFO_BEGUN", "ToolUrls", "is_own_host", "is_user_info"]

# Browsers leave out tabs and line ends.
_SLASHES = re.compile(r":(?P<left_out>[\t\n\r]{0,8})(?P<slashes>//|[/\\]|(?=[^\s\"'`<>:]))")
_SCHEME_ENDS = re.compile(r"(?<![A-Za-z0-9+.-])(?:https?|wss?|ftp):\Z", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}\Z")
_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})
_LOCAL_FILE = re.compile(r"[/\\](?:[/\\]{2})?(?![/\\])")
_LONGEST_BEFORE = 50  # characters: what opens the URL, a backslash before that, the scheme, its signs
_QUOTES = "\"'`"
# Of all blanks these alone end a word of a shell.
_END = {closer: re.compile(rf"[ \t\n<>{re.escape(closer)}]") for closer in ("", *CLOSERS.values())}
_END_OF_WHOLE = {closer: re.compile(rf"[ \t\n{re.escape(closer)}]") for closer in ("", *CLOSERS.values())}
# Continues a word of a shell, or a text of a program. Not so what JSON and calls have behind a quotation mark.
_JOINED = re.compile(r"[^\s,;|)\]}<>]")
_LOCAL = re.compile(r"localhost|[a-z0-9.-]+\.localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]")

# The rest of a URL's user info, and the host behind it (RFC 3986, 3.2). Nothing but an end of the authority follows: a
# comma or a bracket may be of the host (WHATWG URL, 3.5), and a shell goes on behind a quotation mark.
_INFO = r"[^\s/?#\"'`<>\\@]{0,200}"
USER_INFO = re.compile(
    rf"(?P<info>{_INFO})" + r"@(?P<host>[A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?"
    r"(?:(?=[/?#\s]|\\[\"'nrt])|$|[\"'`<>)\]},;|](?!\w)[\"'`<>)\]},;|]*+(?![.@%-]))"
)
USER_INFO_BEGUN = re.compile(_INFO + r"(?:@[A-Za-z0-9.-]{0,253}(?::[0-9]{0,5})?\\?)?\Z")
# What no reader ends a URL at, splits it at or takes for an end of the authority; a colon between values ends a name.
_USER_VALUE = re.compile(r"[\w.%$+=!-]*")
_BETWEEN = re.compile(r"[\w.%$+=!:{}-]*")


def is_user_info(values: Iterable[str], between: Iterable[str]) -> bool:
    """Tell whether values, and the texts between them, leave the authority of a URL and its host what they are."""
    return all(_USER_VALUE.fullmatch(value) is not None for value in values) and all(
        _BETWEEN.fullmatch(text) is not None for text in between
    )


def is_own_host(host: str) -> bool:
    """Tell whether a host, in lower case, is the client's own machine."""
    return _LOCAL.fullmatch(host) is not None


class ToolUrls(Place):
    """Follow the arguments of a tool. `inside` is true in an absolute URL to another machine only."""

    __slots__ = (
        "_begun",
        "_closed",
        "_closer",
        "_end_sign",
        "_escaped",
        "_first",
        "_in",
        "_previous",
        "_scheme",
        "_size",
        "_url",
    )

    def __init__(self, encoding: Encoding) -> None:
        super().__init__(encoding)
        self._begun = ""  # the end of other text, which may begin a URL
        self._in = False
        self._url = ""  # what it holds so far after the colon, as far as its host needs it
        self._size = 0  # its characters after the colon, before restoring
        self._scheme = ""
        self._closer = ""
        self._end_sign = _END[""]  # what ends the URL
        self._first = True  # nothing but `_begun` came yet
        self._escaped = False  # the quote that opened the URL has a backslash before it
        self._previous = ""  # character of the URL
        self._closed = False  # directly after the quote that closed it

    @property
    def inside(self) -> bool:
        """True in an absolute URL to another machine, or one whose host is not known yet."""
        if not self._in:
            return not self._closed and _SCHEME_ENDS.search(self._begun) is not None
        return not self._stays_here()

    @property
    def host(self) -> str | None:
        """The host of the URL, in lower case; None when it is not complete or not plain."""
        return host_of(self._authority()) if self._in else None

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url`, before restoring, is the URL so far."""
        return self._in and self._size == len(url) - url.find(":") - 1

    @property
    def in_authority(self) -> bool:
        """True in a URL whose host may still come: what stands here may be user info."""
        return self._in and IN_AUTHORITY.fullmatch(self._authority()) is not None

    def _authority(self) -> str:
        return self._url.lstrip("/\\") if self._scheme in _SPECIAL else self._url[2:]

    def _stays_here(self) -> bool:
        authority = self._authority()
        if self._scheme == "file":
            if _LOCAL_FILE.match(self._url) is not None:
                return True
        elif self._scheme not in _SPECIAL and authority.startswith("/"):
            return True
        host = host_of(authority)
        return host is not None and is_own_host(host)

    def _end(self) -> None:
        self._in, self._closed, self._begun, self._first = False, False, "", True

    def _begin(self, quote: str) -> None:
        if self._in:
            self._follow(quote)
        else:
            self._begun, self._first = "", True

    def _follow(self, text: str) -> None:
        position = 0
        while position < len(text):
            if self._closed:
                self._closed = False
                self._in = _JOINED.match(text, position) is not None
            elif self._in:
                position = self._through(text, position)
            else:
                text, position = self._outside(text, position)

    def _outside(self, text: str, position: int) -> tuple[str, int]:
        """Look for the beginning of a URL; return the text that was read and where to continue."""
        text, start, self._begun = self._begun + text[position:], 0, ""
        while (slashes := _SLASHES.search(text, start)) is not None:
            start = slashes.end()
            scheme = _SCHEME.search(text, max(0, slashes.start() - 31), slashes.start())
            if scheme is None:
                continue
            name = scheme.group().lower()
            no_slash = not slashes["slashes"] and (name == "file" or slashes["left_out"] != "")
            if no_slash or (name not in _SPECIAL and name != "file" and slashes.group() != "://"):
                start = slashes.start() + 1
                continue
            before = text[max(0, scheme.start() - 2) : scheme.start()]
            self._in, self._scheme, self._url, self._size, self._previous = True, name, "", 0, ""
            self._closer = CLOSERS.get(before[-1:], "")
            self._escaped = before[:-1] == "\\"
            is_quoted = self._closer != "" and self._closer in _QUOTES
            is_whole = is_quoted or (self._first and not text[: scheme.start()].strip())
            self._end_sign, self._first = (_END_OF_WHOLE if is_whole else _END)[self._closer], False
            return text, slashes.end("left_out")
        self._first = self._first and len(text) <= _LONGEST_BEFORE
        self._begun = text[-_LONGEST_BEFORE:]
        return text, len(text)

    def _follow_value(self, value: str, came: int) -> None:
        size = self._size
        self._follow(value)
        self._size = size + came

    def _keep(self, text: str) -> None:
        self._url += text[: HOST_LIMIT - len(self._url)] if len(self._url) < HOST_LIMIT else ""

    def _through(self, text: str, position: int) -> int:
        end = self._end_sign.search(text, position)
        stop = end.start() if end is not None else len(text)
        if stop > position:
            self._keep(text[position:stop])
            self._size += stop - position
            self._previous = text[stop - 1]
        if end is None:
            return stop
        if end.group() != self._closer:
            self._in, self._begun = False, ""
            return stop
        if self._previous == "\\" and not self._escaped:
            self._keep(end.group())
            self._size += 1
            self._previous = end.group()
            return stop + 1
        self._in = self._closed = self._closer in _QUOTES
        self._size += 1
        self._closer, self._begun, self._end_sign = "", "", _END[""]
        return stop + 1
