"""Payment card numbers, with what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.borders import END, NO_DECIMAL, START
from relay.detect.checksums import luhn
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "PaymentCardRecognizer"]

# Issuer ranges with the lengths they use: (first prefix, last prefix, lengths, usual enough to be taken unspaced).
_ISSUERS: tuple[tuple[int, int, frozenset[int], bool], ...] = (
    (4, 4, frozenset({16}), True),  # Visa
    (4, 4, frozenset({13, 19}), False),
    (51, 55, frozenset({16}), True),  # Mastercard
    (2221, 2720, frozenset({16}), True),
    (34, 34, frozenset({15}), True),  # American Express
    (37, 37, frozenset({15}), True),
    (6011, 6011, frozenset({16, 19}), True),  # Discover
    (644, 659, frozenset({16, 19}), True),
    (300, 305, frozenset({14, 16}), True),  # Diners Club
    (36, 36, frozenset({14, 16}), True),
    (38, 39, frozenset({14, 16}), True),
    (3528, 3589, frozenset({16, 19}), True),  # JCB
    (1800, 1800, frozenset({15}), True),
    (2131, 2131, frozenset({15}), True),
    (62, 62, frozenset({16, 17, 18, 19}), False),  # UnionPay
    (2200, 2204, frozenset({16}), True),  # Mir
    (60, 60, frozenset({16}), True),  # RuPay
    (50, 50, frozenset({16}), True),  # Maestro
    (56, 58, frozenset({16}), True),
    (63, 69, frozenset({16}), True),
    (50, 50, frozenset(range(12, 20)), False),
    (56, 58, frozenset(range(12, 20)), False),
    (63, 69, frozenset(range(12, 20)), False),
)
_GROUPS = re.compile(r"\d+")
_USUAL_GROUPS = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1)})


# (prefix, length) → whether such numbers are taken unspaced. Prefixes have at most four digits.
_USUAL: dict[tuple[str, int], bool] = {}
for _first, _last, _lengths, _often in _ISSUERS:
    for _prefix in range(_first, _last + 1):
        for _length in _lengths:
            _USUAL[str(_prefix), _length] = _often or _USUAL.get((str(_prefix), _length), False)


def _issuer(digits: str) -> bool | None:
    """Return whether the issuer's numbers are taken unspaced; None when no issuer has such numbers."""
    length = len(digits)
    known = [_USUAL[key] for size in (1, 2, 3, 4) if (key := (digits[:size], length)) in _USUAL]
    return any(known) if known else None


# Words that always introduce a card's number.
_CALLED = re.compile(
    r"(?:(?:card|cc|visa|mastercard|amex|kreditkarte|karte|carte|tarjeta|carta|cartão|kaart|account|pan)[\w\s'-]{0,24}?"
    r"(?:numbers?|num|nos?\b|nr\b|#|is|ist|est|es|è|é|[:=])|(?:karten|kaart|kreditkarten)nummer|n[uú]mero|num[ée]ro|numero"
    r"|\b(?:my|his|her|their|your|our|meine|ma|mi|mia|minha|mijn)\b[\w\s]{0,24}?card)[^\d\n]{0,24}$",
    re.IGNORECASE,
)


