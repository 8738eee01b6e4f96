"""Turn a decision into replaced text: each span goes through the operator that policy ordered.

Operators run in the order in which the conversation gave the values away, so placeholders are numbered by that and a
client that resends its history gets the same numbers on every turn: a value that only a later text gives away gets a
number behind those of the texts before, though it stands in one of them. A value that is found under two types has one
placeholder, of the first, also when another turn of the session found that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relay.detect.known import form
from relay.detect.split_values import SEAM
from relay.errors import ScrubFailed
from relay.process.slices import end_slice, in_slices
from relay.protocols import Operator, Sealing
from relay.replace.replaced_urls import MOST_URLS, urls_with
from relay.types import Action, Role, Segment, SpanAction

__all__ = ["NOTHING_SCRUBBED", "Scrubbed", "moves_prefix", "scrub", "scrub_text"]


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What scrubbing changed: new texts by segment index, and the (entity type, value) pairs that must not leave.

    Not among these are a piece of a value that was cut by a border, and a value that policy keeps at another place.
    `urls` are the scrubbed URLs that values were replaced in.
    """

    texts: Mapping[int, str] = field(repr=False)
    removed: frozenset[tuple[str, str]] = field(repr=False)
    urls: frozenset[str] = field(default=frozenset(), repr=False)


NOTHING_SCRUBBED = Scrubbed({}, frozenset())


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
    types = _seal(segments, actions, operators, vault)
    for index, (segment, row) in enumerate(zip(segments, actions, strict=True)):
        if row:
            end_slice()
            places: list[tuple[int, int]] = []
            text = scrub_text(segment.text, row, operators, vault, removed, places, types)
            kept.update(form(segment.text[slice(*item.span[1:3])]) for item in row if item.action is Action.KEEP)
            if len(urls) < MOST_URLS:
                urls.update(urls_with(text, places))
            if text != segment.text:
                texts[index] = text
    return Scrubbed(texts, frozenset(pair for pair in removed if form(pair[1]) not in kept), frozenset(urls))


def _seal(
    segments: Sequence[Segment],
    actions: Sequence[Sequence[SpanAction]],
    operators: Mapping[Action, Operator],
    vault: Sealing,
) -> dict[str, str]:
    """Seal what will be written as stand-ins, in the order of discovery; return the first type of each value."""
    rows = [
        (max(index, item.span.since), index, item)
        for index, row in enumerate(actions)
        for item in row
        if item.action.seals
    ]
    types: dict[str, str] = {}
    for _, index, item in in_slices(sorted(rows, key=_discovery)):
        value = segments[index].text[slice(*item.span[1:3])]
        if value not in types and item.action in operators:
            types[value] = vault.sealed_as(value) or item.span.entity_type
            operators[item.action].replace(value, types[value], vault)
    return types


def _discovery(row: tuple[int, int, SpanAction]) -> tuple[int, int]:
    return row[:2]


def scrub_text(
    text: str,
    row: Sequence[SpanAction],
    operators: Mapping[Action, Operator],
    vault: Sealing,
    removed: set[tuple[str, str]],
    places: list[tuple[int, int]],
    types: Mapping[str, str],
) -> str:
    """Return `text` with the spans of `row` replaced; `types` says as what each value that gets a stand-in is sealed.

    What was taken out is added to `removed`, and where its replacement stands to `places`.
    """
    pieces: list[str] = []
    done = length = 0
    for item in in_slices(row):
        span = item.span
        if not done <= span.start < span.end <= len(text):
            raise ScrubFailed("spans overlap or reach outside their text")
        operator = operators.get(item.action)
        if operator is None:
            raise ScrubFailed(f"no operator does {item.action}")
        value = text[span.start : span.end]
        entity_type = types.get(value, span.entity_type) if item.action.seals else span.entity_type
        replacement = operator.replace(value, entity_type, vault)
        if item.action is not Action.KEEP:
            if span.recognizer != SEAM and not _stays_within(replacement, value, operator):
                removed.add((span.entity_type, value))
            places.append((length + span.start - done, length + span.start - done + len(replacement)))
        length += span.start - done + len(replacement)
        pieces += (text[done : span.start], replacement)
        done = span.end
    pieces.append(text[done:])
    return "".join(pieces)


def _stays_within(replacement: str, value: str, operator: Operator) -> bool:
    """Tell whether what stands for a value holds it because it was coarse already: 2019 as its year, 90 in "90+"."""
    return bool(getattr(operator, "coarsens", ())) and form(value) in form(replacement)


def moves_prefix(segments: Sequence[Segment], actions: Sequence[Sequence[SpanAction]]) -> bool:
    """Tell whether the request begins otherwise than the one of the turn before, because a value was found late.

    What a turn adds is the assistant's last answer and what follows it. A value that only this gives away is taken out
    of what stands before as well, and a provider that caches what it has read by its bytes reads that anew, once.
    """
    end = len(segments)
    while end and segments[end - 1].role is not Role.ASSISTANT:
        end -= 1
    while end and segments[end - 1].role is Role.ASSISTANT:
        end -= 1
    return any(item.span.since >= end and item.action is not Action.KEEP for row in actions[:end] for item in row)
