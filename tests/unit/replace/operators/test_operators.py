"""What each operator shows in place of a value."""

import random

import pytest

from relay.protocols import Operator
from relay.replace.actions import known_operators
from relay.replace.operators.hash import Hash
from relay.replace.operators.mask import Mask
from relay.replace.operators.surrogate import Surrogate
from relay.replace.styles.bracketed import Bracketed
from relay.types import Action
from relay.vault.keys import Keys
from relay.vault.secret_memory import SecretMemory
from relay.vault.vault import Vault

OPERATORS: dict[Action, Operator] = {
    action: plugin() for action, plugin in known_operators().items() if not hasattr(plugin, "Parameters")
}
MASK, HASH, SURROGATE = Mask.action, Hash.action, Surrogate.action
COARSER = [action for action, operator in OPERATORS.items() if hasattr(operator, "coarsens")]
AGE_BAND, YEAR, DECADE, ZIP3, REGION = sorted(COARSER, key=lambda action: action.strictness)


@pytest.fixture
def vault() -> Vault:
    keys = Keys(SecretMemory(), random.Random(1).randbytes)
    return Vault(lambda: keys, Bracketed(), session_id="s", max_entities=100, max_bytes=10_000)


@pytest.mark.parametrize(
    ("action", "entity_type", "value", "shown"),
    [
        (Action.KEEP, "PERSON", "Ann Lee", "Ann Lee"),
        (Action.PLACEHOLDER, "PERSON", "Ann Lee", "[PERSON_1]"),
        (Action.REDACT, "PERSON", "Ann Lee", "[PERSON_REDACTED]"),
        (MASK, "CREDIT_CARD", "4111 1111 1111 1234", "**** **** **** 1234"),
        (MASK, "US_SSN", "536-22-1874", "***-**-**74"),
        (MASK, "PERSON", "Ann", "***"),
        (MASK, "PERSON", "张伟", "**"),
        (MASK, "EMAIL_ADDRESS", "ann@example.org", "***@*******.org"),
        # less detail, or nothing where the value cannot be read or may lie on both sides of a border
        (AGE_BAND, "AGE", "52 years", "50 to 59"),
        (AGE_BAND, "AGE", "52", "50-59"),
        (AGE_BAND, "AGE", "93-year-old", "90 or older"),
        (AGE_BAND, "AGE", "93", "90+"),
        (AGE_BAND, "AGE", "over 90", "90 or older"),
        (AGE_BAND, "AGE", "over 85", "[AGE_REDACTED]"),
        (AGE_BAND, "AGE", "neunzig", "[AGE_REDACTED]"),
        (YEAR, "DATE_TIME", "3 May 2019", "2019"),
        (YEAR, "DATE_TIME", "2019-2021", "2019-2021"),
        (YEAR, "DATE_TIME", "two weeks", "two weeks"),
        (YEAR, "DATE_TIME", "yesterday", "[DATE_TIME_REDACTED]"),
        (YEAR, "DATE_TIME", "3 May", "[DATE_TIME_REDACTED]"),
        (YEAR, "DATE_TIME", "1/8/93", "[DATE_TIME_REDACTED]"),
        (DECADE, "DATE_OF_BIRTH", "3 May 1984", "1980s"),
        (DECADE, "DATE_TIME", "2019-2021", "[DATE_TIME_REDACTED]"),
        (ZIP3, "POSTCODE", "02139", "021**"),
        (ZIP3, "POSTCODE", "03601-1234", "000**"),
        (ZIP3, "POSTCODE", "SW1A 1AA", "[POSTCODE_REDACTED]"),
        (REGION, "POSTCODE", "02139", "MA"),
        (REGION, "UK_POSTCODE", "SW1A 1AA", "SW"),
        (REGION, "LOCATION", "Boston, MA", "MA"),
        (REGION, "LOCATION", "Lisbon", "[LOCATION_REDACTED]"),
    ],
)
def test_replacements(vault: Vault, action: Action, entity_type: str, value: str, shown: str) -> None:
    """One value, one action, one text."""
    assert OPERATORS[action].replace(value, entity_type, vault) == shown


def test_only_what_can_be_restored_is_sealed(vault: Vault) -> None:
    """Masked, hashed, redacted and kept values leave nothing in the vault."""
    for action in (MASK, HASH, Action.REDACT, Action.KEEP, *COARSER):
        OPERATORS[action].replace("Ann Lee", "PERSON", vault)
    assert len(vault) == 0


def test_hashes_tell_equal_values(vault: Vault) -> None:
    """The same value of the same type has the same text, any other another one."""
    replace = OPERATORS[HASH].replace
    assert replace("Ann", "PERSON", vault) == replace("Ann", "PERSON", vault)
    assert len({replace(*row, vault) for row in (("Ann", "PERSON"), ("Bo", "PERSON"), ("Ann", "CITY"))}) == 3


@pytest.mark.parametrize("action", [MASK, HASH, Action.REDACT, *COARSER])
def test_what_is_shown_is_no_lookalike(vault: Vault, action: Action) -> None:
    """A text that does not come back must not be taken for one that does."""
    shown = OPERATORS[action].replace("Ann Lee 1", "PERSON", vault)
    assert list(Bracketed().lookalikes(shown)) == []


@pytest.mark.parametrize("action", [MASK, HASH, Action.REDACT, Action.PLACEHOLDER, SURROGATE, *COARSER])
@pytest.mark.parametrize("value", ["Ann Lee", "536-22-1874", "ann@example.org", "x"])
def test_the_value_does_not_show(vault: Vault, action: Action, value: str) -> None:
    """Whatever hides a value hides it."""
    assert value not in OPERATORS[action].replace(value, "ANY_TYPE", vault)
