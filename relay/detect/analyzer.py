"""Run every recognizer and the model over a request's segments and return disjoint spans.

The order of work, for all segments of one request:

1. each text is scanned once for all patterns; recognizers check their candidates; nearby words move the scores;
2. a text that has something to normalise is scanned again in its normalised copy;
3. the model reads every text that is not contract text;
4. the seams between parts of one message are scanned, for values cut in two;
5. every value found, and every value already known to the session, is searched in every text;
6. overlapping spans are resolved by the rule of `overlap`.

A recognizer or model that raises stops the request: nothing here catches on behalf of a detector. What it raised is
replaced by an error that names the detector only, because its own text may hold a value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from relay.detect.cache import Kept, SpanCache
from relay.detect.context import ContextTable, Words
from relay.detect.custom import CustomRules
from relay.detect.known import KnownValues
from relay.detect.normalize import HINTS, Normalized, normalize
from relay.detect.overlap import CERTAIN, LOOKALIKE, resolve
from relay.detect.scan import Found, Scanner
from relay.detect.taxonomy import describe
from relay.errors import RelayFault, ScrubFailed
from relay.protocols import EntityModel, Recognizer
from relay.types import Segment, Span

__all__ = ["MIN_SCORE", "Analyzer", "Finder"]

# The score from which a candidate is believed. Recognizers report guesses below it that only context can lift.
MIN_SCORE = 0.4
# A value cut by the border of two parts is looked for within this many characters on either side.
SEAM_CHARS = 160


class Finder(Protocol):
    """Whatever finds spans by itself, such as another library's recognizers. Thread-safe."""

    name: str
    entity_types: frozenset[str]

    def find(self, text: str) -> list[Span]:
        """Return the spans of `text`, in any order; they may overlap."""
        ...


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
        self._context = ContextTable(pair for recognizer in recognizers for pair in recognizer.context.items())
        self._model = model
        self._min_score = min_score
        self._lookalikes = lookalikes
        self._cache = cache
        self._custom = custom or CustomRules()
        self._finders = tuple(finders)
        self.entity_types = frozenset(
            {entity_type for recognizer in recognizers for entity_type in recognizer.entity_types}
            | set(model.labels if model is not None else ())
            | self._custom.entity_types
            | {entity_type for finder in finders for entity_type in finder.entity_types}
            | {LOOKALIKE}
        )

    @property
    def has_model(self) -> bool:
        """Tell whether a model reads the segments, too; without one, analyzing is a matter of microseconds."""
        return self._model is not None

    @property
    def model(self) -> EntityModel | None:
        """The model, for another analyzer that wants the same."""
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
        texts = [segment.text for segment in segments]
        copies, found = self._each(segments)
        joined = self._seams(segments, found)
        if entity_types is not None:
            found = [[span for span in spans if span.entity_type in entity_types] for spans in found]
            joined = [pair for pair in joined if pair[0] in entity_types]
        disjoint = [self._settle(spans, text) for spans, text in zip(found, texts, strict=True)]
        values = KnownValues(dict.fromkeys(self._values(texts, copies, disjoint, joined, known)))
        result = []
        for text, copy, own in zip(texts, copies, disjoint, strict=True):
            occurrences = values.find(text, {(span.start, span.end) for span in own}) if values else []
            if values and copy is not None:
                occurrences.extend(map(copy.back, values.find(copy.text)))
            more = [*self._alikes(text), *_outside(own, occurrences)]
            result.append(resolve([*own, *more], text) if more else own)
        return tuple(result)

    def find(self, text: str) -> tuple[Span, ...]:
        """Return the disjoint, sorted spans of one text by patterns alone: no model reads it and no cache keeps it.

        Raises ScrubFailed when a detector fails.
        """
        _, _, spans = self._scan(text)
        return resolve([*self._settle(spans, text), *self._alikes(text)], text)

    def _scan(self, text: str) -> tuple[Normalized | None, frozenset[str], list[Span]]:
        """Return the normalised copy of `text`, the hints that made it, and what patterns find in both."""
        candidates = self._scanner.candidates(text)
        hints = frozenset(candidate.pattern.name for index, candidate in candidates if index >= len(self._owners))
        copy = normalize(text, hints)
        spans = self._judge(text, candidates)
        if copy is not None:
            spans.extend(map(copy.back, self._patterns(copy.text)))
        return copy, hints, spans

    def _settle(self, spans: Iterable[Span], text: str) -> tuple[Span, ...]:
        """Return disjoint spans without the allowed values."""
        if self._custom.has_allowed:
            spans = [span for span in spans if not self._custom.allows(text[span.start : span.end])]
        return resolve(spans, text)

    def _each(self, segments: Sequence[Segment]) -> tuple[list[Normalized | None], list[list[Span]]]:
        """Return each segment's copy, and what recognizers and model find in it by itself; spans may overlap."""
        copies: list[Normalized | None] = []
        found: list[list[Span]] = []
        fresh: dict[int, tuple[bytes, frozenset[str]]] = {}
        for place, segment in enumerate(segments):
            digest = b""
            kept = None
            if self._cache is not None:
                digest = self._cache.digest(segment.text, b"contract" if segment.contract else b"")
                kept = self._cache.get(digest)
            if kept is not None:
                copies.append(normalize(segment.text, kept.hints) if kept.copied else None)
                found.append(list(kept.spans))
                continue
            copy, hints, spans = self._scan(segment.text)
            copies.append(copy)
            found.append(spans)
            fresh[place] = (digest, hints)
        self._read(segments, copies, found, fresh)
        if self._cache is not None:
            for place, (digest, hints) in fresh.items():
                self._cache.put(digest, Kept(tuple(found[place]), hints, copies[place] is not None))
        return copies, found

    def _patterns(self, text: str) -> list[Span]:
        """Return what the recognizers stand by in `text`, with context applied; spans may overlap."""
        return self._judge(text, self._scanner.candidates(text))

    def _judge(self, text: str, candidates: Iterable[Found]) -> list[Span]:
        """Return the spans that the recognizers make of `candidates`."""
        spans = self._custom.find(text)
        for finder in self._finders:
            try:
                spans.extend(span for span in finder.find(text) if span.score >= self._min_score)
            except Exception as error:
                raise _failure(finder.name, error) from None
        seen: dict[tuple[int, int], Words] = {}
        certain = _Ranges()
        # Those that may be certain come first: what lies inside of a certain value is a part of it and not judged.
        for index, candidate in sorted(candidates, key=self._guesses):
            if index >= len(self._owners) or certain.cover(candidate.start, candidate.end):  # a hint, a part
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

    def _guesses(self, found: Found) -> bool:
        return self._is_guess[found[0]]

    def _read(
        self,
        segments: Sequence[Segment],
        copies: Sequence[Normalized | None],
        found: list[list[Span]],
        fresh: Iterable[int],
    ) -> None:
        """Add what the model finds in the segments that it may read, in their normalised copy where there is one."""
        if self._model is None:
            return
        places = [place for place in fresh if not segments[place].contract and segments[place].text.strip()]
        if not places:
            return
        try:
            rows = self._model.find_all([_legible(segments[place].text, copies[place]) for place in places])
        except Exception as error:
            raise _failure("model", error) from None
        for place, spans in zip(places, rows, strict=True):
            copy = copies[place]
            # The model has thresholds of its own, one for each type.
            found[place].extend(spans if copy is None else map(copy.back, spans))

    def _seams(self, segments: Sequence[Segment], found: list[list[Span]]) -> list[tuple[str, str]]:
        """Add the pieces of values that lie across the border of two parts of one message; return the whole values."""
        whole: list[tuple[str, str]] = []
        start = 0
        while start < len(segments):
            end = start + 1
            while end < len(segments) and _are_parts(segments[end - 1], segments[end]):
                end += 1
            if end - start > 1:
                whole.extend(self._join(segments, found, range(start, end)))
            start = end
        return whole

    def _join(self, segments: Sequence[Segment], found: list[list[Span]], parts: range) -> Iterable[tuple[str, str]]:
        text = "".join(segments[part].text for part in parts)
        borders = [0]
        for part in parts:
            borders.append(borders[-1] + len(segments[part].text))
        for low, high in _windows(borders[1:-1], len(text)):
            for span in self._patterns(text[low:high]):
                first, last = span.start + low, span.end + low
                # The part that holds the first character, and the one that holds the last.
                begin, finish = bisect_right(borders, first) - 1, bisect_left(borders, last) - 1
                if begin == finish:
                    continue
                yield span.entity_type, text[first:last]
                for place in range(begin, finish + 1):
                    left, right = borders[place], borders[place + 1]
                    if left < right:
                        piece = Span(
                            span.entity_type,
                            max(first, left) - left,
                            min(last, right) - left,
                            span.score,
                            span.recognizer,
                        )
                        found[parts[place]].append(piece)

    def _values(
        self,
        texts: Sequence[str],
        copies: Sequence[Normalized | None],
        spans: Sequence[Sequence[Span]],
        joined: Iterable[tuple[str, str]],
        known: Iterable[tuple[str, str]],
    ) -> Iterable[tuple[str, str]]:
        yield from known
        for text, copy, row in zip(texts, copies, spans, strict=True):
            for span in row:
                yield span.entity_type, text[span.start : span.end]
                if copy is not None:
                    yield span.entity_type, copy.slice(span.start, span.end)
        yield from joined

    def _alikes(self, text: str) -> Iterable[Span]:
        try:
            return [Span(LOOKALIKE, start, end, 1.0, "lookalike") for start, end in self._lookalikes(text)]
        except Exception as error:
            raise _failure("lookalike", error) from None


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


