"""Train the encoder on partial labels."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from ner_models.train.encoder import Encoder
from ner_models.train.features import Batch, Sample, batches

__all__ = ["FitConfig", "fit", "partial_loss", "teacher_loss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitConfig:
    """How long and how fast to learn. `limit_s` ends training early with the learning rate already low.

    A share `noise` of the tokens is read as unknown, so that no single word decides; where there is a teacher, its
    opinion counts `teacher_share` of the loss.
    """

    epochs: int = 3
    tokens: int = 4096
    rate: float = 4e-4
    embedding_rate: float = 1e-4
    limit_s: float = 3600.0
    threads: int = 2
    noise: float = 0.03
    teacher_share: float = 0.5


def partial_loss(logits: Tensor, allowed: Tensor) -> Tensor:
    """Return the mean of -log P(an allowed label) over the tokens that allow any.

    logits: float [batch, tokens, labels]; allowed: bool of the same shape. With one allowed label this is cross-entropy;
    for a corpus that leaves a type unlabelled, that type stays as free as "no entity".
    """
    teach = allowed.any(dim=-1)
    logs = logits[teach].float().log_softmax(dim=-1)
    return -logs.masked_fill(~allowed[teach], -math.inf).logsumexp(dim=-1).mean()


def teacher_loss(logits: Tensor, opinion: Tensor, real: Tensor) -> Tensor:
    """Return the mean divergence of the model from its teacher over the real tokens.

    logits, opinion: float [batch, tokens, labels]; real: bool [batch, tokens]. The teacher has an opinion everywhere, also
    where a corpus leaves a type open or a label is in doubt.
    """
    ours = logits[real].float().log_softmax(dim=-1)
    theirs = opinion[real].float().log_softmax(dim=-1)
    return functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)


def fit(
    model: Encoder,
    make_samples: Callable[[int], Sequence[Sample]],
    config: FitConfig,
    *,
    seed: int,
    unknown: int,
    teacher: Encoder | None = None,
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
    slow = [p for name, p in model.named_parameters() if name.startswith("words")]
    fast = [p for name, p in model.named_parameters() if not name.startswith("words")]
    optimiser = torch.optim.AdamW(
        [{"params": slow, "lr": config.embedding_rate, "base": config.embedding_rate}, {"params": fast, "lr": config.rate, "base": config.rate}],
        weight_decay=0.01,
        fused=True,
    )
    began = time.monotonic()
    rng = random.Random(seed)
    step = 0
    running = 0.0
    for epoch in range(config.epochs):
        if time.monotonic() - began >= config.limit_s:
            break
        groups = list(batches(make_samples(epoch), rng, tokens=config.tokens))
        for index, batch in enumerate(groups):
            # Progress is whichever is further: the work done or the time used. Linear warm-up, then linear decay.
            work = (epoch + index / len(groups)) / config.epochs
            progress = max(work, (time.monotonic() - began) / config.limit_s)
            if progress >= 1.0:
                break
            factor = min(1.0, (step + 1) / 200) * max(0.02, 1.0 - progress)
            for group in optimiser.param_groups:
                group["lr"] = group["base"] * factor
            loss = _step(model, teacher, optimiser, batch, config, unknown, device)
            running = loss if step == 0 else 0.98 * running + 0.02 * loss
            step += 1
            if step % 100 == 0:
                log(f"epoch {epoch} batch {index}/{len(groups)} loss {running:.4f} {time.monotonic() - began:.0f} s")
            if checkpoint is not None and step % 250 == 0:
                torch.save(model.state_dict(), checkpoint)
    model.eval().to("cpu")
    if checkpoint is not None:
        torch.save(model.state_dict(), checkpoint)


def _step(
    model: Encoder,
    teacher: Encoder | None,
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    config: FitConfig,
    unknown: int,
    device: str,
) -> float:
    ids, types, mask = (torch.from_numpy(part).to(device) for part in (batch.ids, batch.types, batch.mask))
    padding = None if bool(mask.all()) else mask
    noisy = ids.masked_fill((torch.rand(ids.shape, device=device) < config.noise) & mask, unknown)
    with torch.autocast(device_type=device, dtype=torch.bfloat16):
        logits = model(noisy, types, padding)
    loss = partial_loss(logits, torch.from_numpy(batch.allowed).to(device))
    if teacher is not None:
        with torch.no_grad(), torch.autocast(device_type=device, dtype=torch.bfloat16):
            opinion = teacher(ids, types, padding)
        loss = torch.lerp(loss, teacher_loss(logits, opinion, mask), config.teacher_share)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())
