"""Contracts of the vault, and of what replaces and restores values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from relay.types import (
    Action,
)

__all__ = ["Operator", "Restoring", "Sealing", "Style", "Writer"]


class Sealing(Protocol):
    """What an operator may ask of a vault."""

    def seal(self, entity_type: str, value: str) -> str:
        """Seal `value` and return its placeholder; the same (type, value) gets the same one for the vault's life.

        Raises SessionClosed after shredding and VaultFull when no more fits.
        """
        ...

    def sealed_as(self, value: str) -> str | None:
        """Return the entity type that exactly this value was first sealed as, or None."""
        ...

    def seal_behind(self, entity_type: str, value: str, stand_in: Callable[[int, str], str]) -> str:
        """Seal `value` behind a text that looks like one of its kind, and return that text.

        `stand_in` gets a number (from 1) and the form of a name (`FIRST`, `LAST`, … or ""), and returns a text of the
        kind, the same for the same arguments, or "" when it has none; a placeholder is issued then. No text is given
        out that stands for, or is, another value of the session.
        """
        ...

    def keyed_digest(self, entity_type: str, value: str) -> bytes:
        """Return 16 bytes that stand for (type, value) in this session and mean nothing in any other."""
        ...


class Restoring(Protocol):
    """What the restorer may ask of a vault."""

    def placeholders(self) -> Sequence[str]:
        """Return every placeholder issued so far, in order of issue."""
        ...

    def forms(self) -> Sequence[str]:
        """Return the placeholders of further forms of names that can be opened, though none was issued."""
        ...

    def open(self, placeholder: str) -> str:
        """Return the value behind an issued placeholder or one of `forms`.

        Raises KeyError for any other text, SessionClosed after shredding.
        """
        ...


class Writer(Protocol):
    """What the text of a leaf or lane goes through on its way back."""

    def feed(self, text: str) -> str:
        """Return what can be let go now."""
        ...

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest; with `cut_off` the end of the text is missing."""
        ...

    def restore(self, text: str) -> str:
        """Return what becomes of a whole text."""
        ...


@runtime_checkable
class Style(Protocol):
    """How placeholders are written, and how the altered forms that models produce are recognised."""

    name: ClassVar[str]

    def __init__(self, entity_types: Iterable[str] = ()) -> None:
        """Make a style that recognises what stands for the taxonomy's types and for `entity_types`."""

    def render(self, entity_type: str, number: int, form: str = "") -> str:
        """Return the placeholder for value `number` (from 1) of a type. ASCII, without quote, backslash, <, > and &.

        `form` (words of A to Z and digits joined by `_`) tells another form of the same entity, such as a last name.
        """
        ...

    def lookalikes(self, text: str) -> Iterable[tuple[int, int]]:
        """Return the ranges of `text` that anyone, or the restorer, could take for a placeholder of this style."""
        ...


@runtime_checkable
class Operator(Protocol):
    """How a span's text is replaced. `action` is the name policy uses for it, with what policy must know of it.

    An operator that takes parameters has them as `Parameters` (relay/replace/parameters.py). One that writes values
    with less detail names the types that it can do so with, as `coarsens`, and redacts others.
    """

    name: ClassVar[str]
    action: ClassVar[Action]

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return what stands for `value` in the scrubbed text."""
        ...
