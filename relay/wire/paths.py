"""Request paths as clients really write them."""

from __future__ import annotations

__all__ = ["canonical"]


def canonical(path: str) -> str:
    """Return `path` with one leading `/v1` and no trailing slash: "/v1/chat/completions".

    SDKs append to a base URL that a person typed, so `/v1` may come twice or not at all, and slashes double.
    """
    parts = [part for part in path.split("/") if part]
    while parts and parts[0] == "v1":
        del parts[0]
    return "/".join(["", "v1", *parts])
