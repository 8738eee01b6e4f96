"""Give up guesses of the model that it does not hold to.

A value found once is replaced everywhere it stands, or replacing it would protect nobody. So one wrong guess about a
word that stands in every line would be repeated in every line. What the model found in a text is therefore given up
when, in that text and those before it,

* it never found the value with a score of SURE or more, and
* it passed over it at more than half of the places where it stands, as `known` finds them.

A value that only ever names an assistant or an assistant's file (see `assistants`) is given up as well.

A value that the model holds to stays from there on and is replaced everywhere, earlier texts included. What comes later
in a conversation is not asked: what was taken out of one request is taken out of the next, which begins with the same
texts. What patterns or the session know is not the model's to give up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from relay.detect.assistants import names_assistant
from relay.detect.known import form
from relay.detect.overlap import MODEL
from relay.types import Span

__all__ = ["SURE", "held", "unsure"]

SURE = 0.9


def unsure(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Iterator[str]:
    """Yield the values of the model's `spans`, which run parallel to `texts`, whose first one it is not sure of.

    `held` needs to know where these stand.
    """
    first: set[str] = set()
    for text, row in zip(texts, spans, strict=True):
        found = [(span.score < SURE, text[span.start : span.end]) for span in row if span.recognizer == MODEL]
        for doubtful, value in sorted(found):
            if form(value) not in first:
                first.add(form(value))
                if doubtful:
                    yield value


def held(
    texts: Sequence[str], spans: Sequence[Sequence[Span]], standing: Sequence[Mapping[str, int]]
) -> dict[str, int]:
    """Return for the form of each value that the model holds to the place of the first text from which on it does.

    `standing` says how often the forms of the values that are `unsure` stand in each text.
    """
    found: Counter[str] = Counter()
    stands: Counter[str] = Counter()
    sure: set[str] = set()
    somebody: set[str] = set()
    since: dict[str, int] = {}
    for place, (text, row, counts) in enumerate(zip(texts, spans, standing, strict=True)):
        stands.update(counts)
        here = set()
        for span in row:
            if span.recognizer != MODEL:
                continue
            value = text[span.start : span.end]
            key = form(value)
            here.add(key)
            found[key] += 1
            # What stands where a value was found: itself, or a file of that name.
            if not names_assistant(f"{value}.md" if text.startswith(".md", span.end) else value):
                somebody.add(key)
            if span.score >= SURE:
                sure.add(key)
        for key in here:
            if key in somebody and (key in sure or 2 * found[key] >= stands[key]):
                since.setdefault(key, place)
    return since
