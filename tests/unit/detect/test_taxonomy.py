"""The table of entity types."""

from relay.detect.taxonomy import ENTITY_TYPES, Group, describe


def test_a_new_secret_needs_no_row() -> None:
    """A type by the naming rule is a secret; any other unknown type is on and counts as personal."""
    assert describe("ACME_TOKEN").group is Group.SECRET
    assert describe("ACME_TOKEN").classes == ("SECRET",)
    assert describe("STAFF_NUMBER").default
    assert describe("STAFF_NUMBER").classes == ("PII",)


def test_what_is_off_by_default() -> None:
    """Only what the taxonomy calls off is off."""
    off = {name for name, info in ENTITY_TYPES.items() if not info.default}
    assert {"LOCATION", "DATE_TIME", "ORGANIZATION", "AGE", "URL", "UUID", "NRP"} <= off
    assert not off & {"PERSON", "EMAIL_ADDRESS", "US_SSN", "STREET_ADDRESS", "DATE_OF_BIRTH", "PASSWORD"}
