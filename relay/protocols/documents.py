"""Contracts of a decoded request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from relay.types import (
    JSON,
    Segment,
)

__all__ = ["AssistantText", "Document", "Endpoint"]


class Endpoint(Protocol):
    """One path of a format.

    `upstream_path` is the provider's whole path with its version segment ("/v1/chat/completions"); the upstream client
    joins it to a base URL that may or may not end in that version already.
    """

    @property
    def name(self) -> str:
        """Return the endpoint's name within its format: "chat"."""
        ...

    @property
    def method(self) -> str:
        """Return the one HTTP method that it takes."""
        ...

    @property
    def upstream_path(self) -> str:
        """Return the path as described above."""
        ...

    @property
    def has_body(self) -> bool:
        """Tell whether requests carry a JSON body."""
        ...

    @property
    def model(self) -> str | None:
        """Return the model that the client's path names, if it names one."""
        ...

    @property
    def stored_at(self) -> tuple[str, ...]:
        """Return the domains whose servers keep what they are sent unless the request forbids it; `*` is every one."""
        ...

    @property
    def shared(self) -> bool:
        """Tell whether other vendors serve this path too, so that the client's headers tell whose it is."""
        ...


class AssistantText(Protocol):
    """A string that an assistant said earlier, and the segments that were made of it."""

    @property
    def text(self) -> str:
        """Return the whole string."""
        ...

    @property
    def segments(self) -> tuple[int, ...]:
        """Return the indices of its segments."""
        ...

    def put(self, text: str) -> None:
        """Write `text` in its place."""
        ...


class Document(Protocol):
    """A decoded request: its segments, what must not leave, and how to put replaced text back.

    `segments` follow the order in which the upstream's model reads them.
    """

    tree: dict[str, JSON]
    segments: tuple[Segment, ...]
    pinned: tuple[str, ...]  # texts that pass unchanged, to the provider that wrote them
    signatures: tuple[str, ...]  # and encrypted contents: what is pinned by them, or is one
    refused: tuple[tuple[str, str], ...]  # (pointer, kind) of content that cannot be inspected
    stops: tuple[int, ...]  # segments where an answer stops, should the model say them
    unknown: int  # string leaves that the field table does not name (they are among the segments)
    unknown_fields: int  # fields that it does not name, whatever they hold
    model: str | None
    stream: bool

    def drop_refused(self, kinds: Collection[str]) -> None:
        """Take out the refused content of `kinds`. Comes before `replace`."""
        ...

    def reencode_refused(self, kinds: Collection[str], reencode: Callable[[bytes], tuple[bytes, str]]) -> None:
        """Write inline content of `kinds` anew, by a function of data to new data and its media type."""
        ...

    def scrub_refused(self, kinds: Collection[str]) -> None:
        """Turn inline content of `kinds` that is text into segments. Comes before `replace`."""
        ...

    def drop_unknown(self) -> None:
        """Take out the fields that the table does not name. Comes before `replace`."""
        ...

    def said(self) -> Sequence[AssistantText]:
        """Return each string that an assistant said earlier. Comes before `replace`."""
        ...

    def force(self, wanted: bool | None) -> None:
        """Put in the fields that keep a provider from storing, or take them out; None: as the client has them."""
        ...

    def replace(self, texts: Mapping[int, str]) -> None:
        """Put new text in for the segments whose index is given; JSON text is re-escaped at its own depth."""
        ...

    def free_texts(self) -> Sequence[str]:
        """Return every string of the request as it is now that is neither the protocol's nor pinned, in no order."""
        ...

    def encode(self) -> bytes:
        """Serialise the tree as it is now."""
        ...
