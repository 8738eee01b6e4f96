"""Score people by language, on text that training never saw: the end of each corpus, and templates kept for testing.

A corpus that was held out or left out of training is real text. French and Dutch have none, so their score is on
sentences of this recipe and flatters.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from ner_models.train.corpora import CORPORA, read_corpus, read_gold
from ner_models.train.generate import Generator
from ner_models.train.names import Lists
from ner_models.train.rows import Row
from relay.detect.ner.model import NerModel

__all__ = ["LANGUAGES", "language_table", "people_covered"]

# Language -> the style of its templates, its corpus, and whether that is a judging set.
LANGUAGES = {
    "German": ("de", "germeval_de_test", False),
    "French": ("fr", None, False),
    "Spanish": ("es", "meddocan_es_dev", True),
    "Italian": ("it", "kind_it_wikinews_train", False),
    "Portuguese": ("pt", "uner_pt_bosque_train", False),
    "Dutch": ("nl", None, False),
}
NAMES = {"NOMBRE_SUJETO_ASISTENCIA", "NOMBRE_PERSONAL_SANITARIO"}
# What the default policy replaces: a name in any of these is out of sight.
REPLACED = frozenset({"PERSON", "STREET_ADDRESS", "USERNAME", "PASSWORD", "ID_NUMBER"})
MADE = 400


def people_covered(model: NerModel, rows: Iterable[Row]) -> tuple[int, int]:
    """Return how many labelled people are wholly covered by types that the default policy replaces, and how many there are."""
    covered = total = 0
    for row in rows:
        people = [(start, end) for start, end, kind in row.spans if kind == "PERSON"]
        if not people:
            continue
        hidden = {at for span in model.find(row.text) if span.entity_type in REPLACED for at in range(span.start, span.end)}
        for start, end in people:
            total += 1
            covered += all(at in hidden for at in range(start, end) if row.text[at].isalnum())
    return covered, total


def _real(data: Path, corpus: str | None, judging: bool) -> list[Row]:
    if corpus is None:
        return []
    if not judging:
        return read_corpus(next(c for c in CORPORA if c.file == corpus), data / "train", random.Random(0), held_out=True)
    return [
        Row(
            text=str(row["text"]),
            spans=tuple((s["start"], s["end"], "PERSON") for s in row["spans"] if s["label"] in NAMES),  # type: ignore[attr-defined]
            known=frozenset({"PERSON"}),
            source=corpus,
        )
        for row in read_gold(data / f"dev/{corpus}.jsonl.gz")
    ]


def language_table(model: NerModel, data: Path, lists: Lists, *, every: int = 1) -> str:
    """Return a Markdown table: the share of people wholly covered, in real text and in the recipe's own sentences."""
    lines = ["| language | real text | people | covered | templates kept for testing, people | covered |", "|---|---|---|---|---|---|"]
    for language, (style, corpus, judging) in LANGUAGES.items():
        world = Generator(lists, 7, test=True)
        templates = [pair for pair in world.templates if pair[0] == style]
        made = [world.row(*templates[index % len(templates)]) for index in range(MADE)] if templates else []
        real_hits, real = people_covered(model, _real(data, corpus, judging)[::every])
        made_hits, number = people_covered(model, made[::every])
        cells = [language, corpus or "none", *_cells(real_hits, real), *_cells(made_hits, number)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cells(hits: int, total: int) -> tuple[str, str]:
    return str(total), f"{hits / total:.3f}" if total else "-"