def _legible(text: str, copy: Normalized | None) -> str:
    return text if copy is None else copy.text


def _outside(own: Sequence[Span], spans: Iterable[Span]) -> Iterable[Span]:
    """Return those of `spans` that no span of `own`, disjoint and sorted, covers already.

    A type that is off covers none that is on: one name may be a person's here and a company's there.
    """
    for span in spans:
        place = bisect_right(own, span.start, key=_start)
        if not place or own[place - 1].end < span.end or _is_on(span) > _is_on(own[place - 1]):
            yield span


def _is_on(span: Span) -> bool:
    return describe(span.entity_type).default


def _start(span: Span) -> int:
    return span.start


def _are_parts(one: Segment, other: Segment) -> bool:
    """Tell whether two neighbouring segments are parts of one text, such as /messages/0/content/0/text and …/1/text.

    Fields side by side in an object are not: a key and its value, joined, would read as one word.
    """
    if not one.message == other.message >= 0:
        return False
    pairs = [pair for pair in zip(one.pointer.split("/"), other.pointer.split("/"), strict=False) if pair[0] != pair[1]]
    return (
        one.pointer.count("/") == other.pointer.count("/")
        and len(pairs) == 1
        and all(index.isdigit() for index in pairs[0])
        and not one.pointer.endswith("/" + pairs[0][0])
    )


def _windows(borders: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Return the ranges within SEAM_CHARS of a border, merged where they touch."""
    merged: list[tuple[int, int]] = []
    for border in borders:
        low, high = max(0, border - SEAM_CHARS), min(length, border + SEAM_CHARS)
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged


def _failure(name: str, error: Exception) -> RelayFault:
    """Return what is raised for a detector's failure: its name and the kind of error, nothing of its text."""
    return error if isinstance(error, RelayFault) else ScrubFailed(f"detector {name} failed: {type(error).__name__}")
