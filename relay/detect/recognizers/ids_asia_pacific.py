"""Identity, tax and health numbers of Asia and the Pacific."""

from __future__ import annotations

from relay.detect.checksums import born, verhoeff, weighted
from relay.detect.rules import RuleRecognizer, number

__all__ = ["PLUGINS", "AsiaPacificRecognizer"]


def _tfn(digits: str) -> bool:
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10) if len(digits) == 9 else (10, 7, 8, 4, 6, 3, 5, 1)
    return weighted(digits, weights) % 11 == 0


def _abn(digits: str) -> bool:
    return (
        weighted(str(int(digits[0]) - 1) + digits[1:], (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0
        if digits[0] != "0"
        else False
    )


def _acn(digits: str) -> bool:
    return (10 - weighted(digits, (8, 7, 6, 5, 4, 3, 2, 1)) % 10) % 10 == int(digits[8])


def _medicare(digits: str) -> bool:
    return digits[0] in "23456" and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def _ird(digits: str) -> bool:
    body = digits[:-1].zfill(8)
    for weights in ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6)):
        check = -weighted(body, weights) % 11
        if check < 10:
            return check == int(digits[-1])
    return False


def _aadhaar(digits: str) -> bool:
    return digits[0] not in "01" and digits != digits[::-1] and verhoeff(digits)


def _gstin(value: str) -> bool:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = 0
    for place, char in enumerate(value[:14]):
        product = alphabet.index(char) * (1 + place % 2)
        total += product // 36 + product % 36
    return alphabet[-total % 36] == value[14]


def _nric(value: str) -> bool:
    total = weighted(value[1:8], (2, 7, 6, 5, 4, 3, 2))
    if value[0] in "TG":
        total += 4
    if value[0] == "M":
        return "KLJNPQRTUWX"[10 - (total + 3) % 11] == value[8]
    return ("JZIHGFEDCBA" if value[0] in "ST" else "XWUTRQPNMLK")[total % 11] == value[8]


def _uen(value: str) -> bool:
    if len(value) == 9:
        return "XMKECAWLJDB"[weighted(value, (10, 4, 9, 3, 8, 2, 7, 1)) % 11] == value[8]
    return "ZKCMDNERGWH"[weighted(value, (10, 8, 6, 4, 9, 7, 5, 3, 1)) % 11] == value[9]


def _rrn(digits: str) -> bool:
    # Numbers given out since October 2020 have no check digit, so only the date decides for them.
    return born(digits) and digits[6] in "1234567890"


def _my_number(digits: str) -> bool:
    rest = weighted(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest < 2 else 11 - rest) == int(digits[11])


