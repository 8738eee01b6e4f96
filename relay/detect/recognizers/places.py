"""Coordinates and codes of a place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "PlaceRecognizer"]

_PAIR = re.compile(r"([-+]?\d{1,3}\.\d+)°?\s?([NSns])?\s{0,3}[,;/ ]\s{0,3}([-+]?\d{1,3}\.\d+)")
_OLC = "23456789CFGHJMPQRVWX"


class PlaceRecognizer(RuleRecognizer):
    """Takes a latitude with a longitude, open location codes, and three-word addresses."""

    name = "places"
    source = (
        "ISO 6709:2022 annex H; open location code specification, google/open-location-code; what3words notation with "
        "three slashes; as of 2026-11-21"
    )
    rules = (
        PatternRule(
            entity_type="GPS_COORDINATES",
            regex=r"[-+]?\d{1,2}\.\d{2,15}°?\s?[NS]?\s{0,3}[,;/ ]\s{0,3}[-+]?\d{1,3}\.\d{2,15}(?:°?\s?[EWO](?!\w)|°)?",
            trigger=r"\d\.\d{2,15}[^0-9a-mo-zA-MO-RT-Z\n]{1,6}\d{1,3}\.\d\d",
            opens=r"[-+]|\d+",
            start=r"(?<![\w.,+-])(?<!\d[ ,])(?<!\d, )",
            end=r"(?!\w)(?!\.\d)",
            score=0.6,
            lead_chars=40,
            max_chars=52,
        ),
        PatternRule(
            entity_type="GPS_COORDINATES",
            regex=r"\d{1,3}\s?[°º]\s?\d{1,2}(?:\s?['′’]\s?\d{1,2}(?:[.,]\d{1,5})?\s?(?:\"|″|”|''|’’)|[.,"
            r"]\d{1,5}\s?['′’])?\s?[NSns][ ,;/]{0,4}"
            r"\d{1,3}\s?[°º]\s?\d{1,2}(?:\s?['′’]\s?\d{1,2}(?:[.,]\d{1,5})?\s?(?:\"|″|”|''|’’)|[.,"
            r"]\d{1,5}\s?['′’])?\s?[EWOewo]",
            trigger=r"\d ?[°º] ?\d{1,2}",
            score=0.8,
            lead_chars=10,
            max_chars=72,
        ),
        PatternRule(
            entity_type="GPS_COORDINATES",
            regex=r"(?:lat(?:itude)?)[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?P<value>[-+]?\d{1,2}\.\d{2,15})",
            trigger=r"\blat(?:itude)?[\"']? ?[:=] ?[\"']?[-+]?\d",
            score=0.6,
            lead_chars=20,
            max_chars=40,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="GPS_COORDINATES",
            regex=r"(?:lon|lng|long(?:itude)?)[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?P<value>[-+]?\d{1,3}\.\d{2,15})",
            trigger=r"\b(?:lon|lng|long(?:itude)?)[\"']? ?[:=] ?[\"']?[-+]?\d",
            score=0.6,
            lead_chars=20,
            max_chars=40,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="PLUS_CODE",
            regex=rf"[2-9C][2-9CFGHJMPQRV][{_OLC}]{{6}}\+[{_OLC}]{{2,7}}|[{_OLC}]{{4}}\+[{_OLC}]{{2,3}}(?=,? [A-Z])",
            trigger=rf"[{_OLC}]{{4}}\+[{_OLC}]{{2}}",
            start=r"(?<![\w+/=])",
            end=r"(?![\w+/=])",
            score=0.6,
            lead_chars=12,
            max_chars=20,
        ),
        PatternRule(
            entity_type="WHAT3WORDS",
            regex=r"///[^\W\d_]{3,24}\.[^\W\d_]{3,24}\.[^\W\d_]{3,24}"
            r"|(?<=what3words\.com/)[^\W\d_]{3,24}\.[^\W\d_]{3,24}\.[^\W\d_]{3,24}",
            trigger=r"///|what3words\.com/",
            start=r"(?:(?<![\w/])|(?<=\.com/))",
            score=0.85,
            lead_chars=20,
            max_chars=96,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Tell a place from a pair or a row of measurements."""
        pair = _PAIR.match(candidate.value)
        score = candidate.pattern.score
        if candidate.pattern.name.split("/")[1] == "0" and pair is not None:
            first, hemisphere, second = pair.groups()
            if abs(float(first)) > 90 or abs(float(second)) > 180:
                return
            decimals = min(len(number.partition(".")[2]) for number in (first, second))
            after = candidate.text[candidate.end : candidate.end + 6].lstrip()
            row = bool(re.match(r",?\s?[-+]?\d", after))
            if row or (hemisphere is None and (decimals < 4 or max(abs(float(first)), abs(float(second))) <= 2)):
                score = 0.05 if row else 0.2
        yield Span(self._rules[candidate.pattern.name].entity_type, candidate.start, candidate.end, score, self.name)


PLUGINS = (PlaceRecognizer,)
