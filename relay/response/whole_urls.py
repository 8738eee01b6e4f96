"""Decide whether a URL of the answer is, as a whole, one of those in which values were replaced.

A URL from a tool's result with a value in it may go back with that value: it discloses nothing new. Only its scrubbed
text is kept, which holds no value. The answer must have the same text from the scheme to the end, so nothing can be
appended. `relay.replace.replaced_urls` defines where a URL ends.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from relay.replace.replaced_urls import CLOSERS, LONGEST, MARK, SCHEME, end_of

__all__ = ["WholeUrls", "Word"]

# In JSON text the character after a backslash belongs to it.
_BEFORE = re.compile(r"\\+(?:u[0-9a-fA-F]{4}|.)?|[\s<>\"`]", re.DOTALL)
_PUNCTUATION = ".,;:!?'\")]}*_~|"
_MOST_PUNCTUATION = 8  # characters of it after a URL
_LONGEST_WORD = LONGEST + 256
_SEPARATORS = frozenset('<>"')
# A blank that is written as an escape.
_BLANK_BEFORE = re.compile(r"\\[nrt]")


class Begun(NamedTuple):
    """The beginning of a URL, and the sign that would close it, if any."""

    text: str
    closer: str


class WholeUrls:
    """The URLs of one request that hold placeholders or stand-ins. Immutable."""

    __slots__ = ("_sorted", "_urls")

    def __init__(self, urls: Iterable[str] = ()) -> None:
        self._urls = frozenset(url.rstrip(_PUNCTUATION) for url in urls)
        self._sorted = sorted(self._urls)

    def __bool__(self) -> bool:
        return bool(self._urls)

    def __repr__(self) -> str:
        return f"WholeUrls({len(self._urls)})"

    def holds(self, begun: Begun, rest: str, *, final: bool) -> bool | None:
        """Tell whether the URL that has `begun` and continues with `rest` is one of these; None while undecided."""
        end = end_of(rest, 0, begun.closer)
        url = (begun.text + rest[:end])[: LONGEST + _MOST_PUNCTUATION + 1]
        bare = url.rstrip(_PUNCTUATION)
        known = bare in self._urls and len(url) - len(bare) <= _MOST_PUNCTUATION
        if end < len(rest) or final or len(url) > LONGEST + _MOST_PUNCTUATION:
            return known
        return None if known or self._begins(url) else False

    def _begins(self, url: str) -> bool:
        place = bisect_left(self._sorted, url)
        return place < len(self._sorted) and self._sorted[place].startswith(url)


class Word:
    """The end of a text after the last sign that no URL and no word contains. Feed it all text, in pieces."""

    __slots__ = ("_long", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._long = False

    def text(self) -> str | None:
        """Return what the word has so far; None where it is too long for one of the request.

        Code may begin with it, but a backtick or a backslash inside of it parts nothing: renderers go on over them.
        """
        return None if self._long else _BLANK_BEFORE.split(self._text)[-1].lstrip("`")

    def url(self) -> Begun | None:
        """Return the URL that is open at the end; None where the word is too long for a URL of the request."""
        return None if self._long else _url_in(_BEFORE.split(self._text)[-1])

    def feed(self, text: str) -> None:
        """Read the next piece."""
        for place in range(len(text) - 1, -1, -1):
            if text[place] in _SEPARATORS or text[place].isspace():
                self._text, self._long = text[place + 1 :], False
                break
        else:
            self._text = self._text + text
        if self._long or len(self._text) > _LONGEST_WORD:
            self._text, self._long = "", True


def _url_in(word: str) -> Begun | None:
    """Return the URL that is open at the end of `word`."""
    at = word.find(MARK)
    while at >= 0:
        scheme = SCHEME.search(word, max(0, at - 31), at)
        closer = CLOSERS.get(word[scheme.start() - 1 : scheme.start()], "") if scheme is not None else ""
        closes = word.find(closer, at) if closer else -1
        if scheme is not None and closes < 0:
            return Begun(word[scheme.start() :], closer)
        at = word.find(MARK, max(at + 1, closes))
    return None
