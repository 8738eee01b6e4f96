"""Comparisons as policies write them, such as ">= 90" or "> 17, < 65", and what a value that is read can be to them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from relay.replace.reading.plain import Range

__all__ = ["Interval", "Verdict", "as_text", "canonical", "parsed"]

_TERM = re.compile(r"(<=|>=|<|>|=)\s*([^\s<>=,][^<>=,]{0,30})")
_MOST_TERMS = 2
_EXPECTED = 'expected a comparison such as ">= 90", or two such as ">= 18, < 65"'


class Verdict(IntEnum):
    """Whether a condition holds for a value. UNKNOWN where the value cannot be read, or may lie on either side."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers that a comparison holds for."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether it holds for no number."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def holds(self, found: Range) -> Verdict:
        """Tell whether it holds for a number that is somewhere in `found`."""
        above = found.low > self.low or (found.low == self.low and not self.low_open)
        below = found.high < self.high or (found.high == self.high and not self.high_open)
        if above and below:
            return Verdict.YES
        return Verdict.NO if self._meet(Interval(found.low, found.high)).is_empty else Verdict.UNKNOWN

    def within(self, other: Interval) -> bool:
        """Tell whether `other` holds for every number that this one holds for."""
        return self.is_empty or self._meet(other) == self

    def both(self, other: Interval) -> Interval:
        """Return what both hold for."""
        return self._meet(other)

    def _meet(self, other: Interval) -> Interval:
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not high_closed)


def parsed(text: str, number: Callable[[str], float]) -> Interval:
    """Return what `text`, one or two comparisons with a comma between them, holds for.

    `number` reads what is compared with. Raises ValueError, with what was expected, for anything else.
    """
    found = Interval()
    for sign, value in _terms(text):
        at = number(value)
        match sign:
            case "<":
                found = found.both(Interval(high=at, high_open=True))
            case "<=":
                found = found.both(Interval(high=at))
            case ">":
                found = found.both(Interval(low=at, low_open=True))
            case ">=":
                found = found.both(Interval(low=at))
            case _:
                found = found.both(Interval(low=at, high=at))
    return found


def canonical(text: str) -> str:
    """Return `text` in the one form that stands for its meaning in digests: "<65, >=18". Raises ValueError."""
    return ", ".join(sorted({f"{sign}{' '.join(value.split())}" for sign, value in _terms(text)}))


def as_text(value: object) -> object:
    """Refuse a bare number with the words that help: `age: 90` does not say on which side. Raises ValueError."""
    if isinstance(value, bool | int | float):
        raise ValueError(_EXPECTED)
    return value


def _terms(text: str) -> list[tuple[str, str]]:
    terms = [_TERM.fullmatch(part.strip()) for part in text.split(",")]
    found = [(match[1], match[2].strip()) for match in terms if match is not None]
    if len(found) != len(terms) or len(found) > _MOST_TERMS:
        raise ValueError(_EXPECTED)
    return found
