"""Find the best valid sequence of labels over whole words."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["decode_words", "word_scores"]

# Above this probability of "no entity" a word separates what stands left and right of it when a sequence is repaired.
_CERTAINLY_OUTSIDE = 0.98


def decode_words(scores: NDArray[np.float32], types: int) -> list[tuple[int, int, int]]:
    """Return `(first word, last word + 1, type)` of every entity in the best valid BIO sequence.

    scores: float32 [words, 1 + 2 * types], log-probabilities, columns O, B-0, I-0, B-1, I-1, ... A sequence is valid
    when I-x follows B-x or I-x. Where the best label of every word already makes a valid sequence, that is the answer;
    the search runs only over stretches where it does not.
    """
    best = scores.argmax(axis=1)
    stray = (best > 0) & (best % 2 == 0)  # I labels ...
    stray[1:] &= (best[1:] != best[:-1]) & (best[1:] != best[:-1] + 1)  # ... that follow neither their B nor their I
    if stray.any():
        outside = scores[:, 0] > math.log(_CERTAINLY_OUTSIDE)
        borders = [-1, *(int(place) for place in outside.nonzero()[0]), len(best)]
        for left, right in itertools.pairwise(borders):
            if right - left > 1 and stray[left + 1 : right].any():
                best[left + 1 : right] = _viterbi(scores[left + 1 : right].tolist(), types)
    found = []
    start = -1
    labels = best.tolist()
    for place, label in enumerate(labels):
        if start >= 0 and (label == 0 or label % 2 == 1):
            found.append((start, place, (labels[start] - 1) // 2))
            start = -1
        if label % 2 == 1:
            start = place
    if start >= 0:
        found.append((start, len(labels), (labels[start] - 1) // 2))
    return found


def _viterbi(scores: list[list[float]], types: int) -> list[int]:
    """Return the best valid labels for a stretch. Linear in words: an I label has two possible predecessors only."""
    totals = [value if label % 2 or not label else -math.inf for label, value in enumerate(scores[0])]
    back: list[list[int]] = []
    for row in scores[1:]:
        top = max(range(len(totals)), key=totals.__getitem__)
        came = [top] * len(row)
        new = [totals[top] + value for value in row]
        for label in range(2, 1 + 2 * types, 2):
            came[label] = label if totals[label] > totals[label - 1] else label - 1
            new[label] = totals[came[label]] + row[label]
        back.append(came)
        totals = new
    label = max(range(len(totals)), key=totals.__getitem__)
    path = [label]
    for came in reversed(back):
        label = came[label]
        path.append(label)
    return path[::-1]


def word_scores(logs: NDArray[np.float32], heads: NDArray[np.int64]) -> NDArray[np.float32]:
    """Average token log-probabilities [tokens, labels] over words: the head token votes B or I, the others I only.

    A word is then labelled as one: B for a word means B for its first piece and I for the rest.
    """
    import numpy as np

    if len(heads) == len(logs):
        return logs
    rest = logs.copy()
    rest[:, 1::2] = rest[:, 2::2]  # in a continuation, both "B word" and "I word" expect I
    rest[heads] = logs[heads]
    lengths = np.diff(np.append(heads, len(logs))).astype(np.float32)
    mean = np.add.reduceat(rest, heads, axis=0) / lengths[:, None]
    return mean.astype(np.float32)
