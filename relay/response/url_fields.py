"""Follow the text of a field that is one URL, as a client puts it into a link: a citation's, a source's, an image's.

Browsers read such a text otherwise than a URL in running text: white space around it and tabs and line ends in it are
taken out, `\\` is `/`, and a space ends nothing. So all of it is a destination once it may begin with a scheme or
a slash. Its host is known only where it is plain from the beginning. Anything else is no URL (the name of a document)
and is read as text. A client may also show it as text, so what holds there holds here, too.

Reference: WHATWG URL, URL parsing (read 2026-11-30).
"""

from __future__ import annotations

import re

from relay.response.destinations import Surroundings
from relay.response.place import IN_AUTHORITY, host_of
from relay.response.plain_urls import LONGEST_PLAIN, is_plain
from relay.types import Encoding

__all__ = ["UrlField"]

_ABSOLUTE = re.compile(r"[\x00-\x20]*(?:[/\\]|[a-z][a-z0-9+.\t\n\r-]*:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class UrlField(Surroundings):
    """`inside` is true as soon as the text can be an absolute URL, or one to another host."""

    __slots__ = ("_came", "_text")

    def __init__(self) -> None:
        super().__init__(Encoding.TEXT)
        self._text = ""  # so far, as far as its host needs it
        self._came = 0  # its characters, before restoring

    @property
    def inside(self) -> bool:
        """True in a URL that names its host, and where running text has a destination."""
        return self._is_absolute or super().inside

    @property
    def host(self) -> str | None:
        """The host that the text names, in lower case; None when it is not complete or not plain."""
        if not self._is_absolute:
            return super().host
        authority = self._after_scheme
        return host_of(authority) if is_plain(authority, for_all=True) else None

    @property
    def in_authority(self) -> bool:
        """True in a URL whose host may still come: what stands here may be user info."""
        begun = self._after_scheme
        return super().in_authority and self._came == len(self._text) and IN_AUTHORITY.fullmatch(begun) is not None

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url`, before restoring, is the whole text so far."""
        return self._came == len(url) and super().is_all_of(url)

    @property
    def _is_absolute(self) -> bool:
        return _ABSOLUTE.match(self._text) is not None

    @property
    def _after_scheme(self) -> str:
        scheme = _SCHEME.match(self._text)
        return self._text[scheme.end() :] if scheme is not None else "@"

    def _keep(self, text: str) -> None:
        if len(self._text) <= LONGEST_PLAIN:
            self._text += text[: LONGEST_PLAIN + 40]

    def _follow(self, text: str) -> None:
        self._keep(text)
        self._came += len(text)
        super()._follow(text)

    def _follow_value(self, value: str, came: int) -> None:
        self._keep(value)
        self._came += came
        super()._follow_value(value, came)
