"""Turn rows into token sequences with targets, and sequences into batches.

The tokens come from the class that runs in production, so training and use cannot differ.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ner_models.train.rows import LABELS, TYPES, Row, column
from relay.detect.ner.tokenizer import Coder

__all__ = ["Batch", "Sample", "augment", "batches", "encode_row", "pack"]



@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sequence. ids, types: integers [tokens]; allowed: bool [tokens, labels], all False where nothing is taught.

    `heard`: whether a teacher knows this kind of text.
    """

    ids: NDArray[np.integer]
    types: NDArray[np.integer]
    allowed: NDArray[np.bool_]
    heard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Padded samples. mask: bool [batch, tokens], True is real; heard: bool [batch]."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    mask: NDArray[np.bool_]
    heard: NDArray[np.bool_]


def augment(row: Row, rng: random.Random) -> Row:
    """Return the row as it would look in haste: lower-cased, upper-cased, or with typing errors. Lengths stay equal."""
    draw = rng.random()
    text = row.text
    if draw < 0.14:
        text = text.lower()
    elif draw < 0.16:
        text = text.upper()
    elif draw < 0.21:
        text = re.sub(r"[,.;:!?](?=\s|$)", " ", text)
    elif draw < 0.25:
        letters = list(text)
        for _ in range(max(1, len(letters) // 60)):
            place = rng.randrange(len(letters))
            if letters[place].isalpha() and place + 1 < len(letters) and letters[place + 1].isalpha():
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
        text = "".join(letters)
    if len(text) != len(row.text):
        return row
    return Row(text=text, spans=row.spans, known=row.known, unsure=row.unsure, source=row.source)


def encode_row(row: Row, coder: Coder) -> Sample | None:
    """Return the row's tokens with the set of labels that each may have."""
    encoded = coder.encode(row.text)
    if not len(encoded.ids):
        return None
    heads = encoded.heads
    lengths = np.diff(np.append(heads, len(encoded.ids)))
    per_word = np.zeros((len(heads), len(LABELS)), dtype=bool)
    per_word[:, 0] = True
    for kind in TYPES:
        if kind not in row.known:
            per_word[:, column(kind) : column(kind) + 2] = True
    for start, end in row.unsure:
        per_word[(encoded.starts < end) & (encoded.ends > start)] = False
    for start, end, kind in row.spans:
        inside = np.flatnonzero((encoded.starts < end) & (encoded.ends > start))
        if len(inside):
            per_word[inside] = False
            per_word[inside[0], column(kind)] = True
            per_word[inside[1:], column(kind) + 1] = True
    allowed = np.repeat(per_word, lengths, axis=0)
    # A continuation piece of a B word is I.
    rest = np.ones(len(encoded.ids), dtype=bool)
    rest[heads] = False
    begins = rest & allowed[:, 1::2].any(axis=1) & ~allowed[:, 0]
    moved = allowed[begins]
    moved[:, 2::2] |= moved[:, 1::2]
    moved[:, 1::2] = False
    allowed[begins] = moved
    return Sample(ids=encoded.ids, types=encoded.types, allowed=allowed)


def pack(samples: Sequence[Sample], coder: Coder, rng: random.Random, *, limit: int, alone: float) -> list[Sample]:
    """Put samples into sequences of at most `limit` tokens with the sentence marks.

    A share `alone` of the short samples stays by itself, because short messages are what a model sees in a chat; the
    rest are joined as lines of one text, so that every position and long context is trained.
    """
    pieces: list[Sample] = []
    room = limit - 2
    for sample in samples:
        for start in range(0, len(sample.ids), room):
            cut = slice(start, start + room)
            pieces.append(Sample(ids=sample.ids[cut], types=sample.types[cut], allowed=sample.allowed[cut]))
    rng.shuffle(pieces)
    packed: list[list[Sample]] = []
    joined: list[Sample] = []
    size = 0
    for piece in pieces:
        if rng.random() < alone:
            packed.append([piece])
            continue
        if joined and size + len(piece.ids) > room:
            packed.append(joined)
            joined, size = [], 0
        joined.append(piece)
        size += len(piece.ids)
    if joined:
        packed.append(joined)
    labels = len(LABELS)
    none = np.zeros((1, labels), dtype=bool)
    return [
        Sample(
            # Small, for an epoch may come from another process.
            ids=np.concatenate(([coder.first], *(p.ids for p in parts), [coder.last])).astype(np.uint16),
            types=np.concatenate(([0], *(p.types for p in parts), [0])).astype(np.uint8),
            allowed=np.concatenate((none, *(p.allowed for p in parts), none)),
        )
        for parts in packed
    ]


def batches(samples: Sequence[Sample], rng: random.Random, *, tokens: int, multiple: int = 1) -> Iterator[tuple[Batch, float]]:
    """Yield batches of about `tokens` tokens each, of samples of like length, in random order, padded to a `multiple`.

    With each comes the share of them that came before it.
    """
    order = sorted(range(len(samples)), key=lambda index: (len(samples[index].ids) // 4, rng.random()))
    groups: list[list[int]] = []
    longest = 0
    for index in order:
        longest = max(longest if groups and groups[-1] else 0, len(samples[index].ids))
        if not groups or longest * (len(groups[-1]) + 1) > tokens:
            groups.append([])
            longest = len(samples[index].ids)
        groups[-1].append(index)
    rng.shuffle(groups)
    for number, group in enumerate(groups):
        width = -(-max(len(samples[index].ids) for index in group) // multiple) * multiple
        ids = np.zeros((len(group), width), dtype=np.int64)
        types = np.zeros((len(group), width), dtype=np.int64)
        mask = np.zeros((len(group), width), dtype=bool)
        allowed = np.zeros((len(group), width, len(LABELS)), dtype=bool)
        for place, index in enumerate(group):
            sample = samples[index]
            size = len(sample.ids)
            ids[place, :size], types[place, :size], mask[place, :size] = sample.ids, sample.types, True
            allowed[place, :size] = sample.allowed
        heard = np.array([samples[index].heard for index in group])
        yield Batch(ids=ids, types=types, allowed=allowed, mask=mask, heard=heard), number / len(groups)
