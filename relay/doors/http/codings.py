"""Undo the content codings of a request body, without ever trusting how large it becomes.

gzip and deflate (RFC 9110), br (RFC 7932) and zstd (RFC 8878), which Codex sends. One member or frame is a body:
more than one is refused, as are bytes behind the end. Time and memory follow the limit, whatever the body claims.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import brotli

from relay.errors import BodyTooLarge, ClientFault
from relay.process.slices import end_slice

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["UnsupportedMediaType", "codings_of", "inflate"]

# One over the other; more than that is no client that we know, and each costs up to the limit.
_MOST: Final = 2
# `wbits` of zlib that reads both a gzip and a zlib header (zlib manual, inflateInit2).
_EITHER_HEADER: Final = 47
# "Decoders SHOULD support, and encoders MUST NOT exceed, a window of 8 MB" (RFC 9659, 3): two to the power of this.
_ZSTD_WINDOW_LOG: Final = 23
# What is asked for at once. Brotli returns about so much, and keeps the rest to itself.
_PIECE_BYTES: Final = 1 << 18


class UnsupportedMediaType(ClientFault):
    """A content type or coding that relay does not read."""

    status = 415
    code = "unsupported_media_type"


def codings_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return the codings that the `Content-Encoding` header lines name, in the order they were applied.

    Raises UnsupportedMediaType for one that is not known, and for too many.
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    codings = tuple(name for name in names if name not in ("", "identity"))
    if any(name not in _INFLATERS for name in codings):
        raise UnsupportedMediaType("relay reads request bodies in the content codings gzip, deflate, br and zstd only.")
    if len(codings) > _MOST:
        raise UnsupportedMediaType(f"relay undoes at most {_MOST} content codings of a request body.")
    return codings


def inflate(data: bytes, codings: Sequence[str], limit_bytes: int) -> bytes:
    """Return `data` with its codings undone, the last one first, at most `limit_bytes` after each.

    Raises BodyTooLarge, and ClientFault for what is broken, incomplete or followed by more.
    """
    for coding in reversed(codings):
        try:
            data, complete = _INFLATERS[coding](data, limit_bytes + 1)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
            raise ClientFault(f"The body cannot be read as {coding}.") from None
        if len(data) > limit_bytes:
            raise BodyTooLarge(
                f"The body inflates to more than the {limit_bytes} bytes allowed; the configuration key is "
                "server.max_body_mb."
            )
        if not complete:
            raise ClientFault(f"The {coding} body is incomplete or has bytes after its end.")
    return data


# Each returns up to about `limit` bytes (more only by a piece), and whether `data` ended there.


def _zlib(data: bytes, limit: int) -> tuple[bytes, bool]:
    inflater = zlib.decompressobj(_EITHER_HEADER)
    fed, left, piece = 0, b"", b""

    def more(wanted: int) -> bytes | None:
        nonlocal fed, left, piece
        if inflater.eof or not (left or piece or fed < len(data)):
            return None
        if not left:  # zlib copies what it has not consumed yet, so it is given a piece at a time
            left = data[fed : fed + _PIECE_BYTES]
            fed += len(left)
        piece = inflater.decompress(left, wanted)
        left = inflater.unconsumed_tail
        return piece

    inflated = _pieces(more, limit)
    return inflated, inflater.eof and not inflater.unused_data and fed == len(data)


def _zstd(data: bytes, limit: int) -> tuple[bytes, bool]:
    inflater = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
    left = data

    def more(wanted: int) -> bytes | None:
        nonlocal left
        if inflater.eof or not (left or not inflater.needs_input):
            return None
        piece, left = inflater.decompress(left, wanted), b""
        return piece

    return _pieces(more, limit), inflater.eof and not inflater.unused_data


def _brotli(data: bytes, limit: int) -> tuple[bytes, bool]:
    inflater = brotli.Decompressor()
    left = data
    piece: bytes = b""

    def more(_: int) -> bytes | None:
        nonlocal left, piece
        # It may have to be asked once more, for nothing, before it knows that it has finished.
        if inflater.is_finished() or not (left or piece or not inflater.can_accept_more_data()):
            return None
        piece, left = inflater.process(left, output_buffer_limit=_PIECE_BYTES), b""
        return piece

    return _pieces(more, limit), inflater.is_finished()


def _pieces(more: Callable[[int], bytes | None], limit: int) -> bytes:
    """Join what `more` returns for a number of bytes, until it has none or there are `limit`; each is a slice."""
    found: list[bytes] = []
    size = 0
    while size < limit and (piece := more(min(_PIECE_BYTES, limit - size))) is not None:
        end_slice()
        found.append(piece)
        size += len(piece)
    return b"".join(found)


_INFLATERS: Final[Mapping[str, Callable[[bytes, int], tuple[bytes, bool]]]] = {
    "gzip": _zlib,
    "x-gzip": _zlib,
    "deflate": _zlib,
    "br": _brotli,
    "zstd": _zstd,
}
