"""Dates, and dates of birth among them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar

from relay.detect.borders import is_unspaced
from relay.detect.context import RAISING, split_words
from relay.detect.context_latin import RAISING_IN_LATIN
from relay.detect.context_scripts import RAISING_ELSEWHERE
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.replace.reading.month_names import HUNGARIAN, MONTHS, MORE_MONTHS
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "DateRecognizer"]

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:1[89]|20)\d\d"
# The time of a timestamp, as programs write dates.
_TIME = r"T\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?"
_STAMP = re.compile(r"\dT\d")
_MORE_STARTS = (
    "aug|ma[ijr]|ma.|jú[nl]|ágú|tam|hel|maa|huh|tou|kes|hei|elo|syy|lok|mar|jou|ja[an]|vee|mär|ap[rí]|ju[nul]|okt|det"
    "|sty|lut|kwi|cze|lip|sie|wrz|pa.|lis|gru|led|úno|b.e|dub|kv.|.er|srp|zá.|.íj|pro|feb|sep|nov|dec|ápr|sze|ian|iu[nl]"
    "|oct|noi|oca|.ub|nis|haz|tem|a.u|eyl|eki|kas|ara|sij|vel|o.u|tra|svi|kol|ruj|stu|avg|gen|set|ago|agu|des"
)
# The first letters of the month names.
_MONTH_STARTS = (
    "jan|jän|ene|gen|feb|fév|mar|mär|mrz|maa|mrt|apr|avr|abr|ma[yig]|mei|ju[nil]|giu|lug|aug|août|ago|se[pt]"
    "|o[ckut]t|nov|d[eié][czs]"
)


_COMPACT = 0.01  # what a date without signs of its own is worth by itself


class DateRecognizer(RuleRecognizer):
    """A calendar date; a date of birth when a word of birth stands near it."""

    name = "date_of_birth"
    source = "ISO 8601-1:2019 and the usual day-month-year orders; month names from Unicode CLDR 48; as of 2026-11-21"
    rules: ClassVar[tuple[PatternRule, ...]] = (
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
            regex=rf"{_DAY}(?:st|nd|rd|th|er|ère|º|°|\.)?[ -]{{1,2}}(?:of |de |di |d')?(?:{MONTHS})\.?"
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
            regex=rf"(?:{MONTHS})\.?[ -]{_DAY}(?:st|nd|rd|th)?,?[ -]{_YEAR}",
            trigger=r"[a-z.][ -]\d\d?(?:st|nd|rd|th)?,?[ -](?:1[89]|20)\d",
            score=0.2,
            lead_chars=16,
            max_chars=32,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="DATE_OF_BIRTH",
            regex=rf"{_DAY}\.?[ -](?:de |d')?(?:{MORE_MONTHS})\.?,?(?: de |[ -]){_YEAR}",
            trigger=rf"\d\.?[ -](?:de |d')?(?:{_MORE_STARTS})",
            opens=r"\d+",
            score=0.2,
            lead_chars=16,
            max_chars=36,
            ignore_case=True,
        ),
        PatternRule(
            # The order of Hungarian.
            entity_type="DATE_OF_BIRTH",
            regex=rf"{_YEAR}\. ?(?:{HUNGARIAN}|{_MONTH}\.) ?{_DAY}\.?",
            trigger=r"\d\.(?: ?\d\d?\. ?\d| (?:jan|feb|már|ápr|máj|jún|júl|aug|sze|okt|nov|dec))",
            opens=r"\d+",
            score=0.2,
            lead_chars=16,
            max_chars=32,
            ignore_case=True,
        ),
        PatternRule(
            # Without signs, as programs keep it, or with blanks: only right behind a label of birth.
            entity_type="DATE_OF_BIRTH",
            regex=r"\d{8}(?=(?:\d{4}(?:\d\d)?)?(?:[+-]\d{4})?(?!\d))",
            trigger=r"\b\d{8}(?:\d{4}(?:\d\d)?)?\b",
            start=r"(?<!\w)(?<!\d[.,/+-])",
            end="",
            score=_COMPACT,
            lead_chars=16,
            max_chars=24,
            opens=r"\d+",
        ),
        PatternRule(
            entity_type="DATE_OF_BIRTH",
            regex=rf"{_DAY} {_MONTH} {_YEAR}|{_MONTH} {_DAY} {_YEAR}|{_YEAR} {_MONTH} {_DAY}",
            trigger=r"\b(?:\d\d? \d\d? (?:1[89]|20)\d\d|(?:1[89]|20)\d\d \d\d? \d\d?)\b",
            start=r"(?<!\w)(?<!\d[.,/+ -])",
            end=r"(?!\w)(?![.,/+ -]\d)",
            score=_COMPACT,
            lead_chars=14,
            max_chars=16,
            opens=r"\d+",
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the date both as a date of birth, which waits for context, and as any other date.

        A timestamp is none of the latter: it says when a program did something.
        """
        asked = _is_labelled(candidate.text, candidate.start) or _is_asked_above(
            candidate.text, candidate.start, candidate.end
        )
        if candidate.pattern.score == _COMPACT:
            if asked and (not candidate.value.isdigit() or _is_day(candidate.value)):
                yield Span("DATE_OF_BIRTH", candidate.start, candidate.end, _ASKED, self.name)
            return
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
    asks = above.endswith(("?", "？", "؟", "\u037e", ";"))
    if own and not (asks and _SPEAKER.fullmatch(own)):
        return False
    labels = above.endswith((":", "：")) or len(above.split()) <= _LABEL_WORDS
    return (asks or labels) and _BIRTH.search(above) is not None


