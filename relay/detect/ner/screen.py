"""Tell which tokens of a text the model need not read: where a far smaller network sees nothing for it to find.

The screen judges a token with its nearest twelve on either side, and errs on the side of reading. It has learnt
from text in Latin script; a text with letters of another one is read. See the card for what it skips and loses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from relay.detect.ner.tokenizer import Encoded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Screen"]

# Letters of other scripts, from Greek on: all but Latin and its additions (1E00 to 1EFF, 2C60 to 2C7F, A720 to A7FF),
# punctuation, signs, private use and emoji.
_FOREIGN = re.compile(
    "[\u0370-\u1cff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\u2dff\u2e80-\ua71f\ua800-\ud7ff\uf900-\ufdff\ufe70-\ufefe"
    "\uff66-\uffdc\U00010000-\U0001efff\U00020000-\U0003ffff]"
)


class Screen:
    """A loaded screen that looks for some entity types. Thread-safe."""

    def __init__(self, session: Any, labels: Iterable[str], thresholds: Mapping[str, float]) -> None:
        """Look for every type. `session` runs the graph, whose outputs are in the order of `labels`."""
        self._session = session
        self._labels = tuple(labels)
        self._thresholds = dict(thresholds)
        self.wanted = frozenset(self._labels)

    def looking_for(self, wanted: Collection[str]) -> Screen:
        """Return a screen that looks for the types in `wanted` only."""
        other = Screen(self._session, self._labels, self._thresholds)
        other.wanted = frozenset(wanted) & frozenset(self._labels)
        return other

    def marks(self, text: str, encoded: Encoded) -> NDArray[np.bool_]:
        """Return which tokens may stand in an entity, bool [tokens]. `encoded` are the tokens of `text`."""
        import numpy as np

        if not text.isascii() and _FOREIGN.search(text):
            return np.ones(len(encoded.ids), dtype=np.bool_)
        if not self.wanted or not len(encoded.ids):
            return np.zeros(len(encoded.ids), dtype=np.bool_)
        (scores,) = self._session.run(None, {"ids": encoded.ids[None], "types": encoded.types[None]})
        columns = [place for place, label in enumerate(self._labels) if label in self.wanted]
        limits = np.array([self._thresholds[self._labels[place]] for place in columns], dtype=np.float32)
        marks: NDArray[np.bool_] = (scores[0, columns] > limits[:, None]).any(axis=0)
        return marks
