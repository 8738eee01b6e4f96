"""Identity, tax and account numbers of countries that the recognizers of the continents lack, by form and check digit.

They are of the general types NATIONAL_ID, TAX_ID and BANK_ACCOUNT.
"""

from __future__ import annotations

from relay.detect.checksums import born, luhn, weighted
from relay.detect.rules import PatternRule, RuleRecognizer, number

__all__ = ["PLUGINS", "WorldIdRecognizer"]

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_731 = (7, 3, 1) * 5


def _iran(digits: str) -> bool:
    rest = weighted(digits, range(10, 1, -1)) % 11
    return len(set(digits)) > 1 and int(digits[9]) == (rest if rest < 2 else 11 - rest)


def _korean_business(digits: str) -> bool:
    total = weighted(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + int(digits[8]) * 5 // 10
    return -total % 10 == int(digits[9])


def _japanese_company(digits: str) -> bool:
    return 9 - weighted(digits[:0:-1], (1, 2) * 6) % 9 == int(digits[0])


def _chinese_company(value: str) -> bool:
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(value[:17]))
    return _USCC[-total % 31] == value[17]


def _greek_tax(digits: str) -> bool:
    return int(digits) > 0 and weighted(digits, [2**power for power in range(8, 0, -1)]) % 11 % 10 == int(digits[8])


def _vietnamese_tax(digits: str) -> bool:
    return 10 - weighted(digits, (31, 29, 23, 19, 17, 13, 7, 5, 3)) % 11 == int(digits[9])


def _vietnamese_citizen(digits: str) -> bool:
    # Province, century with sex, year of birth.
    return 1 <= int(digits[:3]) <= 96 and digits[3] in "0123"


def _peruvian(digits: str) -> bool:
    check = 11 - weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return check % 10 == int(digits[10])


def _venezuelan(value: str) -> bool:
    total = {"V": 4, "E": 8, "J": 12, "P": 16, "G": 20}[value[0]] + weighted(value[1:], (3, 2, 7, 6, 5, 4, 3, 2))
    return "00987654321"[total % 11] == value[9]


def _moldovan(digits: str) -> bool:
    return digits[0] in "012" and weighted(digits, _731[:12]) % 10 == int(digits[12])


def _cypriot(value: str) -> bool:
    odd = sum((1, 0, 5, 7, 9, 13, 15, 17, 19, 21)[int(char)] for char in value[0:8:2])
    return chr(ord("A") + (odd + sum(map(int, value[1:8:2]))) % 26) == value[8]


def _ogrn(digits: str) -> bool:
    return int(digits[:-1]) % (len(digits) - 2) % 10 == int(digits[-1])


