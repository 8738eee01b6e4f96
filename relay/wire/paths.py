"""Request paths as clients really write them."""

from __future__ import annotations

from itertools import dropwhile

__all__ = ["canonical"]


def canonical(path: str) -> str:
    """Return `path` with one leading `/v1` and no trailing slash: "/v1/chat/completions".

    SDKs append to a base URL that a person typed, so `/v1` may come twice or not at all, and slashes double.
    """
    parts = [part for part in path.split("/") if part]
    return "/".join(["", "v1", *dropwhile("v1".__eq__, parts)])
