"""An operator's own patterns, deny lists and allow lists, ready to run; `recognizer_files` reads them.

Patterns run in Hyperscan, or in RE2 where there is none of it. Both match in linear time whatever the expression, and
refuse what they cannot match so: look-around, back-references, and expressions that match the empty text. A pattern
that is refused stops start-up with its file, line and reason. An allowed value is never reported, whatever its case,
unless it is only a part of what was found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Protocol

from relay.detect.known import fold
from relay.detect.overlap import CUSTOM
from relay.detect.own.value_list import ValueList
from relay.detect.scan_hyperscan import Matcher, ScanMode, has_hyperscan
from relay.detect.scan_re2 import Re2Patterns
from relay.errors import ConfigFault
from relay.types import Span

__all__ = ["CustomPattern", "CustomRules", "Matching", "with_hyperscan", "with_re2"]

# How far before an end a match may start. Hyperscan tells ends only, so starts are found by trying.
_WINDOW_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomPattern:
    """One expression of the operator's. `place` says where it stands, for complaints."""

    entity_type: str
    regex: str
    score: float = 0.8
    ignore_case: bool = False
    context: tuple[str, ...] = ()  # words that raise the score when they stand near
    place: str = field(default="custom pattern", compare=False)


class Matching(Protocol):
    """An operator's patterns, compiled by an engine that is linear for every expression. Thread-safe."""

    def find(self, data: bytes) -> Iterable[tuple[int, int, int]]:
        """Yield `(index, start, end)` in bytes: for one pattern the longest match from each start, disjoint."""
        ...


class CustomRules:
    """Patterns, deny list and allow list, ready to use. Immutable, thread-safe."""

    def __init__(
        self,
        patterns: Sequence[CustomPattern] = (),
        deny: Iterable[tuple[str, str]] = (),
        allow: Iterable[str] = (),
        *,
        compile_all: Callable[[Sequence[CustomPattern]], Matching] | None = None,
    ) -> None:
        """Compile everything, for Hyperscan where it is installed, else RE2.

        Raises ConfigFault for a pattern that cannot be matched in linear time.
        """
        self._patterns = tuple(patterns)
        make = compile_all or (with_hyperscan if has_hyperscan() else with_re2)
        self._matching = make(self._patterns) if patterns else None
        deny = tuple(deny)
        self._deny = ValueList(deny)
        self._allow = frozenset(map(fold, allow))
        self.entity_types = frozenset(pattern.entity_type for pattern in patterns) | {kind for kind, _ in deny}
        self.context = tuple((pattern.entity_type, pattern.context) for pattern in patterns if pattern.context)

    @property
    def has_allowed(self) -> bool:
        """Tell whether any value must not be reported."""
        return bool(self._allow)

    def allows(self, value: str) -> bool:
        """Tell whether `value` must not be reported."""
        return fold(value) in self._allow

    def find(self, text: str) -> list[Span]:
        """Return what the patterns and the deny list find in `text`."""
        found = self._deny.find(text)
        if self._matching is not None:
            found.extend(self._scan(text, self._matching))
        return found

    def _scan(self, text: str, matching: Matching) -> Iterable[Span]:
        # Lone surrogates have no UTF-8; each becomes one sign of the same count of code points.
        data = text.encode("utf-8", "replace")
        offsets = None if len(data) == len(text) else list(accumulate((_width(char) for char in text), initial=0))
        for index, start, end in matching.find(data):
            pattern = self._patterns[index]
            low, high = (start, end) if offsets is None else (bisect_left(offsets, start), bisect_left(offsets, end))
            yield Span(pattern.entity_type, low, high, pattern.score, CUSTOM)


def with_re2(patterns: Sequence[CustomPattern]) -> Matching:
    """Compile `patterns` for RE2. Raises ConfigFault."""
    return Re2Patterns((pattern.regex, pattern.ignore_case, pattern.place) for pattern in patterns)


def with_hyperscan(patterns: Sequence[CustomPattern]) -> Matching:
    """Compile `patterns` for Hyperscan. Raises ConfigFault."""
    return _HyperscanPatterns(patterns)


class _HyperscanPatterns:
    """Hyperscan tells ends only, so starts are found by trying; a match of more than _WINDOW_BYTES is cut there."""

    def __init__(self, patterns: Sequence[CustomPattern]) -> None:
        # Anchored at the start, one by one; and all together, to find ends.
        compiled = [_compile(pattern) for pattern in patterns]
        self._anchored = [matcher for matcher, _ in compiled]
        self._all = Matcher([row for _, row in compiled])

    def find(self, data: bytes) -> Iterable[tuple[int, int, int]]:
        ends: dict[int, set[int]] = {}
        for index, end in self._all.ends(data):
            ends.setdefault(index, set()).add(end)
        for index, places in ends.items():
            for start, end in _matches(data, places, self._anchored[index]):
                yield index, start, end


def _matches(data: bytes, ends: set[int], anchored: Matcher) -> Iterable[tuple[int, int]]:
    """Yield the longest match from each start, disjoint, of the expression that ends at `ends`.

    Every place is tried as a start at most once, so work is linear. A match of more than _WINDOW_BYTES is cut there.
    """
    start = 0
    for end in sorted(ends):
        start = max(start, end - _WINDOW_BYTES)
        while start < end:
            if data[start] & 0xC0 != 0x80:  # not inside a character
                # What only the cut made possible, such as a word boundary, is no match of the whole text.
                window = data[start : start + _WINDOW_BYTES]
                last = max((start + size for _, size in anchored.ends(window) if start + size in ends), default=0)
                if last:
                    yield start, last
                    start = last
                    break
            start += 1


def _compile(pattern: CustomPattern) -> tuple[Matcher, tuple[bytes, ScanMode]]:
    """Return the matcher of a pattern that must begin where the data begins, and the row for that of all patterns."""
    regex = f"(?:{pattern.regex})".encode("utf-8", "replace")
    case = ScanMode.IGNORE_CASE if pattern.ignore_case else ScanMode.UTF8
    # With Unicode classes Hyperscan has no word boundary; without them \b and \w know ASCII only.
    for mode in (ScanMode.UNICODE | case, ScanMode.UTF8 | case):
        try:
            Matcher([(regex, mode)])
            return Matcher([(b"^" + regex, mode)]), (regex, mode)
        except ConfigFault as fault:
            reason = fault.public
    raise ConfigFault(f"{pattern.place}: the pattern {reason}")


def _width(char: str) -> int:
    code = ord(char)
    return 1 if code < 0x80 or 0xD800 <= code < 0xE000 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
