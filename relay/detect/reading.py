"""One segment of a request while it is analyzed."""

from __future__ import annotations

from collections.abc import Sequence

from relay.detect.cache import Kept
from relay.detect.normalize import Normalized, normalize
from relay.types import Segment, Span

__all__ = ["Reading"]


class Reading:
    """One segment of a request, and what is found in it by itself; spans may overlap."""

    __slots__ = (
        "_copy",
        "alikes",
        "copied",
        "digest",
        "disguised",
        "hints",
        "implied",
        "kept",
        "segment",
        "spans",
        "text",
    )

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.text = segment.text
        self.digest = b""
        self.kept: Kept | None = None
        self.hints: frozenset[str] = frozenset()
        self.disguised = False
        self.copied = True  # until it is known that there is nothing to normalise
        self.spans: Sequence[Span] = ()
        self.alikes: Sequence[Span] = ()
        self.implied: Sequence[Span] | None = None
        self._copy: Normalized | None = None

    @property
    def copy(self) -> Normalized | None:
        """The normalised copy, made when it is first asked for."""
        if self.copied and self._copy is None:
            self._copy = normalize(self.text, self.hints)
            self.copied = self._copy is not None
        return self._copy

    @property
    def legible(self) -> str:
        """The text as a model should read it."""
        copy = self.copy
        return self.text if copy is None else copy.text

    @property
    def verdicts(self) -> tuple[Span, ...]:
        """What its passages imply, where that counts for the request: a person or a tool said it."""
        return tuple(self.implied or ()) if self.segment.is_said else ()
