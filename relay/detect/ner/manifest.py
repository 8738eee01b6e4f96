"""Read what a model's folder says of itself, and its files as they were when that was written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relay.errors import ConfigFault

__all__ = ["FORMAT", "LANGUAGES", "Manifest", "ObliqueFacts", "ScreenFacts", "read_checked", "read_manifest"]

FORMAT = 1  # The layout of model.yaml and the graph's inputs; a model of another format is refused.
FILES = ("model.onnx", "vocab.txt")
SCREEN_FILE = "screen.onnx"
OBLIQUE_FILE = "oblique.npz"
# How a text becomes tokens; a model that does not say has the first.
TOKENIZERS = ("wordpiece", "unigram")
# What model.yaml says of languages: made for, scored on text that training never saw, and not to be relied on.
LANGUAGES = ("best", "scored", "unsupported")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFacts:
    """What model.yaml says of the screen: entity type → the log odds above which a token counts, and its digest."""

    thresholds: Mapping[str, float]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObliqueFacts:
    """What model.yaml says of the head for what texts imply: outputs of the graph, data classes, and its digest."""

    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What model.yaml says. `screen` and `oblique` are None for a model without, `tokenizer` is one of TOKENIZERS.

    `by_letters`: thresholds of texts with one of some letters, a class of a regular expression; the first one counts.
    """

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    max_tokens: int
    overlap: int
    version: str
    languages: Mapping[str, tuple[str, ...]]
    digests: Mapping[str, str]
    screen: ScreenFacts | None
    oblique: ObliqueFacts | None
    tokenizer: str
    by_letters: tuple[tuple[re.Pattern[str], tuple[float, ...]], ...] = ()


def read_manifest(folder: Path) -> Manifest:
    import yaml

    path = folder / "model.yaml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigFault(f"NER model: cannot read {path}: {error.strerror}") from None
    try:
        data: Any = yaml.safe_load(raw)
        if data["format"] != FORMAT:
            raise ConfigFault(f"NER model: {path} has format {data['format']!r}, expected {FORMAT}")
        manifest = Manifest(
            labels=tuple(str(label) for label in data["labels"]),
            thresholds=tuple(float(data["thresholds"][label]) for label in data["labels"]),
            max_tokens=int(data["max_tokens"]),
            overlap=int(data["overlap"]),
            version=f"{data['name']}-{data['version']}-{hashlib.sha256(raw).hexdigest()[:12]}",
            languages={key: tuple(map(str, data["languages"][key])) for key in LANGUAGES},
            digests={name: str(data["sha256"][name]) for name in FILES},
            screen=_screen_facts(data),
            oblique=_oblique_facts(data),
            tokenizer=str(data.get("tokenizer", TOKENIZERS[0])),
            by_letters=_by_letters(data),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, re.error):
        raise ConfigFault(f"NER model: {path} is not a complete model description") from None
    if manifest.tokenizer not in TOKENIZERS:
        raise ConfigFault(
            f"NER model: {path} has the tokenizer {manifest.tokenizer!r}, expected {' or '.join(TOKENIZERS)}"
        )
    several = (manifest.thresholds, *(thresholds for _, thresholds in manifest.by_letters))
    if not all(0.0 < threshold < 1.0 for thresholds in several for threshold in thresholds):
        raise ConfigFault(f"NER model: {path} has a threshold outside 0 to 1")
    if not 0 <= manifest.overlap < manifest.max_tokens - 2:
        raise ConfigFault(f"NER model: {path} has an overlap that does not fit max_tokens")
    return manifest


def _by_letters(data: Any) -> tuple[tuple[re.Pattern[str], tuple[float, ...]], ...]:
    own = data["thresholds"]
    return tuple(
        (re.compile(f"[{one['letters']}]"), tuple(float((own | one["thresholds"])[label]) for label in data["labels"]))
        for one in data.get("by_letters", ())
    )


def _screen_facts(data: Any) -> ScreenFacts | None:
    if "screen" not in data:
        return None
    thresholds = {str(label): float(data["screen"]["thresholds"][label]) for label in data["labels"]}
    return ScreenFacts(thresholds=thresholds, digest=str(data["sha256"][SCREEN_FILE]))


def _oblique_facts(data: Any) -> ObliqueFacts | None:
    if "oblique" not in data:
        return None
    outputs, classes = (tuple(map(str, data["oblique"][key])) for key in ("outputs", "classes"))
    return ObliqueFacts(outputs=outputs, classes=classes, digest=str(data["sha256"][OBLIQUE_FILE]))


def read_checked(path: Path, digest: str) -> bytes:
    """Return the file's bytes, which have the SHA-256 `digest`; what is checked is what is used."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigFault(f"NER model: cannot read {path}: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise ConfigFault(
            f"NER model: {path} ({len(data)} bytes) does not have the SHA-256 stated in model.yaml; "
            "it is truncated, altered or of another version"
        )
    return data
