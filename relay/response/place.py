"""Follow a text piece by piece, in JSON with its escapes undone, for a reader that tells what its end is inside of."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from relay.response.json_strings import Mark, Strings
from relay.response.mail_links import Addressee
from relay.types import Encoding

__all__ = ["HOST_LIMIT", "IN_AUTHORITY", "Place", "host_in", "host_of"]

HOST_LIMIT = 300  # characters of a URL that are kept to read its host from
IN_AUTHORITY = re.compile(r"[^/?#\\@\[\]]{0,200}")
_LONGEST_WORD = 300
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[::1\])(?::[0-9]+)?")
_SCHEME = re.compile(r"[ \t]*(?:[a-z][a-z0-9+.-]*:)?//", re.I)


def host_of(authority: str) -> str | None:
    """Return the host, in lower case, of a URL from its text after the scheme; None when incomplete or not plain."""
    match = _HOST.match(authority)
    # Any sign after the name but an end of the authority (an @, a backslash) could mean another host.
    if match is None or match.end() == len(authority) or authority[match.end()] not in "/?#":
        return None
    return match["name"].lower()


def host_in(target: str) -> str | None:
    """Return the host of a URL or of a reference that begins with `//`; None for every other text."""
    scheme = _SCHEME.match(target)
    return host_of(target[scheme.end() :]) if scheme is not None else None


class Place(ABC):
    """The end of a text. Feed it everything that is written; `inside` tells whether a value may not stand here."""

    __slots__ = ("_json", "_tail")

    def __init__(self, encoding: Encoding) -> None:
        self._json = Strings() if encoding is Encoding.JSON else None
        self._tail = ""

    @property
    @abstractmethod
    def inside(self) -> bool:
        """True where a value written here would be part of a destination."""

    @property
    @abstractmethod
    def host(self) -> str | None:
        """The host to which a value written here would go, in lower case; None when unknown or more than one."""

    @property
    @abstractmethod
    def in_authority(self) -> bool:
        """True in a URL whose host may still come: what stands here may be user info."""

    @property
    def addressee(self) -> Addressee | None:
        """The link to a mailbox or telephone whose address would begin here, if all that is open here is that link."""
        return None

    @property
    def in_home_folder(self) -> bool:
        """True in a link to a file below a home folder, as coding agents write them: it goes to no host."""
        return False

    @property
    def completed_by(self) -> tuple[str, ...]:
        """What a value begins with that makes the text before it a URL."""
        return ()

    @property
    def awaited(self) -> str:
        """Signs of which one, before the next blank, would make all up to it a part of a URL."""
        return ""

    @property
    def begins_definition(self) -> bool:
        """True where all that could make this a destination is `[label]: ` before it."""
        return False

    @property
    def word(self) -> str:
        """What is written after the last blank, as far as it is kept."""
        return _BLANK.split(self._tail)[-1]

    @property
    def depth(self) -> int:
        """How many JSON strings are open, one inside the other; 0 in plain text."""
        return self._json.depth if self._json is not None else 0

    @abstractmethod
    def is_all_of(self, url: str) -> bool:
        """Tell whether `url`, before restoring, is the destination so far and is not fetched automatically."""

    def feed(self, text: str) -> None:
        """Read text that is written unchanged."""
        if self._json is None:
            self._keep_tail(text)
            self._follow(text)
            return
        for piece, mark in self._json.read(text):
            if mark is Mark.CLOSES:
                self._tail = ""
                self._end()
            elif mark is Mark.OPENS:
                self._tail = ""
                self._begin(piece)
            else:
                self._keep_tail(piece)
                self._follow(piece)

    def feed_value(self, value: str, came: int) -> None:
        """Read a restored value, before escaping, that replaced a placeholder of `came` characters."""
        if self._json is not None:
            self._json.skip()
        self._keep_tail(value)
        self._follow_value(value, came)

    def _keep_tail(self, text: str) -> None:
        self._tail = (self._tail + text[-_LONGEST_WORD:])[-_LONGEST_WORD:]

    @abstractmethod
    def _follow(self, text: str) -> None:
        """Read text without escapes."""

    @abstractmethod
    def _follow_value(self, value: str, came: int) -> None:
        """Read a value; destinations before restoring are `came` characters longer."""

    @abstractmethod
    def _end(self) -> None:
        """Read the end of a JSON string."""

    @abstractmethod
    def _begin(self, quote: str) -> None:
        """Read the quote that begins a JSON string."""
