"""What is sealed opens only where it was sealed, and its length does not show."""

import random

import pytest

from relay.errors import ScrubFailed, SessionClosed
from relay.vault.keys import Keys
from relay.vault.secret_memory import SecretMemory


def make(seed: int = 1) -> Keys:
    return Keys(SecretMemory(), random.Random(seed).randbytes)


@pytest.mark.parametrize("size", [0, 1, 30, 31, 32, 63, 64, 1000])
def test_what_is_sealed_opens(size: int) -> None:
    """Values of every length come back, those that end like padding among them."""
    keys = make()
    for data in (b"v" * size, b"\x80" * size, b"\0" * size):
        assert keys.open(7, keys.seal(7, data, b"place"), b"place") == data


@pytest.mark.parametrize(
    ("size", "sealed"), [(0, 48), (1, 48), (31, 48), (32, 80), (63, 80), (64, 144), (127, 144), (128, 272)]
)
def test_lengths_are_in_buckets(size: int, sealed: int) -> None:
    """A sealed record tells its length to the next power of two, plus a tag of 16 bytes."""
    assert len(make().seal(0, b"v" * size, b"")) == sealed


@pytest.mark.parametrize(("counter", "associated", "seed"), [(2, b"place", 1), (1, b"other", 1), (1, b"place", 2)])
def test_a_moved_record_does_not_open(counter: int, associated: bytes, seed: int) -> None:
    """Another number, another place or another session's key: none opens it."""
    sealed = make().seal(1, b"value", b"place")
    with pytest.raises(ScrubFailed):
        make(seed).open(counter, sealed, associated)


def test_marks_tell_type_and_value_apart() -> None:
    """The index meets itself only for the same type and value under the same key."""
    keys = make()
    marks = {
        keys.mark("PERSON", b"a"),
        keys.mark("PERSON", b"b"),
        keys.mark("CITY", b"a"),
        make(2).mark("PERSON", b"a"),
    }
    assert len(marks) == 4
    assert keys.mark("PERSON", b"a") in marks
    assert keys.digest("PERSON", b"a") not in marks


def test_random_material_is_overwritten() -> None:
    """A source that hands out a bytearray gets it back as zeros."""
    given: list[bytearray] = []

    def source(size: int) -> bytearray:
        given.append(bytearray(b"r" * size))
        return given[-1]

    Keys(SecretMemory(), source)
    assert given == [bytearray(32)]


def test_the_session_key_is_gone_and_the_rest_differs() -> None:
    """After derivation the first of the four places is zero and no two of the others are alike."""
    memory = SecretMemory()
    keys = Keys(memory, lambda size: b"r" * size)
    (slot,) = memory._pages[0].live.values()
    parts = [bytes(slot.view[start : start + 32]) for start in range(0, 128, 32)]
    assert parts[0] == bytes(32)
    assert len({*parts, b"r" * 32}) == 5
    keys.destroy()


def test_destroyed_keys_do_nothing() -> None:
    """Every use after `destroy` is refused, and the slot is free."""
    memory = SecretMemory()
    keys = Keys(memory, random.Random(1).randbytes)
    sealed = keys.seal(1, b"value", b"")
    keys.destroy()
    keys.destroy()
    for use in (
        lambda: keys.mark("T", b"v"),
        lambda: keys.digest("T", b"v"),
        lambda: keys.seal(2, b"v", b""),
        lambda: keys.open(1, sealed, b""),
    ):
        with pytest.raises(SessionClosed):
            use()
    assert memory.in_use() == 0


def test_counters_end() -> None:
    """No nonce is used after the last: the key refuses."""
    with pytest.raises(ScrubFailed):
        make().seal(1 << 32, b"v", b"")


def test_forgotten_keys_free_their_slot() -> None:
    """Whoever drops the last reference destroys the keys."""
    memory = SecretMemory()
    keys = Keys(memory, random.Random(1).randbytes)
    (slot,) = memory._pages[0].live.values()
    place = memory._pages[0].cut(slot._offset)
    assert bytes(place) != bytes(128)
    del keys
    assert memory.in_use() == 0
    assert bytes(place) == bytes(128)
