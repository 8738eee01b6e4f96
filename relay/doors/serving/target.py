"""Read a request target the way clients mean it."""

from __future__ import annotations

import re

from relay.errors import ClientFault

__all__ = ["OriginForm", "normalise"]

_DOUBLED_VERSION = re.compile(r"/(v[0-9][a-z0-9]*+)(?:/\1)+(?=/|$)")
_SLASHES = re.compile(r"/{2,}")


class OriginForm(ClientFault):
    """A request target that only a forward proxy would take."""

    code = "not_a_forward_proxy"


def normalise(path: str) -> str:
    """Return `path` without what people add by mistake: doubled slashes and versions, a slash at the end.

    Raises OriginForm for anything but a path.
    """
    if not path.startswith("/"):
        raise OriginForm("The request target must begin with a slash.")
    if "//" in path:
        path = _SLASHES.sub("/", path)
    path = _DOUBLED_VERSION.sub(r"/\1", path)
    return path.rstrip("/") or "/"
