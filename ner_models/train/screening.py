"""Make the screen of a finished model: `python -m ner_models.train.screening --data ../shared/data --model ner_models/fast`.

The model reads the screen's texts; the screen learns what it found; thresholds are chosen on the judging sets; the graph, its
digest and thresholds go into the model's folder, and what it skips and loses into the card. Some fifteen minutes on two cores,
most of them reading. Equal seeds give equal texts; scores repeat within noise on machines of one kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from ner_models.train.card import write_screen_losses
from ner_models.train.names import read_lists
from ner_models.train.package import write_screen
from ner_models.train.running import say
from ner_models.train.screen import CONVOLUTIONS, Screen, ScreenConfig, fit_screen, start_vectors
from ner_models.train.screen_calibrate import Loss, calibrate_screen
from ner_models.train.screen_graph import build_screen
from ner_models.train.screen_labels import teach
from ner_models.train.screen_texts import texts
from relay.detect.ner.model import NerModel
from relay.detect.ner.tokenizer import Coder

__all__ = ["add_screen"]

SEED = 20261121


def add_screen(
    folder: Path, data: Path, *, log: Callable[[str], None], card: Path | None = None, share: float = 1.0, threads: int = 2
) -> Mapping[str, Loss]:
    """Train the screen of the model in `folder` and write it there. `share` below 1 is a trial on so much of the data."""
    model = NerModel.load(folder)
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    coder = Coder(vocabulary)
    every = max(1, round(1 / share))
    taught = teach([model], coder, texts(data, SEED, log, share=share))
    log(f"screen: {len(taught.ids):,} tokens read")
    torch.manual_seed(SEED)
    screen = Screen(start_vectors(folder))
    config = ScreenConfig(threads=threads) if share == 1.0 else ScreenConfig(threads=threads, epochs=1)
    fit_screen(screen, taught, config, seed=SEED, unknown=vocabulary.index("[UNK]"), log=log)
    weights = {name: value.detach().numpy() for name, value in screen.state_dict().items()}
    graph = build_screen(weights, [step for _, _, step in CONVOLUTIONS]).SerializeToString()
    thresholds, losses = calibrate_screen(graph, model, coder, data, read_lists(data / "lists"), every=every)
    write_screen(folder, graph, thresholds)
    for name, loss in losses.items():
        log(f"screen: {name}: reads {loss.read:.2f}, loses {loss.people:.4f} of people, {loss.labels:.4f} of labels")
    if card is not None:
        write_screen_losses(card, folder.name, losses, size_mb=len(graph) / 1e6)
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the screen of a finished model.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=Path("ner_models/fast"))
    parser.add_argument("--card", type=Path, default=Path("ner_models/README.md"))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    add_screen(
        arguments.model, arguments.data, card=arguments.card, threads=arguments.threads,
        log=say,
    )


if __name__ == "__main__":
    main()
