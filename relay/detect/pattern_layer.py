"""Find by patterns: one scan for all, recognizers look at their candidates, and nearby words move the scores."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

from relay.detect.bounds import MOST_SPANS, too_many
from relay.detect.context import ContextTable, Words
from relay.detect.line_marks import without_marks
from relay.detect.normalize import HINTS
from relay.detect.overlap import CERTAIN
from relay.detect.own.custom import CustomRules
from relay.detect.scan import Found, Scanner
from relay.detect.taxonomy import describe
from relay.errors import RelayFault, ScrubFailed
from relay.process.slices import end_slice, in_slices
from relay.protocols import Recognizer
from relay.types import Span

__all__ = ["MIN_SCORE", "Finder", "PatternLayer", "detector_failure"]

# The minimum score of a reported span. Recognizers report guesses below it that only context can raise.
MIN_SCORE = 0.4
# What is scanned at once of a long text, some 10 ms of work. Candidates take many times the memory of their text.
_PART_CHARS = 32_768


class Finder(Protocol):
    """Finds spans independently of the scan, such as another library's recognizers. Thread-safe."""

    name: str
    entity_types: frozenset[str]
    context: Sequence[tuple[str, Sequence[str]]]  # for a type the words that raise its score, as in Recognizer

    def find(self, text: str) -> list[Span]:
        """Return the spans of `text`, in any order; they may overlap."""
        ...


class PatternLayer:
    """Recognizers, the operator's own rules, and finders. Immutable after construction, thread-safe."""

    def __init__(
        self,
        recognizers: Sequence[Recognizer],
        custom: CustomRules,
        finders: Sequence[Finder] = (),
        *,
        min_score: float = MIN_SCORE,
    ) -> None:
        """Compile all patterns of `recognizers` into one scan. What scores less than `min_score` is not reported."""
        patterns = [(recognizer, pattern) for recognizer in recognizers for pattern in recognizer.patterns]
        self._owners = tuple(recognizer for recognizer, _ in patterns)
        self._is_guess = (*(pattern.score < CERTAIN for _, pattern in patterns), *(True for _ in HINTS))
        self._scanner = Scanner([*(pattern for _, pattern in patterns), *HINTS])
        self._min_score = min_score
        self._custom = custom
        self._context = ContextTable(
            [
                *(pair for recognizer in recognizers for pair in recognizer.context.items()),
                *custom.context,
                *(pair for finder in finders for pair in finder.context),
            ]
        )
        self._finders = tuple(finders)
        self.entity_types = frozenset(
            {entity_type for recognizer in recognizers for entity_type in recognizer.entity_types}
            | custom.entity_types
            | {entity_type for finder in finders for entity_type in finder.entity_types}
        )

    def read(self, text: str) -> tuple[list[Span], frozenset[str]]:
        """Return what `find` does, and the hints that there may be something to normalise."""
        hints: set[str] = set()
        return self._find(text, hints), frozenset(hints)

    def find(self, text: str) -> list[Span]:
        """Return the spans of the recognizers in `text`, with context applied; they may overlap.

        Raises ScrubFailed when a detector fails.
        """
        return self._find(text, set())

    def _find(self, text: str, hints: set[str]) -> list[Span]:
        """Return the spans in `text` and add to `hints`. A long text is scanned part by part: memory and slices."""
        spans = self._find_others(text)
        certain = _Ranges()
        for reading in (text, *without_marks(text)):
            if len(text) <= _PART_CHARS:
                self._judge(reading, self._scanner.candidates(reading), certain, spans, hints)
                continue
            for start in range(0, len(text), _PART_CHARS):
                end_slice()
                found = self._scanner.candidates(reading, start, start + _PART_CHARS)
                self._judge(reading, found, certain, spans, hints)
                if len(spans) > MOST_SPANS:
                    raise too_many(MOST_SPANS)
        return spans

    def _find_others(self, text: str) -> list[Span]:
        """Return the spans of the operator's own rules and of the finders."""
        others = self._custom.find(text)
        for finder in self._finders:
            try:
                others.extend(finder.find(text))
            except Exception as error:
                raise detector_failure(finder.name, error) from None
        seen: dict[tuple[int, int], Words] = {}
        spans = [self._context.adjust(span, text, seen) for span in others]
        return [span for span in spans if span.score >= self._min_score]

    def _judge(
        self, text: str, candidates: Sequence[Found], certain: _Ranges, spans: list[Span], hints: set[str]
    ) -> None:
        """Add to `spans` what the recognizers make of `candidates`, to `certain` those that hold no other value."""
        seen: dict[tuple[int, int], Words] = {}
        # Those that may be certain come first, in order: what lies inside of a certain value is a part of it and not
        # judged. The last patterns are hints.
        is_guess, owners = self._is_guess, len(self._owners)
        sure = sorted((found for found in candidates if not is_guess[found[0]]), key=_begin)
        guesses = [found for found in candidates if is_guess[found[0]] and found[0] < owners]
        hints.update([found[1].pattern.name for found in candidates if found[0] >= owners])
        for index, candidate in in_slices([*sure, *guesses]):
            if certain.cover(candidate.start, candidate.end):
                continue
            recognizer = self._owners[index]
            try:
                checked = list(recognizer.check(candidate))
            except Exception as error:
                raise detector_failure(recognizer.name, error) from None
            for span in checked:
                span = _without_escape(span, text)
                if span.score < CERTAIN:
                    span = self._context.adjust(span, text, seen)
                    if span.score < self._min_score:
                        continue
                elif describe(span.entity_type).default:
                    certain.add(span.start, span.end)
                spans.append(span)


def _without_escape(span: Span, text: str) -> Span:
    """Return a span without the backslashes at its end that escape the quotation mark behind it.

    They are an odd number; an even one is the end of the value, with its backslashes escaped.
    """
    if text[span.end : span.end + 1] not in _QUOTES or text[span.end - 1] != "\\":
        return span
    end = span.end - 1
    while end > span.start and text[end - 1] == "\\":
        end -= 1
    return span._replace(end=end) if (span.end - end) % 2 and end > span.start else span


_QUOTES = ('"', "'", "`")


class _Ranges:
    """Ranges of a text, none inside another that came before it."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        if not self.cover(start, end):
            place = bisect_left(self._starts, start)
            self._starts.insert(place, start)
            self._ends.insert(place, end)

    def cover(self, start: int, end: int) -> bool:
        """Tell whether the last range that begins at or before `start` holds `start` to `end`."""
        if not self._starts:
            return False
        place = bisect_right(self._starts, start)
        return place > 0 and self._ends[place - 1] >= end


def _begin(found: Found) -> int:
    return found[1].start


def detector_failure(name: str, error: Exception) -> RelayFault:
    """Return what is raised for a detector's failure: its name and the kind of error, nothing of its text."""
    return error if isinstance(error, RelayFault) else ScrubFailed(f"detector {name} failed: {type(error).__name__}")
