"""What regulations list, and the entity types that stand for it: the tables behind a policy report's coverage.

Sources, read in November 2026: 45 CFR 164.514(b)(2)(i) (A) to (R); Regulation (EU) 2016/679, articles 4 and 9; PCI DSS
4.0.1, requirements 3.3 and 3.5. The mapping is ours and no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REGULATIONS", "Item", "Regulation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a regulation. `opaque` names a key of the policy for what is no text."""

    number: str
    text: str
    types: tuple[str, ...] = ()
    opaque: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """A list of items with what to know when reading it."""

    title: str
    about: str
    items: tuple[Item, ...]


def _item(number: str, text: str, types: str = "", opaque: str | None = None) -> Item:
    return Item(number=number, text=text, types=tuple(types.split()), opaque=opaque)


HIPAA = Regulation(
    title="HIPAA Safe Harbor: the 18 identifiers",
    about=(
        "45 CFR 164.514(b)(2)(i). Safe Harbor also requires that the covered entity does not know how the rest could "
        "identify the person."
    ),
    items=(
        _item("A", "Names", "PERSON"),
        _item(
            "B",
            "Geographic subdivisions smaller than a state",
            "STREET_ADDRESS POSTCODE LOCATION GPS_COORDINATES HOSPITAL",
        ),
        _item("C", "Elements of dates other than the year; ages over 89", "DATE_OF_BIRTH DATE_TIME AGE"),
        _item("D", "Telephone numbers", "PHONE_NUMBER"),
        _item("E", "Fax numbers", "FAX_NUMBER"),
        _item("F", "E-mail addresses", "EMAIL_ADDRESS"),
        _item("G", "Social security numbers", "US_SSN"),
        _item("H", "Medical record numbers", "MEDICAL_RECORD_NUMBER"),
        _item("I", "Health plan beneficiary numbers", "HEALTH_PLAN_NUMBER US_MBI"),
        _item("J", "Account numbers", "US_BANK_NUMBER IBAN_CODE CREDIT_CARD"),
        _item("K", "Certificate and license numbers", "US_DRIVER_LICENSE MEDICAL_LICENSE US_PASSPORT"),
        _item("L", "Vehicle identifiers and license plates", "VIN LICENSE_PLATE"),
        _item("M", "Device identifiers and serial numbers", "SERIAL_NUMBER DEVICE_ID IMEI MAC_ADDRESS"),
        _item("N", "Web addresses", "URL PROFILE_URL"),
        _item("O", "IP addresses", "IP_ADDRESS"),
        _item("P", "Biometric identifiers, such as voices", opaque="audio"),
        _item("Q", "Full-face photographs", opaque="images"),
        _item("R", "Any other unique number, characteristic or code", "ID_NUMBER PATIENT_ID USERNAME UUID"),
    ),
)
GDPR = Regulation(
    title="GDPR: identifiers and special categories",
    about=(
        "Regulation (EU) 2016/679. Placeholders are pseudonymisation (article 4(5)), not anonymisation: the real "
        "values exist in the relay's memory for as long as the request or the session lives."
    ),
    items=(
        _item("4(1)", "A name", "PERSON"),
        _item("4(1)", "An identification number", "ID_NUMBER NATIONAL_ID PASSPORT DRIVER_LICENSE TAX_ID"),
        _item("4(1)", "Location data", "STREET_ADDRESS POSTCODE GPS_COORDINATES LOCATION"),
        _item("4(1)", "An online identifier", "EMAIL_ADDRESS IP_ADDRESS MAC_ADDRESS USERNAME COOKIE DEVICE_ID"),
        _item("9(1)", "Racial or ethnic origin", "ETHNICITY NRP"),
        _item("9(1)", "Political opinions, religious or philosophical beliefs", "NRP"),
        _item("9(1)", "Trade union membership", "UNION_MEMBERSHIP"),
        _item("9(1)", "Biometric data", opaque="images"),
        _item("9(1)", "Data concerning health", "CONDITION MEDICATION MEDICAL_RECORD_NUMBER"),
        _item("9(1)", "Sex life or sexual orientation", "SEXUAL_ORIENTATION"),
    ),
)
PCI_DSS = Regulation(
    title="PCI DSS: account data",
    about="PCI DSS 4.0.1. Sensitive authentication data (3.3) must not be kept after authorisation, in no form.",
    items=(
        _item("3.3.1.1", "Full track data", "CARD_TRACK"),
        _item("3.3.1.2", "Card verification code", "CARD_CVV"),
        _item("3.5.1", "Primary account number", "CREDIT_CARD"),
        _item("1.1", "Cardholder name", "PERSON"),
        _item("1.1", "Expiration date", "CARD_EXPIRY"),
    ),
)
REGULATIONS = (HIPAA, GDPR, PCI_DSS)
