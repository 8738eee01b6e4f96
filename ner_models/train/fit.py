"""Train the encoder on partial labels."""

from __future__ import annotations

import copy
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ner_models.train.encoder import Encoder, Layer
from ner_models.train.features import Batch, Sample, batches

__all__ = ["FitConfig", "fit", "partial_loss", "teacher_loss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitConfig:
    """How long and how fast to learn. `limit_s` ends training early with the learning rate already low.

    `new_rate` is for the parts that start untrained; with an `embedding_rate` of 0 all below the layers stays as it is. A share `noise` of the tokens is read as unknown, so that no single
    word decides; where there is a teacher, its opinion counts `teacher_share` of the loss, and a token that it is sure is an entity counts
    1 + `weight` times.
    """

    epochs: int = 3
    tokens: int = 4096
    rate: float = 4e-4
    embedding_rate: float = 1e-4
    new_rate: float = 4e-4
    limit_s: float = 3600.0
    threads: int = 2
    noise: float = 0.03
    teacher_share: float = 0.5
    weight: float = 0.0


def partial_loss(logits: Tensor, allowed: Tensor) -> Tensor:
    """Return the mean of -log P(an allowed label) over the tokens that allow any.

    logits: float [batch, tokens, labels]; allowed: bool of the same shape. With one allowed label this is cross-entropy;
    for a corpus that leaves a type unlabelled, that type stays as free as "no entity".
    """
    taught = allowed.any(dim=-1, keepdim=True)
    logs = logits.float().log_softmax(dim=-1)
    # Where all are allowed the term is nothing, and no index that a GPU would have to wait for is needed.
    return -logs.masked_fill(~(allowed | ~taught), -math.inf).logsumexp(dim=-1).sum() / taught.sum().clamp(min=1)


def teacher_loss(logits: Tensor, opinion: Tensor, real: Tensor, weight: float = 0.0) -> Tensor:
    """Return the mean divergence of the model from its teacher over the real tokens, those of entities `weight` times more.

    logits, opinion: float [batch, tokens, labels]; real: bool [batch, tokens]. The teacher has an opinion everywhere, also
    where a corpus leaves a type open or a label is in doubt.
    """
    ours = logits.float().log_softmax(dim=-1)
    theirs = opinion.float().log_softmax(dim=-1)
    counts = real * (1.0 + weight * (1.0 - theirs[..., 0].exp()))
    return (functional.kl_div(ours, theirs, reduction="none", log_target=True).sum(dim=-1) * counts).sum() / counts.sum()


def fit(
    model: Encoder,
    make_samples: Callable[[int], Sequence[Sample]],
    config: FitConfig,
    *,
    seed: int,
    unknown: int,
    teacher: nn.Module | None = None,
    checkpoint: Path | None = None,
    log: Callable[[str], None] = print,
) -> None:
    """Train in place. `make_samples(epoch)` gives that epoch's packed samples; the schedule follows the clock as well.

    `unknown` is the id of the unknown token.
    """
    torch.set_num_threads(config.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    if teacher is not None:
        teacher.to(device).eval()
    if device == "cuda":
        # cuDNN plans its attention anew for every shape of a batch, which takes ten times as long as the step.
        torch.backends.cuda.enable_cudnn_sdp(False)
        # A copy, for what teaches may itself be shipped.
        teacher = None if teacher is None else copy.deepcopy(teacher).to(torch.bfloat16)
    # A processor without instructions for bfloat16 multiplies it twenty times slower than float32.
    halves = device == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    masters = _halve(model) if halves else {}
    if halves and teacher is not None:
        teacher = copy.deepcopy(teacher)
        _halve(teacher)
    rates = {"words": config.embedding_rate, "types": config.new_rate, "head": config.new_rate}
    if not config.embedding_rate:
        for part in (model.words, model.positions, model.types, model.norm):
            part.requires_grad_(False)
    groups: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        groups.setdefault(rates.get(name.split(".")[0], config.rate), []).append(masters.get(parameter, parameter))
    optimiser = torch.optim.AdamW(
        [{"params": parameters, "lr": rate, "base": rate} for rate, parameters in groups.items()], weight_decay=0.01, fused=True
    )
    began = math.inf  # the clock starts with the first sequence
    rng = random.Random(seed)
    step = 0
    running = torch.zeros((), device=device)
    for epoch in range(config.epochs):
        if time.monotonic() - began >= config.limit_s:
            break
        samples = make_samples(epoch)
        began = min(began, time.monotonic())
        for batch, done in batches(samples, rng, tokens=config.tokens, multiple=8 if device == "cuda" else 1):
            # Progress is whichever is further: the work done or the time used. Linear warm-up, then linear decay.
            progress = max((epoch + done) / config.epochs, (time.monotonic() - began) / config.limit_s)
            if progress >= 1.0:
                break
            factor = min(1.0, (step + 1) / 200) * max(0.02, 1.0 - progress)
            for group in optimiser.param_groups:
                group["lr"] = group["base"] * factor
            loss = _step(model, teacher, optimiser, batch, config, unknown, device, masters)
            running = loss if step == 0 else running.lerp(loss, 0.02)
            step += 1
            if step % 100 == 0:
                log(f"epoch {epoch + done:.2f} loss {float(running):.4f} {time.monotonic() - began:.0f} s")
            if checkpoint is not None and step % 250 == 0:
                torch.save(model.state_dict(), checkpoint)
    _restore(model, masters)
    model.eval().to("cpu")
    if checkpoint is not None:
        torch.save(model.state_dict(), checkpoint)


def _halve(model: nn.Module) -> dict[Tensor, Tensor]:
    """Turn the layers of `model` into bfloat16, and return the float32 weights that the optimiser moves instead, by parameter.

    On a CPU, torch's autocast copies every weight and activation at every product, which costs five times the products.
    """
    masters: dict[Tensor, Tensor] = {}
    for module in model.modules():
        if isinstance(module, Layer):
            kept = [parameter.detach().clone() for parameter in module.parameters()]
            module.to(torch.bfloat16)
            masters |= zip(module.parameters(), kept, strict=True)
    return masters


def _restore(model: nn.Module, masters: Mapping[Tensor, Tensor]) -> None:
    """Undo `_halve` with the weights as they are by now."""
    for module in model.modules():
        if isinstance(module, Layer) and masters:
            kept = [masters[parameter] for parameter in module.parameters()]
            module.float()
            for parameter, master in zip(module.parameters(), kept, strict=True):
                parameter.data.copy_(master)


def _step(
    model: Encoder,
    teacher: nn.Module | None,
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    config: FitConfig,
    unknown: int,
    device: str,
    masters: Mapping[Tensor, Tensor],
) -> Tensor:
    padded = not batch.mask.all()
    ids, types, mask = (torch.from_numpy(part).to(device, non_blocking=True) for part in (batch.ids, batch.types, batch.mask))
    padding = mask if padded else None
    noisy = ids.masked_fill((torch.rand(ids.shape, device=device) < config.noise) & mask, unknown)
    with torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=device == "cuda"):
        logits = model(noisy, types, padding)
    loss = partial_loss(logits, torch.from_numpy(batch.allowed).to(device))
    if teacher is not None and batch.heard.any():
        with torch.no_grad(), torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=device == "cuda"):
            opinion = teacher(ids, types, padding)
        heard = mask & torch.from_numpy(batch.heard).to(device)[:, None]
        loss = torch.lerp(loss, teacher_loss(logits, opinion, heard, config.weight), config.teacher_share)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    for half, master in masters.items():
        master.grad, half.grad = None if half.grad is None else half.grad.float(), None
    torch.nn.utils.clip_grad_norm_([parameter for group in optimiser.param_groups for parameter in group["params"]], 1.0)
    optimiser.step()
    with torch.no_grad():
        for half, master in masters.items():
            half.copy_(master)
    return loss.detach()
