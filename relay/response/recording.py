"""Record what the upstream wrote and what the client received, for later requests that resend the text.

`relay.request.replay` puts the upstream's own text in place of the client's, so that the provider's prompt cache hits.
"""

from __future__ import annotations

from collections.abc import Iterator

from relay.errors import ClientFault
from relay.protocols import Writer
from relay.types import Encoding
from relay.vault.vault import Vault
from relay.wire.json_text import JsonText, is_json_container

__all__ = ["RecordingWriter"]


class RecordingWriter:
    """Wraps a writer, or none, and records its complete text, before and after."""

    def __init__(self, writer: Writer | None, vault: Vault, upstream: str, encoding: Encoding) -> None:
        self._writer = writer
        self._vault = vault
        self._upstream = upstream
        self._encoding = encoding
        self._came: list[str] = []
        self._went: list[str] = []

    def feed(self, text: str) -> str:
        """Return what the writer releases."""
        self._came.append(text)
        out = text if self._writer is None else self._writer.feed(text)
        self._went.append(out)
        return out

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest, and record the text if it is complete."""
        out = "" if self._writer is None else self._writer.finish(cut_off=cut_off)
        if not cut_off:
            self._note("".join(self._came), "".join((*self._went, out)))
        self._came, self._went = [], []
        return out

    def restore(self, text: str) -> str:
        """Return the writer's output for a whole text, and record both."""
        out = text if self._writer is None else self._writer.restore(text)
        self._note(text, out)
        return out

    def _note(self, original: str, text: str) -> None:
        if not text:
            return
        self._vault.note_turn(self._upstream, text, original)
        if self._encoding is Encoding.JSON:
            # Where a format has arguments as an object, the client resends their strings one by one.
            for read, written in _literals(text, original):
                self._vault.note_turn(self._upstream, read, written)


def _literals(text: str, original: str) -> Iterator[tuple[str, str]]:
    """Yield the strings in two JSON texts of one shape, side by side, keys and numbers aside."""
    if not is_json_container(text) or not is_json_container(original):
        return
    try:
        read, written = JsonText(text).literals, JsonText(original).literals
    except ClientFault:
        return  # more strings than real arguments have
    if len(read) == len(written):
        for one, other in zip(read, written, strict=True):
            if one.text and not one.is_key and not one.is_number:
                yield one.text, other.text
