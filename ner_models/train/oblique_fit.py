"""Fit a head for what passages imply on a model's states, and its scale.

Three small networks of one hidden layer, whose mean is one such network again, learn from standardized, pooled states with
much dropout, the rare class weighted up. A linear head covers a tenth less of the styles kept apart.
The scale comes from styles that a head has not seen: .5 is where it is precise by itself, .25 where it is beside words of
the class; what is between follows a logistic curve through the two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

__all__ = ["Head", "chosen", "fit_head", "left_out"]

# Wanted on styles that were left out, where half of the texts imply nothing, and of the texts of others.
PRECISION_ALONE, PRECISION_BESIDE = 0.85, 0.75
FALSE_ALARMS_ALONE, FALSE_ALARMS_BESIDE = 0.005, 0.005
NETWORKS, UNITS, EPOCHS = 3, 96, 14
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Head:
    """The arrays of `relay.detect.ner.oblique.Oblique`, for pooled states as they are."""

    inner: NDArray[np.float32]
    inner_bias: NDArray[np.float32]
    outer: NDArray[np.float32]
    outer_bias: NDArray[np.float32]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 [texts, classes]. features: float32 [texts, features]."""
        units = np.maximum(features @ self.inner.T + self.inner_bias, 0.0)
        found: NDArray[np.float32] = units @ self.outer.T + self.outer_bias
        return found


def fit_head(features: NDArray[np.float32], labels: NDArray[np.float32]) -> Head:
    """Fit a head. features: float32 [texts, features], labels: float32 [texts, classes], 0 or 1."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    x = torch.from_numpy(((features - mean) / spread).astype(np.float32))
    y = torch.from_numpy(labels)
    share = y.mean(dim=0).clamp(1e-3, 1 - 1e-3)
    # Both sides weigh half of the texts, as if each class were as common as its absence.
    weight = y * (0.5 / share) + (1 - y) * (0.5 / (1 - share))
    networks = [_network(x, y, weight, seed) for seed in range(NETWORKS)]
    inner = np.concatenate([network[1].weight.detach().numpy() for network in networks]) / spread
    inner_bias = np.concatenate([network[1].bias.detach().numpy() for network in networks]) - inner @ mean
    outer = np.concatenate([network[4].weight.detach().numpy() for network in networks], axis=1) / NETWORKS
    outer_bias = np.mean([network[4].bias.detach().numpy() for network in networks], axis=0)
    return Head(*(item.astype(np.float32) for item in (inner, inner_bias, outer, outer_bias)))


def _network(x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(x.shape[1], UNITS), nn.ReLU(), nn.Dropout(0.4), nn.Linear(UNITS, y.shape[1])
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(network(x[batch]), y[batch], weight=weight[batch]).backward()
            optimizer.step()
    return network.eval()


def left_out(
    features: NDArray[np.float32], labels: NDArray[np.float32], groups: Sequence[str]
) -> NDArray[np.float32]:
    """Return the logits of each text by a head that has not seen its group, a style: float32 [texts, classes]."""
    names = sorted(set(groups))
    folds = np.array([names.index(name) % FOLDS for name in groups])
    found = np.zeros(labels.shape, dtype=np.float32)
    for fold in range(FOLDS):
        apart = folds == fold
        if apart.any():
            found[apart] = fit_head(features[~apart], labels[~apart]).logits(features[apart])
    return found


def chosen(head: Head, logits: NDArray[np.float32], labels: NDArray[np.float32], with_words: NDArray[np.bool_]) -> Head:
    """Return `head` on the scale described above, chosen on `logits` of texts that their heads have not seen.

    with_words: bool [texts, classes], whether a text has words of a class. The rows of `labels` that are NaN are texts of
    others, which are taken to imply nothing.
    """
    outer, outer_bias = head.outer.copy(), head.outer_bias.copy()
    others = np.isnan(labels).any(axis=1)
    for place in range(labels.shape[1]):
        scores, truth, words = logits[:, place], labels[:, place], with_words[:, place]
        alone = _threshold(scores, truth, others, PRECISION_ALONE, FALSE_ALARMS_ALONE * others.sum())
        beside = _threshold(
            scores[words], truth[words], others[words], PRECISION_BESIDE, FALSE_ALARMS_BESIDE * others.sum()
        )
        scale = math.log(3.0) / max(0.05, alone - beside)
        outer[place] *= scale
        outer_bias[place] = (outer_bias[place] - alone) * scale
    return replace(head, outer=outer, outer_bias=outer_bias)


def _threshold(
    scores: NDArray[np.float32],
    truth: NDArray[np.float32],
    others: NDArray[np.bool_],
    precision: float,
    false_alarms: float,
) -> float:
    """Return the lowest score from which on all is as precise as wanted, with so many false alarms in texts of others."""
    order = np.argsort(-scores)
    known = ~others[order]
    hits = np.cumsum(np.where(known, np.nan_to_num(truth[order]), 0.0))
    precise = hits / np.maximum(1, np.cumsum(known)) >= precision
    quiet = np.cumsum(~known) <= false_alarms
    fit = np.flatnonzero(precise & quiet & known)
    return float(scores[order[fit[-1]]]) if len(fit) else float(scores.max(initial=0.0)) + 1.0
