"""United States social security and taxpayer numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.borders import END, START
from relay.detect.checksums import is_issued_ssn
from relay.detect.rules import NO_FRACTION, NUMBER_END, NUMBER_START, PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "UsSsnRecognizer"]

_HYPHENATED = 0.75
# Fourth and fifth digit of an ITIN (IRS Publication 1915).
_ITIN_GROUPS = frozenset((*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)))

# The number, and another number a space before or behind it: a row of numbers.
_ROW = re.compile(r"\d \d{3} \d{2} \d{4}|\d{3} \d{2} \d{4} \d")


class UsSsnRecognizer(RuleRecognizer):
    """Nine digits as 3-2-4, or unspaced in context.

    Numbers that were never issued (area 000, 666, 9xx; group 00; serial 0000) are skipped.
    """

    name = "us_ssn"
    source = "SSA POMS RM 10201.035 (areas, groups, serials); IRS Publication 1915 (ITIN); as of 2026-11-21"
    rules = (
        PatternRule(
            entity_type="US_SSN",
            regex=r"\d{3}([- .\u2010-\u2013])\d{2}\1\d{4}",
            trigger=r"\d{3}[^0-9a-zA-Z\n]\d{2}[^0-9a-zA-Z\n]\d{4}",
            # Only its own separators go on with it: "536-22-1874,536-22-1875" are two.
            start=START + r"(?<!\d-)(?:(?<!\d\.)|(?=\d{3}-))",
            end=END + rf"(?!{NO_FRACTION}[.-]\d)",
            score=0.6,
            lead_chars=12,
            max_chars=12,
        ),
        PatternRule(
            entity_type="US_SSN",
            regex=r"\d{9}",
            trigger=r"\b\d{9}\b",
            start=NUMBER_START,
            end=NUMBER_END,
            score=0.1,
            lead_chars=10,
            max_chars=10,
        ),
        PatternRule(
            entity_type="US_EIN",
            regex=r"\d{2}-\d{7}",
            start=NUMBER_START,
            end=NUMBER_END,
            score=0.1,
            max_chars=10,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Name the number by its area and group."""
        score = candidate.pattern.score
        if candidate.pattern.name.endswith("US_EIN"):
            yield Span("US_EIN", candidate.start, candidate.end, score, self.name)
            return
        digits = "".join(filter(str.isdecimal, candidate.value))
        is_itin = digits[0] == "9" and int(digits[3:5]) in _ITIN_GROUPS and len(set(digits)) > 1
        entity_type = "US_ITIN" if is_itin else "US_SSN"
        if not is_itin and not is_issued_ssn(digits):
            return
        if "-" in candidate.value:
            # Nothing else is written 3-2-4 with hyphens, so an "order" or "row" beside it does not outweigh its form.
            score = _HYPHENATED
        if " " in candidate.value and _ROW.search(candidate.text, max(0, candidate.start - 2), candidate.end + 2):
            score = 0.1
        yield Span(entity_type, candidate.start, candidate.end, score, self.name)


UsSsnRecognizer.entity_types = (*UsSsnRecognizer.entity_types, "US_ITIN")

PLUGINS = (UsSsnRecognizer,)
