"""Score a model folder on the judging sets and print a table.

`python -m ner_models.train.judge --data ../shared/data --model ner_models/fast [--against FOLDER]`

The counts are those of the shared scorer: characters with labels ignored (letters and digits only), share of gold spans
wholly covered, and predicted spans per 1,000 words that touch no gold span.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner_models.train.corpora import read_gold
from relay.detect.ner.model import NerModel
from relay.types import Span

__all__ = ["PERSON_LABELS", "REPLACED", "SETS", "Score", "judge", "score"]

SETS = (
    "presidio_synth_v2", "ambientmeta_standard", "ambientmeta_contextual", "ambientmeta_adversarial",
    "ambientmeta_ambiguous", "multidogo_dev", "multidogo_test", "btc_dev", "ewt_uner_dev", "wnut17_dev",
    "inlegalner_dev", "meddocan_es_dev", "prompts_unlabelled",
)
# The types that the default policy replaces.
REPLACED = frozenset({"PERSON", "STREET_ADDRESS", "USERNAME", "PASSWORD", "ID_NUMBER"})
PERSON_LABELS = frozenset(
    {"PERSON", "LAWYER", "JUDGE", "WITNESS", "OTHER_PERSON", "NOMBRE_SUJETO_ASISTENCIA", "NOMBRE_PERSONAL_SANITARIO"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Figures of one set. `person_hit` counts people wholly covered by the types that the default policy replaces."""

    recall: float
    precision: float
    f2: float
    hit: float
    person_hit: float
    people: int
    noise: float
    replaced_noise: float


def _counted(text: str, start: int, end: int) -> set[int]:
    return {index for index in range(start, end) if text[index].isalnum()}


def score(gold: Sequence[dict], found: Iterable[Sequence[Span]]) -> Score:
    """Compare predictions with gold rows, in the same order."""
    tp = fp = fn = words = noise = replaced_noise = hits = total = person_hits = people = 0
    for row, spans in zip(gold, found, strict=True):
        text = row["text"]
        words += len(text.split())
        wanted: set[int] = set()
        for label in row["spans"]:
            wanted |= _counted(text, label["start"], label["end"])
        covered: set[int] = set()
        replaced: set[int] = set()
        for span in spans:
            inside = _counted(text, span.start, span.end)
            covered |= inside
            false_alarm = bool(inside) and not inside & wanted
            noise += false_alarm
            if span.entity_type in REPLACED:
                replaced |= inside
                replaced_noise += false_alarm
        tp += len(wanted & covered)
        fp += len(covered - wanted)
        fn += len(wanted - covered)
        for label in row["spans"]:
            inside = _counted(text, label["start"], label["end"])
            if inside:
                total += 1
                hits += inside <= covered
                if label["label"] in PERSON_LABELS:
                    people += 1
                    person_hits += inside <= replaced
    recall = tp / (tp + fn) if tp + fn else 1.0
    precision = tp / (tp + fp) if tp + fp else 1.0
    return Score(
        recall=recall,
        precision=precision,
        f2=5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0,
        hit=hits / max(1, total),
        person_hit=person_hits / max(1, people),
        people=people,
        noise=1000 * noise / max(1, words),
        replaced_noise=1000 * replaced_noise / max(1, words),
    )


def judge(model: NerModel, data: Path, sets: Sequence[str] = SETS, *, every: int = 1) -> dict[str, Score]:
    """Score `model` on the named sets; `every` thins them for a quick look."""
    scores = {}
    for name in sets:
        gold = read_gold(data / f"dev/{name}.jsonl.gz")[::every]
        scores[name] = score(gold, (model.find(str(row["text"])) for row in gold))
    return scores


def table(scores: dict[str, Score]) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        "| set | any recall | any precision | any F2 | spans covered | people covered | n people | false alarms, all types | replaced types |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, s in scores.items():
        person = f"{s.person_hit:.3f}" if s.people else "-"
        lines.append(
            f"| {name} | {s.recall:.3f} | {s.precision:.3f} | {s.f2:.3f} | {s.hit:.3f} | {person} | {s.people} "
            f"| {s.noise:.2f} | {s.replaced_noise:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Score a model folder on the judging sets.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=Path("ner_models/fast"))
    parser.add_argument("--every", type=int, default=1, help="score every n-th row only")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--predictions", type=Path, help="also write one JSON lines file a set, as the shared scorer reads it")
    arguments = parser.parse_args()
    model = NerModel.load(arguments.model)
    print(table(judge(model, arguments.data, arguments.sets, every=arguments.every)))
    if arguments.predictions:
        arguments.predictions.mkdir(parents=True, exist_ok=True)
        for name in arguments.sets:
            with (arguments.predictions / f"{name}.jsonl").open("w", encoding="utf-8") as out:
                for row in read_gold(arguments.data / f"dev/{name}.jsonl.gz"):
                    spans = [
                        {"start": s.start, "end": s.end, "entity_type": s.entity_type, "score": s.score}
                        for s in model.find(str(row["text"]))
                    ]
                    out.write(json.dumps({"id": row["id"], "spans": spans}) + "\n")


if __name__ == "__main__":
    main()
