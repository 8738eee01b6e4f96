"""Run every recognizer and the model over a request's segments and return disjoint spans.

The order of work, for all segments of one request:

1. each text is scanned once for all patterns; recognizers check their candidates; nearby words move the scores;
   what has a label, a key or the head of a column, is scanned once more with it;
2. a text that has something to normalise is scanned again in its normalised copy;
3. the model reads every text but single words of a contract; then labels and shapes decide types (`exact_types`);
4. the seams between parts of one message and between messages are scanned, for values cut in two, and a short text
   once more below the line before it, which may ask for it;
5. guesses that the model does not hold to are given up;
6. overlapping spans of one text are resolved by the rule of `overlap`;
7. every distinctive value found, and every one already known to the session, is covered in every text.

Nothing that a later text brings takes back or changes what was found in the texts before it: a client resends its
history, and what was hidden in one turn is hidden in the next, behind the same placeholder.

A recognizer or model that raises stops the request: nothing here catches on behalf of a detector. What it raised is
replaced by an error that names the detector only, because its own text may hold a value.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from relay.detect import labels, surroundings
from relay.detect.answers import answers
from relay.detect.bounds import MOST_SPANS, too_many
from relay.detect.cache import Kept, SpanCache, SpanCaches
from relay.detect.everywhere import Value, cover
from relay.detect.exact_types import exact
from relay.detect.low_confidence import guesses, held, unsure
from relay.detect.model_reading import read_by_model
from relay.detect.normalize import Normalized, legible, normalize
from relay.detect.occurrences import Occurrences
from relay.detect.overlap import LOOKALIKE, MODEL, resolve
from relay.detect.own.custom import CustomRules
from relay.detect.pattern_layer import MIN_SCORE, Finder, PatternLayer, detector_failure
from relay.detect.reading import Reading
from relay.detect.split_values import SEAM, Crossing, crossings
from relay.detect.taxonomy import Method, describe
from relay.process.slices import end_slice, in_slices
from relay.protocols import EntityModel, Recognizer
from relay.types import Analysis, Segment, Span

__all__ = ["Analyzer"]

# Up to here, marking each value and text costs more than a search for the values: 0.09 against 0.05 ms for nine values
# in 2,000 characters.
_SHORT_CHARS = 4_096


# In an id counts what a checksum, an issuer's prefix or a form of its own makes sure: a false alarm ends a session.
_SURE_IN_IDS = 0.7


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
        caches: SpanCaches | None = None,
        custom: CustomRules | None = None,
        finders: Sequence[Finder] = (),
        implying: EntityModel | None = None,
    ) -> None:
        """Compile the patterns of `recognizers`; `lookalikes` is the placeholder style's own.

        With `caches`, the spans of a segment are remembered by its keyed hash, for each client by itself. `custom`
        holds the operator's own patterns and lists; `finders` scan by themselves. `implying` is the model where it also
        tells what passages imply: it reads what was said, and the model the rest.
        """
        self._custom = custom or CustomRules()
        self._patterns = PatternLayer(recognizers, self._custom, finders, min_score=min_score)
        self._model = model
        self._implying = implying
        # Without a model, analyzing is a matter of microseconds.
        self.has_model = model is not None
        self._lookalikes = lookalikes
        self._caches = caches
        self.entity_types = (
            self._patterns.entity_types | frozenset(model.labels if model is not None else ()) | {LOOKALIKE}
        )

    @property
    def model(self) -> EntityModel | None:
        """The model, for another analyzer that wants the same."""
        return self._model

    def with_model(
        self, model: EntityModel, caches: SpanCaches | None, implying: EntityModel | None = None
    ) -> Analyzer:
        """Return an analyzer that reads with `model`, of the same labels, and shares the patterns with this one."""
        other = self.with_caches(caches)
        other._model, other._implying = model, implying
        return other

    def with_caches(self, caches: SpanCaches | None) -> Analyzer:
        """Return an analyzer that shares patterns and model with this one and remembers in `caches` instead."""
        other = copy.copy(self)
        other._caches = caches
        return other

    def analyze(
        self,
        segments: Sequence[Segment],
        *,
        known: Iterable[tuple[str, str]] = (),
        entity_types: frozenset[str] | None = None,
        client: str = "",
    ) -> tuple[tuple[Span, ...], ...]:
        """Return the disjoint, sorted spans of each segment, in segment order.

        `known` holds `(entity type, value)` pairs of an open session, found wherever they stand. With `entity_types`
        only those types are returned, and look-alikes, which always are. What was found is remembered for `client`
        alone. Raises ScrubFailed when a detector fails.
        """
        return self.read(segments, known=known, entity_types=entity_types, client=client).spans

    def read(
        self,
        segments: Sequence[Segment],
        *,
        known: Iterable[tuple[str, str]] = (),
        entity_types: frozenset[str] | None = None,
        client: str = "",
    ) -> Analysis:
        """Return what `analyze` does, and what passages imply."""
        cache = self._caches[client] if self._caches is not None else None
        readings = [Reading(segment) for segment in segments]
        self._detect(readings, cache)
        implied = None if self._implying is None else tuple([reading.verdicts for reading in readings])
        spans = self._found(readings, known, entity_types, cache)
        return Analysis(spans=spans, implied=implied)

    def _found(
        self,
        readings: Sequence[Reading],
        known: Iterable[tuple[str, str]],
        entity_types: frozenset[str] | None,
        cache: SpanCache | None,
    ) -> tuple[tuple[Span, ...], ...]:
        """Return the spans of each text, of which each by itself is read."""
        segments = [reading.segment for reading in readings]
        known = [
            (entity_type, read) for entity_type, value in known for read in surroundings.readings(entity_type, value)
        ]
        across, asked = self._between(segments, cache)
        if not (known or across or asked) and not any(reading.spans or reading.alikes for reading in readings):
            return ((),) * len(segments)
        end_slice()
        remembering = entity_types is None and not _is_short(readings)
        occurrences = Occurrences(readings, cache if remembering else None)
        found = [list(reading.spans) for reading in readings]
        for place, span in asked:
            found[place].append(span)
        if self._model is not None:
            _give_up(readings, found, occurrences)
        values = _crossed(across, found)
        if entity_types is not None:
            found = [[span for span in spans if span.entity_type in entity_types] for spans in found]
            values = [value for value in values if value.entity_type in entity_types]
            known = [pair for pair in known if pair[0] in entity_types]
        own = [self._settle(spans, reading.text) for reading, spans in zip(readings, found, strict=True)]
        values.extend(_values(readings, own))
        return self._covered(readings, own, values, known, occurrences)

    def legible(self, client: str, text: str) -> str:
        """Return `text` as detection reads it, with its escapes and disguises undone.

        What was analyzed for `client` a moment ago costs one look-up, unless there is something to undo.
        """
        kept = self._caches[client].find(text)[1] if self._caches is not None else None
        if kept is None:
            return legible(text)
        copied = normalize(text, kept.hints) if kept.copied else None
        return text if copied is None else copied.text

    def find(self, text: str) -> tuple[Span, ...]:
        """Return the disjoint, sorted spans of one text by patterns alone: no model reads it and no cache keeps it.

        Raises ScrubFailed when a detector fails.
        """
        reading = Reading(Segment(pointer="", text=text))
        self._scan(reading)
        return resolve([*self._settle(reading.spans, text), *reading.alikes], text)

    def _scan(self, reading: Reading) -> None:
        """Let the recognizers read a text and its copies."""
        spans, reading.hints = self._patterns.read(reading.text)
        label, find = reading.segment.label, self._patterns.find
        spans.extend(labels.find(reading.text, label, find))

        def found(copy: Normalized) -> Iterator[Span]:
            yield from map(copy.back, in_slices(find(copy.text)))
            yield from map(copy.back, labels.find(copy.text, label, find))

        copy = reading.copy
        if copy is not None:
            for other in copy.others:
                spans.extend(found(other))
            usual = list(found(copy))
            starts = {(span.entity_type, span.end): span.start for span in usual}
            spans = [copy.trim(_as_usual(span, starts, reading.text), reading.text) for span in in_slices(spans)]
            spans.extend(usual)
        if reading.segment.is_id:
            spans = list(filter(_is_sure, spans))
        reading.spans = spans
        reading.alikes = self._alikes(reading.text)

    def _covered(
        self,
        readings: Sequence[Reading],
        own: Sequence[tuple[Span, ...]],
        values: Iterable[Value],
        known: Iterable[tuple[str, str]],
        occurrences: Occurrences,
    ) -> tuple[tuple[Span, ...], ...]:
        """Return the spans of each text: its own, the occurrences of values, and look-alikes."""
        result = cover(readings, own, [reading.alikes for reading in readings], values, known, occurrences)
        occurrences.remember()
        return tuple([self._apart(row, reading.text) for row, reading in zip(result, readings, strict=True)])

    def _apart(self, row: tuple[Span, ...], text: str) -> tuple[Span, ...]:
        """Return a row with what reads as a placeholder once the value right behind it is replaced: `PERSON_1Maria`."""
        if not any(span.start and text[span.start - 1].isalnum() for span in row):
            return row
        pieces, done = [], 0
        for span in row:
            pieces += [text[done : span.start], " " * (span.end - span.start)]
            done = span.end
        alikes = self._alikes("".join([*pieces, text[done:]]))
        return resolve([*row, *alikes], text) if alikes else row

    def _settle(self, spans: Iterable[Span], text: str) -> tuple[Span, ...]:
        """Return disjoint spans without the allowed values."""
        if self._custom.has_allowed:
            spans = [span for span in spans if not self._custom.allows(text[span.start : span.end])]
        return resolve(spans, text)

    def _detect(self, readings: Sequence[Reading], cache: SpanCache | None) -> None:
        """Let recognizers and model read each text by itself, or remember what they found in it."""
        implied = self._implying is not None
        fresh = [reading for reading in readings if cache is None or not _remembered(reading, cache, implied)]
        for reading in fresh:
            end_slice()
            self._scan(reading)
        if fresh:
            read_by_model(fresh, self._model, self._implying, cache)
        if sum([len(reading.spans) for reading in readings]) > MOST_SPANS:
            raise too_many(MOST_SPANS)
        for reading in fresh:
            reading.spans = exact(reading.text, reading.spans, reading.segment.label)
            copy = reading.copy
            reading.disguised = copy is not None and any(
                copy.slice(span.start, span.end) != reading.text[span.start : span.end]
                for span in in_slices(reading.spans)
            )
        if cache is not None:
            for reading in fresh:
                reading.kept = Kept(
                    tuple(reading.spans),
                    reading.hints,
                    reading.copy is not None,
                    tuple(reading.alikes),
                    reading.disguised,
                    implied=reading.verdicts if self._implying is not None and reading.segment.is_said else None,
                )
                cache.put(reading.digest, reading.kept)

    def _between(
        self, segments: Sequence[Segment], cache: SpanCache | None
    ) -> tuple[list[Crossing], list[tuple[int, Span]]]:
        """Return what crosses the borders of the texts, and what the text before a text gives away."""
        if len(segments) < 2:
            return [], []
        find = partial(self._across, cache)
        return list(crossings(segments, find)), list(answers(segments, find))

    def _across(self, cache: SpanCache | None, text: str) -> Sequence[Span]:
        """Return what stands in a text across a border, which is short and comes again on every turn."""
        if cache is None:
            return self._patterns.find(text)
        name, known = cache.recall(text, b"across")
        if known is None:
            known = tuple(self._patterns.find(text))
            cache.keep(name, known)
        return known

    def _alikes(self, text: str) -> Sequence[Span]:
        try:
            return [Span(LOOKALIKE, start, end, 1.0, "lookalike") for start, end in self._lookalikes(text)]
        except Exception as error:
            raise detector_failure("lookalike", error) from None


def _remembered(reading: Reading, cache: SpanCache, implied: bool) -> bool:
    """Take what the cache knows of a text; tell whether that is all that is wanted, `implied`: what it implies."""
    segment, text = reading.segment, reading.text
    variant = b"id" if segment.is_id else b"contract" if segment.contract else b""
    if segment.label:
        variant, text = variant + b" label", f"{segment.label}\0{text}"
    reading.digest, kept = cache.find(text, variant)
    if kept is None or (implied and segment.is_said and kept.implied is None):
        return False
    reading.kept = kept
    reading.spans, reading.alikes, reading.implied = kept.spans, kept.alikes, kept.implied
    reading.hints, reading.copied, reading.disguised = kept.hints, kept.copied, kept.disguised
    return True


def _as_usual(span: Span, starts: Mapping[tuple[str, int], int], text: str) -> Span:
    r"""Return `span` without the letter of an escape before it: of `\nmaria@…` the usual reading has `maria@…`, too."""
    start = starts.get((span.entity_type, span.end), span.start)
    if span.start < start and _ESCAPE_LETTER.fullmatch(text, span.start - 1, start) is not None:
        return span._replace(start=start)
    return span


_ESCAPE_LETTER = re.compile(r"\\(?:[abefnrtv0]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")


def _is_sure(span: Span) -> bool:
    """Tell whether a value counts in an id: one that a label gives away does not."""
    info = describe(span.entity_type)
    return span.score >= _SURE_IN_IDS and info.default and info.method in (Method.CHECKSUM, Method.PATTERN)


def _crossed(across: Iterable[Crossing], found: list[list[Span]]) -> list[Value]:
    """Add to `found` the pieces of values that cross a border, and return the values."""
    values: list[Value] = []
    for crossing in across:
        since = crossing.pieces[-1][0]
        values.append(Value(since, crossing.entity_type, crossing.value))
        for place, span in crossing.pieces:
            found[place].append(span._replace(since=since) if place < since else span)
    return values


def _is_short(readings: Sequence[Reading]) -> bool:
    """Tell whether searching the texts is cheaper than remembering where the values stood in them."""
    return sum([len(reading.text) for reading in readings]) < _SHORT_CHARS


def _give_up(readings: Sequence[Reading], found: list[list[Span]], occurrences: Occurrences) -> None:
    """Take out of `found` what the model guesses without holding to it."""
    read = [place for place, reading in enumerate(readings) if reading.segment.is_prose]
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


def _values(readings: Sequence[Reading], own: Sequence[Sequence[Span]]) -> Iterator[Value]:
    """Yield every value that stands in a text by itself, as written there and in its copy, in all its readings."""
    for place, (reading, row) in enumerate(zip(readings, own, strict=True)):
        copy = reading.copy if reading.disguised else None
        for span in in_slices(row):
            if span.recognizer != SEAM:
                written = {reading.text[span.start : span.end]: None}
                if copy is not None:
                    written[copy.slice(span.start, span.end)] = None
                for value in written:
                    for read in surroundings.readings(span.entity_type, value):
                        yield Value(place, span.entity_type, read)
