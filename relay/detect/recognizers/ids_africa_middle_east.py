"""Identity numbers of Africa and the Middle East."""

from __future__ import annotations

from relay.detect.checksums import born, luhn
from relay.detect.rules import RuleRecognizer, number

__all__ = ["PLUGINS", "AfricaMiddleEastRecognizer"]


def _turkish(digits: str) -> bool:
    values = [int(char) for char in digits]
    odd, even = sum(values[0:9:2]), sum(values[1:8:2])
    return values[0] != 0 and (7 * odd - even) % 10 == values[9] and sum(values[:10]) % 10 == values[10]


def _israeli(digits: str) -> bool:
    return int(digits) > 0 and luhn(digits.zfill(9))


def _south_african(digits: str) -> bool:
    return born(digits) and digits[10] in "012" and luhn(digits)


def _egyptian(digits: str) -> bool:
    return digits[0] in "23" and born(digits[1:7])


class AfricaMiddleEastRecognizer(RuleRecognizer):
    """Turkey, Israel, the Emirates, Saudi Arabia, Egypt, South Africa, Nigeria, Kenya."""

    name = "ids_africa_middle_east"
    source = (
        "NVI (T.C. kimlik numarası); Israeli Population Authority (mispar zehut, Luhn); ICP (Emirates ID, Luhn); Saudi "
        "National Information Center (Luhn, 1 or 2 first); South African Identification Act 68 of 1997 (Luhn); NIMC "
        "(NIN); "
        "algorithms checked with published example numbers, 2026-11-21"
    )
    rules = (
        *number(
            "TR_NATIONAL_ID",
            r"",
            _turkish,
            "tc, t c, tckn, kimlik, kimlik no, tc kimlik",
            bare=r"[1-9]\d{10}",
            score=0.3,
        ),
        *number(
            "IL_ID",
            r"\d{7,8}-\d",
            _israeli,
            "teudat zehut, ת ז, תעודת זהות, israeli id, tz",
            bare=r"\d{8,9}",
            score=0.15,
        ),
        *number(
            "AE_EMIRATES_ID", r"784-\d{4}-\d{7}-\d", luhn, "emirates id, eid, emirates", bare=r"784\d{12}", score=0.95
        ),
        *number(
            "ZA_ID_NUMBER",
            r"\d{6} \d{4} \d{3}",
            _south_african,
            "id number, identity number, sa id, rsa id, said",
            bare=r"\d{13}",
            score=0.9,
        ),
        *number("NG_NIN", r"\d{4}-\d{3}-\d{4}", None, "nin, national identification, nimc", bare=r"\d{11}", score=0.2),
        *number("NATIONAL_ID", r"", _egyptian, "الرقم القومي, egyptian id, egypt", bare=r"[23]\d{13}"),
        *number("NATIONAL_ID", r"", luhn, "iqama, هوية, رقم الهوية, saudi id", bare=r"[12]\d{9}"),
    )


PLUGINS = (AfricaMiddleEastRecognizer,)
