"""Find the hosts that the user named: values may go back into links to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.types import Segment

__all__ = ["hosts_named", "mail_hosts_named"]

# The host of a URL, after user info if there is any (RFC 3986, 3.2).
_URL_HOST = re.compile(r"://(?:[^\s/?#@]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])")
_MAIL_HOST = re.compile(r"@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


def hosts_named(segments: Iterable[Segment]) -> frozenset[str]:
    """Return the hosts of the URLs that the user typed, in lower case.

    Hosts from tools, documents, search results, instructions, earlier answers and parts that the format does not know
    do not count: they may have been planted.
    """
    return _hosts(segments, "://", _URL_HOST)


def mail_hosts_named(segments: Iterable[Segment]) -> frozenset[str]:
    """Return the hosts of the mailboxes and accounts (`name@host`) that the user typed, in lower case."""
    return _hosts(segments, "@", _MAIL_HOST)


def _hosts(segments: Iterable[Segment], sign: str, expression: re.Pattern[str]) -> frozenset[str]:
    own = (segment.text for segment in segments if segment.typed and sign in segment.text)
    return frozenset(host.lower() for text in own for host in expression.findall(text))
