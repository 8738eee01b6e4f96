"""One labelled text, and the closed set of labels."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ALL", "LABELS", "TYPES", "Row", "column"]

# The order is the order of the model's outputs: O, B-PERSON, I-PERSON, B-STREET_ADDRESS, ...
TYPES = (
    "PERSON",
    "STREET_ADDRESS",
    "LOCATION",
    "ORGANIZATION",
    "DATE_TIME",
    "AGE",
    "NRP",
    "USERNAME",
    "PASSWORD",
    "ID_NUMBER",
)
LABELS = ("O", *(f"{mark}-{kind}" for kind in TYPES for mark in "BI"))
ALL = frozenset(TYPES)


def column(kind: str) -> int:
    """Return the output column of B for an entity type; I is the next."""
    return 1 + 2 * TYPES.index(kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text with what is known about it.

    spans: disjoint `(start, end, type)` in code points. known: the types of which every occurrence is labelled; a token
    outside every span may still be of any other type. unsure: ranges that teach nothing, such as structured values that
    other recognizers find and words whose label is in doubt.
    """

    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...]
    known: frozenset[str]
    unsure: tuple[tuple[int, int], ...] = ()
    source: str
