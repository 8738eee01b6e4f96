"""Content that stands in a request as base64, in a `data:` URL or bare beside its media type."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any, Final

from relay.types import JSON

__all__ = ["Inline", "inline"]

_DATA_URL = re.compile(r"data:([^,;]{0,100})((?:;[^,;]{0,100}){0,8});base64,", re.IGNORECASE)
_MEDIA_KEYS: Final = ("media_type", "mimeType", "mime_type")
_SPACE = re.compile(r"\s+")
_TO_STANDARD = str.maketrans("-_", "+/")
# What is text although its type does not begin with `text/`. RTF does, and spells what it says in escapes of its own.
_TEXT_TYPES: Final = frozenset(
    {
        *("application/json", "application/x-ndjson", "application/jsonl", "application/xml", "application/yaml"),
        *("application/x-yaml", "application/toml", "application/csv", "application/markdown", "application/sql"),
        *("application/javascript", "application/x-javascript", "application/typescript", "application/x-sh"),
    }
)
_NOT_TEXT: Final = frozenset({"text/rtf", "text/richtext"})


@dataclass(slots=True)
class Inline:
    """One piece of inline content: `holder[key]` is `head` and base64."""

    holder: Any = field(repr=False)
    key: str | int = field(repr=False)
    head: str = field(repr=False)  # of a data: URL, up to its comma; empty for bare base64
    media: str  # in lower case without parameters; empty where nothing says it
    media_at: str | None  # the key beside `key` that says it

    @property
    def data(self) -> bytes | None:
        """The decoded content; None where it is not base64."""
        text = _SPACE.sub("", str(self.holder[self.key])[len(self.head) :]).translate(_TO_STANDARD).rstrip("=")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            return None

    @property
    def text(self) -> str | None:
        """The content as text; None where it is none by its type or by its bytes."""
        subtype = self.media.partition("/")[2]
        named = self.media.startswith("text/") or self.media in _TEXT_TYPES or subtype.endswith(("+json", "+xml"))
        if not named or self.media in _NOT_TEXT:
            return None
        data = self.data
        try:
            text = data.decode("utf-8-sig") if data is not None else None
        except UnicodeDecodeError:
            return None
        return None if text is None or "\0" in text else text

    def put(self, data: bytes, media: str | None = None) -> None:
        """Write `data` in the content's place, and `media` wherever its type was said."""
        head = self.head
        if media is not None and media != self.media:
            head = head and f"data:{media};base64,"
            if self.media_at is not None:
                self.holder[self.media_at] = media
        self.holder[self.key] = head + base64.b64encode(data).decode()


def inline(holder: Any, key: str | int) -> list[Inline] | None:
    """Return the inline content of what stands at `holder[key]`, or None where any of it is not inline.

    A string is one piece, an object with a `url` is that string, and a list is a piece for each element.
    """
    value: JSON = holder[key]
    if type(value) is list:
        found = [inline(value, index) for index in range(len(value))]
        return [piece for pieces in found if pieces for piece in pieces] if all(found) else None
    if type(value) is dict:
        return inline(value, "url") if "url" in value else None
    if type(value) is not str:
        return None
    url = _DATA_URL.match(value)
    if url is not None:
        return [Inline(holder, key, url.group(), url[1].strip().lower(), None)]
    if value[:5].lower() == "data:" or "://" in value[:16]:
        return None
    media_at = next((name for name in _MEDIA_KEYS if type(holder) is dict and type(holder.get(name)) is str), None)
    media = holder[media_at].partition(";")[0].strip().lower() if media_at is not None else ""
    return [Inline(holder, key, "", media, media_at)]
