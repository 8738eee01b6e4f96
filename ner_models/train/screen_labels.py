"""What a finished model finds in texts, token by token: what the screen learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ner_models.train.rows import TYPES
from relay.detect.ner.model import NerModel
from relay.detect.ner.tokenizer import Coder

__all__ = ["Taught", "teach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Texts as tokens, one behind the other.

    ids, types: int64 [tokens]. found: uint16 [tokens], bit `TYPES.index(kind)` is set where a token stands in a span of that
    type. ends: int64 [texts], where each text ends.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    found: NDArray[np.uint16]
    ends: NDArray[np.int64]


def teach(models: Sequence[NerModel], coder: Coder, texts: Sequence[str]) -> Taught:
    """Let every model read every text; a token counts for a type when any of them puts it into a span."""
    ids, types, found = [], [], []
    for text in texts:
        encoded = coder.encode(text)
        words = np.zeros(len(encoded.heads), dtype=np.uint16)
        for model in models:
            for span in model.find(text):
                inside = slice(np.searchsorted(encoded.ends, span.start, side="right"), np.searchsorted(encoded.starts, span.end))
                words[inside] |= 1 << TYPES.index(span.entity_type)
        ids.append(encoded.ids)
        types.append(encoded.types)
        found.append(np.repeat(words, np.diff(np.append(encoded.heads, len(encoded.ids)))))
    lengths = [len(part) for part in ids]
    return Taught(ids=np.concatenate(ids), types=np.concatenate(types), found=np.concatenate(found), ends=np.cumsum(lengths))
