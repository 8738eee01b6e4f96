"""Identity and tax numbers of central, eastern and south-eastern Europe and central Asia."""

from __future__ import annotations

from relay.detect.checksums import born, iso7064_mod11_10, luhn, weighted
from relay.detect.rules import RuleRecognizer, number

__all__ = ["PLUGINS", "EasternEuropeRecognizer"]


def _pesel(digits: str) -> bool:
    # The month carries the century: 20, 40, 60 or 80 is added.
    return (
        1 <= int(digits[2:4]) % 20 <= 12
        and 1 <= int(digits[4:6]) <= 31
        and (10 - weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(digits[10])
    )


def _nip(digits: str) -> bool:
    return weighted(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(digits[9])


def _rodne_cislo(digits: str) -> bool:
    # Women have 50 added to the month, and 20 or 70 when a day ran out of numbers.
    if int(digits[2:4]) % 50 % 20 not in range(1, 13) or not 1 <= int(digits[4:6]) <= 31:
        return False
    return len(digits) == 9 or int(digits) % 11 == 0 or (int(digits[:9]) % 11 == 10 and digits[9] == "0")


def _cnp(digits: str) -> bool:
    check = weighted(digits, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return digits[0] != "0" and born(digits[1:7]) and (1 if check == 10 else check) == int(digits[12])


def _egn(digits: str) -> bool:
    return (
        1 <= int(digits[2:4]) % 20 <= 12
        and 1 <= int(digits[4:6]) <= 31
        and weighted(digits, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(digits[9])
    )


def _jmbg(digits: str) -> bool:
    total = weighted(digits, (7, 6, 5, 4, 3, 2) * 2)
    return born(digits, "dmy") and (11 - total % 11) % 11 % 10 == int(digits[12])


def _amka(digits: str) -> bool:
    return born(digits, "dmy") and luhn(digits)


def _hungarian(digits: str) -> bool:
    return digits[0] == "8" and weighted(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9)) % 11 == int(digits[9])


def _inn(digits: str) -> bool:
    first = weighted(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    second = weighted(digits, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return (first, second) == (int(digits[10]), int(digits[11]))


def _snils(digits: str) -> bool:
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 101 % 100 == int(digits[9:])


def _rnokpp(digits: str) -> bool:
    return weighted(digits, (-1, 5, 7, 9, 4, 6, 10, 5, 7)) % 11 % 10 == int(digits[9])


def _iin(digits: str) -> bool:
    check = weighted(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)) % 11
    if check == 10:
        check = weighted(digits, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return born(digits) and check == int(digits[11])


class EasternEuropeRecognizer(RuleRecognizer):
    """Poland, Czechia, Slovakia, Romania, Bulgaria, Croatia, the former Yugoslav states, Greece, Hungary, Russia, …"""

    name = "ids_eastern_europe"
    source = (
        "gov.pl (PESEL, NIP); MVČR (rodné číslo); OUG 97/2005 (CNP); GRAO (EGN); Zakon o OIB (OIB); JMBG law of 1976; "
        "amka.gr (AMKA); NAV (adóazonosító jel); FNS order MMV-7-6/435 (INN); PFR (SNILS); Ukrainian State Tax Service "
        "(RNOKPP); Kazakh law 223 of 2007 (IIN); algorithms checked with published example numbers, 2026-11-21"
    )
    rules = (
        *number("PL_PESEL", r"", _pesel, "pesel, numer pesel", bare=r"\d{11}"),
        *number(
            "PL_NIP",
            r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}",
            _nip,
            "nip, numer identyfikacji podatkowej",
            bare=r"\d{10}",
            score=0.7,
        ),
        *number(
            "CZ_RODNE_CISLO",
            r"\d{6}/\d{3,4}",
            _rodne_cislo,
            "rodné číslo, rodne cislo, rc, r č, birth number",
            bare=r"\d{9,10}",
            score=0.7,
        ),
        *number("RO_CNP", r"", _cnp, "cnp, cod numeric, cod numeric personal", bare=r"[1-9]\d{12}", score=0.4),
        *number("BG_EGN", r"", _egn, "egn, егн, personal number", bare=r"\d{10}"),
        *number("HR_OIB", r"", iso7064_mod11_10, "oib, osobni identifikacijski", bare=r"\d{11}"),
        *number("EX_YU_JMBG", r"", _jmbg, "jmbg, emso, emšo, embg, јмбг, matični broj, maticni broj", bare=r"\d{13}"),
        *number("GR_AMKA", r"", _amka, "amka, αμκα", bare=r"\d{11}"),
        *number("HU_TAX_ID", r"", _hungarian, "adóazonosító, adoazonosito, adóazonosító jel, tax id", bare=r"8\d{9}"),
        *number("RU_INN", r"", _inn, "инн, inn", bare=r"\d{12}"),
        *number("RU_SNILS", r"\d{3}-\d{3}-\d{3}[ -]\d{2}", _snils, "снилс, snils", bare=r"\d{11}", score=0.9),
        *number("UA_RNOKPP", r"", _rnokpp, "рнокпп, іпн, ипн, rnokpp, ipn, ідентифікаційний", bare=r"\d{10}"),
        *number("KZ_IIN", r"", _iin, "иин, жсн, iin", bare=r"\d{12}"),
    )


PLUGINS = (EasternEuropeRecognizer,)
