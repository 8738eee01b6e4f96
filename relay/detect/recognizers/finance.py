"""Bank accounts, routing numbers, wallets and value added tax numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from relay.detect.checksums import weighted
from relay.detect.rules import NUMBER_END, NUMBER_START, PatternRule, RuleRecognizer, labelled, number
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "FinanceRecognizer"]

_EIP55_RIGHT, _EIP55_WRONG = 0.95, 0.3
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _routing(digits: str) -> bool:
    district = int(digits[:2])
    known = district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return known and int(digits) > 0 and weighted(digits, (3, 7, 1) * 3) % 10 == 0


def _czech(value: str) -> bool:
    """Check both parts of an account's number, each modulo 11 (Czech National Bank, decree 169/2011)."""
    return all(
        weighted(part.zfill(10), (6, 3, 7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0
        for part in value.partition("/")[0].split("-")
    )


def _base58check(value: str) -> bool:
    """Tell whether a 25-byte payload ends with the first four bytes of its double SHA-256."""
    number = 0
    for char in value:
        number = number * 58 + _BASE58.index(char)
    data = number.to_bytes(40, "big")[-25:]
    return number < 256**25 and sha256(sha256(data[:21]).digest()).digest()[:4] == data[21:]


def _bech32(value: str) -> bool:
    """Check a segwit address by BIP-173 or BIP-350."""
    value = value.lower()
    prefix, _, body = value.rpartition("1")
    if any(char not in _BECH32 for char in body):
        return False
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    values += [_BECH32.index(char) for char in body]
    check = 1
    for item in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ item
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check in (1, 0x2BC830A3)


def _eip55(address: str) -> bool | None:
    """Tell whether the capitals of an Ethereum address are its check sum; None when it has letters of one case only."""
    digits = address[2:]
    if digits in (digits.lower(), digits.upper()):
        return None
    from Crypto.Hash import keccak  # imported when the first address is there

    digest = keccak.new(digest_bits=256, data=digits.lower().encode()).hexdigest()
    return all(char.isdigit() or char.isupper() == (int(digest[place], 16) >= 8) for place, char in enumerate(digits))


_ACCOUNT = (
    r"(?:bank |checking |savings |current |deposit )?(?:account|acct\.?|a/c)|konto(?:nummer)?|kto\.?"
    r"|compte(?: bancaire)?|cuenta(?: bancaria)?"
    r"|conto(?: corrente)?|conta(?: corrente)?|rekening(?:nummer)?|clabe"
)
_ENGLISH = re.compile(r"acc|a/c", re.IGNORECASE)


class FinanceRecognizer(RuleRecognizer):
    """Takes account numbers behind their label, and what a check sum or its own shape makes certain."""

    name = "finance"
    source = (
        "ABA routing number policy (2019); Bitcoin developer guide,"
        " Base58Check; BIP-173 and BIP-350; EIP-55; "
        "Commission Regulation (EU) 904/2010 and VIES formats; as of 2026-11-21"
    )
    rules = (
        *number("ABA_ROUTING_NUMBER", r"", _routing, "routing, aba, rtn, routing number, transit", bare=r"\d{9}"),
        PatternRule(
            # An account in Czechia and Slovakia, with its bank's code.
            entity_type="BANK_ACCOUNT",
            regex=r"(?:\d{1,6}-)?\d{6,10}/\d{4}",
            trigger=r"\d{6}/\d{4}",
            check=_czech,
            words="č ú, číslo účtu, účet, účtu, účtom, ucet, uctu, konto, kontonummer, account, bank",
            start=NUMBER_START,
            end=NUMBER_END,
            score=0.35,
            otherwise=0.1,
            lead_chars=20,
            max_chars=26,
        ),
        labelled("UK_SORT_CODE", r"sort[ -]?code", r"\d{2}[- ]?\d{2}[- ]?\d{2}", score=0.7),
        labelled(
            "TAX_ID",
            r"tax (?:id|number|no\.?|identification|ref(?:erence)?)|taxpayer (?:id|number)|tin|steuernummer"
            r"|steuer-?nr\.?|st\.?-nr\.?"
            r"|numéro fiscal|número fiscal|codice fiscale|fiscaal nummer|btw-nummer",
            r"(?=[A-Z0-9/.-]{0,8}\d)[A-Z0-9](?:[ /.-]?[A-Z0-9]){5,17}",
            score=0.45,
        ),
        labelled("US_BANK_NUMBER", _ACCOUNT, r"\d(?:[ -]?\d){5,22}", score=0.6),
        PatternRule(
            entity_type="CRYPTO",
            regex=r"[13][1-9A-HJ-NP-Za-km-z]{25,34}|[LMD][1-9A-HJ-NP-Za-km-z]{26,33}",
            trigger=r"\b[13LMD][1-9A-HJ-NP-Za-km-z]{25}",
            check=_base58check,
            score=0.95,
            lead_chars=28,
            max_chars=40,
        ),
        PatternRule(
            entity_type="CRYPTO",
            regex=r"(?:bc|tb|ltc)1[ac-hj-np-z02-9]{11,71}",
            trigger=r"(?:bc|tb|ltc)1[ac-hj-np-z02-9]{11}",
            check=_bech32,
            score=0.95,
            otherwise=0.3,
            lead_chars=18,
            max_chars=80,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="CRYPTO",
            regex=r"0x[0-9a-fA-F]{40}",
            trigger=r"\b0x[0-9a-fA-F]{8}",
            score=0.7,
            words="wallet, address, eth, ethereum, send, pay, payment, donate, account, usdt, usdc, erc",
            lead_chars=12,
            max_chars=44,
        ),
        PatternRule(
            entity_type="EU_VAT_ID",
            regex=r"(?:ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}"
            r"|ES[A-Z0-9]\d{7}[A-Z0-9]|FI\d{8}"
            r"|FR[A-Z0-9]{2}\d{9}|GB\d{9}|HR\d{11}|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}|LT(?:\d{9}|\d{12})"
            r"|LU\d{8}|LV\d{11}|MT\d{8}"
            r"|NL\d{9}B\d{2}|PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10})",
            trigger=r"\b[A-Z]{2}[A-Z0-9]{2}\d{4}",
            words="vat, vat number, vat id, ust, id nr, ustid, ust idnr, tva, iva, btw, moms, umsatzsteuer,"
            " partita iva, nif, ustidnr, ust id",
            score=0.2,
            lead_chars=10,
            max_chars=18,
        ),
        PatternRule(
            entity_type="EU_VAT_ID",
            regex=r"(?:DE|EL|PT|EE) ?\d{3}[ .]\d{3}[ .]\d{3}",
            trigger=r"\b[A-Z]{2} ?\d{3}[ .]\d{3}[ .]\d{3}\b",
            score=0.2,
            lead_chars=16,
            max_chars=18,
        ),
        labelled("TAX_ID", r"rnc|nit|ruc|rut", r"\d{1,3}(?:[.-]?\d{2,5}){1,3}-?[0-9K]", score=0.45),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Name an account by the language of its label, and tell a wallet by the check sum in its capitals."""
        for span in super().check(candidate):
            if span.entity_type == "CRYPTO" and candidate.value.startswith("0x"):
                if len(set(candidate.value[2:].lower())) <= 4:  # a mask, a constant
                    continue
                right = _eip55(candidate.value)
                score = span.score if right is None else _EIP55_RIGHT if right else _EIP55_WRONG
                span = Span(span.entity_type, span.start, span.end, score, span.recognizer)
            if span.entity_type == "US_BANK_NUMBER":
                label = candidate.text[max(0, span.start - 32) : span.start]
                entity_type = "US_BANK_NUMBER" if _ENGLISH.search(label) else "BANK_ACCOUNT"
                span = Span(entity_type, span.start, span.end, span.score, span.recognizer)
            yield span


FinanceRecognizer.entity_types = (*FinanceRecognizer.entity_types, "BANK_ACCOUNT")

PLUGINS = (FinanceRecognizer,)
