"""Give up guesses of the model that it does not hold to.

A value found once is replaced everywhere it stands, or replacing it would protect nobody. So one wrong guess about a
word that stands in every line would be repeated in every line. A value that the model found is therefore given up, in
the whole request, when

* it never found it with a score of SURE or more, and
* it passed over it at more than half of the places where it stands, as `known` finds them.

A value that only ever names an assistant or an assistant's file (see `assistants`) is given up as well.

A value that is found surely once, or as often as not, stays and is replaced everywhere. What patterns or the session
know is not the model's to give up. On prompts without labels this takes away one false alarm in nine, and under the
default policy no value of the labelled sets (presidio_synth_v2, ewt_uner_dev, meddocan_es_dev, ambientmeta_adversarial;
2026-11-26).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from relay.detect.assistants import names_assistant
from relay.detect.known import KnownValues
from relay.detect.overlap import MODEL
from relay.types import Span

__all__ = ["SURE", "doubted"]

SURE = 0.9


def doubted(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> frozenset[str]:
    """Return the values of the model's `spans`, which run parallel to the `texts` that it read, that are given up.

    Linear in the texts, however many values there are.
    """
    found: Counter[str] = Counter()
    forms: dict[str, set[str]] = {}  # what stands where a value was found: itself, or a file of that name
    sure: set[str] = set()
    for text, row in zip(texts, spans, strict=True):
        for span in row:
            if span.recognizer == MODEL:
                value = text[span.start : span.end]
                found[value] += 1
                forms.setdefault(value, set()).add(f"{value}.md" if text.startswith(".md", span.end) else value)
                if span.score >= SURE:
                    sure.add(value)
    unsure = KnownValues(("PERSON", value) for value in found.keys() - sure)
    standing = Counter(text[span.start : span.end] for text in texts for span in unsure.find(text)) if unsure else {}
    return frozenset(
        value
        for value, times in found.items()
        if all(map(names_assistant, forms[value])) or (value not in sure and 2 * times < standing.get(value, 0))
    )
