"""The screen: a small network that says where in a text the models may find something, and how it learns that.

Word pieces with their case and layout, 40 numbers each, go through three narrow convolutions, so a token is judged with
its nearest twelve on either side. It learns from what the finished models find, not from labels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from ner_models.train.rows import TYPES
from ner_models.train.screen_labels import Taught
from relay.detect.ner.tokenizer import TYPE_ROWS

__all__ = ["Screen", "ScreenConfig", "fit_screen", "start_vectors"]

WIDTH = 40
# Channels, kernel and dilation of each convolution: a token is judged with its nearest twelve on either side.
CONVOLUTIONS = ((64, 5, 1), (48, 3, 3), (48, 3, 7))
# Tokens of nothing between two texts, so that a text does not lean on its neighbour.
GAP = 4
SEQUENCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenConfig:
    """How long and how fast to learn. `stretch` tokens are judged together by half of the loss: their highest score counts."""

    epochs: int = 10
    batch: int = 64
    rate: float = 3e-3
    stretch: int = 32
    found_weight: float = 4.0
    noise: float = 0.02
    threads: int = 2


class Screen(nn.Module):
    """Scores of tokens for each entity type: log odds that the token stands in a span of that type."""

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(torch.cat([vectors, torch.zeros(1, WIDTH)]), freeze=False, padding_idx=len(vectors))
        self.types = nn.Embedding(TYPE_ROWS + 1, WIDTH, padding_idx=TYPE_ROWS)
        sizes = [WIDTH, *(size for size, _, _ in CONVOLUTIONS)]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(before, size, kernel, dilation=step, padding=step * (kernel // 2))
            for before, (size, kernel, step) in zip(sizes, CONVOLUTIONS, strict=False)
        )
        self.head = nn.Conv1d(sizes[-1], len(TYPES), 1)
        nn.init.constant_(self.head.bias, -4.0)

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        """Return float [batch, entity types, tokens]; ids, types: int64 [batch, tokens]."""
        x = (self.words(ids) + self.types(types)).transpose(1, 2)
        for convolution in self.convolutions:
            x = functional.relu(convolution(x))
        return self.head(x)


def start_vectors(model: Path) -> Tensor:
    """Return the word vectors of a finished model in `WIDTH` numbers, float [pieces, WIDTH]: their principal components.

    A piece that the screen's texts lack begins, and stays, near the pieces that the model takes for its like.
    """
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(model / "model.onnx").graph.initializer}
    words = tensors["words"].astype(np.float32) * tensors["words.scale"]
    words -= words.mean(axis=0)
    _, axes = np.linalg.eigh(words.T @ words)
    vectors = words @ axes[:, -WIDTH:]
    return torch.from_numpy(0.3 * vectors / vectors.std())


def _stream(taught: Taught, blank: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """Return ids, types and labels with `GAP` blank tokens behind each text, cut into sequences [count, SEQUENCE]."""
    places = np.arange(len(taught.ids)) + GAP * np.searchsorted(taught.ends, np.arange(len(taught.ids)), side="right")
    size = -(-(len(taught.ids) + GAP * len(taught.ends)) // SEQUENCE) * SEQUENCE
    ids, types, found = np.full(size, blank), np.full(size, TYPE_ROWS), np.zeros(size, dtype=np.uint16)
    ids[places], types[places], found[places] = taught.ids, taught.types, taught.found
    return ids.reshape(-1, SEQUENCE), types.reshape(-1, SEQUENCE), found.reshape(-1, SEQUENCE)


def _batches(taught: Taught, blank: int, config: ScreenConfig, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    ids, types, found = _stream(taught, blank)
    order = rng.permutation(len(ids))
    for start in range(0, len(order), config.batch):
        rows = order[start : start + config.batch]
        labels = (found[rows][:, None, :] >> np.arange(len(TYPES), dtype=np.uint16)[None, :, None]) & 1
        yield torch.from_numpy(ids[rows]), torch.from_numpy(types[rows]), torch.from_numpy(labels.astype(np.float32))


def fit_screen(screen: Screen, taught: Taught, config: ScreenConfig, *, seed: int, unknown: int, log: Callable[[str], None]) -> None:
    """Train `screen` in place. Equal seeds and threads give equal weights on one machine."""
    torch.manual_seed(seed)
    torch.set_num_threads(config.threads)
    rng = np.random.default_rng(seed)
    blank = screen.words.padding_idx
    assert blank is not None
    steps = config.epochs * (len(_stream(taught, blank)[0]) // config.batch + 1)
    weight = torch.tensor(config.found_weight)
    optimiser = torch.optim.Adam(screen.parameters(), lr=config.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.rate, total_steps=steps, pct_start=0.1)
    for epoch in range(config.epochs):
        began, total, count = time.perf_counter(), 0.0, 0
        for ids, types, labels in _batches(taught, blank, config, rng):
            noisy = torch.where((torch.rand(ids.shape) < config.noise) & (ids != blank), unknown, ids)
            scores = screen(noisy, types)
            pooled = functional.max_pool1d(scores, config.stretch)
            wanted = functional.max_pool1d(labels, config.stretch)
            loss = functional.binary_cross_entropy_with_logits(scores, labels, pos_weight=weight)
            loss = loss + functional.binary_cross_entropy_with_logits(pooled, wanted, pos_weight=weight)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total, count = total + float(loss.detach()), count + 1
        log(f"screen: epoch {epoch}: loss {total / count:.4f}, {time.perf_counter() - began:.0f} s")
