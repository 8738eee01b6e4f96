"""Inflate an upstream body that is compressed although identity was requested, with a bound on its size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from relay.errors import UpstreamBadStream

__all__ = ["Inflater"]

_PIECE_BYTES = 65_536
# `wbits` of zlib that reads both a gzip and a zlib header (zlib manual, inflateInit2).
_EITHER_HEADER = 47


class Inflater:
    """Turns compressed chunks into plain pieces of at most 64 KiB, up to `limit_bytes` in all."""

    def __init__(self, coding: str, *, limit_bytes: int) -> None:
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise UpstreamBadStream("The upstream sent a body in a coding that was not asked for.")
        self._limit = limit_bytes
        self._total = 0
        self._inflate = zlib.decompressobj(_EITHER_HEADER)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what `chunk` inflates to, piece by piece. Raises UpstreamBadStream when broken or too large."""
        while chunk:
            if self._inflate.eof:
                raise UpstreamBadStream("The upstream sent bytes after the end of a compressed body.")
            try:
                piece = self._inflate.decompress(chunk, _PIECE_BYTES)
            except zlib.error:
                raise UpstreamBadStream("The upstream sent a compressed body that cannot be read.") from None
            self._total += len(piece)
            if self._total > self._limit:
                raise UpstreamBadStream(
                    f"The upstream sent a compressed body of more than {self._limit} bytes when inflated."
                )
            if piece:
                yield piece
            chunk = self._inflate.unconsumed_tail or self._inflate.unused_data

    def finish(self) -> None:
        """Check that the compressed body was complete."""
        if not self._inflate.eof:
            raise UpstreamBadStream("The upstream stopped in the middle of a compressed body.")
