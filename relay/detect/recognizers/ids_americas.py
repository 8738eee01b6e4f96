"""Identity and tax numbers of the Americas, those of the United States that are not in us_ssn among them."""

from __future__ import annotations

from relay.detect.checksums import luhn, weighted
from relay.detect.rules import PatternRule, RuleRecognizer, labelled, number

__all__ = ["PLUGINS", "AmericasRecognizer"]


def _npi(digits: str) -> bool:
    return luhn("80840" + digits)


def _dea(value: str) -> bool:
    digits = [int(char) for char in value[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


def _sin(digits: str) -> bool:
    return digits[0] not in "08" and luhn(digits)


def _cpf(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    first = weighted(digits, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(digits, range(11, 1, -1)) * 10 % 11 % 10
    return (first, second) == (int(digits[9]), int(digits[10]))


def _cnpj(digits: str) -> bool:
    first = 11 - weighted(digits, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    second = 11 - weighted(digits, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    right = tuple(0 if check > 9 else check for check in (first, second))
    return len(set(digits)) > 1 and right == (int(digits[12]), int(digits[13]))


_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def _curp(value: str) -> bool:
    total = sum(_CURP.index(char) * (18 - place) for place, char in enumerate(value[:17]))
    return str((10 - total % 10) % 10) == value[17]


def _cuit(digits: str) -> bool:
    check = 11 - weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return {11: 0, 10: 9}.get(check, check) == int(digits[10])


def _rut(value: str) -> bool:
    total = sum(int(char) * (2 + place % 6) for place, char in enumerate(reversed(value[:-1])))
    return "0K987654321"[total % 11] == value[-1]


def _nit(digits: str) -> bool:
    weights = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
    rest = weighted(digits[-2::-1], weights) % 11
    return (rest if rest < 2 else 11 - rest) == int(digits[-1])


def _cedula(digits: str) -> bool:
    return (1 <= int(digits[:2]) <= 24 or digits[:2] == "30") and int(digits[2]) < 6 and luhn(digits)


def _uruguay(digits: str) -> bool:
    return -weighted(digits.zfill(8), (2, 9, 8, 7, 6, 3, 4)) % 10 == int(digits[-1])


# CMS: positions alternate digits, letters without S L O I B Z, and either.
_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI_EITHER = "[0-9AC-HJKMNP-RT-Y]"


class AmericasRecognizer(RuleRecognizer):
    """United States, Canada, Mexico, Brazil, Argentina, Chile, Colombia, Ecuador, Uruguay."""

    name = "ids_americas"
    source = (
        "45 CFR 162.406 (NPI, Luhn with prefix 80840); CMS, Understanding the MBI (2023); DEA registration numbers, "
        "21 CFR "
        "1301; Canada Post and ESDC (SIN); Receita Federal (CPF, CNPJ); RENAPO (CURP); AFIP (CUIT); Registro Civil "
        "(RUT); "
        "DIAN (NIT); Registro Civil del Ecuador; DNIC (CI); as of 2026-11-21"
    )
    rules = (
        *number("US_NPI", r"", _npi, "npi, provider, national provider, provider identifier", bare=r"[12]\d{9}"),
        labelled("US_NPI", "npi", r"\d{10}", score=0.6),
        PatternRule(
            entity_type="US_MBI",
            regex=rf"[1-9]{_MBI_LETTER}{_MBI_EITHER}\d-?{_MBI_LETTER}{_MBI_EITHER}\d-?{_MBI_LETTER}{{2}}\d{{2}}",
            trigger=r"\b[1-9][A-Z][0-9A-Z]\d-?[A-Z][0-9A-Z]\d-?[A-Z]{2}\d{2}\b",
            score=0.6,
            words="mbi, medicare, beneficiary",
            lead_chars=16,
            max_chars=16,
        ),
        *number(
            "MEDICAL_LICENSE",
            r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}",
            _dea,
            "dea, dea number, prescriber, license, medical license",
            score=0.6,
            written_trigger=r"\b[A-Z][A-Z9]\d{7}\b",
        ),
        *number(
            "CA_SIN",
            r"\d{3}[ -]\d{3}[ -]\d{3}",
            _sin,
            "sin, social insurance, insurance number, nas, assurance sociale",
            bare=r"\d{9}",
            score=0.45,
        ),
        *number("BR_CPF", r"\d{3}\.\d{3}\.\d{3}-\d{2}", _cpf, "cpf, cadastro de", bare=r"\d{11}", score=0.95),
        *number("BR_CNPJ", r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}", _cnpj, "cnpj", bare=r"\d{14}", score=0.95),
        *number(
            "MX_CURP",
            r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\d",
            _curp,
            "curp",
            score=0.95,
            written_trigger=r"\b[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d\b",
        ),
        *number(
            "MX_RFC",
            r"[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}",
            None,
            "rfc, contribuyentes, contribuyente",
            score=0.3,
            written_trigger=r"[A-ZÑ&]{3}\d{6}[A-Z0-9]{3}\b",
        ),
        *number(
            "AR_CUIT",
            r"(?:20|23|24|27|30|33|34)-\d{8}-\d",
            _cuit,
            "cuit, cuil",
            bare=r"(?:20|23|24|27|30|33|34)\d{9}",
            score=0.9,
        ),
        *number("AR_DNI", r"\d{2}\.\d{3}\.\d{3}", None, "dni, documento", bare=r"\d{7,8}", score=0.2),
        *number(
            "CL_RUT",
            r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]|\d{7,8}-[\dKk]",
            _rut,
            "rut, run, rol único",
            score=0.7,
            written_trigger=r"\d{3}\.?\d{3}-[\dKk]\b",
        ),
        *number("CO_NIT", r"\d{3}\.\d{3}\.\d{3}-\d", _nit, "nit, rut, cédula, cedula", bare=r"\d{9,10}", score=0.6),
        *number("EC_CEDULA", r"\d{9}-\d", _cedula, "cédula, cedula, ci, identidad", bare=r"\d{10}", score=0.5),
        *number("UY_CI", r"\d\.\d{3}\.\d{3}-\d", _uruguay, "ci, cédula, cedula, identidad", bare=r"\d{8}", score=0.7),
    )


PLUGINS = (AmericasRecognizer,)
