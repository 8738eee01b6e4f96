"""A vault whose content can be kept elsewhere, as sealed records, and taken into another vault of the same session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from relay.protocols import Style
from relay.vault import journal
from relay.vault.keys import Keys
from relay.vault.vault import Vault

__all__ = ["JournaledVault"]


class JournaledVault(Vault):
    """A vault that knows what happened in it. Its keys come from the session's key."""

    __slots__ = ("_journal",)

    def __init__(
        self, make_keys: Callable[[], Keys], style: Style, *, session_id: str, max_entities: int, max_bytes: int
    ) -> None:
        super().__init__(make_keys, style, session_id=session_id, max_entities=max_entities, max_bytes=max_bytes)
        self._journal = journal.Journal()

    @property
    def is_changed(self) -> bool:
        """Whether something happened since `changed` was last called."""
        return bool(self._journal)

    def changes(self, salt: bytes, associated: bytes, *, whole: bool = False) -> bytes:
        """Return what happened since `changed` was last called (`whole`: ever), sealed as one record.

        See `Keys.seal_record` for the arguments.
        """
        with self._lock:
            keys = self._usable()
            written = journal.write(
                full for entry in self._journal.new(whole=whole) for full in self._full(keys, entry)
            )
            return keys.seal_record(salt, written, associated)

    def changed(self) -> None:
        """Count what happened so far as kept elsewhere."""
        with self._lock:
            self._journal.kept()

    def take(self, salt: bytes, sealed: bytes, associated: bytes) -> None:
        """Do what a record of `changes` says, and count it as kept. What contradicts an earlier record is left out.

        Raises ScrubFailed when it is another record, or was altered, and VaultFull.
        """
        with self._lock:
            keys = self._usable()
            for entry in journal.read(keys.open_record(salt, sealed, associated)):
                match entry:
                    case journal.Value():
                        self._enter(keys, entry)
                    case journal.Form():
                        if entry.placeholder in self._forms and entry.placeholder not in self._records:
                            self._issue(keys, entry.placeholder)
                    case journal.Turn():
                        self._note(entry.mark, entry.original)
            self._journal.kept()

    def shred(self) -> None:
        """Destroy the keys, then drop records, index and journal; a second call does nothing."""
        super().shred()
        self._journal.clear()

    def _happened(self, entry: journal.Entry) -> None:
        self._journal.add(entry)

    def _full(self, keys: Keys, entry: journal.Entry) -> Iterator[journal.Entry]:
        """Yield `entry` with what it holds, unless that is no longer here."""
        match entry:
            case journal.Value():
                yield replace(entry, value=self._open(keys, entry.placeholder))
            case journal.Form():
                yield entry
            case journal.Turn():
                if self._turns is not None and (turn := self._turns.find(entry.mark)) is not None:
                    yield replace(entry, original=self._original(keys, entry.mark, turn))
