"""Which parts of a long run of base64 may be a text: nearly none of an image, so that few need be tried.

Any part of a run, from any character on, decodes to a part of what one of four readings of the whole run decodes to. So
four readings, each counted through once, say of every part whether it can be one.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from relay.process.slices import end_slice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LongRun"]

# Of a message, mostly of words, one piece has so many bytes of them.
_PIECE_BYTES = 8
# Of UTF-16 and UTF-32 at least a quarter of the bytes is zero, so that two are no further apart.
_BETWEEN_ZEROS = 4
# So much of a run is counted at once: some 36 bytes of memory for each character.
_WINDOW_CHARS = 1 << 17

# Kinds of bytes: of ASCII text, of words, what goes on with a character of UTF-8 and what begins one of 2, 3 and 4
# bytes, of ISO 8859-1 beyond ASCII.
_ASCII, _WORD, _GOES_ON, _TWO, _THREE, _FOUR, _BEYOND = (1 << bit for bit in range(7))
_KINDS = bytes(
    (_ASCII if 32 <= byte < 127 or byte in b"\t\n\v\f\r\x1c\x1d\x1e\x1f" else 0)
    | (_WORD if byte in b" \n@._-:/" or (byte < 128 and chr(byte).isalnum()) else 0)
    | (_GOES_ON if 0x80 <= byte < 0xC0 else 0)
    | (_TWO if 0xC2 <= byte < 0xE0 else 0)
    | (_THREE if 0xE0 <= byte < 0xF0 else 0)
    | (_FOUR if 0xF0 <= byte < 0xF5 else 0)
    | (_BEYOND if byte >= 0xA0 else 0)
    for byte in range(256)
)


class LongRun:
    """Tells which parts of a run may be a text. run: characters of base64 (RFC 4648, 4), padding at its end or none."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._start = self._end = 0
        self._readings: list[_Reading] = []

    def may_be_text(self, start: int, end: int, skips: int) -> bool:
        """Tell whether `run[start:end]`, or what is left of it behind fewer than `skips` characters, may be a text.

        Parts come in order.
        """
        if end > self._end:
            self._start, self._end = start, max(end, start + _WINDOW_CHARS)
            self._readings = [_Reading(self._run[start + skip : self._end]) for skip in range(4)]
        first, last = start - self._start, end - self._start
        return any(
            self._readings[(first + skip) % 4].may_be_text(
                (first + skip) // 4 * 3, (last - (first + skip) % 4) * 3 // 4
            )
            for skip in range(skips)
        )


class _Reading:
    """What stands in the bytes of a run that is read from its first character on."""

    def __init__(self, run: str) -> None:
        import numpy

        end_slice()
        digits = run.rstrip("=")
        data = b64decode(digits + "A" * (-len(digits) % 4))
        kinds = numpy.frombuffer(data.translate(_KINDS), dtype=numpy.uint8)

        def are(kind: int, ahead: int = 0) -> NDArray[np.bool_]:
            """Return of each byte whether the one so many places ahead is of the kind; past the ends is none."""
            flags = numpy.zeros(len(kinds), dtype=bool)
            low, high = max(0, -ahead), min(len(kinds), len(kinds) - ahead)
            if low < high:
                flags[low:high] = kinds[low + ahead : high + ahead] & kind != 0
            return flags

        second, third, fourth = (are(_GOES_ON, ahead) for ahead in (1, 2, 3))
        utf8 = are(_ASCII) | (are(_TWO | _THREE | _FOUR) & second & (are(_TWO) | third) & (~are(_FOUR) | fourth))
        utf8 |= are(_GOES_ON) & (are(_TWO | _THREE | _FOUR, -1) | are(_THREE | _FOUR, -2) | are(_FOUR, -3))
        zeros = _sums(numpy.frombuffer(data, dtype=numpy.uint8) == 0)
        words = _sums(are(_WORD))
        self._not_utf8 = _sums(~utf8)
        self._not_latin = _sums(~are(_ASCII | _BEYOND))
        self._words = words
        self._pieces = _sums(_within(words, _PIECE_BYTES) == _PIECE_BYTES)
        self._wide = _sums(_within(zeros, 1 + _BETWEEN_ZEROS) > 1)

    def may_be_text(self, start: int, end: int) -> bool:
        """Tell whether the bytes from `start` to `end` may be a text: of UTF-8, wide letters, Latin-1, or a message."""
        end = min(end, len(self._words) - 1)
        size = end - start
        if size <= 0:
            return False
        words = self._words[end] - self._words[start]
        return bool(
            self._not_utf8[end] == self._not_utf8[start]
            or self._wide[end] > self._wide[start]
            or (
                5 * words >= 3 * size - 3
                and (self._not_latin[end] == self._not_latin[start] or self._pieces[end] > self._pieces[start])
            )
        )


def _sums(flags: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return how many flags are set before each place, and before the end."""
    import numpy

    sums = numpy.zeros(len(flags) + 1, dtype=numpy.int32)
    numpy.cumsum(flags, out=sums[1:])
    return sums


def _within(sums: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    """Return how many flags are set from each place on, `size` in all, or as many as there are."""
    import numpy

    return (
        numpy.concatenate((sums[size:], numpy.full(min(size, len(sums)) - 1, sums[-1], dtype=numpy.int32))) - sums[:-1]
    )