def _is_labelled(text: str, start: int) -> bool:
    """Tell whether a label of birth stands right before `start`: only signs, a type or a unit are between."""
    before = text[max(0, start - _NEAR) : start]
    if _SHORT_LABEL.search(before) or _is_field(text, start):
        return True
    joint = _JOINT.search(before)
    if joint is None:
        return False
    words = split_words(before[: joint.start()].rpartition("\n")[2])[-_NEAR_WORDS:]
    return bool(words) and _BIRTH.search(" ".join(words)) is not None and _NO_LABEL.isdisjoint(words)


def _is_field(text: str, start: int) -> bool:
    """Tell whether the format says that a date of birth begins at `start`: HL7 version 2, X12, DICOM."""
    line = text[max(0, start - _LONGEST_LINE, text.rfind("\n", 0, start) + 1) : start].rpartition("\r")[2]
    return _FIELD.search(line) is not None


def _is_day(digits: str) -> bool:
    """Tell whether eight digits are a day from 1900 to today, in any of the three orders."""
    now = datetime.now(UTC)
    for order in ("%Y%m%d", "%d%m%Y", "%m%d%Y"):
        try:
            day = datetime.strptime(digits, order).replace(tzinfo=UTC)
        except ValueError:
            continue
        if day.year >= _FIRST_YEAR and day <= now:
            return True
    return False


_FIRST_YEAR, _NEAR_WORDS = 1900, 3
_NEAR, _LONGEST_LINE = 64, 400
_JOINT = re.compile(r"[^\w\n]{0,6}(?:(?:DATE|date|DA|TS):|\((?:[YMDymd]{1,4}[-/. ]?){1,3}\)[^\w\n]{0,4})?\Z")
# What is short and something else elsewhere: behind it stands a date, before it a name or nothing.
_SHORT_LABEL = re.compile(
    r"(?<![^\W_])(?:[bB](?:[_-](?:[dD]ate|[dD]ay|DATE|DAY)|Date|Day)[\"'\]]{0,2}[ \t]?[:=][ \t]?[\"']?"
    r"|(?:ur|nar|geb|nac|roj|syn|rođ|dz|nasc)\.:?[ ])\Z"
    r"|(?:[(\[]|[^\W\d_][,;] )[bfs]\. ?\Z|[(\[]\* ?\Z"
)
_FIELD = re.compile(r"(?<![A-Z])PID(?:\|[^|\n]{0,120}){6}\|\Z|DMG\*D8\*\Z|0010,?0030\)?[ \t:]{1,4}(?:DA )?[\[\"']?\Z")
# "the birth of version 20190523", "birth weight".
_NO_LABEL = frozenset({"version", "weight", "id", "number", "order", "place", "certificate", "height", "rate", "build"})
_ASKED = 0.6
_FARTHEST, _LONGEST_REST, _LABEL_WORDS = 200, 24, 4
_MARKS = " \t>*#_|\"'`-"
_SPEAKER = re.compile(r"[^\W\d_][\w.-]{0,24}(?: [\w.-]{1,24})?[:：]")
_LISTED = (
    *RAISING["DATE_OF_BIRTH"],
    *RAISING_IN_LATIN["DATE_OF_BIRTH"].split(","),
    *RAISING_ELSEWHERE["DATE_OF_BIRTH"].split(","),
)
_WORDS = {word.strip() for word in _LISTED}
_BIRTH = re.compile(
    "|".join(
        re.escape(word) if is_unspaced(word) else rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
        for word in sorted(filter(None, _WORDS), key=len, reverse=True)
    ),
    re.IGNORECASE,
)

DateRecognizer.entity_types = ("DATE_OF_BIRTH", "DATE_TIME")

PLUGINS = (DateRecognizer,)
