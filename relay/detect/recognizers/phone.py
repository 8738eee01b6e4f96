"""Telephone numbers of any region."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from relay.detect.borders import BESIDE_PLUS, START
from relay.detect.place import LineKind, line_kind
from relay.detect.regions import regions_near
from relay.detect.rules import NO_FRACTION, PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "PhoneRecognizer"]

# Regions whose national numbers are tried, most speakers first; a number with its country code needs none of them.
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "NL", "PT", "BR", "MX", "AU", "CH", "AT", "BE", "IE", "SE", "PL")

_NANP = re.compile(r"(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]{0,2}[2-9]\d{2}[ .-]?\d{4}")
_DATE = re.compile(r"(?:19|20)\d\d([-./ ])[01]\d\1[0-3]\d|[0-3]?\d([-./])[0-3]?\d\2(?:19|20)\d\d")
_DECIMAL = re.compile(r"\+\d{1,8}[.,]\d{1,2}|\d+[.,]\d+|\d{1,3}(?:[.,]\d{3})+")
# A number a space before, or a row of a table that begins with one.
_ROW = re.compile(r"\d[ \t]\Z|(?:^|\n)[0-9A-F]{1,6}\t{1,2}(?:<\w{1,12}> )?\Z")
_FAX = re.compile(r"\b(?:tele)?fax[^\d\n]{0,12}$")
_EXTENSION = re.compile(
    r"\s{0,2}(?:,\s?)?(?:ext\.?|extension|x|durchwahl|poste|int\.?)\s{0,2}\d{1,6}(?!\w)", re.IGNORECASE
)
# An area code, or a bracket around a number that has one.
_AREA = r"\(\+?\d{1,5}\)|\((?:\+|00)\d[\d ]{0,5}\("
# A bracket around the whole number: another one opens before it ends.
_AROUND = re.compile(r"\([^()]{1,12}\(")
# The long-distance prefix of Russia and its neighbours before an area code in brackets.
_TRUNK = re.compile(r"8[ -]?\(\d{3,5}\)[ -]?\d{1,3}[ -]?\d{2}[ -]?\d{2}")
_GROUP = re.compile(r"\d+")
_AREA_FIRST = re.compile(r"\(\d{3,5}\)")
_WRITTEN = 0.55  # a number by its shape
# In North America, with hyphens: words for places of a text take nothing from it.
_HYPHENATED = re.compile(r"(?:1-)?\d{3}-\d{3}-\d{4}")
_SURELY_WRITTEN = 0.65
# More than what words such as "row" and "section" take from a number.
_BRACKETED = 0.72
_MAX_DIGITS = 15  # E.164, 6.1
# What separated digits are in technical text: a date, two years, a version ("1.3.4-2", "3.1-20221030").
_DATED = re.compile(
    r"(?<!\d)(?:19|20)\d\d([-./])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:19|20)\d\d\s?[-\u2013]\s?(?:19|20)\d\d"
)
_DIGIT_AND_DOT = re.compile(r"(?<!\d)\d\.\d")
_SEPARATED = re.compile(r"\d[ .()/-]+\d")
# Beside letters of a country: what words such as "order" take from a number leaves it below the threshold.
_NATIONAL = 0.55
_LEAST_NATIONAL, _LEAST_DIGITS, _MOST_REGIONS, _WITH_TRUNK = 8, 4, 8, 10
# A trunk digit, or the form of a large country that has none: China, India, Greece, Russia and its neighbours.
_MOBILE = re.compile(r"0\d{8,10}|1[3-9]\d{9}|[6-9]\d{9}|[78][79]\d{9}")
_OWN_MOBILE = {"GE": re.compile(r"5\d{8}"), "BR": re.compile(r"[1-9]{2}9\d{8}|0\d{10,11}")}
# Indonesian has no letters of its own.
_INDONESIAN = re.compile(r"08[1-9]\d{8,10}")
_PLAIN = ("ID",)
# Thousands, amounts, dates of other calendars, times, ranges of years.
_NO_NATIONAL = re.compile(
    r"[1-9]\d{0,2}(?:[ .]\d{3}){2,4}(?![ .-]?\d)(?<!\d{3} \d{3} \d{3})|(?:1[34]"
    r"|25)\d\d[-./][01]?\d[-./][0-3]?\d(?![-./ ]?\d)"
    r"|[0-3]?\d[-./][01]?\d[-./]\d{4}"
    r"|\d+[.,]\d+(?![.\d])|\d\.\d|\d+-(?:19|20)\d\d(?!\d)|\d{2,}(?: \d{1,2})* \d(?: |$)|(?:1[3-9]"
    r"|2[0-5])\d\d[ /-]{1,3}(?:1[3-9]|2[0-5])\d\d"
)
_MEASURED = re.compile(
    r"[ \u00a0]?(?:[%€$₽₴₸₪₹৳฿¥₩₫₺元円원]|руб|грн|тг|лв|байт|тыс|млн|шт|บาท|ریال|تومان|ريال|درهم|دينار|ליר|ש\"ח|शेयर"
    r"|रुप|টাকা|ευρώ"
    r"|km|kg|GB|MB|đồng|TL|zł|Kč|Ft|lei)"
)
_BEHIND_NUMBER = re.compile(r"[$€£¥₩₹₽№#][ ]?\Z|(?:ISBN|ISSN)[ :-]{0,2}\Z")
_GLUED = re.compile(r"\A[^\x00-\u024f\u2000-\u303f\uff00-\uff20]|[^\x00-\u024f\u2000-\u303f\uff00-\uff20]\Z")


@cache
def _library() -> Any:
    # Its tables take long to import, and many requests hold no number that needs them.
    import phonenumbers

    return phonenumbers


class PhoneRecognizer(RuleRecognizer):
    """Seven to fifteen digits that some region's numbering plan has.

    Written with a plus sign, or as a North American number with separators, the shape is enough. Any other national
    number must be valid for a region and separated or beside a word such as "call"; digits alone need the word.
    """

    name = "phone"
    _recent = ""
    source = (
        "ITU-T E.164 (11/2010), E.123 (2001); North American Numbering Plan; numbering plans of all regions from the "
        "phonenumbers library (libphonenumber); as of 2026-11-21"
    )
    rules = (
        PatternRule(
            entity_type="PHONE_NUMBER",
            # A slash or a closed bracket before an area code parts two numbers.
            regex=r"(?:\+|\(\+|\(|00)?\(?\d"
            r"(?:(?!(?:\)?/|\)) ?\((?!0\)))[ .()/\u00a0\u2009\u202f\u2010-\u2013-]{0,3}\d){6,16}",
            # Where a run of digits ends that is the seventh digit or a later one: once for a group, not for a digit.
            trigger=r"\d(?:[^0-9a-zA-Z\n]{0,3}\d){6}(?:[^0-9]|$)",
            # A plus sign or an area code begins a number beside any sign. So do three groups, but behind "@", "#", a
            # hyphen or a digit and a dot. Other digits may be a part of what these, a comma or a slash join them to.
            start=rf"{START}(?:(?=\+|{_AREA})|{BESIDE_PLUS}(?:(?<![@#-])(?<!\d\.)(?=\d{{3}}-\d{{3}}-\d{{4}}(?!\d))"
            r"|(?<![@#])(?<!\d[.,:/-])(?<!\w[-/])))",
            end=rf"(?:(?!\w)|(?=x\d))(?!{NO_FRACTION}[-./:]\d)",
            score=0.6,
            lead_chars=52,
            max_chars=48,
            opens=r"[+(]|\d+",
        ),
        PatternRule(
            # An area code in brackets begins a number, whatever digits stand before it.
            entity_type="PHONE_NUMBER",
            regex=r"\([2-9]\d{2}\)[ .-]?[2-9]\d{2}[ .-]?\d{4}",
            trigger=r"\(\d{3}\)[ .-]?\d{3}[ .-]?\d{4}",
            start=r"(?<![\w(])",
            end=rf"(?!\w)(?!{NO_FRACTION}[-./:]\d)",
            score=0.6,
            lead_chars=16,
            max_chars=16,
        ),
        PatternRule(
            # The number of a URI (RFC 3966, RFC 3261 section 19.1.1): a host or a port may stand behind it.
            entity_type="PHONE_NUMBER",
            regex=r"(?P<value>\+\d[\d().-]{6,20}\d)",
            trigger=r"\b(?:sips?|tel|sms|callto|whatsapp|im|xmpp):",
            score=0.6,
            max_chars=32,
            ignore_case=True,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Decide by shape first, and ask the numbering plans only when the shape leaves it open."""
        # Of brackets that open one after the other the last may be an area code's.
        start = candidate.start + max(0, len(candidate.value) - len(candidate.value.lstrip("(")) - 1)
        start += _AROUND.match(candidate.text, start, candidate.end) is not None
        value = _one_pair(candidate.text[start : candidate.end])
        if value.startswith("+"):
            value = _leading(value)
        if value[:-2].isdigit():
            value = value.removesuffix(".0")
        digits = "".join(filter(str.isdecimal, value))
        score = self._score(value, digits)
        if score < _WRITTEN and len(digits) >= _LEAST_NATIONAL:
            score = max(score, self._national(candidate.text, start, start + len(value), digits))
        if score >= _WRITTEN and _AREA_FIRST.match(value):
            score = _BRACKETED
        text = candidate.text
        if value.isdigit() and text[candidate.end : candidate.end + 1] in ("@", "%"):
            return  # an account or a share
        row = _ROW.search(text, max(0, candidate.start - 24), candidate.start) or (
            text[candidate.end : candidate.end + 1] in (" ", "\t")
            and text[candidate.end + 1 : candidate.end + 2].isdigit()
        )
        if row and value[0] not in "+(":
            # One of a row of numbers: only a word makes it a telephone.
            score = min(score, 0.15)
        if score:
            end = start + len(value)
            if value.startswith("(") and value.count("(") > value.count(")"):
                start += 1
            more = _EXTENSION.match(text, end, end + 24)
            before = text[max(0, start - 24) : start].lower()
            kind = "FAX_NUMBER" if "fax" in before and _FAX.search(before) else "PHONE_NUMBER"
            yield Span(kind, start, more.end() if more else end, score, self.name)

    def _score(self, value: str, digits: str) -> float:
        count = len(digits)
        if not 7 <= count <= _MAX_DIGITS or len(set(digits)) == 1 or _DECIMAL.fullmatch(value):
            return 0.0
        if value.startswith(("+", "(+", "00")):
            bare = digits.removeprefix("00") if value.startswith("00") else digits
            if bare.startswith("0") or count < 8:
                return 0.2
            return 0.75 if not value.startswith("00") or self._valid("+" + bare, None) else 0.1
        if _TRUNK.fullmatch(value):
            return _BRACKETED if self._valid(value, "RU") else 0.15
        if _DATE.fullmatch(value) or _DATED.search(value):
            return 0.0
        if "." in value and (_mixed(value) or (_DIGIT_AND_DOT.search(value) and not value.startswith("1."))):
            return 0.15
        separated = _SEPARATED.search(value) is not None
        if _NANP.fullmatch(value):
            return _SURELY_WRITTEN if _HYPHENATED.fullmatch(value) else 0.6 if separated else 0.25
        if count < 8:
            # "555-0123": a local number needs its word.
            return 0.15 if separated else 0.05
        if not separated:
            return 0.15 if count >= 9 else 0.05
        if not digits.startswith("0") and "(" not in value:
            return 0.15
        return 0.55 if any(self._valid(value, region) for region in _REGIONS[1:]) else 0.15

    def _national(self, text: str, start: int, end: int, digits: str) -> float:
        """Return the score of a number as people write it inside the countries whose letters stand around it.

        Digits without separators are one if they are a mobile telephone's, with their trunk digit, in a sentence.
        """
        value = text[start:end]
        if (
            _NO_NATIONAL.match(value)
            or _MEASURED.match(text, end)
            or _BEHIND_NUMBER.search(text, max(0, start - 8), start)
        ):
            return 0.0
        regions = regions_near(text, start, end) or (_PLAIN if _INDONESIAN.fullmatch(value) else ())
        if not regions:
            return 0.0
        if _SEPARATED.search(value) is not None:
            return _NATIONAL if any(self._valid(value, region) for region in regions[:_MOST_REGIONS]) else 0.0
        if len(set(digits)) < _LEAST_DIGITS or not _OWN_MOBILE.get(regions[0], _MOBILE).fullmatch(digits):
            return 0.0
        first = text.rfind("\n", 0, start) + 1
        if not _GLUED.search(text, max(0, start - 1), end + 1) and (
            line_kind(text[max(first, start - 80) : end + 40].partition("\n")[0]) is LineKind.TECHNICAL
        ):
            return 0.0
        # Reading a number costs 0.1 ms, and a column may hold thousands: few countries are tried, each once.
        trunk = digits.startswith("0") and len(digits) >= _WITH_TRUNK
        for region in sorted(regions[:_MOST_REGIONS], key=self._recent.__ne__):
            if self._is_mobile(value, region, trunk):
                self._recent = region  # the next one of a column is of the same country
                return _NATIONAL
        return 0.0

    def _is_mobile(self, value: str, region: str, trunk: bool) -> bool:
        """Tell whether it is a mobile telephone's, or with a trunk digit any telephone's."""
        library = _library()
        try:
            number = library.parse(value, region)
        except library.NumberParseException:
            return False
        if trunk:
            return bool(library.is_valid_number(number))
        kinds = library.PhoneNumberType
        return library.number_type(number) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)

    def _valid(self, value: str, region: str | None) -> bool:
        library = _library()
        try:
            return bool(library.is_valid_number(library.parse(value, region)))
        except library.NumberParseException:
            return False


