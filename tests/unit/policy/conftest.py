"""A small analyzer that finds a fixed set of things, so that tests of policy do not depend on detection."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from relay.types import Analysis, Segment, Span

PATTERNS = (
    ("EMAIL_ADDRESS", r"[\w.]+@[\w-]+(?:\.[\w-]+)+"),
    ("URL", r"https?://\S+"),
    ("CREDIT_CARD", r"\b4111 1111 1111 1111\b|\b3782 822463 10005\b"),
    ("IBAN_CODE", r"\bDE89 3704 0044 0532 0130 00\b"),
    ("US_SSN", r"\b536-90-4399\b"),
    ("UK_NINO", r"\bQQ 12 34 56 C\b"),
    ("PHONE_NUMBER", r"\+1 415-555-0132"),
    ("GITHUB_TOKEN", r"\bghp_\w{36,40}\b"),
    ("MEDICAL_RECORD_NUMBER", r"(?<=MRN: )\d{8}\b"),
    ("PERSON", r"\b(?:Maria Gonzalez|John Smith|Nguyễn Thị Mai)\b"),
    ("LOCATION", r"\b(?:Lisbon|Hamburg|Berlin)\b"),
    ("DATE_TIME", r"\b(?:1931|1989|1999)\b|\b12 March 2021\b|\bin May 2019\b"),
    ("AGE", r"\b\d{1,3}(?=-year-old\b)"),
    ("POSTCODE", r"(?<=zip code )\d{5}\b"),
)


@pytest.fixture
def analyze() -> Callable[[Sequence[Segment]], Analysis]:
    """An analyzer's function: disjoint, sorted spans, earlier patterns win; `#phi` implies PHI."""
    return lambda segments: Analysis(
        spans=tuple(_spans(segment.text) for segment in segments),
        implied=tuple(_implied(segment) for segment in segments),
    )


def _implied(segment: Segment) -> tuple[Span, ...]:
    said = segment.is_said and "#phi" in segment.text
    return (Span("PHI", 0, len(segment.text), 0.9, "oblique"),) if said else ()


def _spans(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for entity_type, pattern in PATTERNS:
        for match in re.finditer(pattern, text):
            if all(match.end() <= span.start or match.start() >= span.end for span in found):
                found.append(Span(entity_type, match.start(), match.end(), 0.9, "fake"))
    return tuple(sorted(found, key=lambda span: span.start))
