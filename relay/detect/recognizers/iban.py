"""International bank account numbers, and bank identifiers beside their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from relay.detect.borders import END, LATIN, START, narrowed
from relay.detect.checksums import iso7064_mod97
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "IbanRecognizer"]

# Country code and length of the whole number.
_LENGTHS = {
    code: length
    for length, codes in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for code in codes.split()
}
_GAPS = " .\u00a0\u202f-"
_WITHOUT_GAPS = str.maketrans("", "", _GAPS)
_END = narrowed(END)
_CAPITALS = re.compile(r"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){10,30}" + _END)


@cache
def _of_length(count: int) -> re.Pattern[str]:
    """Return the expression of `count` letters and digits with at most two gaps after each."""
    return re.compile(rf"(?:[A-Za-z0-9][{_GAPS}]{{0,2}}){{{count - 1}}}[A-Za-z0-9]{_END}")


class IbanRecognizer(RuleRecognizer):
    """Takes a number of its country's length with right check digits; beside "IBAN" a wrong one at a lower score."""

    name = "iban"
    source = "ISO 13616-1 and the SWIFT IBAN registry, release 99; ISO 9362 for bank identifiers; as of 2026-11-21"
    rules = (
        PatternRule(
            entity_type="IBAN_CODE",
            regex=r"[A-Z]{2}\d{2}(?=(?:[ .\u00a0\u202f-]{0,2}[A-Z0-9]){11})",
            trigger=r"\b[A-Z]{2}\d{2}[^0-9A-Z\n]?[^0-9A-Z\n]?[A-Z0-9]{2}",
            start=START,
            end="",
            score=0.95,
            otherwise=0.2,
            opens=f"[{LATIN}]+",
            lead_chars=10,
            max_chars=64,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="SWIFT_CODE",
            regex=r"[A-Z]{4}(?!ED|NG|ER|ION)[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
            trigger=r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b",
            score=0.05,
            lead_chars=12,
            max_chars=12,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Cut the candidate to its country's length and check it."""
        if not candidate.pattern.name.endswith("IBAN_CODE"):
            yield from super().check(candidate)
            return
        text, start = candidate.text, candidate.start
        wanted = _LENGTHS.get(text[start : start + 2].upper())
        if wanted is None or (text[start - 1 : start] == "-" and text[start : start + 2].islower()):
            return  # a piece of a UUID, or of a name in small letters
        whole = _of_length(wanted).match(text, start)
        if whole is not None:
            number = whole.group().translate(_WITHOUT_GAPS)
            if iso7064_mod97(number[4:] + number[:4]):
                yield Span("IBAN_CODE", start, whole.end(), candidate.pattern.score, self.name)
                return
        # Not right, or not of its country's length: a guess, as far as capitals and digits go.
        guess = _CAPITALS.match(text, start, start + 64)
        if guess is not None:
            yield Span("IBAN_CODE", start, guess.end(), 0.2, self.name)


PLUGINS = (IbanRecognizer,)
