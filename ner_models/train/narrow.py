"""Make a trained encoder narrower: keep the attention heads and feed-forward units that count most, and fit what is left.

What is left out costs accuracy. Most of it comes back without training: layer by layer the two matrices that write to the
residual stream are fitted by least squares, so that they give with fewer inputs what the whole layer gave. Measured
on the shipped `fast` before any training (three layers, 12 heads to 6, 1,536 units to 768): of the tokens that either
calls an entity 84 in 100 have the same label when only cut, 94 when fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from ner_models.train.encoder import Encoder, Layer
from ner_models.train.features import Sample

__all__ = ["narrowed"]

# Added to the diagonal, relative to its mean: units that say nearly the same share their weight.
_RIDGE = 1e-5


@torch.no_grad()
def narrowed(model: Encoder, samples: Sequence[Sample], *, heads: int, inner: int) -> Encoder:
    """Return `model` with `heads` heads and `inner` units in each layer, as near to it as it can be on `samples`.

    A head or unit counts for the size of what it adds to its layer's output. Raises ValueError where more are asked for
    than there are. Takes some 200 KB of memory for each sample of 128 tokens.
    """
    config = model.config
    if heads > config.heads or inner > config.inner:
        raise ValueError(f"got {heads} heads and {inner} units of {config.heads} and {config.inner}")
    model.eval()
    small = Encoder(replace(config, heads=heads, inner=inner)).eval()
    small.load_state_dict({name: value for name, value in model.state_dict().items() if not name.startswith("layers.")}, strict=False)
    before = [model.embedded(*(torch.from_numpy(part).long()[None] for part in (sample.ids, sample.types))) for sample in samples]
    after = before
    for layer, less in zip(model.layers, small.layers, strict=True):
        before, after = _narrow(layer, less, before, after)
    return small


def _narrow(layer: Layer, less: Layer, before: list[Tensor], after: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Fill `less` from `layer`, and return what both give. before, after: what they read, float [1, tokens, hidden] each."""
    heads = _heads(layer, before).topk(less.heads).indices.sort().values
    features = (heads[:, None] * layer.head + torch.arange(layer.head)).flatten()
    width = layer.heads * layer.head
    rows = torch.cat([features + part * width for part in range(3)])
    _take(less.qkv, layer.qkv, rows)
    less.attention_norm.load_state_dict(layer.attention_norm.state_dict())
    less.norm.load_state_dict(layer.norm.state_dict())
    mixed = [layer.attention_out(layer.attended(x, None)) for x in before]
    _fit(less.attention_out, [less.attended(y, None) for y in after], [m + x - y for m, x, y in zip(mixed, before, after, strict=True)])
    before = [layer.attention_norm(x + m) for x, m in zip(before, mixed, strict=True)]
    after = [less.attention_norm(y + less.attention_out(less.attended(y, None))) for y in after]

    _take(less.inner, layer.inner, _units(layer, before).topk(less.inner.out_features).indices.sort().values)
    outer = [layer.outer(functional.gelu(layer.inner(x))) for x in before]
    units = [functional.gelu(less.inner(y)) for y in after]
    _fit(less.outer, units, [o + x - y for o, x, y in zip(outer, before, after, strict=True)])
    return (
        [layer.norm(x + o) for x, o in zip(before, outer, strict=True)],
        [less.norm(y + less.outer(u)) for y, u in zip(after, units, strict=True)],
    )


def _heads(layer: Layer, inputs: list[Tensor]) -> Tensor:
    """Return what each head adds: float [heads]."""
    out = layer.attention_out.weight.view(-1, layer.heads, layer.head)
    return sum(
        (torch.einsum("bthd,ohd->btho", layer.attended(x, None).unflatten(-1, (layer.heads, layer.head)), out).norm(dim=-1).sum((0, 1)) for x in inputs),
        torch.zeros(layer.heads),
    )


def _units(layer: Layer, inputs: list[Tensor]) -> Tensor:
    """Return what each feed-forward unit adds: float [inner]."""
    sums = sum((functional.gelu(layer.inner(x)).abs().sum((0, 1)) for x in inputs), torch.zeros(layer.inner.out_features))
    return sums * layer.outer.weight.norm(dim=0)


def _take(less: nn.Linear, whole: nn.Linear, rows: Tensor) -> None:
    less.weight.copy_(whole.weight[rows])
    less.bias.copy_(whole.bias[rows])


def _fit(linear: nn.Linear, inputs: list[Tensor], wanted: list[Tensor]) -> None:
    """Set weight and bias to those that come nearest to giving `wanted` for `inputs`, by least squares."""
    size = linear.in_features + 1
    products = torch.zeros(size, size, dtype=torch.float64)
    targets = torch.zeros(size, linear.out_features, dtype=torch.float64)
    for x, y in zip(inputs, wanted, strict=True):
        one = functional.pad(x[0].double(), (0, 1), value=1.0)
        products += one.T @ one
        targets += one.T @ y[0].double()
    products += _RIDGE * products.diagonal().mean() * torch.eye(size, dtype=torch.float64)
    solved = torch.linalg.solve(products, targets).float()
    linear.weight.copy_(solved[:-1].T)
    linear.bias.copy_(solved[-1])
