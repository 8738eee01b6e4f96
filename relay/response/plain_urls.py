"""Tell whether a URL that is open at the end of a text is one URL to every reader: only then its host tells its way.

Renderers differ in what begins a URL, in what ends one, and in the Markdown that they see inside it. What follows the
first sign of which that is true may belong to another host: `https://good.example/)//evil.example/`. So plain is

    a host with a port if any, one of / ? #, and then letters, digits and signs that end a URL for nobody

and, where what stands before a scheme keeps some readers from seeing a URL, nothing that they would take for a host.

Reference: GitHub Flavored Markdown 0.29, autolinks (extension); linkify-it 5 and markdown-it 14 (read 2026-11-30).
"""

from __future__ import annotations

import re

__all__ = ["LONGEST_PLAIN", "begins_for_all", "is_plain"]

LONGEST_PLAIN = 1024  # characters of a URL that is looked at
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(
    rf"{_LABEL}(?:\.{_LABEL})*(?::[1-5]?[0-9]{{1,4}})?[/?#](?:[^\W_]|[/?#&=%+:@.,;!~_-])*", re.IGNORECASE
)
# Where Markdown could split it: emphasis, a reference to a character; and signs that end it when they are doubled.
_SPLITS = re.compile(r"(?<![^\W_])_|_(?![^\W_]|\Z)|~[^~]*~|&\#?[^\W_]{1,32};|\.\.|\?\?|!!|==|\+\+|---")
# What begins a URL anew for a reader who has not seen the first one.
_BEGINS_ANEW = re.compile(r"//|[?&=\#%+,;!~][^?&=\#%+,;!~/]*[.@]")
_BEGINNING = re.compile(r"(?:(?:^|[ \t(\[\"'*<>,;:])(?:https?|ftp)://|(?:^|[ \t(*])www\.)\Z", re.IGNORECASE)


def begins_for_all(line: str) -> bool:
    """Tell whether the URL of which a line has just had the sign begins for every reader."""
    return _BEGINNING.search(line) is not None


def is_plain(url: str, *, for_all: bool) -> bool:
    """Tell whether `url`, without its scheme and as far as it is written, is one URL to every reader.

    Without `for_all`, some may not have seen its beginning.
    """
    if len(url) > LONGEST_PLAIN or _PLAIN.fullmatch(url) is None or _SPLITS.search(url) is not None:
        return False
    return for_all or _BEGINS_ANEW.search(url) is None
