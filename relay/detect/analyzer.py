"""Run every recognizer and the model over a request's segments and return disjoint spans.

The order of work, for all segments of one request:

1. each text is scanned once for all patterns; recognizers check their candidates; nearby words move the scores;
2. a text that has something to normalise is scanned again in its normalised copy;
3. the model reads every text that is not contract text;
4. the seams between parts of one message and between messages are scanned, for values cut in two;
5. guesses in which the model has low confidence are dropped;
6. overlapping spans of one text are resolved by the rule of `overlap`;
7. every distinctive value found, and every one already known to the session, is covered in every text.

A later text never removes or changes what was found in earlier texts: a client resends its history, and a value that
was replaced in one turn is replaced in the next, by the same placeholder.

A recognizer or model that raises stops the request. Its exception is replaced by an error that names the detector only,
because the exception's text may hold a value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from relay.detect.cache import Kept, SpanCache
from relay.detect.context import ContextTable, Words
from relay.detect.everywhere import Value, cover
from relay.detect.low_confidence import guesses, held, unsure
from relay.detect.normalize import HINTS, Normalized, normalize
from relay.detect.occurrences import Occurrences
from relay.detect.overlap import CERTAIN, LOOKALIKE, MODEL, resolve
from relay.detect.own.custom import CustomRules
from relay.detect.scan import Found, Scanner
from relay.detect.split_values import SEAM, crossings
from relay.detect.taxonomy import describe
from relay.errors import RelayFault, ScrubFailed
from relay.protocols import EntityModel, Recognizer
from relay.types import Segment, Span

__all__ = ["MIN_SCORE", "Analyzer", "Finder"]

# The minimum score of a reported span. Recognizers report guesses below it that only context can raise.
MIN_SCORE = 0.4


class Finder(Protocol):
    """Finds spans independently of the scan, such as another library's recognizers. Thread-safe."""

    name: str
    entity_types: frozenset[str]
    context: Sequence[tuple[str, Sequence[str]]]  # for a type the words that raise its score, as in Recognizer

    def find(self, text: str) -> list[Span]:
        """Return the spans of `text`, in any order; they may overlap."""
        ...


# Up to here, marking each value and text costs more than a search for the values: 0.09 against 0.05 ms for nine values
# in 2,000 characters.
_SHORT_CHARS = 4_096


def _no_lookalikes(_text: str) -> Iterable[tuple[int, int]]:
    return ()


