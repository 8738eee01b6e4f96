"""Write the finished model's folder: graph, vocabulary and description with the SHA-256 of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml
from torch import Tensor

from ner_models.train.encoder import Encoder
from ner_models.train.export import build_graph
from ner_models.train.oblique_graph import with_states
from ner_models.train.rows import TYPES
from relay.detect.ner.model import FORMAT

__all__ = ["DEFAULT_THRESHOLDS", "MAX_TOKENS", "OVERLAP", "SPOKEN", "SPOKEN_BY_FAST", "write_folder", "write_oblique", "write_screen", "write_thresholds"]

# See the card. `relay doctor` repeats it to whoever runs relay.
SPOKEN = {
    "best": ["English"],
    "scored": ["German", "French", "Spanish", "Italian", "Portuguese", "Dutch"],
    "unsupported": ["Arabic", "Chinese", "Greek", "Hebrew", "Japanese", "Korean", "Russian", "Thai", "languages of India"],
}
# What `fast` learnt besides: people in real text covered to .8 and more.
SPOKEN_BY_FAST = {**SPOKEN, "scored": [*SPOKEN["scored"], "Turkish", "Vietnamese", "Indonesian", "Czech", "Finnish", "Swedish", "Romanian", "Croatian"]}
DEFAULT_THRESHOLDS = dict.fromkeys(TYPES, 0.5)
# The windows of the finished models.
MAX_TOKENS, OVERLAP = 128, 32


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().float().cpu().numpy()


def write_folder(
    model: Encoder,
    vocabulary: Sequence[str],
    folder: Path,
    *,
    name: str,
    version: str,
    thresholds: Mapping[str, float],
    int8: bool,
    max_tokens: int,
    overlap: int,
    languages: Mapping[str, Sequence[str]] = SPOKEN,
    tokenizer: str | None = None,
) -> None:
    """Write `model.onnx`, `vocab.txt` and `model.yaml` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {key: _array(value) for key, value in model.state_dict().items()}
    graph = with_states(build_graph(weights, layers=model.config.layers, heads=model.config.heads, int8=int8))
    (folder / "model.onnx").write_bytes(graph.SerializeToString())
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    description = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "labels": list(TYPES),
        "thresholds": {kind: float(thresholds[kind]) for kind in TYPES},
        "max_tokens": max_tokens,
        "overlap": overlap,
        "languages": {key: list(names) for key, names in languages.items()},
        **({} if tokenizer is None else {"tokenizer": tokenizer}),
        "sha256": {
            file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in ("model.onnx", "vocab.txt")
        },
    }
    _write_description(folder, description)


def write_thresholds(folder: Path, thresholds: Mapping[str, float]) -> None:
    """Replace the thresholds in a folder's description."""
    description = yaml.safe_load((folder / "model.yaml").read_text(encoding="utf-8"))
    description["thresholds"] = {kind: float(thresholds[kind]) for kind in TYPES}
    _write_description(folder, description)


def write_by_letters(folder: Path, rows: Sequence[tuple[str, Mapping[str, float]]]) -> None:
    """Put thresholds for texts with one of some letters into a folder's description; the first that fits will count."""
    description = yaml.safe_load((folder / "model.yaml").read_text(encoding="utf-8"))
    description["by_letters"] = [{"letters": letters, "thresholds": dict(thresholds)} for letters, thresholds in rows]
    _write_description(folder, description)


def write_screen(folder: Path, graph: bytes, thresholds: Mapping[str, float]) -> None:
    """Put a screen into a model's folder, with its digest and thresholds into the folder's description."""
    (folder / "screen.onnx").write_bytes(graph)
    description = yaml.safe_load((folder / "model.yaml").read_text(encoding="utf-8"))
    description["screen"] = {"thresholds": {kind: float(thresholds[kind]) for kind in TYPES}}
    description["sha256"]["screen.onnx"] = hashlib.sha256(graph).hexdigest()
    _write_description(folder, description)


def write_oblique(
    folder: Path, graph: bytes, outputs: Sequence[str] = (), classes: Sequence[str] = (), head: bytes | None = None
) -> None:
    """Put a graph with its states among the outputs into a model's folder, and the head that reads `outputs`.

    Without a head the folder has none from then on.
    """
    (folder / "model.onnx").write_bytes(graph)
    description = yaml.safe_load((folder / "model.yaml").read_text(encoding="utf-8"))
    description["sha256"]["model.onnx"] = hashlib.sha256(graph).hexdigest()
    description.pop("oblique", None)
    description["sha256"].pop("oblique.npz", None)
    if head is not None:
        (folder / "oblique.npz").write_bytes(head)
        description["oblique"] = {"outputs": list(outputs), "classes": list(classes)}
        description["sha256"]["oblique.npz"] = hashlib.sha256(head).hexdigest()
    _write_description(folder, description)


def _write_description(folder: Path, description: Mapping[str, object]) -> None:
    text = yaml.safe_dump(dict(description), sort_keys=False, default_flow_style=False, allow_unicode=True)
    (folder / "model.yaml").write_text("# Written by ner_models/train; see ner_models/README.md.\n" + text, encoding="utf-8")
