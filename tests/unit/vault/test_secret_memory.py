"""Slots are zero when they come and when they go, and each fallback says what it is."""

import os

import pytest

from relay.errors import VaultFull
from relay.vault import secret_memory
from relay.vault.secret_memory import SLOT_BYTES, Protection, SecretMemory


def test_a_slot_is_zero_when_taken_and_zeroed_when_freed() -> None:
    """The next holder of the same bytes finds nothing of the last."""
    memory = SecretMemory()
    slot = memory.take()
    assert bytes(slot.view) == bytes(SLOT_BYTES)
    slot.view[:] = b"k" * SLOT_BYTES
    slot.free()
    slot.free()
    assert memory.in_use() == 0
    again = memory.take()
    assert bytes(again.view) == bytes(SLOT_BYTES)


def test_a_freed_slot_refuses() -> None:
    """Nobody reads or writes what may be another's key by now."""
    slot = SecretMemory().take()
    slot.free()
    with pytest.raises(ValueError):
        slot.view[0]


def test_slots_do_not_overlap() -> None:
    """Each of many slots, over several pages, keeps what was written to it."""
    memory = SecretMemory()
    slots = [memory.take() for _ in range(300)]
    for number, slot in enumerate(slots):
        slot.view[:] = number.to_bytes(2, "big") * (SLOT_BYTES // 2)
    assert [int.from_bytes(slot.view[:2], "big") for slot in slots] == list(range(300))
    for slot in slots:
        slot.free()


def test_fallbacks_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without memfd_secret a page is locked, without locked memory it is plain, and `protection` says so."""
    monkeypatch.setattr(secret_memory, "_memfd_secret", lambda: None)
    assert SecretMemory().protection() in (Protection.LOCKED, Protection.PLAIN)
    monkeypatch.setattr(secret_memory, "_lock_page", lambda page: False)
    assert SecretMemory().protection() is Protection.PLAIN


def test_too_little_protection_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's minimum holds: out of locked memory, no key is put anywhere; the ones that exist stay usable."""
    memory = SecretMemory(minimum=Protection.LOCKED)
    held = memory.take()
    monkeypatch.setattr(secret_memory, "_memfd_secret", lambda: None)
    monkeypatch.setattr(secret_memory, "_lock_page", lambda page: False)
    with pytest.raises(VaultFull):
        [memory.take() for _ in range(1000)]
    held.view[:4] = b"used"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_no_key() -> None:
    """A slot taken before the fork refuses in the child and still works in the parent."""
    slot = SecretMemory().take()
    slot.view[:3] = b"key"
    child = os.fork()
    if child == 0:
        try:
            bytes(slot.view)
        except ValueError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert bytes(slot.view[:3]) == b"key"
