"""Contracts of what finds entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from relay.types import (
    Candidate,
    Pattern,
    Span,
)

__all__ = ["EntityModel", "Recognizer", "SpanMemory"]


@runtime_checkable
class Recognizer(Protocol):
    """Finds spans of some entity types in one text.

    It declares patterns and does not scan: `check` is called for each candidate of its own patterns and looks at the
    candidate and the few characters around it. It returns the spans it stands by (none for a near miss). `context`
    gives for an entity type the words, in lower case, that raise a span's score when they stand beside it; `source`
    says where the rule comes from, with a date.
    """

    name: ClassVar[str]
    entity_types: ClassVar[tuple[str, ...]]
    patterns: ClassVar[tuple[Pattern, ...]]
    context: ClassVar[Mapping[str, tuple[str, ...]]]
    source: ClassVar[str]

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the spans that `candidate` really is."""
        ...


class SpanMemory(Protocol):
    """Remembers what was found in pieces of text, under a keyed hash and for a while. Thread-safe."""

    def recall(self, text: str, variant: bytes) -> tuple[bytes, tuple[Span, ...] | None]:
        """Return the name of `text`, read in the way `variant`, and what is known to stand in it."""
        ...

    def keep(self, name: bytes, spans: tuple[Span, ...]) -> None:
        """Remember `spans` under a name that `recall` gave."""
        ...


class EntityModel(Protocol):
    """A model that finds names, addresses and what only context gives away. Thread-safe."""

    labels: tuple[str, ...]
    version: str

    def find_all(self, texts: Sequence[str], memory: SpanMemory | None = None) -> list[list[Span]]:
        """Return disjoint, sorted spans for each text. A result depends on neither the other texts nor `memory`."""
        ...
