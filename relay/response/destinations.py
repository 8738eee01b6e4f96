"""Track what the end of a text is inside of: a URL, a link target, an HTML attribute, nested JSON strings.

The restorer feeds all its output and asks before each value. The answer depends on the characters so far and not on how
they were cut, and errs towards "inside":

    URL        from `://`, `www.`, `]: //`         to white space, < or >
               or `name.example/`
    target     from `](`                           to the matching `)` or the end of the line
    attribute  from `=` in a tag `<name …`         to the closing quote, or white space or > without one

For the first two, `is_all_of` tells whether the destination so far is exactly a given URL and may hold values of the
request. It may not where a renderer could fetch it automatically: after the beginning of an image, every target counts
as one of an image.

Reference: CommonMark 0.31 (inline links, raw HTML), GitHub Flavored Markdown 0.29 (autolinks run to white space or <),
WHATWG HTML, tokenization (read 2026-11-21).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from relay.response.json_strings import Mark, Strings
from relay.types import Encoding

__all__ = ["Surroundings"]


def _has_sign(text: str) -> bool:
    """Tell whether `text` has a sign of any trigger; most have none. Unrolled, because every chunk of a stream asks."""
    return (
        "/" in text
        or "?" in text
        or "#" in text
        or "<" in text
        or "](" in text
        or "www." in text
        or "Www." in text
        or "WWW." in text
    )


class _Mode(Enum):
    PLAIN = auto()
    URL = auto()
    TARGET = auto()
    TAG = auto()
    ATTRIBUTE = auto()


# Many chat programs turn `name.example/` without a scheme into a link. One character before the dot is enough to tell
# it from `/.config/`, and keeps the expression short and linear.
# `base.py#L39` is a line of a file, as coding agents write it: what follows # is sent to no host.
_BARE_HOST = r"[a-z0-9]\.[a-z]{2,24}+(?::[0-9]{1,5}+)?(?:[/?]|#(?!L[0-9]|L?\Z))"
_TRIGGER = re.compile(
    rf"(?P<url>://|(?-i:www|Www|WWW)\.|\]:[ \t]{{0,8}}+<?//|{_BARE_HOST})|(?P<target>\]\()"
    r"|(?P<tag><[a-z][a-z0-9-]{0,40}+[\s/])",
    re.I,
)
_TRIGGER_BEGUN = re.compile(
    r"(?::/?|\](?::[ \t]{0,8}+<?/?)?|<(?:[a-z][a-z0-9-]{0,40}+)?|w{1,3}+"
    r"|[a-z0-9](?:\.(?:[a-z]{1,24}+(?::[0-9]{0,5}+)?(?:#L?)?)?)?)\Z",
    re.I,
)
_LONGEST_BEGUN = 48
_URL_END = re.compile(r"[\s<>]")
_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[::1\])(?::[0-9]+)?")
_SCHEME = re.compile(r"[ \t]*<?(?:[a-z][a-z0-9+.-]*:)?//", re.I)
_ADDRESSEES = frozenset({"mailto:", "tel:", "sms:"})
_HOST_LIMIT = 300  # characters of a URL that are kept to read its host from


_AUTHORITY = re.compile(r"[^/?#\\@]{0,200}")
# A file in a home folder: no host, and no second slash that would begin one.
_HOME = re.compile(r"<?(?:(?:file://)?/(?:home|Users)/|[A-Za-z]:[\\/]Users[\\/])(?![\\/])")


class Surroundings:
    """Follow a text. `inside` tells whether a value written here would be part of a destination."""

    __slots__ = (
        "_begun",
        "_defining",
        "_image",
        "_json",
        "_last",
        "_mode",
        "_parens",
        "_quote",
        "_size",
        "_started",
        "_url",
    )

    def __init__(self, encoding: Encoding) -> None:
        self._json = Strings() if encoding is Encoding.JSON else None
        self._mode = _Mode.PLAIN
        self._begun = ""  # the end of plain text that may begin a trigger
        self._url = ""  # what a URL or target holds so far, as far as its host needs it
        self._size = 0  # its characters before restoring; of a target, without its leading blanks and <
        self._parens = 0
        self._quote = ""  # of an attribute; "=" before its first character, " " without quotes
        self._started = False  # the target has a character that is not white space
        self._last = ""  # character
        self._image = False  # the text has the beginning of an image
        self._defining: bool | None = None  # behind the `]:` of a definition: whether its line has more than blanks

    @property
    def inside(self) -> bool:
        """True in a URL, a link or image target or an HTML attribute."""
        # After `name.ext#` and `#L` the next character decides; a value does not make it a line of a file.
        return self._mode not in (_Mode.PLAIN, _Mode.TAG) or self._begun.endswith(("#", "#L"))

    @property
    def host(self) -> str | None:
        """The host of the URL that the text is inside of, in lower case; None when incomplete or not plain."""
        if self._mode is _Mode.ATTRIBUTE or self._mode is _Mode.TARGET:
            scheme = _SCHEME.match(self._url)
            if scheme is None:
                return None
            authority = self._url[scheme.end() :]
        else:
            authority = self._url
        return self.host_of(authority)

    @staticmethod
    def host_of(authority: str) -> str | None:
        """Return the host of a URL from its text after the scheme; None when it is not plain."""
        match = _HOST.match(authority)
        # Any sign after the name but an end of the authority (an @, a backslash) could mean another host.
        if match is None or match.end() == len(authority) or authority[match.end()] not in "/?#":
            return None
        return match["name"].lower()

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url`, before restoring, is the destination so far and is not fetched automatically."""
        if self._mode is _Mode.URL:
            return self._defining is None and self._size == len(url) - url.find("://") - len("://")
        return self._mode is _Mode.TARGET and not self._image and self._size == len(url)

    @property
    def addressee(self) -> str:
        """The scheme of a link to a mailbox or telephone whose address would begin here, or ""."""
        if self._mode is not _Mode.TARGET or self._image:
            return ""
        scheme = self._url.strip(" \t\r\n<").lower()
        return scheme[:-1] if scheme in _ADDRESSEES else ""

    @property
    def in_authority(self) -> bool:
        """True in a URL whose host may still come: what stands here may be user info."""
        return self._mode is _Mode.URL and self._defining is None and _AUTHORITY.fullmatch(self._url) is not None

    @property
    def in_home_folder(self) -> bool:
        """True in a link to a file below a home folder, as coding agents write them: it goes to no host."""
        return self._mode is _Mode.TARGET and not self._image and _HOME.match(self._url) is not None

    @property
    def depth(self) -> int:
        """How many JSON strings are open, one inside the other; 0 in plain text."""
        return self._json.depth if self._json is not None else 0

    def feed(self, text: str) -> None:
        """Read text that is written unchanged."""
        if self._json is None:
            self._follow(text)
            return
        for piece, mark in self._json.read(text):
            if mark is Mark.CLOSES:
                self._end()
            elif mark is Mark.OPENS:
                self._begin(piece)
            else:
                self._follow(piece)

    def feed_value(self, value: str, came: int) -> None:
        """Read a restored value, before escaping, that replaced a placeholder of `came` characters."""
        if self._json is not None:
            self._json.skip()
        size = self._size
        self._follow(value)
        self._size = size + came

    def _end(self) -> None:
        """Read the end of a JSON string."""
        self._mode, self._begun = _Mode.PLAIN, ""

    def _begin(self, quote: str) -> None:
        """Read the quote that begins a JSON string."""
        self._follow(quote)

    def _follow(self, text: str) -> None:
        self._note(text)
        position = 0
        while position < len(text):
            match self._mode:
                case _Mode.PLAIN:
                    text, position = self._plain(text, position)
                case _Mode.URL:
                    position = self._in_url(text, position)
                case _Mode.TARGET:
                    position = self._in_target(text, position)
                case _Mode.TAG:
                    position = self._in_tag(text, position)
                case _Mode.ATTRIBUTE:
                    position = self._in_attribute(text, position)

    def _note(self, text: str) -> None:
        """Record whether an image has begun, and whether the line is a definition."""
        pair = self._last + text[:1]
        self._last = text[-1:] or self._last
        self._image = self._image or pair == "![" or "![" in text
        colon = text.rfind("]:")
        if colon >= 0:
            self._defining, text = False, text[colon + 2 :]
        elif pair == "]:":
            self._defining, text = False, text[1:]
        if self._defining is None:
            return
        line = text if self._defining else text.lstrip()
        self._defining = self._defining or bool(line)
        if "\n" in line or "\r" in line:
            self._defining = None

    def _plain(self, text: str, position: int) -> tuple[str, int]:
        """Look for a trigger; return the text that was read and where to continue."""
        if self._begun:
            text, position, self._begun = self._begun + text[position:], 0, ""
        trigger = None
        if _has_sign(text):
            trigger = _TRIGGER.search(text, position)
        if trigger is None:
            tail = _TRIGGER_BEGUN.search(text, max(position, len(text) - _LONGEST_BEGUN))
            self._begun = tail.group() if tail is not None else ""
            return text, len(text)
        self._url, self._size = "", 0
        if trigger.lastgroup == "url":
            self._mode = _Mode.URL
        elif trigger.lastgroup == "target":
            self._mode, self._parens, self._started = _Mode.TARGET, 0, False
        else:
            self._mode = _Mode.TAG
        return text, trigger.end()

    def _keep(self, text: str) -> None:
        self._url += text[: _HOST_LIMIT - len(self._url)] if len(self._url) < _HOST_LIMIT else ""

    def _in_url(self, text: str, position: int) -> int:
        end = _URL_END.search(text, position)
        stop = end.start() if end is not None else len(text)
        self._size += stop - position
        self._keep(text[position:stop])
        if end is not None:
            self._mode = _Mode.PLAIN
        return stop

    def _in_target(self, text: str, position: int) -> int:
        for place in range(position, len(text)):
            char = text[place]
            if char == "(":
                self._parens += 1
            elif char == ")":
                self._parens -= 1
            if self._parens < 0 or (char in "\r\n" and self._started):
                self._mode = _Mode.PLAIN
                return place + 1
            self._size += self._size > 0 or (not char.isspace() and char != "<")
            self._started = self._started or not char.isspace()
            self._keep(char)
        return len(text)

    def _in_tag(self, text: str, position: int) -> int:
        for place in range(position, len(text)):
            char = text[place]
            if char == "=":
                self._mode, self._quote, self._url = _Mode.ATTRIBUTE, "=", ""
                return place + 1
            if char == ">":
                self._mode = _Mode.PLAIN
                return place + 1
        return len(text)

    def _in_attribute(self, text: str, position: int) -> int:
        for place in range(position, len(text)):
            char = text[place]
            if self._quote == "=":
                if char.isspace():
                    continue
                self._quote = char if char in "\"'" else " "
                if self._quote != " ":
                    continue
            if self._quote == " " and char == ">":
                self._mode = _Mode.PLAIN
                return place + 1
            if char == self._quote or (self._quote == " " and char.isspace()):
                self._mode = _Mode.TAG
                return place + 1
            self._keep(char)
        return len(text)