def _one_pair(value: str) -> str:
    """Return `value` up to where its brackets are no more those of an area code: one pair, at or near the start."""
    opened, closed = value.find("("), value.find(")")
    if opened < 0 or (0 <= closed < opened):
        return value if closed < 0 else value[:closed].rstrip(_JOINTS)
    if _TRUNK.match(value) is None and _GROUP.search(value, 0, opened) and not value.startswith(("+", "00")):
        return value[:opened].rstrip(_JOINTS)
    second = value.find("(", opened + 1)
    return value if second < 0 else value[:second].rstrip(_JOINTS)


_JOINTS = " .()/\u00a0\u2009\u202f\u2010\u2011\u2012\u2013-"


def _mixed(value: str) -> bool:
    """Tell whether both points and hyphens separate the digits, as in a version and hardly in a number."""
    return "-" in value and "(" not in value


def _leading(value: str) -> str:
    """Return `value` without the last groups that make it longer than any number: they belong to what follows."""
    groups = list(_GROUP.finditer(value))
    while len(groups) > 1 and sum(len(group.group()) for group in groups) > _MAX_DIGITS:
        groups.pop()
    return value[: groups[-1].end()]


PhoneRecognizer.entity_types = ("PHONE_NUMBER", "FAX_NUMBER")

PLUGINS = (PhoneRecognizer,)
