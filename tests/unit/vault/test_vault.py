"""Same value, same placeholder; exact values back; full means refused; shredded means closed."""

import random
import threading

import pytest

from relay.errors import ScrubFailed, SessionClosed, VaultFull
from relay.replace.styles.bracketed import Bracketed
from relay.vault.keys import Keys
from relay.vault.secret_memory import SecretMemory
from relay.vault.vault import Vault


def make(max_entities: int = 100, max_bytes: int = 100_000, seed: int = 1) -> Vault:
    keys = Keys(SecretMemory(), random.Random(seed).randbytes)
    return Vault(lambda: keys, Bracketed(), session_id=f"s{seed}", max_entities=max_entities, max_bytes=max_bytes)


def test_numbers_follow_first_appearance_within_a_type() -> None:
    """Numbers start at 1 for each type, and a value seen again keeps its own."""
    vault = make()
    rows = [("PERSON", "Ann"), ("EMAIL_ADDRESS", "a@example.org"), ("PERSON", "Bo"), ("PERSON", "Ann"), ("CITY", "Ann")]
    assert [vault.seal(*row) for row in rows] == [
        "[PERSON_1]",
        "[EMAIL_ADDRESS_1]",
        "[PERSON_2]",
        "[PERSON_1]",
        "[CITY_1]",
    ]
    assert list(vault.placeholders()) == ["[PERSON_1]", "[EMAIL_ADDRESS_1]", "[PERSON_2]", "[CITY_1]"]
    assert list(vault.values()) == [rows[0], rows[1], rows[2], rows[4]]
    assert vault.counts() == {"PERSON": 2, "EMAIL_ADDRESS": 1, "CITY": 1}
    assert len(vault) == 4
    assert vault.entity_type("[CITY_1]") == "CITY"


@pytest.mark.parametrize("value", ["", "x", "Zoë", "张伟", "\ud83d", "a\0b", "x" * 5000, "\x80", "Ann ", "ann"])
def test_values_come_back_exactly(value: str) -> None:
    """Nothing is normalised, not even half a surrogate pair."""
    vault = make()
    vault.seal("PERSON", "Ann")
    assert vault.open(vault.seal("PERSON", value)) == value


@pytest.mark.parametrize("text", ["[PERSON_2]", "[person_1]", "PERSON_1", "", "[PERSON_1] "])
def test_only_issued_placeholders_open(text: str) -> None:
    """An altered form is the restorer's matter; the exception does not repeat the text."""
    vault = make()
    vault.seal("PERSON", "Ann")
    with pytest.raises(KeyError) as caught:
        vault.open(text)
    with pytest.raises(KeyError):
        vault.entity_type(text)
    assert not text or text not in str(caught.value)


def test_a_full_vault_refuses_new_values_and_keeps_the_old() -> None:
    """Nothing is evicted, and a value that is there already still has its placeholder."""
    vault = make(max_entities=2)
    vault.seal("PERSON", "Ann")
    vault.seal("PERSON", "Bo")
    with pytest.raises(VaultFull):
        vault.seal("PERSON", "Cy")
    assert vault.seal("PERSON", "Ann") == "[PERSON_1]"
    assert vault.open("[PERSON_2]") == "Bo"


def test_bytes_are_bounded_too() -> None:
    """A value that does not fit is refused and leaves no gap in the numbers."""
    vault = make(max_bytes=200)
    with pytest.raises(VaultFull):
        vault.seal("PERSON", "x" * 500)
    assert vault.seal("PERSON", "Ann") == "[PERSON_1]"
    assert vault.open("[PERSON_1]") == "Ann"


def test_a_record_opens_only_under_its_own_placeholder_and_type() -> None:
    """Records that were exchanged or relabelled do not open."""
    vault = make()
    vault.seal("PERSON", "Ann")
    vault.seal("PERSON", "Bo")
    one, other = vault._records["[PERSON_1]"], vault._records["[PERSON_2]"]
    for record in (other, ("CITY", *one[1:])):
        vault._records["[PERSON_1]"] = record
        with pytest.raises(ScrubFailed):
            vault.open("[PERSON_1]")


def test_shredded_is_closed() -> None:
    """After shredding nothing is left to ask; a second time changes nothing."""
    vault = make()
    vault.seal("PERSON", "Ann")
    running = vault.values()
    vault.shred()
    vault.shred()
    assert vault.closed
    assert len(vault) == 0
    assert vault.counts() == {}
    for use in (
        lambda: vault.seal("PERSON", "Ann"),
        lambda: vault.open("[PERSON_1]"),
        lambda: vault.keyed_digest("PERSON", "Ann"),
        vault.placeholders,
        lambda: list(vault.values()),
        lambda: next(running),
    ):
        with pytest.raises(SessionClosed):
            use()


def test_a_vault_tells_what_it_holds() -> None:
    """Exactly a sealed value, and its first type; nothing any more after shredding."""
    vault = make()
    assert vault.sealed_as("Ann Example") is None
    vault.seal("PERSON", "Ann Example")
    vault.seal("EMAIL_ADDRESS", "ann@example.org")
    vault.seal("PERSON", "ann@example.org")
    assert vault.sealed_as("Ann Example") == "PERSON"
    assert vault.sealed_as("ann@example.org") == "EMAIL_ADDRESS"
    assert not any(map(vault.sealed_as, ["Ann", "ann example", "ann@example.or", "", "[PERSON_1]"]))
    assert not make(seed=2).sealed_as("Ann Example")
    vault.shred()
    with pytest.raises(SessionClosed):
        vault.sealed_as("Ann Example")


def test_digests_differ_between_sessions() -> None:
    """A digest is the same within a vault and says nothing in another."""
    one, other = make(seed=1), make(seed=2)
    assert one.keyed_digest("PERSON", "Ann") == one.keyed_digest("PERSON", "Ann")
    assert one.keyed_digest("PERSON", "Ann") != other.keyed_digest("PERSON", "Ann")


def test_threads_agree_on_placeholders() -> None:
    """Many threads that seal the same values get the same placeholders, and each opens to its own value."""
    vault = make(max_entities=1000)
    seen: list[dict[str, str]] = []

    def work(seed: int) -> None:
        names = [f"name {number}" for number in range(100)]
        random.Random(seed).shuffle(names)
        seen.append({name: vault.seal("PERSON", name) for name in names})

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(row == seen[0] for row in seen)
    assert all(vault.open(placeholder) == name for name, placeholder in seen[0].items())


def test_repr_shows_counts_only() -> None:
    """Neither values nor placeholders nor keys."""
    vault = make()
    vault.seal("PERSON", "Ann")
    assert repr(vault) == "Vault(entities=1, closed=False)"
