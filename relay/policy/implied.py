"""What the passages of a request imply, as the model that reads them says: when it makes a data class.

A passage counts by itself when the model is sure, and when it is half sure if the request also has words of the class.
A long conversation is as much as its strongest passage: many weak ones do not add up, or each would end as every class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from relay.policy.terms import DataClass
from relay.types import Segment, Span

__all__ = ["BESIDE_WORDS", "NOTHING_IMPLIED", "SURE", "Implied", "Passage"]

# The head's scores are scaled for these two when it is made (ner_models/train/oblique.py).
SURE = 0.5
BESIDE_WORDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage that implies a class: where it stands, half-open in code points of its text, and how sure the model is.

    Its place says much: not for logs.
    """

    pointer: str = field(repr=False)  # a key may be a client's text
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Implied:
    """The passages of one request, by data class, from the strongest on."""

    passages: Mapping[DataClass, tuple[Passage, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, segments: Sequence[Segment], rows: Sequence[Sequence[Span]], asked: Collection[DataClass]) -> Implied:
        """Sort out `rows`, which run parallel to `segments`: a span's entity type is a data class there."""
        found: dict[DataClass, list[Passage]] = {}
        for segment, row in zip(segments, rows, strict=True):
            for span in row:
                if span.entity_type in asked and span.score >= BESIDE_WORDS:
                    passage = Passage(pointer=segment.pointer, start=span.start, end=span.end, score=span.score)
                    found.setdefault(DataClass(span.entity_type), []).append(passage)
        return cls({name: tuple(sorted(row, key=_strongest)) for name, row in found.items()})

    def enough(self, data_class: DataClass, *, beside_words: bool) -> tuple[Passage, ...]:
        """Return the passages that make `data_class`; `beside_words`: the request has words of it."""
        least = BESIDE_WORDS if beside_words else SURE
        return tuple(passage for passage in self.passages.get(data_class, ()) if passage.score >= least)

    def may_be(self, data_class: DataClass) -> bool:
        """Tell whether there is any passage that could make `data_class`."""
        return data_class in self.passages


NOTHING_IMPLIED = Implied()


def _strongest(passage: Passage) -> float:
    return -passage.score