class Analyzer:
    """Finds the entities of a request. Immutable after construction, thread-safe."""

    def __init__(
        self,
        recognizers: Sequence[Recognizer],
        model: EntityModel | None,
        *,
        min_score: float = MIN_SCORE,
        lookalikes: Callable[[str], Iterable[tuple[int, int]]] = _no_lookalikes,
        cache: SpanCache | None = None,
        custom: CustomRules | None = None,
        finders: Sequence[Finder] = (),
    ) -> None:
        """Compile all patterns of `recognizers` into one scan; `lookalikes` is the placeholder style's own.

        With a `cache`, the spans of a segment are remembered by its keyed hash. `custom` holds the operator's own
        patterns and lists; `finders` scan by themselves.
        """
        patterns = [(recognizer, pattern) for recognizer in recognizers for pattern in recognizer.patterns]
        self._owners = tuple(recognizer for recognizer, _ in patterns)
        self._is_guess = (*(pattern.score < CERTAIN for _, pattern in patterns), *(True for _ in HINTS))
        self._scanner = Scanner([*(pattern for _, pattern in patterns), *HINTS])
        self._model = model
        # Without a model, analyzing is a matter of microseconds.
        self.has_model = model is not None
        self._min_score = min_score
        self._lookalikes = lookalikes
        self._cache = cache
        self._custom = custom or CustomRules()
        self._context = ContextTable(
            [
                *(pair for recognizer in recognizers for pair in recognizer.context.items()),
                *self._custom.context,
                *(pair for finder in finders for pair in finder.context),
            ]
        )
        self._finders = tuple(finders)
        self.entity_types = frozenset(
            {entity_type for recognizer in recognizers for entity_type in recognizer.entity_types}
            | set(model.labels if model is not None else ())
            | self._custom.entity_types
            | {entity_type for finder in finders for entity_type in finder.entity_types}
            | {LOOKALIKE}
        )

    @property
    def model(self) -> EntityModel | None:
        """The model, to be shared with another analyzer."""
        return self._model

    def analyze(
        self,
        segments: Sequence[Segment],
        *,
        known: Iterable[tuple[str, str]] = (),
        entity_types: frozenset[str] | None = None,
    ) -> tuple[tuple[Span, ...], ...]:
        """Return the disjoint, sorted spans of each segment, in segment order.

        `known` holds `(entity type, value)` pairs of an open session, found wherever they stand. With `entity_types`
        only those types are returned, and look-alikes, which always are. Raises ScrubFailed when a detector fails.
        """
        readings = [_Reading(segment) for segment in segments]
        self._detect(readings)
        remembering = self._cache is not None and entity_types is None and not _is_short(readings)
        occurrences = Occurrences(readings, self._cache if remembering else None)
        found = [list(reading.spans) for reading in readings]
        if self._model is not None:
            _give_up(readings, found, occurrences)
        values: list[Value] = []
        for crossing in crossings(segments, self._across):
            since = crossing.pieces[-1][0]
            values.append(Value(since, crossing.entity_type, crossing.value))
            for place, span in crossing.pieces:
                found[place].append(span._replace(since=since) if place < since else span)
        if entity_types is not None:
            found = [[span for span in spans if span.entity_type in entity_types] for spans in found]
            values = [value for value in values if value.entity_type in entity_types]
            known = [pair for pair in known if pair[0] in entity_types]
        own = [self._settle(spans, reading.text) for reading, spans in zip(readings, found, strict=True)]
        values.extend(_values(readings, own))
        alikes = [reading.alikes for reading in readings]
        result = cover(readings, own, alikes, values, known, occurrences)
        occurrences.remember()
        return tuple(result)

    def find(self, text: str) -> tuple[Span, ...]:
        """Return the disjoint, sorted spans of one text by patterns alone: no model reads it and no cache keeps it.

        Raises ScrubFailed when a detector fails.
        """
        reading = _Reading(Segment(pointer="", text=text))
        self._scan(reading)
        return resolve([*self._settle(reading.spans, text), *reading.alikes], text)

    def _scan(self, reading: _Reading) -> None:
        """Let the recognizers read a text and its copy."""
        candidates = self._scanner.candidates(reading.text)
        reading.hints = frozenset(
            candidate.pattern.name for index, candidate in candidates if index >= len(self._owners)
        )
        spans = self._judge(reading.text, candidates)
        copy = reading.copy
        if copy is not None:
            spans.extend(map(copy.back, self._patterns(copy.text)))
        reading.spans = spans
        reading.alikes = self._alikes(reading.text)

    def _settle(self, spans: Iterable[Span], text: str) -> tuple[Span, ...]:
        """Return disjoint spans without the allowed values."""
        if self._custom.has_allowed:
            spans = [span for span in spans if not self._custom.allows(text[span.start : span.end])]
        return resolve(spans, text)

    def _detect(self, readings: Sequence[_Reading]) -> None:
        """Let recognizers and model read each text by itself, or remember what they found in it."""
        fresh = [reading for reading in readings if not self._remember(reading)]
        for reading in fresh:
            self._scan(reading)
        self._read(fresh)
        for reading in fresh:
            copy = reading.copy
            reading.disguised = copy is not None and any(
                copy.slice(span.start, span.end) != reading.text[span.start : span.end] for span in reading.spans
            )
        if self._cache is not None:
            for reading in fresh:
                reading.kept = Kept(
                    tuple(reading.spans),
                    reading.hints,
                    reading.copy is not None,
                    tuple(reading.alikes),
                    reading.disguised,
                )
                self._cache.put(reading.digest, reading.kept)

    def _remember(self, reading: _Reading) -> bool:
        """Take what the cache knows of a text; tell whether it knows any."""
        if self._cache is None:
            return False
        reading.digest = self._cache.digest(reading.text, b"contract" if reading.segment.contract else b"")
        kept = reading.kept = self._cache.get(reading.digest)
        if kept is None:
            return False
        reading.spans, reading.alikes = kept.spans, kept.alikes
        reading.hints, reading.copied, reading.disguised = kept.hints, kept.copied, kept.disguised
        return True

    def _across(self, text: str) -> Sequence[Span]:
        """Return what stands in a text across a border, which is short and comes again on every turn."""
        if self._cache is None:
            return self._patterns(text)
        digest = self._cache.digest(text, b"across")
        kept = self._cache.get(digest)
        if kept is None:
            kept = Kept(tuple(self._patterns(text)))
            self._cache.put(digest, kept)
        return kept.spans

    def _patterns(self, text: str) -> list[Span]:
        """Return the spans of the recognizers in `text`, with context applied; they may overlap."""
        return self._judge(text, self._scanner.candidates(text))

    def _judge(self, text: str, candidates: Sequence[Found]) -> list[Span]:
        """Return the spans that the recognizers make of `candidates`."""
        seen: dict[tuple[int, int], Words] = {}
        others = self._custom.find(text)
        for finder in self._finders:
            try:
                others.extend(finder.find(text))
            except Exception as error:
                raise _failure(finder.name, error) from None
        spans = [self._context.adjust(span, text, seen) for span in others]
        spans = [span for span in spans if span.score >= self._min_score]
        certain = _Ranges()
        # Those that may be certain come first, in order: what lies inside of a certain value is a part of it and not
        # judged. The last patterns are hints.
        is_guess, owners = self._is_guess, len(self._owners)
        sure = sorted((found for found in candidates if not is_guess[found[0]]), key=_begin)
        guesses = [found for found in candidates if is_guess[found[0]] and found[0] < owners]
        for index, candidate in [*sure, *guesses]:
            if certain.cover(candidate.start, candidate.end):
                continue
            recognizer = self._owners[index]
            try:
                checked = list(recognizer.check(candidate))
            except Exception as error:
                raise _failure(recognizer.name, error) from None
            for span in checked:
                if span.score < CERTAIN:
                    span = self._context.adjust(span, text, seen)
                    if span.score < self._min_score:
                        continue
                elif describe(span.entity_type).default:
                    certain.add(span.start, span.end)
                spans.append(span)
        return spans

    def _read(self, readings: Sequence[_Reading]) -> None:
        """Add what the model finds in the texts that it may read, in their normalised copy where there is one."""
        if self._model is None:
            return
        wanted = [reading for reading in readings if not reading.segment.contract and reading.text.strip()]
        if not wanted:
            return
        try:
            rows = self._model.find_all([reading.legible for reading in wanted])
        except Exception as error:
            raise _failure("model", error) from None
        for reading, spans in zip(wanted, rows, strict=True):
            copy = reading.copy
            # The model has thresholds of its own, one for each type.
            reading.spans = [*reading.spans, *(spans if copy is None else map(copy.back, spans))]

    def _alikes(self, text: str) -> Sequence[Span]:
        try:
            return [Span(LOOKALIKE, start, end, 1.0, "lookalike") for start, end in self._lookalikes(text)]
        except Exception as error:
            raise _failure("lookalike", error) from None


