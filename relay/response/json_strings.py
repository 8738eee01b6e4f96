"""Track the open strings at the end of JSON text that arrives in pieces, also in JSON nested in its strings."""

from __future__ import annotations

import re
from enum import Enum, auto

__all__ = ["Mark", "Strings"]

_JSON_SIGN = re.compile(r"(?P<slashes>\\+)(?:u(?P<code>[0-9a-fA-F]{4})|(?P<char>[^\\]))|(?P<quote>\")")
_JSON_CODE_BEGUN = re.compile(r"u[0-9a-fA-F]{0,3}\Z")
_JSON_WHITE = {"n": "\n", "r": "\r", "t": "\t"}


class Mark(Enum):
    """The kind of a piece of JSON text."""

    TEXT = auto()
    OPENS = auto()  # the quote that opens a string
    CLOSES = auto()


class Strings:
    """The open strings of a JSON document, and of JSON documents nested in its strings.

    A quote with n backslashes before it: n even ends or begins a string of this document; n odd is a quote in the
    content of the open string, where (n - 1) / 2 backslashes stand before it, and so on inwards. Quotes in the content
    count only when it begins as a JSON object or array, because a sentence may hold quotes too.
    """

    __slots__ = ("_begun", "_kinds", "_slashes")

    def __init__(self) -> None:
        # An escape that has begun: backslashes, counted, because a run that goes on is not read again; and its code.
        self._slashes = 0
        self._begun = ""
        # One entry for each open string: "" nothing but white space so far, "{" or "[" begun like JSON, "json", "text".
        self._kinds: list[str] = []

    @property
    def depth(self) -> int:
        """How many strings are open, one inside the other."""
        return len(self._kinds)

    @property
    def is_text(self) -> bool:
        """True in a string of the document that is known to hold no JSON."""
        return len(self._kinds) == 1 and self._kinds[0] == "text"

    def skip(self) -> None:
        """Read a value that was inserted here: the string that holds it is not just JSON."""
        self._slashes, self._begun = 0, ""
        self._settle("x")

    def read(self, text: str) -> list[tuple[str, Mark]]:
        """Return the text with its escapes undone, in pieces, the quotes of strings by themselves."""
        if text and not self._begun and not text.strip("\\"):
            self._slashes += len(text)
            return []
        if self._slashes:
            text = "\\" * self._slashes + self._begun + text
            self._slashes, self._begun = 0, ""
        code = _JSON_CODE_BEGUN.search(text, max(0, len(text) - 4))
        before_code = text[: code.start()] if code is not None else text
        complete = before_code.rstrip("\\")
        if len(complete) < len(before_code):
            self._slashes = len(before_code) - len(complete)
            text, self._begun = complete, text[len(before_code) :]
        if not self._slashes and "\\" not in text and '"' not in text:
            self._settle(text)
            return [(text, Mark.TEXT)]
        pieces: list[tuple[str, Mark]] = []
        position = 0
        for sign in _JSON_SIGN.finditer(text):
            if sign.start() > position:
                plain = text[position : sign.start()]
                self._settle(plain)
                pieces.append((plain, Mark.TEXT))
            position = sign.end()
            pieces.append(self._sign(sign))
        if position < len(text):
            self._settle(text[position:])
            pieces.append((text[position:], Mark.TEXT))
        return pieces

    def _sign(self, sign: re.Match[str]) -> tuple[str, Mark]:
        slashes, char = len(sign["slashes"] or ""), sign["char"]
        if sign["quote"] or char == '"':
            return '"', self._quote(slashes)
        text = chr(int(sign["code"], 16)) if sign["code"] else _JSON_WHITE.get(char, char)
        if slashes > 1 and text == char:
            text = f"\\{char}"  # their number depends on the depth; that there is one matters to a URL
        self._settle(text)
        return text, Mark.TEXT

    def _quote(self, slashes: int) -> Mark:
        """Open or close a string, or neither, and return which."""
        level = 1
        while slashes % 2:
            slashes, level = slashes // 2, level + 1
        if level <= len(self._kinds):
            del self._kinds[level - 1 :]
            return Mark.CLOSES
        if level == 1:
            self._kinds.append("")
            return Mark.OPENS
        if level == len(self._kinds) + 1 and self._kinds[-1] in ("{", "[", "json"):
            self._kinds[-1] = "json"
            self._kinds.append("")
            return Mark.OPENS
        self._settle("x")
        return Mark.TEXT

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
