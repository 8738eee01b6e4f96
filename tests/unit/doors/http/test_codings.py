"""Content codings of request bodies: each is undone whole, within the limit, or refused."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import product

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from relay.doors.http.codings import UnsupportedMediaType, codings_of, inflate
from relay.errors import BodyTooLarge, ClientFault

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=3),
    "zstd": zstd.compress,
}
MIB = 1 << 20


@pytest.mark.parametrize(
    ("lines", "codings"),
    [
        ((), ()),
        (("",), ()),
        (("identity",), ()),
        (("gzip",), ("gzip",)),
        (("GZip",), ("gzip",)),
        (("x-gzip",), ("x-gzip",)),
        (("zstd",), ("zstd",)),
        (("br",), ("br",)),
        (("gzip, zstd",), ("gzip", "zstd")),
        (("gzip,zstd",), ("gzip", "zstd")),
        (("gzip", "br"), ("gzip", "br")),
        (("identity, gzip, ",), ("gzip",)),
        (("gzip, identity, gzip",), ("gzip", "gzip")),
        (("compress",), None),
        (("zstandard",), None),
        (("brotli",), None),
        (("gzip;q=1",), None),
        (("gzip zstd",), None),
        (("gzip", "lz4"), None),
        (("gzip, gzip, gzip",), None),
    ],
)
def test_which_codings_are_read(lines: tuple[str, ...], codings: tuple[str, ...] | None) -> None:
    """Known names in any letter case, over one line or several; the refusal says which there are."""
    if codings is None:
        with pytest.raises(UnsupportedMediaType, match=r"relay .*codings"):
            codings_of(lines)
    else:
        assert codings_of(lines) == codings


@pytest.mark.parametrize("coding", sorted(PACK))
@pytest.mark.parametrize("size", [0, 1, 1000, 131_072, 131_073, 262_144, 262_145, 1_000_003])
def test_a_body_counts_inflated(coding: str, size: int) -> None:
    """Exactly the limit is allowed, a byte more is not, whether or not the body can be made smaller."""
    for data in (bytes(size), random.Random(size).randbytes(size)):
        packed = PACK[coding](data)
        assert inflate(packed, [coding], size) == data
        if size:
            with pytest.raises(BodyTooLarge, match=r"server\.max_body_mb"):
                inflate(packed, [coding], size - 1)


@pytest.mark.parametrize("coding", sorted(PACK))
def test_a_body_is_whole(coding: str) -> None:
    """What is cut, followed by more, or something else altogether is refused, and never quoted."""
    data = b"maria.gonzalez@example.org " * 50
    packed = PACK[coding](data)
    broken = [packed[:end] for end in range(0, len(packed), 1 + len(packed) // 40)] + [packed[:-1]]
    broken += [packed + b"x", packed + packed, b"x" + packed, data, b"\x00" * 20]
    for body in broken:
        with pytest.raises(ClientFault) as caught:
            inflate(body, [coding], 10_000)
        assert "maria" not in caught.value.public
        assert coding in caught.value.public


@pytest.mark.parametrize(("inner", "outer"), list(product(sorted(PACK), repeat=2)))
def test_one_coding_over_the_other(inner: str, outer: str) -> None:
    """The last one named is undone first, and the limit holds after each."""
    data = bytes(100_000)
    packed = PACK[outer](PACK[inner](data))
    assert inflate(packed, [inner, outer], 100_000) == data
    with pytest.raises(BodyTooLarge):
        inflate(packed, [inner, outer], 99_999)


@pytest.mark.parametrize("coding", sorted(PACK))
def test_a_bomb_costs_no_more_than_the_limit(coding: str) -> None:
    """A body of a few bytes or KB that would inflate to 256 MiB never takes more memory than a few limits."""
    bomb = PACK[coding](bytes(256 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            inflate(bomb, [coding], MIB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB


def test_a_window_beyond_the_standard_is_refused() -> None:
    """RFC 9659 allows 8 MB; for a frame that asks for more, so much memory would be set aside at once."""
    data = random.Random(1).randbytes(17 * MIB)
    for log, good in ((23, True), (24, False)):
        options = {zstd.CompressionParameter.window_log: log, zstd.CompressionParameter.content_size_flag: 0}
        packer = zstd.ZstdCompressor(options=options)
        packed = packer.compress(data) + packer.flush()
        if good:
            assert inflate(packed, ["zstd"], 32 * MIB) == data
        else:
            with pytest.raises(ClientFault):
                inflate(packed, ["zstd"], 32 * MIB)


@given(st.binary(max_size=200), st.sampled_from(sorted(PACK)))
def test_no_bytes_do_harm(data: bytes, coding: str) -> None:
    """Whatever a body is, it is read or refused."""
    try:
        found = inflate(data, [coding], 1000)
    except ClientFault:
        return
    assert len(found) <= 1000
