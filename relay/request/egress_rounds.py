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
    for index, (segment, row) in enumerate(zip(document.segments, decision.actions, strict=True)):
        covered = [(item.span.start, item.span.end) for item in row if item.action is not Action.KEEP]
        found = [span._replace(since=since) for span in egress.uncovered(segment.text, covered, values)]
        if not found and covered and egress.holds(scrubbed.texts.get(index, segment.text), values):
            found = [Span(values[0][0], 0, len(segment.text), 1.0, egress.EGRESS)]
        if found:
            merged[index] = (*merged.get(index, ()), *found)
    return merged
