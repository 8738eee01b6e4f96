"""Newline-delimited JSON: bytes to complete lines, however the bytes were cut, and back.

Lines end with LF; a CR before it is white space to JSON, and blank lines are dropped. U+2028 and the like inside JSON
text are text here, but Python's Ollama client splits lines on them, so what is written is ASCII (tested against ollama
0.6.3, 2026-11-20).
"""

from __future__ import annotations

import json

from relay.errors import UpstreamBadStream
from relay.types import JSON

__all__ = ["LIMIT_BYTES", "NdjsonParser", "encode_line"]

LIMIT_BYTES = 32 * 1024 * 1024


class NdjsonParser:
    """Turn chunks into lines. Linear in the number of bytes, also when they come one by one."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._begun = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take bytes and return the lines complete with them. Raises UpstreamBadStream when one is too long."""
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if lines and self._begun:
            lines[0] = bytes(self._begun + lines[0])
            self._begun.clear()
        self._begun += rest
        if len(self._begun) > self._limit:
            raise UpstreamBadStream(f"the upstream sent a line of more than {self._limit} bytes")
        return [line for line in lines if line.strip()]

    def finish(self) -> list[bytes]:
        """Return the line that the stream ended in, if any."""
        rest = bytes(self._begun)
        self._begun.clear()
        return [rest] if rest.strip() else []


def encode_line(tree: JSON) -> bytes:
    """Return `tree` as one line of ASCII JSON."""
    return json.dumps(tree, separators=(",", ":"), allow_nan=False).encode() + b"\n"
