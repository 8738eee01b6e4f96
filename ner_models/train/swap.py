"""Put other people and places into labelled sentences, so that real contexts meet names of every country.

The corpora hold the names of news and of one country's customers; their sentences are worth more than their names.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain

from ner_models.train.names import Lists
from ner_models.train.rows import Row

__all__ = ["Swapper", "edited"]

# News of a country: half of the strangers are from there, most single names are family names, and the contexts are so few
# that most rows get other names.
_HOMES = {"germeval_de_dev": ("DE", "AT", "CH"), "germeval_de_test": ("DE", "AT", "CH"), "kind_it_wikinews_train": ("IT",),
          "meddocan_es_train": ("ES",), "uner_pt_bosque_train": ("PT", "BR")}
_TITLES = ("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "herr", "frau", "signor", "señor", "sr", "sra", "mme", "sir")


class Swapper:
    """Replaces a share of the people and places of a row. The same text gets the same stand-in within a row."""

    def __init__(self, lists: Lists, *, share: float = 0.35) -> None:
        self.lists, self.share = lists, share
        self.countries = sorted(lists.people)
        self.cities = list(chain.from_iterable(lists.cities.values()))

    def row(self, row: Row, rng: random.Random) -> Row:
        """Return `row`, or for a share of them one with other names, offsets moved along."""
        homes = _HOMES.get(row.source, ())
        if rng.random() >= (min(1.0, 1.8 * self.share) if homes else self.share) or not any(kind in ("PERSON", "LOCATION") for *_, kind in row.spans):
            return row
        country = rng.choice(homes if homes and rng.random() < 0.5 else self.countries)
        made: dict[str, str] = {}
        edits = []
        for start, end, kind in row.spans:
            old = row.text[start:end]
            if old not in made:
                made[old] = self._other(old, kind, row.text[:start].split()[-1:], country, 0.8 if homes else 0.4, rng)
            edits.append((start, end, made[old]))
        return edited(row, edits)

    def _other(self, old: str, kind: str, before: Sequence[str], country: str, surnames: float, rng: random.Random) -> str:
        words = old.split()
        plain = old.replace(".", "").replace("'", "").replace("’", "").replace("-", "").replace(" ", "").isalpha()
        if not plain or len(words) > 3 or kind not in ("PERSON", "LOCATION"):
            return old
        if kind == "LOCATION":
            return _like(old, rng.choice(self.cities)) if len(words) == 1 and len(old) > 3 else old
        first = rng.choice(self.lists.people[country][0] if country != "US" else self.lists.us_first[:3000])
        last = self.lists.family_name(country, rng) if country != "US" else rng.choice(self.lists.us_last[:8000])
        if len(words) == 1:
            titled = bool(before) and before[0].lower().rstrip(".") in _TITLES
            return _like(old, last if titled or rng.random() < surnames else first)
        middle = [words[1]] if len(words) == 3 and len(words[1].rstrip(".")) == 1 else []
        return _like(old, " ".join([first, *middle, last]))


def _like(old: str, new: str) -> str:
    """Return `new` in the case of `old`: shouted, whispered or as it is."""
    if old.islower():
        return new.lower()
    return new.upper() if old.isupper() and len(old) > 3 else new


def edited(row: Row, edits: Sequence[tuple[int, int, str]]) -> Row:
    """Return the row with `edits` made: disjoint `(start, end, text)`, one for each of its spans, in order."""
    text, position = "", 0
    spans = []
    moved: list[tuple[int, int]] = []  # where an edit ended before, and by how much what follows it moves
    for (start, end, new), (_, _, kind) in zip(edits, row.spans, strict=True):
        text += row.text[position:start]
        spans.append((len(text), len(text) + len(new), kind))
        text += new
        position = end
        moved.append((end, len(text) - end))
    text += row.text[position:]

    def place(at: int) -> int:
        return at + next((by for end, by in reversed(moved) if end <= at), 0)

    unsure = tuple((place(start), place(end)) for start, end in row.unsure)
    return Row(text=text, spans=tuple(spans), known=row.known, unsure=unsure, source=row.source)
