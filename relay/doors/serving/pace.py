"""Estimate how long work takes, from what was done lately."""

from __future__ import annotations

__all__ = ["Pace"]

# What is remembered of the calls before, with each new one: the last twenty or so count.
_KEPT = 0.95
# A call costs at least what so many bytes do.
_LEAST_BYTES = 1_024


class Pace:
    """Seconds of a worker for a call of so many bytes. Not thread-safe."""

    def __init__(self, s_per_byte: float) -> None:
        """Begin with a guess, which counts as one call."""
        self._bytes = float(_LEAST_BYTES)
        self._seconds = s_per_byte * _LEAST_BYTES

    def done(self, size: int, seconds: float) -> None:
        """Learn that a call of `size` bytes took `seconds`."""
        self._bytes = self._bytes * _KEPT + max(size, _LEAST_BYTES)
        self._seconds = self._seconds * _KEPT + seconds

    def of(self, size: int) -> float:
        """Return about how many seconds a call of `size` bytes takes."""
        return self._seconds / self._bytes * max(size, _LEAST_BYTES)
