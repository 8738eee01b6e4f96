"""What a head finds in the styles that were kept apart: tables by class, language and style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ner_models.train.oblique_texts import CLASSES, Labelled
from relay.policy.implied import BESIDE_WORDS, SURE

__all__ = ["tables"]


def tables(rows: Sequence[Labelled], scores: NDArray[np.float64], with_words: NDArray[np.bool_]) -> str:
    """Return precision / recall of the head (with words of the class as help) as Markdown.

    scores, with_words: [texts, classes].
    """
    found = scores >= np.where(with_words, BESIDE_WORDS, SURE)
    languages = list(dict.fromkeys(row.language for row in rows))
    styles = list(dict.fromkeys(row.style for row in rows))
    heads = ["class", "texts", "all", *languages, *styles]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for place, (letter, name) in enumerate(CLASSES.items()):
        truth = np.array([letter in row.classes for row in rows])
        cells = [name, str(int(truth.sum())), _cell(truth, found[:, place])]
        for mask in _masks(rows, languages, styles):
            cells.append(_cell(truth[mask], found[mask, place]))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _masks(rows: Sequence[Labelled], languages: Sequence[str], styles: Sequence[str]) -> Iterator[NDArray[np.bool_]]:
    yield from (np.array([row.language == language for row in rows]) for language in languages)
    yield from (np.array([row.style == style for row in rows]) for style in styles)


def _cell(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> str:
    hits = int((truth & found).sum())
    precision = f"{hits / found.sum():.2f}" if found.any() else "-"
    return f"{precision} / {hits / truth.sum():.2f}" if truth.any() else "-"