class PaymentCardRecognizer(RuleRecognizer):
    """Takes a number that an issuer could have given out and whose check digit is right.

    One with a wrong check digit needs a label ("card number:", "my card is"), because people mistype. The word "card"
    beside it is not enough.

    Numbers may be grouped by spaces, hyphens, dots, underscores or slashes in any way; other groups may stand around
    them.
    """

    name = "payment_card"
    source = "ISO/IEC 7812-1 (Luhn, annex B); issuer ranges as the card schemes publish them; as of 2026-11-21"
    rules = (
        PatternRule(
            entity_type="CREDIT_CARD",
            regex=r"(?:[2-6]\d|18)(?:[ ._/\u00a0\u2009\u202f\u2010-\u2013-]?\d){10,62}",
            trigger=r"(?:[2-6]\d\d|180)\d[^0-9a-zA-Z\n]?\d{4}[^0-9a-zA-Z\n]?\d{2}",
            start=START + NO_DECIMAL,
            end=END,
            score=0.95,
            otherwise=0.3,
            opens=r"\d\d+",
            lead_chars=34,
            max_chars=128,
        ),
        PatternRule(
            entity_type="CARD_CVV",
            regex=r"(?:CVV2?|CVC2?|CVN|CSC|CID|card verification (?:value|code)|security code|Prüfnummer|Prüfziffer"
            r"|cryptogramme)(?:\s{0,2}(?:number|code|no\.?|is|was|ist|est|es|è|é|[:=#(\"'-])){0,4}\s{0,2}(?P<value>\d{3,"
            r"4})",
            trigger=r"(?:cv[vcn]2?|csc|cid|verification (?:value|code)|security code|prüfnummer|prüfziffer"
            r"|cryptogramme)"
            r"[^0-9\n]{0,12}\d{3}",
            score=0.8,
            lead_chars=48,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="CARD_EXPIRY",
            regex=r"(?:exp(?:iry|ires|iration)?(?: date)?|valid (?:thru|until|to)|good thru|gültig bis|ablaufdatum"
            r"|vence"
            r"|caduca|caducidad|scadenza|validade|vervaldatum|expire(?: le)?)\.?(?:\s{0,2}(?:is|ist|est|es"
            r"|[:=#(\"'-])){0,4}\s{0,2}"
            r"(?P<value>(?:0[1-9]|1[0-2])\s?[/-]\s?(?:20)?\d{2})",
            trigger=r"\b[01]\d ?[/-] ?(?:20)?\d\d\b",
            score=0.6,
            lead_chars=48,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="CARD_TRACK",
            regex=r"%B\d{12,19}\^[^^\n]{2,26}\^\d{7}[^?\n]{0,64}\?|;\d{12,19}=\d{7}\d{0,32}\?",
            trigger=r"(?:%B\d{12,19}\^|;\d{12,19}=\d{4})",
            start="",
            end="",
            score=0.95,
            max_chars=160,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the card inside a run of digit groups, or the run's guess when no check digit is right."""
        if not candidate.pattern.name.endswith("CREDIT_CARD"):
            yield from super().check(candidate)
            return
        groups = [match.span() for match in _GROUPS.finditer(candidate.value)]
        digits = "".join(filter(str.isdecimal, candidate.value))
        at = candidate.start
        guess: tuple[int, int] | None = None
        # Length of the digits before each group.
        before = [0]
        for start, end in groups:
            before.append(before[-1] + end - start)
        first = 0
        taken = False
        while first < len(groups):
            step = 1
            for last in range(min(len(groups), first + 19), first, -1):
                if not 12 <= before[last] - before[first] <= 19:
                    continue
                number = digits[before[first] : before[last]]
                usual = _issuer(number)
                if usual is None:
                    if guess is None and len(groups) == 1 and 13 <= len(number) <= 19 and luhn(number):
                        guess = (candidate.start, candidate.end)
                    continue
                shape = tuple(end - start for start, end in groups[first:last])
                place = (at + groups[first][0], at + groups[last - 1][1])
                if luhn(number):
                    sure = shape in _USUAL_GROUPS or (usual and (len(shape) == 1 or set(shape) == {1}))
                    score = candidate.pattern.score if sure else 0.3
                    yield Span("CREDIT_CARD", *place, score, self.name)
                    taken, step = True, last - first
                    break
                if guess is None and (shape in _USUAL_GROUPS or (usual and len(groups) == 1)):
                    guess = place
            first += step
        if guess is not None and not taken and _CALLED.search(candidate.text, max(0, guess[0] - 64), guess[0]):
            # A wrong check digit: 0.3, or 0.1 unspaced, which the word "card" raises over the threshold.
            yield Span("CREDIT_CARD", *guess, 0.3 if len(groups) > 1 else 0.1, self.name)


PLUGINS = (PaymentCardRecognizer,)
