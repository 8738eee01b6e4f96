"""Drop guesses in which the model has low confidence.

A value found once is replaced at every occurrence; otherwise replacing it would be useless. So one wrong guess about a
word that stands in every line would be repeated in every line. A finding of the model in a text is therefore dropped
when, in that text and those before it,

* the model never found the value with a score of SURE or more, and
* it did not report the value at more than half of its occurrences, as `known` finds them.

A value that only names an assistant or an assistant's file (see `assistants`) is dropped as well.

A value that is kept stays from there on and is replaced everywhere, earlier texts included. Later texts of a
conversation have no influence: what was replaced in one request is replaced in the next, which begins with the same
texts. Values from patterns or the session are never dropped.
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
    """A finding of the model at one place of a text: the value with its form, and the model's judgement."""

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
            # The text at the place of a value: the value itself, or a file of that name.
            whole = f"{value}.md" if text.startswith(".md", span.end) else value
            is_assistant = assistants.get(whole)
            if is_assistant is None:
                is_assistant = assistants[whole] = names_assistant(whole)
            row.append(Guess(form(value), value, span.score >= SURE, is_assistant))
        rows.append(row)
    return rows


def unsure(rows: Sequence[Sequence[Guess]]) -> Iterator[str]:
    """Yield the values whose first guesses are unsure. `held` needs their occurrences."""
    seen: set[str] = set()
    for row in rows:
        seen.update(guess.key for guess in row if guess.is_sure)
        for guess in row:
            if guess.key not in seen:
                seen.add(guess.key)
                yield guess.value


def held(rows: Sequence[Sequence[Guess]], standing: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Return, for the form of each value that is kept, the place of the first text from which on it is kept.

    `standing`: the number of occurrences in each text of the forms of the values that are `unsure`.
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