def _company_inn(digits: str) -> bool:
    return weighted(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10 == int(digits[9])


def _uzbek(digits: str) -> bool:
    return born(digits[1:], "dmy") and weighted(digits, _731[:13]) % 10 == int(digits[13])


def _clabe(digits: str) -> bool:
    total = sum(int(char) * weight % 10 for char, weight in zip(digits[:17], (3, 7, 1) * 6, strict=False))
    return int(digits[:3]) > 0 and -total % 10 == int(digits[17])


def _cbu(digits: str) -> bool:
    bank = -weighted(digits, (7, 1, 3, 9, 7, 1, 3)) % 10
    account = -weighted(digits[8:], (3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)) % 10
    return int(digits) > 0 and (bank, account) == (int(digits[7]), int(digits[21]))


def _sri_lankan(value: str) -> bool:
    return 1 <= int(value[2:5]) % 500 <= 366


def _pis(digits: str) -> bool:
    check = 11 - weighted(digits, (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if check > 9 else check) == int(digits[10])


def _guatemalan(digits: str) -> bool:
    return weighted(digits, range(2, 10)) % 11 == int(digits[8])


def _tanzanian(digits: str) -> bool:
    return digits[:2] in ("19", "20") and born(digits[2:])


def _account(regex: str, trigger: str, score: float, words: str = "") -> PatternRule:
    return PatternRule(
        entity_type="BANK_ACCOUNT",
        regex=regex,
        trigger=trigger,
        words=words,
        score=score,
        lead_chars=36,
        max_chars=48,
    )


_KOREAN_BANK = (
    "국민|신한|우리|하나|농협|기업|산업|카카오뱅크|카카오|토스뱅크|토스|케이뱅크|제일|새마을금고|우체국|수협|신협"
    "|부산|대구|광주|전북|경남|KB|NH|IBK|SC제일"
)


class WorldIdRecognizer(RuleRecognizer):
    """Pakistan, Sri Lanka, Iran, Vietnam, Korea, Japan, China, Greece, Cyprus, Belarus, Moldova, Russia,"
    " …"""

    name = "ids_world"
    source = (
        "NADRA (CNIC); DRP (Sri Lankan NIC); Iranian civil registry (kode melli); circular 105/2020/TT-BTC and decree "
        "137/2015 (Vietnam); NTS (Korean BRN); NTA (Japanese corporate number); GB 32100-2015; AADE (AFM); Cyprus tax "
        "department; STB 2214 (Belarus); Moldovan IDNP; FNS (INN, OGRN); Uzbek PINFL; SUNAT (RUC); SENIAT (RIF); JCE "
        "(cédula); KRA, NIA Ghana, NIDA; Caixa (PIS); RENAP; Banxico (CLABE); BCRA (CBU); Payments NZ; Bank of Russia "
        "579-P; NPCI (UPI); check digits by the schemes as commonly described, tried on numbers made with them; "
        "2026-12-01"
    )
    rules = (
        *number(
            "NATIONAL_ID", r"[1-7]\d{4}-\d{7}-\d", None, "cnic, nadra, شناختی کارڈ", bare=r"[1-7]\d{12}", score=0.75
        ),
        *number(
            "NATIONAL_ID",
            r"\d{9}[VXvx]",
            _sri_lankan,
            "nic, sri lanka",
            score=0.45,
            written_trigger=r"\b\d{9}[VXvx]\b",
        ),
        *number("NATIONAL_ID", r"\d{3}-\d{6}-\d", _iran, "کد ملی, کدملی, شماره ملی, kode melli, melli", bare=r"\d{10}"),
        *number("NATIONAL_ID", r"", _vietnamese_citizen, "cccd, căn cước, định danh", bare=r"0\d{11}"),
        *number("TAX_ID", r"\d{10}-\d{3}", lambda d: _vietnamese_tax(d[:10]), "mã số thuế, mst", bare=r"\d{10}"),
        *number("TAX_ID", r"\d{3}-\d{2}-\d{5}", _korean_business, "사업자, 사업자등록번호", score=0.55),
        *number("TAX_ID", r"", _japanese_company, "法人番号, 登録番号", bare=r"[1-9]\d{12}"),
        *number(
            "TAX_ID",
            rf"[159Y][1-39]\d{{6}}[{_USCC}]{{9}}[{_USCC}]",
            _chinese_company,
            "信用代码, 税号, 纳税人",
            score=0.9,
            written_trigger=r"\b[159Y][1-39]\d{6}[0-9A-HJ-NP-RTUW-Y]{10}\b",
        ),
        *number("TAX_ID", r"", _greek_tax, "αφμ, afm, φορολογικού", bare=r"\d{9}"),
        *number(
            "TAX_ID",
            r"\d{8}[A-Z]",
            _cypriot,
            "tic, φορολογικής, cyprus",
            score=0.2,
            written_trigger=r"\b\d{8}[A-Z]\b",
        ),
        *number(
            "NATIONAL_ID",
            r"\d{7}[A-CEHKM]\d{3}(?:PB|BA|BI)\d",
            None,
            "идентификационный, беларусь",
            score=0.9,
            written_trigger=r"\b\d{7}[A-CEHKM]\d{3}[PB][BAI]\d\b",
        ),
        *number("NATIONAL_ID", r"", _moldovan, "idnp, idno", bare=r"[012]\d{12}"),
        *number("TAX_ID", r"", _ogrn, "огрн, огрнип, ogrn", bare=r"[1-9]\d{12}"),
        *number("TAX_ID", r"", _ogrn, "огрнип", bare=r"3\d{14}"),
        *number("TAX_ID", r"", _company_inn, "налогоплательщика, юрлица", bare=r"\d{10}"),
        *number("NATIONAL_ID", r"", _uzbek, "pinfl, jshshir, пинфл, жшшир", bare=r"[3-6]\d{13}"),
        *number("TAX_ID", r"", _peruvian, "ruc, sunat", bare=r"(?:10|15|17|20)\d{9}"),
        *number(
            "TAX_ID",
            r"[VEJPG]-?\d{8}-?\d",
            _venezuelan,
            "rif, seniat",
            score=0.55,
            written_trigger=r"\b[VEJPG]-?\d{8}-?\d\b",
        ),
        *number("NATIONAL_ID", r"\d{3}-\d{7}-\d", luhn, "jce", bare=r"\d{11}", score=0.6),
        *number(
            "TAX_ID", r"[AP]\d{9}[A-Z]", None, "kra, kra pin, itax", score=0.4, written_trigger=r"\b[AP]\d{9}[A-Z]\b"
        ),
        *number("NATIONAL_ID", r"GHA-\d{9}-\d", None, "ghana", score=0.9, written_trigger=r"\bGHA-\d{9}"),
        *number("NATIONAL_ID", r"\d{8}-\d{5}-\d{5}-\d{2}", _tanzanian, "nida", score=0.8),
        *number("NATIONAL_ID", r"\d{3}\.\d{5}\.\d{2}-\d", _pis, "pis, pasep, nis", score=0.9),
        *number("NATIONAL_ID", r"\d{4} \d{5} \d{4}", _guatemalan, "dpi", score=0.3),
        *number("NATIONAL_ID", r"\d{8}-\d", None, "dui", score=0.2),
        *number("NATIONAL_ID", r"[01]\d{3}-(?:19|20)\d{2}-\d{5}", None, "honduras", score=0.55),
        *number("BANK_ACCOUNT", r"", _clabe, "clabe, interbancaria", bare=r"\d{18}"),
        *number("BANK_ACCOUNT", r"", _cbu, "cbu, cvu, transferencia", bare=r"\d{22}"),
        *number("BANK_ACCOUNT", r"\d{2}-\d{4}-\d{7}-\d{2,3}", None, "account, bank", score=0.6),
        PatternRule(
            # The series and the number of a Russian passport, each with its word.
            entity_type="PASSPORT",
            regex=r"\d{2} ?\d{2},? (?:номер|№|н\.) ?\d{6}",
            trigger=r"\d{2},? [?.]{1,5} ?\d{6}\b",
            score=0.6,
            lead_chars=24,
            max_chars=28,
        ),
        _account(r"(?:40[578]|42[0-6])\d{17}", r"\b4[02]\d{18}\b", 0.55, "счёт, счет, р с, рахунок"),
        _account(
            rf"(?:{_KOREAN_BANK})(?:은행)?[ ]?(?P<value>\d{{2,6}}-\d{{2,6}}-\d{{2,7}}(?:-\d{{1,3}})?|\d{{11,14}})",
            r"(?:[?]|KB|NH|IBK)[ ]?\d{2,6}-?\d{2,6}-?\d{2}",
            0.6,
        ),
        _account(r"(?:普通|当座|貯蓄)(?:預金)?[ \u3000:：]{0,2}(?P<value>\d{7})", r"[?][ ?:]{0,2}\d{7}\b", 0.6),
        _account(
            r"[A-Za-z0-9][\w.-]{1,40}@(?:ok(?:axis|sbi|hdfcbank|icici)|ybl|ibl|axl|paytm|upi|apl|ptyes"
            r"|ptsbi)(?![\w.-])",
            r"@(?:ok(?:axis|sbi|hdfcbank|icici)|ybl|ibl|axl|paytm|upi|apl|ptyes|ptsbi)\b",
            0.7,
        ),
    )


PLUGINS = (WorldIdRecognizer,)
