"""The scan's triggers without Hyperscan, for platforms that have no wheel of it.

Each trigger runs by itself in Python's `re`, so a text takes some hundred times as long; what is found is the same,
which a test holds against Hyperscan on all vectors. Triggers are the project's own, and none nests repeats, so they are
linear here too. An operator's own patterns need Hyperscan and are refused without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["SlowTriggers"]

# A trigger that matches at one place may end at several; beyond so many bytes only the longest end counts.
_ENDS = 48


class SlowTriggers:
    """Triggers as single expressions. Immutable, thread-safe."""

    def __init__(self, triggers: Sequence[tuple[str, bool]]) -> None:
        """Compile `(expression, ignore case)` pairs."""
        self._expressions = [
            re.compile(expression.encode("latin-1"), re.DOTALL | (re.IGNORECASE if caseless else 0))
            for expression, caseless in triggers
        ]

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(trigger index, end offset)` of every match."""
        return [(index, end) for index, expression in enumerate(self._expressions) for end in _ends(expression, data)]


def _ends(expression: re.Pattern[bytes], data: bytes) -> Iterable[int]:
    found: set[int] = set()
    place = 0
    while (match := expression.search(data, place)) is not None:
        start, longest = match.span()
        found.add(longest)
        found.update(
            end for end in range(start + 1, min(start + _ENDS, len(data) + 1)) if expression.fullmatch(data, start, end)
        )
        place = start + 1
    return found
