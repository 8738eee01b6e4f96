"""A matrix of values in many scripts: forty kinds of value, twelve languages, and what values are carried in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CARRIERS", "KINDS", "LANGUAGES", "Cell", "cells", "near_misses"]

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("??.txt")))
# Values that are written alike everywhere.
_COMMON = {
    "EMAIL": "maria.kim7@example.org",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "CREDIT_CARD": "4539 1488 0343 6467",
    "CARD_CVV": "739",
    "CARD_EXPIRY": "08/27",
    "PASSWORD": "kelp7Harbor#2",
    "PIN": "4821",
    "OTP": "482193",
    "USERNAME": "maria_k84",
    "API_KEY": "q7Zt2Lx9Vb4Nw8Rk1Hs6Yd3Mf5Pj0Gc",
    "VIN": "1HGCM82633A004352",
    "IPV4": "203.0.113.77",
    "IPV6": "2001:db8:85a3::8a2e:370:7334",
    "MAC": "3c:22:fb:9a:10:5e",
    "IMEI": "490154203237518",
    "GPS": "35.68124, 139.76712",
    "CRYPTO": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "URL_CREDENTIAL": "https://maria:kelp7Harbor2@example.com/x",
    "MEDICAL_RECORD": "MR-4829137",
    "HEALTH_PLAN": "HP48291370",
    "CUSTOMER_ID": "K-2048193",
    "EMPLOYEE_ID": "E-10482",
    "SERIAL_NUMBER": "SN7X92K41QZ",
    "PROFILE_URL": "https://linkedin.com/in/maria-k84",
    "US_SSN": "536-22-1874",
}
# The part of such a value that must be covered, where it is not the whole.
_PART = {"URL_CREDENTIAL": "maria:kelp7Harbor2", "PROFILE_URL": "maria-k84"}
# Kinds that are found in a sentence that names nothing.
_BARE_TEXT = (
    "PHONE_MOBILE PHONE_LAND PHONE_INTL EMAIL STREET_ADDRESS IBAN CREDIT_CARD IPV4 IPV6 MAC VIN CRYPTO URL_CREDENTIAL "
    "PROFILE_URL US_SSN GPS"
)
_DIGITS = {
    "ar": "٠١٢٣٤٥٦٧٨٩",
    "hi": "०१२३४५६७८९",
    "bn": "০১২৩৪৫৬৭৮৯",
    "th": "๐๑๒๓๔๕๖๗๘๙",
    **dict.fromkeys(("zh", "ja", "ko"), "０１２３４５６７８９"),
}
_DIGITS_TEXT = (
    "PHONE_MOBILE PHONE_LAND PHONE_INTL FAX STREET_ADDRESS POSTCODE NATIONAL_ID TAX_ID BANK_ACCOUNT CREDIT_CARD "
    "CARD_CVV CARD_EXPIRY PIN OTP BIRTH_NUMERIC BIRTH_NATIVE US_SSN LICENSE_PLATE"
)
_BARE, _IN_DIGITS = frozenset(_BARE_TEXT.split()), frozenset(_DIGITS_TEXT.split())
CARRIERS = ("glued", "spaced", "form", "json", "chat", "bare", "digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One text of the matrix, and the value in it that must be covered."""

    kind: str
    language: str
    carrier: str
    text: str
    value: str


def _table(language: str) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Return the carriers of a language, and for each kind its label and value."""
    carriers, rows = {}, {}
    for line in (_FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if "|" in line:
            kind, label, value = line.split("|")
            rows[kind] = label, value or _COMMON[kind]
        else:
            name, _, template = line.partition(": ")
            carriers[name] = template.replace("\\n", "\n")
    return carriers, rows


KINDS = tuple(_table("zh")[1])


def cells() -> Iterator[Cell]:
    """Yield the whole matrix, in order."""
    for language in LANGUAGES:
        carriers, rows = _table(language)
        for kind, (label, value) in rows.items():
            for carrier in CARRIERS:
                written = value
                if carrier == "bare" and kind not in _BARE:
                    continue
                if carrier == "digits":
                    if language not in _DIGITS or kind not in _IN_DIGITS:
                        continue
                    written = value.translate(dict(zip(map(ord, "0123456789"), _DIGITS[language], strict=True)))
                if carrier == "json":
                    text = json.dumps({"n": 1, label: written}, ensure_ascii=False)
                else:
                    template = carriers["form" if carrier == "digits" else carrier]
                    text = template.format(label=label, value=written)
                yield Cell(kind=kind, language=language, carrier=carrier, text=text, value=_PART.get(kind, written))


def near_misses() -> list[str]:
    """Return lines in the same languages that hold numbers and words of labels, and nothing private."""
    return (_FOLDER / "near_misses.txt").read_text(encoding="utf-8").splitlines()
