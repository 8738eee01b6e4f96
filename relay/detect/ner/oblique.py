"""Tell which data classes a passage implies, from what the network that looks for names saw in it anyway.

The network's hidden states at several depths are pooled over the tokens of a passage (mean and largest of each
number), and a head with one hidden layer reads them. That costs a million products a passage and no second pass over
the text. The head is made by `ner_models/train/oblique.py`, which also fits its scale: what scores are enough, says
`relay/policy/implied.py`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relay.errors import ConfigFault
from relay.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ARRAYS", "OBLIQUE", "Oblique", "pooled", "read_oblique"]

# The arrays of `oblique.npz`, which are fields of `Oblique`.
ARRAYS = ("inner", "inner_bias", "outer", "outer_bias")
# What verdicts have in place of a recognizer. Their entity type is a data class.
OBLIQUE = "oblique"
# Below this a verdict is of no use to anybody and is not kept.
_LEAST = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Oblique:
    """A head. outputs: of the graph, each with so many numbers a token that all, twice, are `features`.

    inner: float32 [units, features], inner_bias: float32 [units]; outer: float32 [classes, units], outer_bias: float32
    [classes]. Between the two is a rectifier.
    """

    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    inner: NDArray[np.float32] = field(repr=False)
    inner_bias: NDArray[np.float32] = field(repr=False)
    outer: NDArray[np.float32] = field(repr=False)
    outer_bias: NDArray[np.float32] = field(repr=False)

    def verdicts(self, windows: Sequence[Sequence[NDArray[np.float32]]], start: int, end: int) -> list[Span]:
        """Return what the passage `start:end` implies: a span over all of it for each class, with the score, 0 to 1.

        windows: of each window of the passage, of each output, float32 [tokens, hidden]. Raises ValueError when the
        network's states are not those that the head was made for, or are no numbers.
        """
        import numpy as np

        units = np.maximum(self.inner @ pooled(windows) + self.inner_bias, 0.0)
        logits = self.outer @ units + self.outer_bias
        if not np.isfinite(logits).all():
            raise ValueError(f"{logits.size} scores of what a text implies, not all of them numbers")
        scores = 1.0 / (1.0 + np.exp(-logits.clip(-30.0, 30.0)))
        return [
            Span(name, start, end, round(float(score), 4), OBLIQUE)
            for name, score in zip(self.classes, scores, strict=True)
            if score >= _LEAST
        ]


def pooled(windows: Sequence[Sequence[NDArray[np.float32]]]) -> NDArray[np.float32]:
    """Return the means of each output over all tokens, then its largest: float32 [2 * outputs * hidden]."""
    import numpy as np

    parts: list[NDArray[np.float32]] = []
    for states in zip(*windows, strict=True):
        tokens = np.concatenate(states)
        parts += (tokens.mean(axis=0), tokens.max(axis=0))
    return np.concatenate(parts)


def read_oblique(data: bytes, outputs: Sequence[str], classes: Sequence[str]) -> Oblique:
    """Return the head in the bytes of `oblique.npz`. Raises ConfigFault when it is not one for `classes`."""
    import numpy as np

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            inner, inner_bias, outer, outer_bias = (stored[name].astype(np.float32) for name in ARRAYS)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        raise ConfigFault("NER model: oblique.npz is not a head for what texts imply") from None
    shapes = [item.shape for item in (inner_bias, outer, outer_bias)]
    if inner.ndim != 2 or shapes != [inner.shape[:1], (len(classes), len(inner)), (len(classes),)]:
        raise ConfigFault(f"NER model: oblique.npz has arrays that do not fit each other, or {len(classes)} classes")
    return Oblique(
        outputs=tuple(outputs),
        classes=tuple(classes),
        inner=inner,
        inner_bias=inner_bias,
        outer=outer,
        outer_bias=outer_bias,
    )
