"""Choose each type's threshold on the judging sets: the most recall that a budget of false alarms allows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ner_models.train.corpora import read_gold
from ner_models.train.rows import TYPES
from relay.detect.ner_onnx import NerModel

__all__ = ["BUDGET", "calibrate"]

STEPS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# False alarms per 1,000 words that each type may add on real prompts (prompts_unlabelled); a type stays at 0.5 or above
# only when it needs to. Together the types that the default policy replaces stay below three.
BUDGET = {
    "PERSON": 2.0,
    "STREET_ADDRESS": 0.2,
    "USERNAME": 0.3,
    "PASSWORD": 0.15,
    "ID_NUMBER": 0.35,
    "LOCATION": 4.0,
    "ORGANIZATION": 3.0,
    "DATE_TIME": 4.0,
    "AGE": 0.4,
    "NRP": 2.0,
}


def calibrate(model: NerModel, data: Path, *, budget: Mapping[str, float] = BUDGET, every: int = 1) -> dict[str, float]:
    """Return the lowest threshold per type whose false alarms on real prompts stay within its budget."""
    rows = read_gold(data / "dev/prompts_unlabelled.jsonl.gz")[::every]
    texts = [str(row["text"]) for row in rows]
    words = sum(len(text.split()) for text in texts)
    scored = [model.score(text) for text in texts]
    chosen = {}
    for kind in TYPES:
        for step in STEPS:
            trial = dict.fromkeys(TYPES, 0.5) | {kind: step}
            alarms = 0
            for text, words_scored in zip(texts, scored, strict=True):
                spans = model.choose(text, words_scored, [trial[name] for name in TYPES])
                alarms += sum(span.entity_type == kind for span in spans)
            chosen[kind] = step
            if 1000 * alarms / words <= budget[kind]:
                break
    return chosen
