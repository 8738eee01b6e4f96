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
from typing import NamedTuple

from relay.detect.assistants import names_assistant
from relay.detect.known import form
from relay.detect.overlap import MODEL
from relay.types import Span

__all__ = ["SURE", "Guess", "guesses", "held", "unsure"]

SURE = 0.9


class Guess(NamedTuple):
    """What the model found at one place of a text: the value with its form, and what it says about it."""

    key: str
    value: str
    is_sure: bool
    is_assistant: bool

    def __repr__(self) -> str:
        """Leave the value out."""
        return f"Guess(is_sure={self.is_sure}, is_assistant={self.is_assistant})"


def guesses(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[list[Guess]]:
    """Return the guesses among the `spans` of each text, in the order of the spans."""
    assistants: dict[str, bool] = {}
    rows = []
    for text, found in zip(texts, spans, strict=True):
        row = []
        for span in found:
            if span.recognizer != MODEL:
                continue
            value = text[span.start : span.end]
            # What stands where a value was found: itself, or a file of that name.
            whole = f"{value}.md" if text.startswith(".md", span.end) else value
            is_assistant = assistants.get(whole)
            if is_assistant is None:
                is_assistant = assistants[whole] = names_assistant(whole)
            row.append(Guess(form(value), value, span.score >= SURE, is_assistant))
        rows.append(row)
    return rows


def unsure(rows: Sequence[Sequence[Guess]]) -> Iterator[str]:
    """Yield the values whose first guesses are unsure. `held` needs to know where these stand."""
    seen: set[str] = set()
    for row in rows:
        seen.update(guess.key for guess in row if guess.is_sure)
        for guess in row:
            if guess.key not in seen:
                seen.add(guess.key)
                yield guess.value


def held(rows: Sequence[Sequence[Guess]], standing: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Return for the form of each value that the model holds to the place of the first text from which on it does.

    `standing` says how often the forms of the values that are `unsure` stand in each text.
    """
    found: Counter[str] = Counter()
    stands: Counter[str] = Counter()
    sure: set[str] = set()
    somebody: set[str] = set()
    since: dict[str, int] = {}
    for place, (row, counts) in enumerate(zip(rows, standing, strict=True)):
        stands.update(counts)
        for guess in row:
            found[guess.key] += 1
            if not guess.is_assistant:
                somebody.add(guess.key)
            if guess.is_sure:
                sure.add(guess.key)
        for guess in row:
            key = guess.key
            if key not in since and key in somebody and (key in sure or 2 * found[key] >= stands[key]):
                since[key] = place
    return since
