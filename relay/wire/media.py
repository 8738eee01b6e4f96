"""Tell content that no recognizer can read: remote URLs, media types, and base64 in a text's place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from relay.types import JSON

__all__ = ["is_remote", "kind_of_media", "opaque"]

_DATA_URL = re.compile(r"data:([a-z]*)[^,]{0,100};base64,", re.IGNORECASE)
_LONG_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{1024,}={0,2}")


def is_remote(value: JSON) -> bool:
    """Tell whether `value` is, or is an object around, a URL that the upstream would fetch."""
    if type(value) is dict:
        value = value.get("url")
    return type(value) is str and value[:8].lower().startswith(("http:", "https:"))


def kind_of_media(holder: Mapping[str, JSON]) -> str:
    """Return the kind of content whose media type stands beside it."""
    for key in ("mimeType", "mime_type", "media_type"):
        media = holder.get(key)
        if type(media) is str and media.partition("/")[0].lower() in {"image", "audio"}:
            return media.partition("/")[0].lower()
    return "file"


def opaque(text: str) -> str:
    """Return the kind of content in disguise that `text` is, or "" for text."""
    found = _DATA_URL.match(text)
    if found is not None:
        kind = found.group(1).lower()
        return kind if kind in {"image", "audio"} else "file"
    return "file" if len(text) >= 1024 and _LONG_BASE64.fullmatch(text) is not None else ""
