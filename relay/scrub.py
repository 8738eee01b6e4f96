"""Turn a decision into replaced text: each span goes through the operator that policy ordered.

Operators run in the order in which the upstream's model reads the text, so placeholders are numbered by first
appearance and a client that resends its history gets the same prefix bytes on every turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relay.detect.known import form
from relay.detect.seams import SEAM
from relay.errors import ScrubFailed
from relay.protocols import Operator, Sealing
from relay.types import Action, Segment, SpanAction
from relay.whole_urls import MOST_URLS, urls_with

__all__ = ["Scrubbed", "scrub", "scrub_text"]


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What scrubbing changed: new texts by segment index, and the (entity type, value) pairs that must not leave.

    Not among these are a piece of a value that was cut by a border, and a value that policy keeps at another place.
    `urls` are the scrubbed URLs that values were replaced in.
    """

    texts: Mapping[int, str] = field(repr=False)
    removed: frozenset[tuple[str, str]] = field(repr=False)
    urls: frozenset[str] = field(default=frozenset(), repr=False)


def scrub(
    segments: Sequence[Segment],
    actions: Sequence[Sequence[SpanAction]],
    operators: Mapping[Action, Operator],
    vault: Sealing,
) -> Scrubbed:
    """Apply `actions` (parallel to `segments`; disjoint, sorted by start) and return what changed.

    Raises ScrubFailed for an action without operator or a span outside its text, before anything is returned.
    """
    texts: dict[int, str] = {}
    removed: set[tuple[str, str]] = set()
    kept: set[str] = set()
    urls: set[str] = set()
    for index, (segment, row) in enumerate(zip(segments, actions, strict=True)):
        if row:
            places: list[tuple[int, int]] = []
            text = scrub_text(segment.text, row, operators, vault, removed, places)
            kept.update(form(segment.text[slice(*item.span[1:3])]) for item in row if item.action is Action.KEEP)
            if len(urls) < MOST_URLS:
                urls.update(urls_with(text, places))
            if text != segment.text:
                texts[index] = text
    return Scrubbed(texts, frozenset(pair for pair in removed if form(pair[1]) not in kept), frozenset(urls))


def scrub_text(
    text: str,
    row: Sequence[SpanAction],
    operators: Mapping[Action, Operator],
    vault: Sealing,
    removed: set[tuple[str, str]],
    places: list[tuple[int, int]],
) -> str:
    """Return `text` with the spans of `row` replaced.

    What was taken out is added to `removed`, and where its replacement stands to `places`.
    """
    pieces: list[str] = []
    done = length = 0
    for item in row:
        span = item.span
        if not done <= span.start < span.end <= len(text):
            raise ScrubFailed("spans overlap or reach outside their text")
        operator = operators.get(item.action)
        if operator is None:
            raise ScrubFailed(f"no operator does {item.action.value}")
        value = text[span.start : span.end]
        replacement = operator.replace(value, span.entity_type, vault)
        if item.action is not Action.KEEP:
            if span.recognizer != SEAM:
                removed.add((span.entity_type, value))
            places.append((length + span.start - done, length + span.start - done + len(replacement)))
        length += span.start - done + len(replacement)
        pieces += (text[done : span.start], replacement)
        done = span.end
    pieces.append(text[done:])
    return "".join(pieces)
