"""Short numbers that only their name tells: PINs, codes of cards, doors and log-ins, postcodes, the end of a number.

A name with a sign behind it, as keys of JSON, heads of columns and settings are read (`relay.detect.labels`). In
sentences a number of three digits is anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import JOINT
from relay.detect.rules import NUMBER_END, PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "ShortCodeRecognizer"]

_PIN = r"pin|puk|geheimzahl"
_CARD = (
    r"cv[vcn]2?|cav2|csc2?|(?:card[ _-]?)?(?:security|verification)[ _-]?(?:code|value|number|digits)"
    r"|kartenprüfnummer|prüfziffer"
)
_CODE = (
    r"[th]?otp|one[ _-]?time[ _-]?(?:pin|pass(?:word|code)?|code)"
    r"|(?:pass|access|entry|door|gate|alarm|unlock|lock|lockbox|keypad|safe|garage|building|sms|mfa|2fa|two[ _-]?factor"
    r"|second[ _-]?factor|auth(?:entication)?|log[ _-]?in|sign[ _-]?in|recovery|security|verification|voicemail)"
    r"[ _-]?(?:pin|code)"
)
_END = r"(?:ssn|social|social[ _-]?security)[ _-]?(?:number[ _-]?)?(?:last|final)[ _-]?(?:4|four)(?:[ _-]?digits)?"
_POST = r"zip(?:[ _-]?code)?|plz|post(?:al)?[ _-]?code|postleitzahl|code[ _-]postal|cep"
_SUFFIX = r"(?:[ _-]?(?:code|number|value|nummer|no|nr))?"
# Pins of chips and boards.
_HARDWARE = re.compile(
    r"(?:gpio|adc|dac|led|spi|i2c|uart|sda|scl|clk|rx|tx|cs|input|output|pull)[ _-]?\Z", re.IGNORECASE
)


def _rule(entity_type: str, names: str, value: str, score: float) -> PatternRule:
    return PatternRule(
        entity_type=entity_type,
        regex=rf"{_SUFFIX}{JOINT}(?P<value>{value})",
        trigger=f"(?:{names})",
        end=NUMBER_END,
        score=score,
        max_chars=180,
        ignore_case=True,
        follows=True,
    )


class ShortCodeRecognizer(RuleRecognizer):
    """Takes the number; its name is the last part of what stands before the sign: `card_pin`, not `spin`."""

    name = "short_codes"
    source = "ISO 9564-1 (PIN), ISO/IEC 7813 and the card schemes (security codes); names by own choice, 2026-11-30"
    rules = (
        _rule("PASSWORD", _PIN, r"\d{4,8}", 0.7),
        _rule("CARD_CVV", _CARD, r"\d{3,4}", 0.75),
        _rule("PASSWORD", _CODE, r"\d{3,8}", 0.65),
        _rule("US_SSN", _END, r"\d{4}", 0.7),
        _rule("POSTCODE", _POST, r"\d{4,5}", 0.6),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the number if its name is a word or a part of an identifier of its own."""
        rule = self._rules[candidate.pattern.name]
        before = candidate.text[max(0, candidate.start - _FARTHEST) : candidate.start]
        named = _NAMED[rule.trigger].search(before)
        if named is None or _HARDWARE.search(before, 0, named.start()):
            return
        if "\n" in named.group() and not _stands_alone(candidate, before[: named.start()]):
            return
        yield Span(rule.entity_type, candidate.start, candidate.end, rule.score, self.name)


def _stands_alone(candidate: Candidate, before: str) -> bool:
    """Tell whether the name, behind `before`, is alone on its line, and the number on the next."""
    behind = candidate.text[candidate.end : candidate.end + _LONGEST_REST].partition("\n")[0]
    return not behind.strip() and not before.rpartition("\n")[2].strip(" \t>*#_-")


_FARTHEST, _LONGEST_REST = 240, 24
_NAMED = {
    rule.trigger: re.compile(rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?i:{rule.trigger}{_SUFFIX}{JOINT})\Z")
    for rule in ShortCodeRecognizer.rules
}

PLUGINS = (ShortCodeRecognizer,)
