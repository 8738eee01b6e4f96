"""Personal identity numbers of the Nordic and Baltic states."""

from __future__ import annotations

from relay.detect.checksums import born, luhn, weighted
from relay.detect.rules import RuleRecognizer, number

__all__ = ["PLUGINS", "NorthernEuropeRecognizer"]


def _personnummer(value: str) -> bool:
    digits = value[-10:]
    # A coordination number has 60 added to its day.
    day = int(digits[4:6])
    return 1 <= int(digits[2:4]) <= 12 and (1 <= day <= 31 or 61 <= day <= 91) and luhn(digits)


def _hetu(value: str) -> bool:
    digits = value[:6] + value[-4:-1]
    return born(digits, "dmy") and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == value[-1]


def _cpr(digits: str) -> bool:
    # The check digit was abolished in 2007, so only the date decides.
    return born(digits, "dmy")


def _fodselsnummer(digits: str) -> bool:
    day, month = int(digits[:2]), int(digits[2:4])
    # D-numbers add 40 to the day, synthetic ones 40 or 80 to the month.
    if not (1 <= day <= 31 or 41 <= day <= 71) or not 1 <= month % 40 <= 12:
        return False
    first = 11 - weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = 11 - weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return first % 11 == int(digits[9]) and second % 11 == int(digits[10])


def _kennitala(digits: str) -> bool:
    day = int(digits[:2]) % 40  # companies add 40
    return (
        1 <= day <= 31
        and 1 <= int(digits[2:4]) <= 12
        and digits[9] in "890"
        and (11 - weighted(digits, (3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == int(digits[8])
    )


def _baltic(digits: str) -> bool:
    if digits[0] not in "12345678" or not born(digits[1:7]):
        return False
    check = weighted(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(digits, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return check == int(digits[10])


def _latvian(digits: str) -> bool:
    if digits.startswith("32"):  # given out since 2017 without a date and without a check digit
        return True
    return born(digits, "dmy") and (1101 - weighted(digits, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11 % 10 == int(
        digits[10]
    )


class NorthernEuropeRecognizer(RuleRecognizer):
    """Sweden, Finland, Denmark, Norway, Iceland, Estonia, Lithuania, Latvia."""

    name = "ids_northern_europe"
    source = (
        "Skatteverket SKV 704 (personnummer); DVV (henkilötunnus); CPR-kontoret, 'Personnummeret i CPR' (2008); "
        "Skatteetaten (fødselsnummer, with synthetic numbers); Þjóðskrá (kennitala); Riigi Teataja 106032012004 "
        "(isikukood); "
        "PMLP (personas kods); as of 2026-11-21"
    )
    rules = (
        *number(
            "SE_PERSONNUMMER",
            r"(?:19|20)?\d{6}[-+]\d{4}",
            _personnummer,
            "personnummer, personal number, pnr, samordningsnummer, person nr",
            bare=r"(?:19|20)?\d{10}",
            score=0.7,
            written_trigger=r"\d{6}[-+]\d{4}\b",
        ),
        *number(
            "FI_PERSONAL_IDENTITY_CODE",
            r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",
            _hetu,
            "hetu, henkilötunnus, personal identity, identity code",
            score=0.92,
            written_trigger=r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]\b",
        ),
        *number("DK_CPR", r"\d{6}-\d{4}", _cpr, "cpr, cpr nummer, personnummer, cpr nr", bare=r"\d{10}", score=0.3),
        *number(
            "NO_FODSELSNUMMER",
            r"\d{6} \d{5}",
            _fodselsnummer,
            "fødselsnummer, fodselsnummer, personnummer, fnr, d nummer, national identity",
            bare=r"\d{11}",
            score=0.9,
        ),
        *number("IS_KENNITALA", r"\d{6}-\d{4}", _kennitala, "kennitala, kt", bare=r"\d{10}", score=0.5),
        *number(
            "EE_ISIKUKOOD", r"", _baltic, "isikukood, asmens kodas, personal code, id code, ik", bare=r"[1-8]\d{10}"
        ),
        *number(
            "LV_PERSONAL_CODE", r"\d{6}-\d{5}", _latvian, "personas kods, personal code, pk", bare=r"\d{11}", score=0.7
        ),
    )


PLUGINS = (NorthernEuropeRecognizer,)
