"""What happened in a vault, in order, so that another vault can be brought to the same state: on any machine.

    entry of a value   its type, placeholder and number, and how it was linked to a person
    entry of a form    a form of a name that was opened, and so is looked for
    entry of a turn    what an upstream wrote, by the mark of what the client received

Entries are written as JSON, and stand in sealed records only. A journal holds no value: it is opened to be written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from relay.errors import ScrubFailed

__all__ = ["Entry", "Form", "Journal", "Turn", "Value", "read", "write"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that got a placeholder. `linked`: `number` is that of a person known before; `form` is its form of that.

    `bracketed`: a placeholder and no stand-in. `value` is empty in a journal.
    """

    entity_type: str
    placeholder: str
    number: int
    linked: bool
    form: str
    bracketed: bool
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a name that was issued."""

    placeholder: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What an upstream wrote where the client received a text with this mark; None: the same. Empty in a journal."""

    mark: bytes
    original: str | None = field(default=None, repr=False)


Entry = Value | Form | Turn


class Journal:
    """The entries of one vault, and how many of them are kept elsewhere already."""

    __slots__ = ("_entries", "_kept")

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._kept = 0

    def add(self, entry: Entry) -> None:
        """Add what has just happened."""
        self._entries.append(entry)

    def new(self, *, whole: bool = False) -> Iterator[Entry]:
        """Return what is not kept yet, or all there is."""
        return iter(self._entries[0 if whole else self._kept :])

    def kept(self) -> None:
        """Count all there is as kept."""
        self._kept = len(self._entries)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self._kept = 0

    def __bool__(self) -> bool:
        """Tell whether something is not kept yet."""
        return self._kept < len(self._entries)


def write(entries: Iterable[Entry]) -> bytes:
    """Return entries, with their values, as bytes for `read`."""
    plain = [_plain(entry) for entry in entries]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def read(data: bytes) -> list[Entry]:
    """Return the entries that `write` wrote. Raises ScrubFailed for anything else."""
    try:
        tree = json.loads(data.decode("utf-8", "surrogatepass"))
        found = [_entry(*item) for item in tree] if isinstance(tree, list) else None
    except (TypeError, ValueError, RecursionError):
        found = None
    if found is None:  # without the cause, which holds what could not be read
        raise ScrubFailed("a record of the session cannot be read by this version of relay; open another session")
    return found


def _plain(entry: Entry) -> list[object]:
    match entry:
        case Value():
            facts = (entry.entity_type, entry.placeholder, entry.number, entry.linked, entry.form, entry.bracketed)
            return ["v", *facts, entry.value]
        case Form():
            return ["f", entry.placeholder]
        case Turn():
            return ["t", entry.mark.hex(), entry.original]


def _entry(kind: str, *parts: object) -> Entry:
    match kind, parts:
        case "v", (
            str(entity_type),
            str(placeholder),
            int(number),
            bool(linked),
            str(form),
            bool(bracketed),
            str(value),
        ):
            return Value(entity_type, placeholder, number, linked, form, bracketed, value)
        case "f", (str(placeholder),):
            return Form(placeholder)
        case "t", (str(mark), (str() | None) as original):
            return Turn(bytes.fromhex(mark), original)
        case _:
            raise ValueError("no entry")
