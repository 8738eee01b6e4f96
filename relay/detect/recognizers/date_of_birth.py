"""Dates, and dates of birth among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.borders import is_unspaced
from relay.detect.context import RAISING
from relay.detect.context_scripts import RAISING_ELSEWHERE
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "DateRecognizer"]

# Months in English, German, French, Spanish, Italian, Portuguese and Dutch, whole or cut to three or four letters.
_MONTHS = (
    "jan(?:uary|uar|vier|eiro|uari)?|jän(?:ner)?|janv|ene(?:ro)?|gen(?:naio)?"
    "|feb(?:ruary|ruar|rero|braio|ruari)?|fév(?:rier)?|févr|fev(?:ereiro)?"
    "|mar(?:ch|s|zo|ço)?|mär(?:z)?|mrz|maart|mrt"
    "|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?"
    "|may|mai|mayo|mag(?:gio)?|maio|mei"
    "|jun[ei]?|juin|junio|giu(?:gno)?|junho"
    "|jul[yi]?|juillet|juil|julio|lug(?:lio)?|julho"
    "|aug(?:ust|ustus)?|août|ago(?:sto)?"
    "|sept?(?:ember|embre|tembre|iembre)?|set(?:tembre|embro)?"
    "|o[ckt]t(?:ober|obre|ubre|tobre|obro|ubro)?|out(?:ubro)?"
    "|nov(?:ember|embre|iembre|embro)?"
    "|de[czs](?:ember|embre|iembre|embro)?|déc(?:embre)?|dic(?:iembre|embre)?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:1[89]|20)\d\d"
# The time of a timestamp, as programs write dates.
_TIME = r"T\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?"
_STAMP = re.compile(r"\dT\d")
# The first letters of the month names.
_MONTH_STARTS = (
    "jan|jän|ene|gen|feb|fév|mar|mär|mrz|maa|mrt|apr|avr|abr|ma[yig]|mei|ju[nil]|giu|lug|aug|août|ago|se[pt]"
    "|o[ckut]t|nov|d[eié][czs]"
)


class DateRecognizer(RuleRecognizer):
    """A calendar date; a date of birth when a word of birth stands near it."""

    name = "date_of_birth"
    source = "ISO 8601-1:2019 and the usual day-month-year orders; month names from Unicode CLDR 48; as of 2026-11-21"
    rules = (
        PatternRule(
            entity_type="DATE_OF_BIRTH",
            regex=rf"(?:{_YEAR}(?P<a>[-/.]){_MONTH}(?P=a){_DAY}(?:{_TIME})?"
            rf"|{_DAY}(?P<b>[-/.]){_MONTH}(?P=b)(?:{_YEAR}|\d\d)|{_MONTH}(?P<c>[-/]){_DAY}(?P=c)(?:{_YEAR}|\d\d)"
            rf"|{_DAY}\. {{0,1}}{_MONTH}\. {{0,1}}{_YEAR}|{_YEAR}年{_MONTH}月{_DAY}日)",
            trigger=r"\d[-/.] ?\d\d?[-/.] ?\d\d|\d\?\d\d?\?\d",
            start=r"(?<![\w.])(?<!\d[-/])",
            end=r"(?!\w)(?![-/.]\d)",
            opens=r"\d+",
            score=0.2,
            lead_chars=14,
            max_chars=48,
        ),
        PatternRule(
            # The calendar of Japan: an era and its year; the first one is written 元.
            entity_type="DATE_OF_BIRTH",
            regex=rf"(?:明治|大正|昭和|平成|令和)[ \u3000]?(?:\d{{1,2}}|元)年{_MONTH}月{_DAY}日",
            trigger=r"\?\?\?\d\d?\?\d|\d\?\d\d?\?\d",
            start="",
            end="",
            score=0.2,
            lead_chars=14,
            max_chars=16,
        ),
        PatternRule(
            entity_type="DATE_OF_BIRTH",
            regex=rf"{_DAY}(?:st|nd|rd|th|er|ère|º|°|\.)?[ -]{{1,2}}(?:of |de |di |d')?(?:{_MONTHS})\.?"
            rf"(?:,? (?:de |del )?|[ -])(?:{_YEAR}|'?\d\d)",
            trigger=rf"(?:\d|\d(?:st|nd|rd|th|er)|\.|º|°)[ -](?:of |de |di |d')?(?:{_MONTH_STARTS})",
            opens=r"\d+",
            score=0.2,
            lead_chars=16,
            max_chars=32,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="DATE_OF_BIRTH",
            regex=rf"(?:{_MONTHS})\.?[ -]{_DAY}(?:st|nd|rd|th)?,?[ -]{_YEAR}",
            trigger=r"[a-z.][ -]\d\d?(?:st|nd|rd|th)?,?[ -](?:1[89]|20)\d",
            score=0.2,
            lead_chars=16,
            max_chars=32,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the date both as a date of birth, which waits for context, and as any other date.

        A timestamp is none of the latter: it says when a program did something.
        """
        asked = _is_asked_above(candidate.text, candidate.start, candidate.end)
        score = _ASKED if asked else candidate.pattern.score
        yield Span("DATE_OF_BIRTH", candidate.start, candidate.end, score, self.name)
        if not _STAMP.search(candidate.value):
            yield Span("DATE_TIME", candidate.start, candidate.end, 0.6, self.name)


def _is_asked_above(text: str, start: int, end: int) -> bool:
    """Tell whether the date is alone on its line and the line above is the label of a birth, or asks for one.

    Marks of quotations and lists do not count, nor does who says it: "nora: dob?", "bob: …".
    """
    before = text[max(0, start - _FARTHEST) : start]
    above, line_end, own = before.rpartition("\n")
    if not line_end or text[end : end + _LONGEST_REST].partition("\n")[0].strip(_MARKS + ".,;"):
        return False
    above = above.rstrip(_MARKS + "\r\n").rpartition("\n")[2].strip(_MARKS + "\r")
    own = own.strip(_MARKS)
    asks = above.endswith(("?", "？"))
    if own and not (asks and _SPEAKER.fullmatch(own)):
        return False
    labels = above.endswith((":", "：")) or len(above.split()) <= _LABEL_WORDS
    return (asks or labels) and _BIRTH.search(above) is not None


_ASKED = 0.6
_FARTHEST, _LONGEST_REST, _LABEL_WORDS = 200, 24, 4
_MARKS = " \t>*#_|\"'`-"
_SPEAKER = re.compile(r"[^\W\d_][\w.-]{0,24}(?: [\w.-]{1,24})?[:：]")
_WORDS = {word.strip() for word in (*RAISING["DATE_OF_BIRTH"], *RAISING_ELSEWHERE["DATE_OF_BIRTH"].split(","))}
_BIRTH = re.compile(
    "|".join(
        re.escape(word) if is_unspaced(word) else rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
        for word in sorted(filter(None, _WORDS), key=len, reverse=True)
    ),
    re.IGNORECASE,
)

DateRecognizer.entity_types = ("DATE_OF_BIRTH", "DATE_TIME")

PLUGINS = (DateRecognizer,)
