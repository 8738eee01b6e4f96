"""Choose each type's threshold on the judging sets: the most recall that a budget of false alarms allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ner_models.train.corpora import read_gold
from ner_models.train.rows import TYPES
from relay.detect.ner.model import NerModel, Scored

__all__ = ["BUDGET", "calibrate", "lowest", "lowest_by_letters"]

# False alarms per 1,000 words that each type may add on real prompts (prompts_unlabelled), and the range of thresholds to
# choose from. Prompts name real and fictional people whom that set does not label, so PERSON has a high budget and never
# a threshold at which recall elsewhere suffers; a type that is taken for a person hides one, so its range starts higher.
BUDGET = {
    "PERSON": (7.5, (0.2, 0.3, 0.4, 0.5)),
    "STREET_ADDRESS": (0.2, (0.4, 0.5, 0.6)),
    "USERNAME": (0.25, (0.4, 0.5, 0.6)),
    "PASSWORD": (0.1, (0.4, 0.5, 0.6)),
    "ID_NUMBER": (0.3, (0.4, 0.5, 0.6)),
    "LOCATION": (6.0, (0.55, 0.65)),
    "ORGANIZATION": (5.0, (0.55, 0.65)),
    "DATE_TIME": (6.0, (0.4, 0.5, 0.6)),
    "AGE": (0.5, (0.4, 0.5, 0.6, 0.7)),
    "NRP": (3.0, (0.4, 0.5, 0.6, 0.7)),
}


def calibrate(model: NerModel, data: Path, *, budget: Mapping[str, tuple[float, tuple[float, ...]]] = BUDGET, every: int = 1) -> dict[str, float]:
    """Return the lowest threshold per type whose false alarms on real prompts stay within its budget, else the highest."""
    texts = [str(row["text"]) for row in read_gold(data / "dev/prompts_unlabelled.jsonl.gz")[::every]]
    return lowest(model, texts, sum(len(text.split()) for text in texts) / 1000, budget)


def lowest_by_letters(
    model: NerModel,
    texts: Sequence[str],
    units: Callable[[str], float],
    letters: Sequence[str],
    kind: str,
    limit: float,
    steps: Sequence[float],
    *,
    own: Mapping[str, float],
) -> list[tuple[str, dict[str, float]]]:
    """Return for each class of `letters` the lowest of `steps` at which `texts` with one of them give no more than `limit` alarms.

    A text counts for the first class of which it has a letter, as in use. The highest step is taken where all give more. `own`: the
    other types' thresholds, in the order of TYPES.
    """
    chosen: list[tuple[str, dict[str, float]]] = []
    patterns = [re.compile(f"[{one}]") for one in letters]
    groups: dict[int, list[str]] = {}
    for text in texts:
        if (first := next((place for place, pattern in enumerate(patterns) if pattern.search(text)), None)) is not None:
            groups.setdefault(first, []).append(text)
    for place, some in sorted(groups.items()):
        scored = [(text, model.score(text)) for text in some]
        chosen.append((letters[place], {kind: _lowest_step(model, scored, sum(map(units, some)), kind, limit, steps, own)}))
    return chosen


def _lowest_step(
    model: NerModel, scored: Sequence[tuple[str, Scored]], size: float, kind: str, limit: float, steps: Sequence[float], own: Mapping[str, float]
) -> float:
    """Return the first of `steps`, which ascend, at which the type gives no more than `limit` alarms a unit; else the last."""
    for step in steps:
        thresholds = list((dict(own) | {kind: step}).values())
        alarms = sum(span.entity_type == kind for text, words in scored for span in model.choose(text, words, thresholds))
        if alarms / size <= limit:
            break
    return step


def lowest(model: NerModel, texts: Sequence[str], size: float, budget: Mapping[str, tuple[float, tuple[float, ...]]]) -> dict[str, float]:
    """Return the lowest threshold per type of which `texts`, of a `size` in units of the budget, give no more alarms; else the highest."""
    scored = [(text, model.score(text)) for text in texts]
    even = dict.fromkeys(TYPES, 0.5)
    return {kind: _lowest_step(model, scored, size, kind, *budget[kind], even) for kind in TYPES}
