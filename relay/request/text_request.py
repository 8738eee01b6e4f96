"""A plain text about to leave for a frontier route: what the library and the command line put through the pipeline."""

from __future__ import annotations

from collections.abc import Callable

from relay.protocols import Document
from relay.request.pipeline import Prepared
from relay.types import Decision, RouteKind, Span
from relay.wire.text import read_text, text_of

__all__ = ["TextRequest"]


class TextRequest:
    """A `relay.request.pipeline.Source` of one text; it is its own plan, since there is one route only."""

    available = frozenset({RouteKind.FRONTIER})
    unfit: frozenset[RouteKind] = frozenset()
    one_kind = True
    client: str | None = None
    decision_id = ""

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def plan(self) -> TextRequest:
        """Return itself."""
        return self

    def read(self, wrote: Callable[[str], bool]) -> Document:
        """Read the text as a document of one segment."""
        return read_text(self._text)

    def survey(self, document: Document) -> None:
        """Do nothing: the frontier is always there."""

    def explained(self, decision: Decision) -> Decision:
        """Return `decision`: there is nowhere else to go."""
        return decision

    def follow(self, decision: Decision, *, moves_prefix: bool) -> str:
        """Name no upstream: the caller sends the text."""
        return ""

    def strip(self, prepared: Prepared) -> str:
        """Add nothing: a text has no headers."""
        return ""

    @staticmethod
    def spans(prepared: Prepared) -> tuple[Span, ...]:
        """Return what was found in the text as it came, disjoint and in order."""
        return tuple(item.span for row in prepared.decision.actions for item in row)

    @staticmethod
    def text(prepared: Prepared) -> str:
        """Return the text as it may leave."""
        return text_of(prepared.document)
