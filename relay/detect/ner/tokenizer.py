"""Turn a text into tokens with their case and layout: the door to `tokenizers`, imported when a tokenizer is made.

WordPiece has no cache, and that of a unigram tokenizer has no room: neither keeps anything of a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

__all__ = ["TYPE_ROWS", "Coder", "Encoded", "unigram_tokenizer"]

TYPE_ROWS = 12  # Four kinds of case times three kinds of gap before the word.
_GLUED, _SPACE, _NEWLINE = 0, 4, 8  # Added to the case, 0 to 3.
# BERT's own limit: a longer "word" becomes one unknown token instead of many pieces.
_LONGEST_WORD = 100
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A text as the model reads it.

    ids, types: int64 [tokens]. heads: int64 [words], index of each word's first token. starts, ends: int64 [words],
    code-point offsets into the text.
    """

    ids: NDArray[np.int64] = field(repr=False)
    types: NDArray[np.int64] = field(repr=False)
    heads: NDArray[np.int64] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    ends: NDArray[np.int64] = field(repr=False)


class Coder:
    """Turns text into tokens with case and layout. The same class prepares the training data."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        import numpy
        from tokenizers import Tokenizer
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        table = {piece: index for index, piece in enumerate(vocabulary)}
        model = WordPiece(vocab=table, unk_token="[UNK]", max_input_chars_per_word=_LONGEST_WORD)  # noqa: S106
        self._numpy = numpy
        self._tokenizer = Tokenizer(model)
        self._tokenizer.normalizer = BertNormalizer(
            clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True
        )
        self._tokenizer.pre_tokenizer = BertPreTokenizer()
        self.first, self.last = table["[CLS]"], table["[SEP]"]

    def encode(self, text: str) -> Encoded:
        """Return the tokens of `text` without the sentence marks. Lone surrogates count as unknown characters."""
        np = self._numpy
        if not text.isascii():
            text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
        ids, offsets, heads = self._words(text)
        if not len(ids):
            return Encoded(ids=ids, types=ids, heads=ids, starts=ids, ends=ids)
        lengths = np.diff(np.append(heads, len(ids)))
        starts = offsets[heads, 0]
        ends = offsets[heads + lengths - 1, 1]
        return Encoded(
            ids=ids,
            types=np.repeat(np.array(_word_types(text, starts.tolist(), ends.tolist()), dtype=np.int64), lengths),
            heads=heads,
            starts=starts,
            ends=ends,
        )

    def _words(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return ids [tokens], offsets [tokens, 2] and the places in them where words begin [words], all int64."""
        np = self._numpy
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        words = np.array(encoding.word_ids, dtype=np.int64)
        heads = np.flatnonzero(np.concatenate(([True], words[1:] != words[:-1]))) if len(words) else words
        return np.array(encoding.ids, dtype=np.int64), np.array(encoding.offsets, dtype=np.int64), heads


def unigram_tokenizer(pieces: Sequence[tuple[str, float]], unknown: int) -> Tokenizer:
    """Return a tokenizer of unigram `pieces` with their log probabilities that remembers no word of a text."""
    from tokenizers import Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.normalizers import NFKC, Nmt
    from tokenizers.normalizers import Sequence as Normalizers
    from tokenizers.pre_tokenizers import Metaspace, Punctuation, WhitespaceSplit
    from tokenizers.pre_tokenizers import Sequence as PreTokenizers

    model = Unigram(list(pieces), unk_id=unknown, byte_fallback=False)
    model._resize_cache(0)
    made = Tokenizer(model)
    made.normalizer = Normalizers([Nmt(), NFKC()])
    made.pre_tokenizer = PreTokenizers(
        [WhitespaceSplit(), Metaspace(prepend_scheme="always", split=False), Punctuation("isolated")]
    )
    return made


def _word_types(text: str, starts: list[int], ends: list[int]) -> list[int]:
    """Return the case (0 none or lower, 1 Capitalised, 2 UPPER, 3 mIxed) plus the gap before each word."""
    types = []
    previous = 0
    for start, end in zip(starts, ends, strict=True):
        word = text[start:end]
        if word == word.lower():
            kind = 0
        elif len(word) > 1 and word.isupper():
            kind = 2
        elif word[1:] == word[1:].lower():
            kind = 1
        else:
            kind = 3
        if start == previous and start:
            gap = _GLUED
        elif start == 0 or "\n" in text[previous:start]:
            gap = _NEWLINE
        else:
            gap = _SPACE
        types.append(kind + gap)
        previous = end
    return types
