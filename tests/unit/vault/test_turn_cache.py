"""The turn ledger: found by upstream and text, sealed, bounded, and gone with the vault."""

from __future__ import annotations

import itertools

import pytest

from relay.errors import SessionClosed
from relay.replace.styles.bracketed import Bracketed
from relay.vault.keys import Keys
from relay.vault.secret_memory import SecretMemory
from relay.vault.turn_cache import CachedTurn, TurnCache
from relay.vault.vault import Vault


def make_vault() -> Vault:
    numbers = itertools.count(1)
    keys = Keys(SecretMemory(), lambda size: bytes(next(numbers) % 256 for _ in range(size)))
    return Vault(lambda: keys, Bracketed(), session_id="s", max_entities=10, max_bytes=1000)


def test_finds_what_was_written_where_the_client_read_something() -> None:
    """By the exact text, for the upstream that wrote it; the first original of a text stays."""
    vault = make_vault()
    vault.note_turn("one", "to Maria", "to PERSON_1")
    vault.note_turn("one", "to Maria", "to [PERSON_1]")
    vault.note_turn("one", "as it came", "as it came")
    vault.note_turn("one", "half \ud83d", "half \ud83d [X]")
    assert vault.recall_turn("one", "to Maria") == "to PERSON_1"
    assert vault.recall_turn("one", "as it came") == "as it came"
    assert vault.recall_turn("one", "half \ud83d") == "half \ud83d [X]"
    assert vault.recall_turn("two", "to Maria") is None
    assert vault.recall_turn("one", "to maria") is None
    vault.shred()


def test_holds_no_text_and_goes_with_the_vault() -> None:
    """Nothing of either text is in the entries, and after shredding nothing can be asked or noted."""
    vault = make_vault()
    vault.note_turn("one", "read Canary", "wrote CANARY")
    entries = vault._turns._entries
    held = b"".join(mark + (entry.sealed or b"") for mark, entry in entries.items()).lower()
    assert b"canary" not in held
    assert "canary" not in repr((vault, list(entries.values()))).lower()
    vault.shred()
    assert len(vault._turns) == 0
    with pytest.raises(SessionClosed):
        vault.recall_turn("one", "read Canary")
    with pytest.raises(SessionClosed):
        vault.note_turn("one", "read", "wrote")


def test_a_moved_entry_does_not_open() -> None:
    """An entry is bound to its mark: under another one it is refused, not believed."""
    vault = make_vault()
    vault.note_turn("one", "a", "A")
    vault.note_turn("one", "b", "B")
    first, second = vault._turns._entries
    vault._turns._entries[second] = vault._turns._entries[first]
    with pytest.raises(Exception, match="altered"):
        vault.recall_turn("one", "b")
    vault.shred()


def test_turns_and_values_share_no_nonce() -> None:
    """Every sealing of one vault has a counter of its own."""
    vault = make_vault()
    vault.seal("PERSON", "Maria")
    vault.note_turn("one", "a", "A")
    vault.seal("PERSON", "Jonas")
    vault.note_turn("one", "b", "B")
    counters = [record[1] for record in vault._records.values()]
    counters += [entry.counter for entry in vault._turns._entries.values()]
    assert sorted(counters) == [0, 1, 2, 3]
    vault.shred()


def test_the_oldest_make_room() -> None:
    """What was looked for lately stays, what is too large is not kept, and the bound holds."""
    entry = CachedTurn(0, bytes(50))
    ledger = TurnCache(3 * entry.size)
    for mark in (b"a", b"b", b"c"):
        ledger.add(mark, entry)
    assert ledger.find(b"a") is not None
    ledger.add(b"d", entry)
    assert [ledger.find(mark) is not None for mark in (b"a", b"b", b"c", b"d")] == [True, False, True, True]
    ledger.add(b"e", CachedTurn(0, bytes(1000)))
    assert ledger.find(b"e") is None
    assert len(ledger) == 3
