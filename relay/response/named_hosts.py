"""Find the hosts that the user named: values may go back into links to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.types import Role, Segment

__all__ = ["hosts_named"]

# The host of a URL, after user info if there is any (RFC 3986, 3.2).
_URL_HOST = re.compile(r"://(?:[^\s/?#@]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])")


def hosts_named(segments: Iterable[Segment]) -> frozenset[str]:
    """Return the hosts of the URLs that the user typed, in lower case.

    Hosts from tools, documents, search results, instructions and earlier answers do not count: they may have been
    planted.
    """
    own = (segment.text for segment in segments if segment.role is Role.USER and "://" in segment.text)
    return frozenset(host.lower() for text in own for host in _URL_HOST.findall(text))
