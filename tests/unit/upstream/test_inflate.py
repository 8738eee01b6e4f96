"""Compressed upstream bodies, whole, byte by byte, broken and too large."""

from __future__ import annotations

import gzip
import zlib

import pytest

from relay.errors import UpstreamBadStream
from relay.upstream.inflate import Inflater

DATA = b"data: hello\n\n" * 5000


def _inflate(coding: str, chunks: list[bytes], limit: int = 1 << 20) -> bytes:
    inflater = Inflater(coding, limit_bytes=limit)
    out = b"".join(piece for chunk in chunks for piece in inflater.feed(chunk))
    inflater.finish()
    return out


@pytest.mark.parametrize(("coding", "packed"), [("gzip", gzip.compress(DATA)), ("deflate", zlib.compress(DATA))])
def test_any_chunking(coding: str, packed: bytes) -> None:
    """Whole and byte by byte give the same."""
    assert _inflate(coding, [packed]) == DATA
    assert _inflate(coding, [packed[i : i + 1] for i in range(len(packed))]) == DATA


@pytest.mark.parametrize(
    ("chunks", "limit"),
    [
        ([gzip.compress(DATA)[:-1]], 1 << 20),
        ([b"not gzip"], 1 << 20),
        ([gzip.compress(DATA), b"more"], 1 << 20),
        ([gzip.compress(bytes(10_000_000))], 1 << 20),
        ([gzip.compress(DATA)], len(DATA) - 1),
    ],
)
def test_refused(chunks: list[bytes], limit: int) -> None:
    """A body that is cut, foreign, followed by something or too large is a bad stream."""
    with pytest.raises(UpstreamBadStream):
        _inflate("gzip", chunks, limit)


def test_unknown_coding() -> None:
    """A coding that nobody asked for is refused."""
    with pytest.raises(UpstreamBadStream):
        Inflater("br", limit_bytes=10)
