"""Identity, tax and insurance numbers of western and southern Europe."""

from __future__ import annotations

from collections import Counter

from relay.detect.checksums import born, iso7064_mod11_10, luhn, weighted
from relay.detect.rules import PatternRule, RuleRecognizer, number

__all__ = ["PLUGINS", "WesternEuropeRecognizer"]

_LETTER_VALUE = {char: place for place, char in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=1)}


def _nhs(digits: str) -> bool:
    rest = 11 - weighted(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return rest % 11 == int(digits[9]) and rest != 10


def _utr(digits: str) -> bool:
    return "21987654321"[weighted(digits[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11] == digits[0]


def _pps(value: str) -> bool:
    total = weighted(value[:7], (8, 7, 6, 5, 4, 3, 2))
    if len(value) == 9 and value[8] not in "TWX":  # these three count nothing
        total += 9 * _LETTER_VALUE[value[8]]
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == value[7]


def _de_tax(digits: str) -> bool:
    counts = Counter(digits[:10]).values()
    # One digit stands twice or three times among the first ten; no digit more often.
    return digits[0] != "0" and 1 < max(counts) < 4 and iso7064_mod11_10(digits)


def _de_insurance(value: str) -> bool:
    digits = f"{value[:8]}{_LETTER_VALUE[value[8]]:02d}{value[9:11]}"
    total = sum(
        sum(map(int, str(int(char) * weight)))
        for char, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    )
    return total % 10 == int(value[11])


def _de_health(value: str) -> bool:
    digits = f"{_LETTER_VALUE[value[0]]:02d}{value[1:9]}"
    total = sum(sum(map(int, str(int(char) * (1 + place % 2)))) for place, char in enumerate(digits))
    return total % 10 == int(value[9])


def _de_document(value: str) -> bool:
    """Check the nine characters of a German identity card or passport with their 7-3-1 check digit (ICAO 9303-3)."""
    total = sum(int(char, 36) * (7, 3, 1)[place % 3] for place, char in enumerate(value[:9]))
    return len(value) == 10 and total % 10 == int(value[9])


def _nir(value: str) -> bool:
    body = value[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(value[13:15])


_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def _nif(value: str) -> bool:
    return _NIF_LETTERS[int(value[:8]) % 23] == value[8]


def _nie(value: str) -> bool:
    return _NIF_LETTERS[int("XYZ".index(value[0]) * 10**7 + int(value[1:8])) % 23] == value[8]


# What a character counts at an odd place: the digits and the letters A to J alike, then K to Z.
_IT_FIRST = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_IT_LAST = (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_IT_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (*_IT_FIRST, *_IT_FIRST, *_IT_LAST), strict=True))


def _codice_fiscale(value: str) -> bool:
    total = 0
    for place, char in enumerate(value[:15]):
        total += _IT_ODD[char] if place % 2 == 0 else int(char) if char.isdigit() else ord(char) - 65
    return chr(65 + total % 26) == value[15]


def _bsn(digits: str) -> bool:
    return int(digits) > 0 and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _pt_nif(digits: str) -> bool:
    rest = 11 - weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return digits[0] in "1235689" and (0 if rest > 9 else rest) == int(digits[8])


def _be_national(digits: str) -> bool:
    check = int(digits[9:])
    return 97 - int(digits[:9]) % 97 == check or 97 - int("2" + digits[:9]) % 97 == check


def _ahv(digits: str) -> bool:
    return (10 - weighted(digits, (1, 3) * 6) % 10) % 10 == int(digits[12])


def _svnr(digits: str) -> bool:
    return born(digits[4:], "dmy") and weighted(digits, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(digits[3])


class WesternEuropeRecognizer(RuleRecognizer):
    """United Kingdom, Ireland, Germany, Austria, Switzerland, France, Benelux, Spain, Portugal, Italy."""

    name = "ids_western_europe"
    source = (
        "HMRC NIM39110 (NINO); NHS Data Dictionary (NHS number); Revenue.ie (PPS); BZSt (Steuer-ID); VKVV section 2 "
        "(RVNR); "
        "GKV-Spitzenverband (KVNR); ICAO 9303-3; INSEE (NIR); BOE-A-1978 and Real Decreto 1553/2005 (NIF, NIE); DM 23 "
        "December 1976 (codice fiscale); RvIG (BSN); Portaria 2021 (NIF); Royal Decree 1984 (Rijksregister); BSV "
        "(AHV); "
        "ASVG section 31 (SVNR); as of 2026-11-21"
    )
    rules = (
        *number("UK_NHS", r"\d{3}[ -]\d{3}[ -]\d{4}", _nhs, "nhs, nhs number, patient, health", bare=r"\d{10}"),
        PatternRule(
            entity_type="UK_NINO",
            regex=r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
            trigger=r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
            score=0.7,
            words="nino, national insurance, ni number, insurance number, ni",
            lead_chars=14,
            max_chars=16,
        ),
        PatternRule(
            # A prefix that is not given out, as in HMRC's own example.
            entity_type="UK_NINO",
            regex=r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
            trigger=r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
            score=0.2,
            lead_chars=14,
            max_chars=16,
        ),
        *number(
            "UK_UTR",
            r"\d{5} \d{5}",
            _utr,
            "utr, taxpayer reference, unique taxpayer, self assessment",
            bare=r"\d{10}",
            score=0.15,
        ),
        PatternRule(
            entity_type="UK_DRIVING_LICENCE",
            regex=r"[A-Z]{1,5}9{0,4}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9]{3}",
            trigger=r"\b[A-Z]{1,5}9{0,4}\d{6}[A-Z9]{2}[A-Z0-9]{3}\b",
            check=lambda value: len(value) == 16,
            score=0.7,
            max_chars=20,
        ),
        *number("IE_PPS", r"\d{7}[A-W][A-ITWX]?", _pps, "pps, ppsn, pps number", score=0.6),
        *number(
            "DE_TAX_ID",
            r"\d{2} \d{3} \d{3} \d{3}",
            _de_tax,
            "steuer, steuer id, steuerid, idnr, steuernummer, tin, tax id, identifikationsnummer, "
            "steueridentifikationsnummer, steuerliche",
            bare=r"\d{11}",
        ),
        *number(
            "DE_SOCIAL_SECURITY",
            r"\d{2} ?\d{6} ?[A-Z] ?\d{2} ?\d",
            _de_insurance,
            "rentenversicherung, sozialversicherung, sozialversicherungsnummer, rvnr, svnr, versicherungsnummer, "
            "rentenversicherungsnummer, sv nummer",
            score=0.7,
            written_trigger=r"\b\d{2} ?\d{6} ?[A-Z] ?\d{2} ?\d\b",
        ),
        *number(
            "DE_HEALTH_INSURANCE",
            r"[A-Z]\d{9}",
            _de_health,
            "krankenkasse, krankenversicherung, kvnr, versichertennummer, krankenversichertennummer, "
            "gesundheitskarte, versicherten",
            score=0.3,
            written_trigger=r"\b[A-Z]\d{9}\b",
        ),
        *number(
            "DE_ID_CARD",
            r"[LMNPRTVWXY][CFGHJKLMNPRTVWXYZ0-9]{8}\d?",
            _de_document,
            "personalausweis, ausweis, ausweisnummer, personalausweisnummer, id card, identity card",
            score=0.3,
            written_trigger=r"\b[LMNPRTVWXY][CFGHJKLMNPRTVWXYZ0-9]{8}\d?\b",
        ),
        *number(
            "DE_PASSPORT",
            r"[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}\d?",
            _de_document,
            "reisepass, reisepassnummer, pass, passnummer, passport",
            score=0.3,
            written_trigger=r"\b[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}\d?\b",
        ),
        *number(
            "FR_NIR",
            r"[1-478] \d{2} (?:0[1-9]|1[0-2]|[2-9]\d) (?:\d{2}|2[AB]) \d{3} \d{3}(?: \d{2})",
            _nir,
            "nir, sécurité sociale, sécu, numéro de, insee, securite sociale",
            bare=r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{8}",
            written_trigger=r"\b[1-478] \d{2} \d{2} \d[0-9AB] \d{3} \d{3} \d{2}\b",
            score=0.9,
        ),
        *number(
            "FR_SIREN",
            r"\d{3} \d{3} \d{3}(?: \d{5})?",
            luhn,
            "siren, siret, rcs, kbis",
            bare=r"\d{9}(?:\d{5})?",
            score=0.15,
            written_trigger=r"\b\d{3} \d{3} \d{3}\b",
        ),
        *number(
            "ES_NIF",
            r"\d{8}[ -]?[A-HJ-NP-TV-Z]",
            _nif,
            "nif, dni, documento, identidad, cif",
            score=0.9,
            written_trigger=r"\b\d{8}[ -]?[A-Z]\b",
        ),
        *number(
            "ES_NIE",
            r"[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z]",
            _nie,
            "nie, extranjero, documento",
            score=0.9,
            written_trigger=r"\b[XYZ][ -]?\d{7}[ -]?[A-Z]\b",
        ),
        *number(
            "IT_FISCAL_CODE",
            r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
            _codice_fiscale,
            "codice fiscale, cf, fiscale",
            score=0.95,
            written_trigger=r"\b[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b",
            ignore_case=True,
        ),
        *number("IT_VAT_CODE", r"", luhn, "partita iva, p iva, piva, iva, vat", bare=r"\d{11}"),
        *number(
            "NL_BSN",
            r"\d{4}\.\d{2}\.\d{3}",
            _bsn,
            "bsn, burgerservicenummer, sofinummer, sofi, citizen service",
            bare=r"\d{9}",
        ),
        *number(
            "PT_NIF",
            r"\d{3} \d{3} \d{3}",
            _pt_nif,
            "nif, contribuinte, número de contribuinte, fiscal, nipc",
            bare=r"\d{9}",
            score=0.15,
        ),
        *number(
            "BE_NATIONAL_NUMBER",
            r"\d{2}[.]\d{2}[.]\d{2}[- ]\d{3}[.]\d{2}",
            _be_national,
            "rijksregister, rijksregisternummer, national number, numéro national, registre national, niss, insz",
            bare=r"\d{11}",
            score=0.9,
        ),
        *number(
            "CH_AHV",
            r"756[. ]\d{4}[. ]\d{4}[. ]\d{2}",
            _ahv,
            "ahv, avs, ahv nummer, sozialversicherung",
            bare=r"756\d{10}",
            score=0.95,
        ),
        *number(
            "AT_SVNR",
            r"\d{4}[ -]\d{6}",
            _svnr,
            "svnr, sozialversicherung, sozialversicherungsnummer, sv nummer, versicherungsnummer, sv",
            bare=r"\d{10}",
            score=0.25,
        ),
    )


PLUGINS = (WesternEuropeRecognizer,)
