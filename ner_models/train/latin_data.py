"""Labelled text and templates in languages of Latin letters beside those that the other corpora hold, for `fast` and `accurate`."""

from __future__ import annotations

import json
import random
from pathlib import Path

from ner_models.train.generate import read_templates
from ner_models.train.native import LANGUAGES, LATIN, read_natives
from ner_models.train.rows import Row
from ner_models.train.world_rows import in_language, read_world, swapped

__all__ = ["Latin"]

FOLDER = Path(__file__).parent / "templates_latin"
# So many rows of an epoch at most are of one corpus: old newspapers read by machines and web pages of one government, fewer.
ROWS, FEW = 4_500, 600
NARROW_DOMAIN = ("newseye", "europeana", "soduco", "nchlt", "poner", "cac", "talbanken")
# Small corpora of large languages are taken so often.
# Languages whose names stand in a sentence as they are, without endings: others may be put in their place.
PLAIN = ("vi", "id", "sv", "da", "no")
SWAPPED = 0.3
REPEAT = {"pl_kpwr": 3, "vi_vtb_silver": 3, "id_idner2k": 2, "id_nergrit": 2, "fr_wikiann": 2}


class Latin:
    """The rows of `world/train` in Latin letters and what is made of the templates; `share` of all."""

    def __init__(self, data: Path, *, share_alike: bool, per_language: int = 1_500, share: float = 1.0) -> None:
        facts = json.loads((data / "world/annotates.json").read_text(encoding="utf-8"))
        languages = {fact["lang"] for fact in facts.values()} - set(LANGUAGES)
        rows = read_world(data / "world", share_alike=share_alike, languages=languages, in_cyrillic=False)
        self.corpora: dict[str, list[Row]] = {}
        self.languages = {name: fact["lang"] for name, fact in facts.items()}
        for _, row in rows:
            self.corpora.setdefault(row.source, []).append(row)
        self.natives = read_natives(data / "world/lists", rows, LATIN)
        self.templates = {language: [text for name, text in read_templates(test=False, folder=FOLDER) if name == language] for language in LATIN}
        self.per_language, self.share = per_language, share

    def rows(self, rng: random.Random) -> list[Row]:
        """Return the rows of one epoch."""
        made: list[Row] = []
        for name, rows in self.corpora.items():
            most = FEW if any(part in name for part in NARROW_DOMAIN) else ROWS
            taken = rng.sample(rows, most) if len(rows) > most else rows * REPEAT.get(name, 1)
            native = self.natives[self.languages[name]] if self.languages[name] in PLAIN else None
            made += [swapped(row, native, rng) if native and not row.unsure and rng.random() < SWAPPED else row for row in taken]
        for language, templates in self.templates.items():
            for _ in range(self.per_language if templates else 0):
                made.append(in_language(rng.choice(templates), self.natives[language], None, rng))
        return made if self.share >= 1 else rng.sample(made, int(len(made) * self.share))