class _Reading:
    """One segment of a request, and what is found in it by itself; spans may overlap."""

    __slots__ = ("_copy", "alikes", "copied", "digest", "disguised", "hints", "kept", "segment", "spans", "text")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.text = segment.text
        self.digest = b""
        self.kept: Kept | None = None
        self.hints: frozenset[str] = frozenset()
        self.disguised = False
        self.copied = True  # until it is known that there is nothing to normalise
        self.spans: Sequence[Span] = ()
        self.alikes: Sequence[Span] = ()
        self._copy: Normalized | None = None

    @property
    def copy(self) -> Normalized | None:
        """The normalised copy, made when it is first asked for."""
        if self.copied and self._copy is None:
            self._copy = normalize(self.text, self.hints)
            self.copied = self._copy is not None
        return self._copy

    @property
    def legible(self) -> str:
        """The text as a model should read it."""
        copy = self.copy
        return self.text if copy is None else copy.text


def _is_short(readings: Sequence[_Reading]) -> bool:
    """Tell whether searching the texts is cheaper than remembering where the values stood in them."""
    return sum([len(reading.text) for reading in readings]) < _SHORT_CHARS


def _give_up(readings: Sequence[_Reading], found: list[list[Span]], occurrences: Occurrences) -> None:
    """Take out of `found` what the model guesses without holding to it."""
    read = [place for place, reading in enumerate(readings) if not reading.segment.contract]
    rows = guesses([readings[place].text for place in read], [found[place] for place in read])
    occurrences.look_for(unsure(rows))
    since = held(rows, [Counter(key for key, _, _ in occurrences.rows[place]) for place in read])
    for number, (place, row) in enumerate(zip(read, rows, strict=True)):
        if any(since.get(guess.key, number + 1) > number for guess in row):
            left = iter(row)
            found[place] = [
                span
                for span in found[place]
                if span.recognizer != MODEL or since.get(next(left).key, number + 1) <= number
            ]


def _values(readings: Sequence[_Reading], own: Sequence[Sequence[Span]]) -> Iterator[Value]:
    """Yield every value that stands in a text by itself, as it is written there and in its copy."""
    for place, (reading, row) in enumerate(zip(readings, own, strict=True)):
        copy = reading.copy if reading.disguised else None
        for span in row:
            if span.recognizer != SEAM:
                yield Value(place, span.entity_type, reading.text[span.start : span.end])
                if copy is not None:
                    yield Value(place, span.entity_type, copy.slice(span.start, span.end))


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


def _failure(name: str, error: Exception) -> RelayFault:
    """Return what is raised for a detector's failure: its name and the kind of error, nothing of its text."""
    return error if isinstance(error, RelayFault) else ScrubFailed(f"detector {name} failed: {type(error).__name__}")
