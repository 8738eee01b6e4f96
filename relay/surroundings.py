"""What the end of a text is inside of: a URL, a link target, an HTML attribute; in JSON text, how many strings deep.

The restorer feeds everything it puts out and asks before each value. The answer depends on the characters so far and
not on how they were cut, and errs towards "inside":

    URL        from `://`, `www.`, `]: //`         to white space, < or >
               or `name.example/`
    target     from `](`                           to the matching `)` or the end of the line
    attribute  from `=` in a tag `<name …`         to the closing quote, or white space or > without one

Reference: CommonMark 0.31 (inline links, raw HTML), GitHub Flavored Markdown 0.29 (autolinks run to white space or <),
WHATWG HTML, tokenization (read 2026-11-21).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from relay.types import Encoding

__all__ = ["Surroundings"]


def _has_sign(text: str) -> bool:
    """Tell whether `text` has a sign of any trigger: most have none. Written out, for every chunk of a stream asks."""
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


# `name.example/` without a scheme is made a link by many programs that show chats. One character before the dot is
# enough to tell it from `/.config/`, and keeps the expression short and linear.
_BARE_HOST = r"[a-z0-9]\.[a-z]{2,24}+(?::[0-9]{1,5}+)?[/?#]"
_TRIGGER = re.compile(
    rf"(?P<url>://|(?-i:www|Www|WWW)\.|\]:[ \t]{{0,8}}+<?//|{_BARE_HOST})|(?P<target>\]\()"
    r"|(?P<tag><[a-z][a-z0-9-]{0,40}+[\s/])",
    re.I,
)
_TRIGGER_BEGUN = re.compile(
    r"(?::/?|\](?::[ \t]{0,8}+<?/?)?|<(?:[a-z][a-z0-9-]{0,40}+)?|w{1,3}+"
    r"|[a-z0-9](?:\.(?:[a-z]{1,24}+(?::[0-9]{0,5}+)?)?)?)\Z",
    re.I,
)
_LONGEST_BEGUN = 48
_URL_END = re.compile(r"[\s<>]")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?")
_SCHEME = re.compile(r"[ \t]*<?(?:[a-z][a-z0-9+.-]*:)?//", re.I)
_HOST_LIMIT = 300  # characters of a URL that are kept to read its host from
_JSON_SIGN = re.compile(r"(?P<slashes>\\+)(?:u(?P<code>[0-9a-fA-F]{4})|(?P<char>[^\\]))|(?P<quote>\")")
_JSON_CODE_BEGUN = re.compile(r"u[0-9a-fA-F]{0,3}\Z")
_JSON_WHITE = {"n": "\n", "r": "\r", "t": "\t"}


class Surroundings:
    """Follow a text. `inside` tells whether a value put here would be part of a destination."""

    __slots__ = ("_begun", "_json", "_mode", "_parens", "_quote", "_started", "_url")

    def __init__(self, encoding: Encoding) -> None:
        self._json = _Strings() if encoding is Encoding.JSON else None
        self._mode = _Mode.PLAIN
        self._begun = ""  # the end of a plain text that may be the beginning of a trigger
        self._url = ""  # what a URL or target holds so far, as far as its host needs it
        self._parens = 0
        self._quote = ""  # of an attribute; "=" before its first character, " " without quotes
        self._started = False  # the target has a character that is not white space

    @property
    def inside(self) -> bool:
        """True in a URL, a link or image target or an HTML attribute."""
        return self._mode not in (_Mode.PLAIN, _Mode.TAG)

    @property
    def host(self) -> str | None:
        """The host of the URL that the text is inside of, in lower case; None when it is not complete or not plain."""
        if self._mode is _Mode.ATTRIBUTE or self._mode is _Mode.TARGET:
            scheme = _SCHEME.match(self._url)
            if scheme is None:
                return None
            authority = self._url[scheme.end() :]
        else:
            authority = self._url
        match = _HOST.match(authority)
        # Anything but an end of the authority after the name (an @, a backslash) could move the host elsewhere.
        if match is None or match.end() == len(authority) or authority[match.end()] not in "/?#":
            return None
        return match.group().partition(":")[0].lower()

    @property
    def depth(self) -> int:
        """How many JSON strings are open, one inside the other; 0 in plain text."""
        return self._json.depth if self._json is not None else 0

    def feed(self, text: str) -> None:
        """Take text that is written as it came."""
        if self._json is None:
            self._follow(text)
            return
        for piece, closed in self._json.read(text):
            if closed:
                self._mode, self._begun = _Mode.PLAIN, ""
            else:
                self._follow(piece)

    def feed_value(self, value: str) -> None:
        """Take a restored value, as it reads before any escaping."""
        if self._json is not None:
            self._json.skip()
        self._follow(value)

    def _follow(self, text: str) -> None:
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

    def _plain(self, text: str, position: int) -> tuple[str, int]:
        """Look for a trigger; return the text that was looked at and where to go on in it."""
        if self._begun:
            text, position, self._begun = self._begun + text[position:], 0, ""
        trigger = None
        if _has_sign(text):
            trigger = _TRIGGER.search(text, position)
        if trigger is None:
            tail = _TRIGGER_BEGUN.search(text, max(position, len(text) - _LONGEST_BEGUN))
            self._begun = tail.group() if tail is not None else ""
            return text, len(text)
        self._url = ""
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


class _Strings:
    """Which strings of a JSON document, and of JSON documents inside its strings, are open.

    A quote with n backslashes before it: n even ends or begins a string of this document; n odd is a quote in the
    content of the open string, where (n - 1) / 2 backslashes stand before it, and so on inwards. Quotes in the content
    count only when it begins as a JSON object or array, because a sentence may hold quotes too.
    """

    __slots__ = ("_begun", "_kinds")

    def __init__(self) -> None:
        self._begun = ""
        # One entry for each open string: "" nothing but white space so far, "{" or "[" begun like JSON, "json", "text".
        self._kinds: list[str] = []

    @property
    def depth(self) -> int:
        return len(self._kinds)

    def skip(self) -> None:
        """Take a value that was put here: the string that holds it is not just JSON."""
        self._begun = ""
        self._settle("x")

    def read(self, text: str) -> list[tuple[str, bool]]:
        """Return the text with its escapes undone, in pieces; a true mark stands where a string closed."""
        if self._begun:
            text, self._begun = self._begun + text, ""
        code = _JSON_CODE_BEGUN.search(text, max(0, len(text) - 4))
        before_code = text[: code.start()] if code is not None else text
        complete = before_code.rstrip("\\")
        if len(complete) < len(before_code):
            text, self._begun = complete, text[len(complete) :]
        if not self._begun and "\\" not in text and '"' not in text:
            self._settle(text)
            return [(text, False)]
        pieces: list[tuple[str, bool]] = []
        position = 0
        for sign in _JSON_SIGN.finditer(text):
            if sign.start() > position:
                plain = text[position : sign.start()]
                self._settle(plain)
                pieces.append((plain, False))
            position = sign.end()
            pieces.append(self._sign(sign))
        if position < len(text):
            self._settle(text[position:])
            pieces.append((text[position:], False))
        return pieces

    def _sign(self, sign: re.Match[str]) -> tuple[str, bool]:
        slashes, char = len(sign["slashes"] or ""), sign["char"]
        if sign["quote"] or char == '"':
            return '"', self._quote(slashes)
        text = chr(int(sign["code"], 16)) if sign["code"] else _JSON_WHITE.get(char, char)
        self._settle(text)
        return text, False

    def _quote(self, slashes: int) -> bool:
        """Open or close a string; return whether one closed."""
        level = 1
        while slashes % 2:
            slashes, level = slashes // 2, level + 1
        if level <= len(self._kinds):
            del self._kinds[level - 1 :]
            return True
        if level == 1:
            self._kinds.append("")
        elif level == len(self._kinds) + 1 and self._kinds[-1] in ("{", "[", "json"):
            self._kinds[-1] = "json"
            self._kinds.append("")
        else:
            self._settle("x")
        return False

    def _settle(self, text: str) -> None:
        """Decide from its first signs whether the innermost open string holds JSON."""
        if not self._kinds or self._kinds[-1] in ("json", "text"):
            return
        for char in text:
            if char.isspace():
                continue
            kind = self._kinds[-1]
            if (kind == "" and char in "{[") or (kind == "[" and char in "{["):
                self._kinds[-1] = char
            else:
                self._kinds[-1] = "text"
                return
