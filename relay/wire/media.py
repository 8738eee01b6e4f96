"""Tell content that no recognizer can read: remote URLs, media types, and base64 in a text's place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from relay.types import JSON

__all__ = ["is_remote", "kind_of_media", "kind_of_refused", "opaque"]

_DATA_URL = re.compile(r"\s*data:\s*([a-z]*)[^,]{0,4000};\s*base64\s*,", re.IGNORECASE)
# In one line, or in lines as MIME and PEM have them.
_LEAST_BASE64 = 1024
_BASE64 = re.compile(r"\s*(?:[A-Za-z0-9+/_-]{60,}[ \t]*\r?\n[ \t]*)*[A-Za-z0-9+/_-]+={0,2}\s*")
_REMOTE = re.compile(r"\s*(?:https?|gs|s3):\S+\s*", re.IGNORECASE)
_MEDIA_KEY = re.compile(
    r"(?:^|[^A-Za-z]|[a-z0-9](?=[A-Z]))(?i:ur[il]|image|video|audio|document|file|media)s?(?![A-Za-z0-9])[^A-Za-z0-9]*$"
)


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


def kind_of_refused(kind: str, value: JSON, holder: object) -> str:
    """Return the kind of what a table refuses as `kind`, by its URL or the media type beside it."""
    if kind in {"image", "audio", "file"} and is_remote(value):
        return "remote_url"
    return kind_of_media(holder) if kind == "file" and type(holder) is dict else kind


def opaque(text: str, key: str = "") -> str:
    """Return the kind of content in disguise that `text` is, or "" for text.

    `key` is what it stands under, where a URL of media is for the upstream to fetch.
    """
    found = _DATA_URL.match(text)
    if found is not None:
        kind = found.group(1).lower()
        return kind if kind in {"image", "audio"} else "file"
    if key and _REMOTE.fullmatch(text) is not None and _MEDIA_KEY.search(key) is not None:
        return "remote_url"
    return "file" if len(text) >= _LEAST_BASE64 and _BASE64.fullmatch(text) is not None else ""