def _resident_id(value: str) -> bool:
    total = weighted(value[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return born(value[8:14]) and "10X98765432"[total % 11] == value[17]


def _taiwan(value: str) -> bool:
    area = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(value[0]) + 10
    return (area // 10 + weighted(str(area % 10) + value[1:], (9, 8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def _hkid(value: str) -> bool:
    body = value[:-1].rjust(8)
    total = sum((36 if char == " " else int(char, 36)) * (9 - place) for place, char in enumerate(body))
    return "0A987654321"[total % 11] == value[-1]


def _mykad(digits: str) -> bool:
    return born(digits) and int(digits[6:8]) not in (0, 17, 18, 19, 20, 69, 70, 73, 80, 81, 94, 95, 96, 97)


def _nik(digits: str) -> bool:
    # Province, then the date with 40 added to the day of women.
    return 11 <= int(digits[:2]) <= 96 and 1 <= int(digits[6:8]) % 40 <= 31 and 1 <= int(digits[8:10]) <= 12


def _thai(digits: str) -> bool:
    return digits[0] != "0" and (11 - weighted(digits, range(13, 1, -1)) % 11) % 10 == int(digits[12])


# Three groups of four digits, and no fourth one beside them: a card.
_TWELVE = r"(?:^|[^0-9 ]|(?:^|[^0-9]) )\d{4}[ :-]\d{4}[ :-]\d{4}(?:[^0-9 ]| [^0-9]| ?$)"


class AsiaPacificRecognizer(RuleRecognizer):
    """Australia, New Zealand, India, Singapore, Malaysia, Indonesia, Philippines, Thailand, Korea, Japan, Greater "
    "China."""

    name = "ids_asia_pacific"
    source = (
        "ATO (TFN, ABN), ASIC (ACN), Services Australia (Medicare); IRD NZ resident withholding tax specification; "
        "UIDAI "
        "(Aadhaar); Income Tax Department (PAN); GSTN (GSTIN); ICA and ACRA (NRIC, UEN); MOIS (RRN); Order 85 of the "
        "MIC "
        "(My Number); GB 11643-1999; NIA (Taiwan); ImmD (HKID); JPN (MyKad); Dukcapil (NIK); BIR (TIN); DOPA (Thai "
        "id); "
        "algorithms checked with published example numbers, 2026-11-21"
    )
    rules = (
        *number("AU_TFN", r"\d{3} \d{3} \d{2,3}", _tfn, "tfn, tax file, tax file number", bare=r"\d{8,9}", score=0.3),
        *number(
            "AU_ABN", r"\d{2} \d{3} \d{3} \d{3}", _abn, "abn, australian business, business number", bare=r"\d{11}"
        ),
        *number(
            "AU_ACN", r"\d{3} \d{3} \d{3}", _acn, "acn, company number, australian company", bare=r"\d{9}", score=0.2
        ),
        *number(
            "AU_MEDICARE",
            r"[2-6]\d{3}[ -]\d{5}[ -]\d(?:[/-]\d)?",
            _medicare,
            "medicare, medicare card, medicare number",
            bare=r"[2-6]\d{9,10}",
        ),
        *number("NZ_IRD", r"\d{2,3}-\d{3}-\d{3}", _ird, "ird, inland revenue, ird number", bare=r"\d{8,9}", score=0.6),
        *number(
            "IN_AADHAAR",
            r"(?<!\d )(?<!\d:)[2-9]\d{3}(?P<gap>[ :-])\d{4}(?P=gap)\d{4}(?! \d)(?!:\d)",
            _aadhaar,
            "aadhaar, aadhar, uidai, uid, आधार",
            written_trigger=_TWELVE,
            bare=r"[2-9]\d{11}",
        ),
        *number(
            "IN_PAN",
            r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]",
            None,
            "pan, permanent account, income tax",
            score=0.6,
            written_trigger=r"\b[A-Z]{5}\d{4}[A-Z]\b",
        ),
        *number(
            "IN_GSTIN",
            r"[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]",
            _gstin,
            "gst, gstin",
            score=0.95,
            written_trigger=r"\b[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b",
        ),
        *number(
            "IN_VOTER",
            r"[A-Z]{3}\d{7}",
            None,
            "voter, epic, voter id, election",
            score=0.2,
            written_trigger=r"\b[A-Z]{3}\d{7}\b",
        ),
        *number(
            "IN_PASSPORT",
            r"[A-PR-WY][1-9]\d ?\d{4}[1-9]",
            None,
            "passport, indian passport",
            score=0.35,
            written_trigger=r"\b[A-Z][1-9]\d ?\d{4}[1-9]\b",
        ),
        *number(
            "SG_NRIC_FIN",
            r"[STFGM]\d{7}[A-Z]",
            _nric,
            "nric, fin, identity card",
            score=0.92,
            written_trigger=r"\b[STFGM]\d{7}[A-Z]\b",
        ),
        *number(
            "SG_UEN",
            r"\d{8}[A-Z]|(?:19|20)\d{7}[A-Z]",
            _uen,
            "uen, unique entity, acra",
            score=0.3,
            written_trigger=r"\b\d{8,9}[A-Z]\b",
        ),
        *number(
            "MY_NRIC",
            r"\d{6}-\d{2}-\d{4}",
            _mykad,
            "nric, mykad, kad pengenalan, ic, ic number",
            bare=r"\d{12}",
            score=0.7,
        ),
        *number("ID_NIK", r"", _nik, "nik, ktp, nomor induk, kependudukan", bare=r"\d{16}"),
        *number("PH_TIN", r"\d{3}-\d{3}-\d{3}(?:-\d{3,5})?", None, "tin, bir, taxpayer", score=0.2),
        *number(
            "TH_TNIN",
            r"\d-\d{4}-\d{5}-\d{2}-\d",
            _thai,
            "thai, บัตรประชาชน, เลขประจำตัวประชาชน, national id, citizen id",
            bare=r"\d{13}",
            score=0.9,
        ),
        *number(
            "KR_RRN",
            r"\d{6}-[0-9]\d{6}",
            _rrn,
            "rrn, 주민등록번호, 주민번호, resident registration",
            bare=r"\d{13}",
            score=0.7,
        ),
        *number(
            "JP_MY_NUMBER",
            r"(?<!\d )\d{4}[ -]\d{4}[ -]\d{4}(?! \d)",
            _my_number,
            "my number, マイナンバー, 個人番号, individual number",
            written_trigger=_TWELVE,
            bare=r"\d{12}",
            score=0.25,
        ),
        *number(
            "CN_RESIDENT_ID",
            r"[1-8]\d{16}[\dXx]",
            _resident_id,
            "身份证, 身份证号, resident id, identity card, 公民身份号码",
            score=0.95,
            written_trigger=r"\b[1-8]\d{16}[\dXx]\b",
        ),
        *number(
            "TW_NATIONAL_ID",
            r"[A-Z][12489]\d{8}",
            _taiwan,
            "身分證, 身分證字號, national id, taiwan",
            score=0.7,
            written_trigger=r"\b[A-Z][12489]\d{8}\b",
        ),
        *number(
            "HK_HKID",
            r"[A-Z]{1,2}\d{6}(?:\([0-9A]\)|[0-9A])",
            _hkid,
            "hkid, hong kong, identity card, 身份證",
            score=0.7,
            written_trigger=r"[A-Z]\d{6}\(?[0-9A]",
        ),
    )


PLUGINS = (AsiaPacificRecognizer,)
