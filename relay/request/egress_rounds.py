"""Read a request again when egress found a value in it: in what spelling, or by what accident, it came there.

Detection reads the spellings that people and programs use. What it does not read, base64 glued to a word, say, egress
still finds, and the word that holds it is taken for the value in a further round. So nothing is refused for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from relay.detect.known import form
from relay.protocols import Document
from relay.request import egress
from relay.request.scrub import Scrubbed
from relay.types import Action, Decision, Span

__all__ = ["ROUNDS", "merged", "without_masks"]

# How often a request is read when a value turns up again in a spelling that detection does not read.
ROUNDS = 4


def without_masks(decision: Decision) -> Decision:
    """Return `decision` with nothing shown of what egress found: the part that a mask shows may be the value."""
    rows = tuple(
        tuple(
            replace(item, action=Action.REDACT)
            if item.action.shows_part and item.span.recognizer == egress.EGRESS
            else item
            for item in row
        )
        for row in decision.actions
    )
    return replace(decision, actions=rows)


def merged(
    more: Mapping[int, Sequence[Span]],
    document: Document,
    decision: Decision,
    scrubbed: Scrubbed,
    left: Sequence[tuple[str, str]],
) -> Mapping[int, Sequence[Span]]:
    """Return `more` with spans, by segment, for what still holds a value of `left`.

    Where what was put in reads as one, together with what stands beside it, the whole text is taken out.
    """
    merged, values = dict(more), list(left)
    forms = {form(value) for _, value in values}
    since = len(document.segments)  # where the first of them was found
    for index, (segment, row) in enumerate(zip(document.segments, decision.actions, strict=True)):
        for item in row:
            if form(segment.text[slice(*item.span[1:3])]) in forms:
                since = min(since, max(index, item.span.since))
    texts = [segment.text for segment in document.segments]
    ranges = [
        [(item.span.start, item.span.end) for item in row if item.action is not Action.KEEP] for row in decision.actions
    ]
    bare = [egress.without(*pair) for pair in zip(texts, ranges, strict=True)]
    for index, held in egress.holding(bare, values):
        found = egress.uncovered(texts[index], ranges[index], held)
        merged[index] = (*merged.get(index, ()), *(span._replace(since=since) for span in found))
        if found:
            ranges[index] = []
    rest = [index for index, covered in enumerate(ranges) if covered]
    for place, _ in egress.holding([scrubbed.texts.get(index, texts[index]) for index in rest], values):
        span = Span(values[0][0], 0, len(texts[rest[place]]), 1.0, egress.EGRESS)
        merged[rest[place]] = (*merged.get(rest[place], ()), span)
    return merged
