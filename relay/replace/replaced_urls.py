"""Find the URLs of a scrubbed text that values were replaced in.

A URL begins with a scheme and `://`. It ends at a character that no URL has (white space, quotation mark, backtick, <,
>, backslash) or at what closes the quote or bracket right before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["CLOSERS", "LONGEST", "MARK", "MOST_URLS", "SCHEME", "end_of", "urls_with"]

MARK = "://"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}\Z")
# What may stand right before a URL, and what closes it.
CLOSERS = {'"': '"', "'": "'", "`": "`", "(": ")", "[": "]", "{": "}", "|": "|", ",": ",", ";": ";"}
LONGEST = 2048  # characters of one URL
MOST_URLS = 20_000  # URLs of one request
_END = re.compile(r"[\s<>\"`\\]")
_ESCAPE = re.compile(r"u[0-9A-Fa-f]{4}|[A-Za-z]")


def urls_with(text: str, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield the URLs of a scrubbed text that hold any of `places`, where values were replaced, in order."""
    if MARK not in text:
        return
    number, at = 0, text.find(MARK)
    while at >= 0:
        scheme = SCHEME.search(text, max(0, at - 31), at)
        if scheme is None:
            at = text.find(MARK, at + 1)
            continue
        start = scheme.start()
        if text[start - 1 : start] == "\\" and (escape := _ESCAPE.match(text, start, at - 1)) is not None:
            start = escape.end()  # the letter of an escape, as in `\nhttp://`, is none of the scheme
        end = end_of(text, at, CLOSERS.get(text[start - 1 : start], ""))
        while number < len(places) and places[number][0] < start:
            number += 1
        if number < len(places) and places[number][1] <= end <= start + LONGEST:
            yield text[start:end]
        at = text.find(MARK, end)


def end_of(text: str, start: int, closer: str) -> int:
    """Return where the URL that is open at `start` ends; `closer` closes what it stands in, "" for nothing."""
    end = _END.search(text, start)
    stop = len(text) if end is None else end.start()
    if closer:
        closes = text.find(closer, start, stop)
        stop = closes if closes >= 0 else stop
    return stop
