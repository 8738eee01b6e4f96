"""Turn text of any script into tokens: the pieces of a multilingual vocabulary, the most likely ones for each word.

Where a script puts no spaces between words, or glues particles to them, each piece counts as a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from relay.detect.borders import is_unspaced
from relay.detect.ner.tokenizer import Coder, unigram_tokenizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BARE", "FIRST", "LAST", "UNKNOWN", "UnigramCoder"]

FIRST, LAST, UNKNOWN = "<s>", "</s>", "<unk>"
# Stands for the beginning of a word. Alone, before a sign, it says nothing that the layout does not.
BARE = "\N{LOWER ONE EIGHTH BLOCK}"


class UnigramCoder(Coder):
    """Reads with a unigram vocabulary, one `piece<TAB>log probability` a line."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        import numpy

        pieces = [(piece, float(score)) for piece, _, score in (line.rpartition("\t") for line in vocabulary)]
        table = {piece: index for index, (piece, _) in enumerate(pieces)}
        self._numpy = numpy
        self._tokenizer = unigram_tokenizer(pieces, table[UNKNOWN])
        self.first, self.last, self._bare = table[FIRST], table[LAST], table[BARE]

    def _words(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        np = self._numpy
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids, offsets = np.array(encoding.ids, dtype=np.int64), np.array(encoding.offsets, dtype=np.int64)
        words = np.array(encoding.word_ids, dtype=np.int64)
        kept = ids != self._bare
        if not kept.any():
            return ids[:0], offsets[:0], ids[:0]
        ids, offsets, words = ids[kept], offsets[kept], words[kept]
        glued = np.array([is_unspaced(text[start]) for start in offsets[:, 0].tolist()])
        begins = np.concatenate(([True], (words[1:] != words[:-1]) | glued[1:] | glued[:-1]))
        return ids, offsets, np.flatnonzero(begins)
