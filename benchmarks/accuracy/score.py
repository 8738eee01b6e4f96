"""Compare found spans with labelled text: characters with labels ignored, labels wholly covered, false alarms.

Only letters and digits count, on either side, so "Smith," and "Smith" agree. A title at the start of a person's label
does not count: some sets label "Dr. Smith" and others "Smith", and relay leaves titles where they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from relay.detect.ner.titles import without_titles
from relay.types import Span

__all__ = ["PEOPLE", "Row", "Score", "counted", "score"]

# The labels of people in the judging sets: PERSON, the roles of Indian judgments, patients and staff of Spanish notes.
PEOPLE = frozenset(
    {
        "PERSON",
        "JUDGE",
        "LAWYER",
        "OTHER_PERSON",
        "WITNESS",
        "NOMBRE_PERSONAL_SANITARIO",
        "NOMBRE_SUJETO_ASISTENCIA",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled text. labels: `(start, end, label)`, code points, half-open; they may overlap."""

    text: str = field(repr=False)
    labels: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Figures of one set; shares are 0 to 1.

    recall, precision, f2: of characters, labels ignored; 1 where there is nothing to find or nothing found.
    hit: share of labelled spans of which every character is covered; a half-covered name is a leak.
    by_label: label → (hit, how many). people: hit of the labels in PEOPLE together, None where there are none.
    noise: found spans that touch no label, per 1,000 words. noise_types: how many of them by entity type.
    flagged, clean: rows without a label in which something was found, and all such rows.
    """

    rows: int
    words: int
    recall: float
    precision: float
    f2: float
    hit: float
    people: float | None
    people_count: int
    by_label: Mapping[str, tuple[float, int]]
    noise: float
    noise_types: Mapping[str, int]
    flagged: int
    clean: int

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain values, shares with four digits."""
        return {
            "rows": self.rows,
            "words": self.words,
            **{name: round(getattr(self, name), 4) for name in ("recall", "precision", "f2", "hit", "noise")},
            "people": None if self.people is None else round(self.people, 4),
            "people_count": self.people_count,
            "by_label": {label: [round(hit, 4), count] for label, (hit, count) in self.by_label.items()},
            "noise_types": dict(self.noise_types),
            "clean_rows_flagged": [self.flagged, self.clean],
        }


def counted(text: str, start: int, end: int) -> set[int]:
    """Return the places of letters and digits in `text[start:end]`."""
    return {place for place in range(start, end) if text[place].isalnum()}


def _named(text: str, start: int, end: int, label: str) -> tuple[int, int]:
    """Return the place of a label without a person's title; the place itself where there is nothing else."""
    place = without_titles(text, start, end) if label in PEOPLE else (start, end)
    return place if place[0] < place[1] else (start, end)


def score(gold: Sequence[Row], found: Sequence[Sequence[Span]]) -> Score:
    """Compare `found` with `gold`, row by row in the same order. Raises ValueError for a span outside its text."""
    both = only_found = only_gold = words = flagged = clean = 0
    hits: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    noise: Counter[str] = Counter()
    for row, spans in zip(gold, found, strict=True):
        words += len(row.text.split())
        private: set[int] = set()
        labels = [(*_named(row.text, start, end, label), label) for start, end, label in row.labels]
        for start, end, _ in labels:
            private |= counted(row.text, start, end)
        covered: set[int] = set()
        for span in spans:
            if not 0 <= span.start < span.end <= len(row.text):
                raise ValueError(f"span {span.start}..{span.end} in a text of {len(row.text)} characters")
            inside = counted(row.text, span.start, span.end)
            if inside and not inside & private:
                noise[span.entity_type] += 1
            covered |= inside
        both += len(private & covered)
        only_found += len(covered - private)
        only_gold += len(private - covered)
        for start, end, label in labels:
            inside = counted(row.text, start, end)
            if inside:
                totals[label] += 1
                hits[label] += inside <= covered
        if not row.labels:
            clean += 1
            flagged += bool(covered)
    recall = both / (both + only_gold) if both + only_gold else 1.0
    precision = both / (both + only_found) if both + only_found else 1.0
    people = sum(totals[label] for label in PEOPLE)
    return Score(
        rows=len(gold),
        words=words,
        recall=recall,
        precision=precision,
        f2=5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0,
        hit=hits.total() / max(1, totals.total()),
        people=sum(hits[label] for label in PEOPLE) / people if people else None,
        people_count=people,
        by_label={label: (hits[label] / count, count) for label, count in totals.most_common()},
        noise=1000 * noise.total() / max(1, words),
        noise_types=dict(noise.most_common()),
        flagged=flagged,
        clean=clean,
    )
