"""Newline-delimited JSON: bytes to complete lines, however the bytes were cut, and back.

Lines end with LF; a CR before it is white space to JSON, and blank lines are dropped. U+2028 and the like inside JSON
text are text here, but Python's Ollama client splits lines on them, so what is written is ASCII (tested against ollama
0.6.3, 2026-11-20).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from relay.errors import UpstreamBadStream
from relay.types import JSON

__all__ = ["LIMIT_BYTES", "NdjsonParser", "encode_line"]

LIMIT_BYTES = 32 * 1024 * 1024


class NdjsonParser:
    """Turn chunks into lines. Linear in the number of bytes, also when they come one by one."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._begun = bytearray()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take bytes and yield the lines complete with them. Raises UpstreamBadStream behind them when one is too long.

        Bytes are taken as far as the lines are: whoever feeds a chunk takes all of them, or no further chunk.
        """
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if lines and self._begun:
            lines[0] = bytes(self._begun + lines[0])
            self._begun.clear()
        self._begun += rest
        for line in lines:
            self._check_size(line)
            if line.strip():
                yield line
        self._check_size(self._begun)

    def _check_size(self, line: bytes | bytearray) -> None:
        if len(line) > self._limit:
            raise UpstreamBadStream(f"the upstream sent a line of more than {self._limit} bytes")

    def finish(self) -> list[bytes]:
        """Return the line that the stream ended in, if any."""
        rest = bytes(self._begun)
        self._begun.clear()
        return [rest] if rest.strip() else []


def encode_line(tree: JSON) -> bytes:
    """Return `tree` as one line of ASCII JSON."""
    return json.dumps(tree, separators=(",", ":"), allow_nan=False).encode() + b"\n"
