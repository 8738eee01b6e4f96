"""Send an assistant's earlier turn as the upstream wrote it, when the client returns it as it read it.

Providers cache what they have seen by its bytes, and some sign their reasoning over the whole conversation before it.
In an explicit session the vault remembers what the upstream wrote (`relay.vault.ledger`); here it is noted on the way
back and put in place on the way out, unless a value stands in it that must not leave: "no leak" comes before "same
bytes". Only the upstream that wrote a text gets it back unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from relay import egress
from relay.errors import ClientFault
from relay.protocols import Document, Operator
from relay.scrub import Scrubbed, scrub
from relay.types import Action, Encoding, SpanAction
from relay.vault.vault import Vault
from relay.wire.json_text import JsonText, is_json_container

__all__ = ["Noted", "scrub_new"]


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


class Noted:
    """A writer, or none, whose whole text is noted when it is complete: as it came and as it went on."""

    def __init__(self, writer: Writer | None, vault: Vault, upstream: str, encoding: Encoding) -> None:
        self._writer = writer
        self._vault = vault
        self._upstream = upstream
        self._encoding = encoding
        self._came: list[str] = []
        self._went: list[str] = []

    def feed(self, text: str) -> str:
        """Return what the writer lets go."""
        self._came.append(text)
        out = text if self._writer is None else self._writer.feed(text)
        self._went.append(out)
        return out

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest, and note the text if it is whole."""
        out = "" if self._writer is None else self._writer.finish(cut_off=cut_off)
        if not cut_off:
            self._note("".join(self._came), "".join((*self._went, out)))
        self._came, self._went = [], []
        return out

    def restore(self, text: str) -> str:
        """Return what the writer makes of a whole text, and note both."""
        out = text if self._writer is None else self._writer.restore(text)
        self._note(text, out)
        return out

    def _note(self, original: str, text: str) -> None:
        if not text:
            return
        self._vault.note_turn(self._upstream, text, original)
        if self._encoding is Encoding.JSON:
            # Where a format has arguments as an object, the client sends their strings back one by one.
            for read, written in _literals(text, original):
                self._vault.note_turn(self._upstream, read, written)


def scrub_new(
    document: Document,
    actions: Sequence[Sequence[SpanAction]],
    operators: Mapping[Action, Operator],
    vault: Vault,
    upstream: str,
) -> Scrubbed:
    """Scrub `document` but for what `upstream` wrote itself, which is put in its place as it was written.

    A remembered text in which a value of the session or of this request stands is scrubbed like any other.
    """
    remembered = [
        (said, original) for said in document.said() if (original := vault.recall_turn(upstream, said.text)) is not None
    ]
    while True:
        skipped = {index for said, _ in remembered for index in said.segments}
        scrubbed = scrub(
            document.segments, [() if at in skipped else row for at, row in enumerate(actions)], operators, vault
        )
        if not remembered:
            return scrubbed
        values = egress.private((*vault.values(), *scrubbed.removed), issued=frozenset(vault.placeholders()))
        if not egress.holds("\n".join(original for _, original in remembered), values):
            break
        # With fewer texts skipped, more values may be taken out, so all are looked at again.
        remembered = [(said, original) for said, original in remembered if not egress.holds(original, values)]
    for said, original in remembered:
        if original != said.text:
            said.put(original)
    return scrubbed


def _literals(text: str, original: str) -> Iterator[tuple[str, str]]:
    """Yield the strings in two JSON texts of one shape, side by side, keys and numbers aside."""
    if not is_json_container(text) or not is_json_container(original):
        return
    try:
        read, written = JsonText(text).literals, JsonText(original).literals
    except ClientFault:
        return  # more strings than anybody's arguments have
    if len(read) == len(written):
        for one, other in zip(read, written, strict=True):
            if one.text and not one.is_key and not one.is_number:
                yield one.text, other.text
