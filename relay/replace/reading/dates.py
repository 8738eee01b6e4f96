"""Read a date: how exact it is, and in which years it lies.

Months are read in the languages that the date recognizer knows, digits in any script, the eras of Japan. Other words
are known in English, and the commonest of German, French, Spanish, Italian, Portuguese and Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from relay.replace.reading.month_names import HUNGARIAN, MONTHS, MORE_MONTHS
from relay.replace.reading.plain import NUMBER_WORDS, plain, tokens, words

__all__ = ["DateReading", "Precision", "read_date"]


class Precision(IntEnum):
    """How exact a date is. `none`: no date, but a duration, a frequency or a time of day ("every 6 hours").

    `relative` counts from a day that is not named ("yesterday", "three weeks ago"). A decade or a range of years is a
    `year`, a season or a quarter a `month`, a week or a day of the week a `day`.
    """

    NONE = 0
    RELATIVE = 1
    YEAR = 2
    MONTH = 3
    DAY = 4
    TIME = 5


@dataclass(frozen=True, slots=True)
class DateReading:
    """How exact a date is, and the first and last year that it can lie in, where it names one."""

    precision: Precision
    years: tuple[int, int] | None = None


_MONTH_WORD = re.compile(rf"(?:{MONTHS}|{MORE_MONTHS}|{HUNGARIAN})", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[6-9]|20|21)[0-9]{2}")
_CJK = re.compile(r"([0-9]{4})年(?:度|代)?(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?")
_ERA = re.compile(r"(明治|大正|昭和|平成|令和) ?([0-9]{1,2}|元)年(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?")
# The first year of each era.
_ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_NUMERIC = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,4}))?(t[0-9]{2}[0-9:.,]*(?:z|[+-][0-9:]{2,6})?)?")
_MONTH_AND_YEAR = re.compile(r"[0-9]{1,2} ?[-/.] ?((?:1[6-9]|20)[0-9]{2})")
_CLOCK = re.compile(
    r"(?:at |um |à |a las |alle |às |om )?[0-9]{1,2}(?:[:.h][0-9]{2}){0,2} ?"
    r"(?:a\.? ?m\.?|p\.? ?m\.?|hrs?|h|uhr|o'clock)"
    r"|(?:at )?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?(?:h|uhr|hrs?|utc|gmt))?"
)
_YEARS = re.compile(r"'?((?:1[6-9]|20|21)[0-9]{2}|[0-9]{2}(?=s))('?s)?")
_DECADE_YEARS, _FIRST_SHORT = 10, 13
# Beside years, and saying nothing more exact.
_AROUND_YEARS = frozenset(
    words(
        "in since from early late mid circa ca c year years yr the of by around about before after during until "
        "till to and between or through thru ad ce bc bce anno im jahr jahre seit bis von en el año años desde "
        "hasta année depuis ans nel anno dal dell ano de desde até het jaar sinds tot fy cy decade г год года "
        "году р year-end 년 ปี سنة वर्ष"
    )
) | set("-/,.;:()[]'’~&")
_UNITS = frozenset(
    words(
        "second seconds sec secs minute minutes min mins hour hours hr hrs h day days d week weeks wk wks w month "
        "months mo mos year years yr yrs y decade decades night nights weekend weekends fortnight trimester "
        "trimesters stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren heure "
        "heures jour jours semaine semaines mois an ans année années hora horas día días dia dias semana semanas "
        "mes meses año años ano anos ora ore giorno giorni settimana settimane mese mesi anno anni uur dag dagen "
        "weken maand maanden jaar jaren"
    )
)
_REPEATED = frozenset(
    words(
        "daily weekly monthly yearly annually annual hourly nightly nightly biweekly bimonthly quarterly bid tid "
        "qid qd qhs prn qday qod once twice thrice overnight morning mornings afternoon afternoons evening "
        "evenings noon midnight bedtime midday am pm pod postop postoperative post op"
    )
)
_RELATIVE = frozenset(
    words(
        "ago today yesterday tomorrow tonight last next this past previous prior recent recently earlier later "
        "now current currently coming following heute gestern morgen hier aujourd hui demain hoy ayer mañana oggi "
        "ieri domani hoje ontem amanhã vandaag gisteren vor hace il y há fa geleden"
    )
)
_BESIDE_UNITS = (
    frozenset(
        words(
            "a an the of for in over within every each per about around approximately approx almost nearly roughly at "
            "least most more than less up to or and between from after before during since half quarter few several "
            "couple some many one other first second third fourth long straight consecutive full whole additional "
            "another next times time x q by until till on seit für pendant depuis durante por per da de"
        )
    )
    | set("-/,.;:()[]~+<>≤≥'’#")
    | NUMBER_WORDS.keys()
)
_SEASONS = frozenset(words("spring summer fall autumn winter quarter q1 q2 q3 q4 h1 h2 season"))
_AROUND_MONTHS = _AROUND_YEARS | frozenset(words("last this next end beginning start middle del della du des dem den"))
_AGE_TOLD = 90
_OF_YEARS = frozenset(words("year years yr yrs y jahr jahre jahren ans año años anno anni"))
_SHORT_NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")


def read_date(value: str) -> DateReading | None:
    """Return what `value` says of a date, or None where it cannot be read.

    A day that is read counts as one, whether or not there is such a day in the calendar.
    """
    text = plain(value).strip(" .,;:()[]\"'")
    for read in (_clock, _eastern, _numeric):
        if (found := read(text)) is not None:
            return found
    found_tokens = tokens(text)
    for read_tokens in (_only_years, _no_date, _only_month, _with_day):
        if found_tokens and (found := read_tokens(found_tokens)) is not None:
            return found
    return None


def _clock(text: str) -> DateReading | None:
    return DateReading(Precision.NONE) if _CLOCK.fullmatch(text) else None


def _eastern(text: str) -> DateReading | None:
    """Read 2019年5月3日 and 令和元年5月3日."""
    if (era := _ERA.fullmatch(text)) is not None:
        year = _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2])) - 1
        month, day = era[3], era[4]
    elif (plainly := _CJK.fullmatch(text)) is not None:
        year, month, day = int(plainly[1]), plainly[2], plainly[3]
    else:
        return None
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return DateReading(precision, (year, year + 9) if "年代" in text else (year, year))


def _numeric(text: str) -> DateReading | None:
    """Read 2019-05-03, 03/05/2019, 2019-05, 05/2019, and timestamps."""
    if (short := _MONTH_AND_YEAR.fullmatch(text)) is not None:
        return DateReading(Precision.MONTH, (int(short[1]), int(short[1])))
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, _, second, third, time = match.groups()
    years = [int(part) for part in (first, third) if part and _YEAR.fullmatch(part)]
    if third is None:
        # "2019-05" is May, "2019-21" three years; "08/07" is read as nothing.
        if not years or int(second) >= _FIRST_SHORT or time:
            return None
        return DateReading(Precision.MONTH, (years[0], years[0]))
    return DateReading(Precision.TIME if time else Precision.DAY, (years[0], years[0]) if len(years) == 1 else None)


def _only_years(found: Sequence[str]) -> DateReading | None:
    """Read years, decades and ranges of them: "2019", "2019-2021", "2019-21", "the late 1990s", "early '90s"."""
    low: list[int] = []
    high: list[int] = []
    for place, token in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else ""
        is_decade = following == "s" or found[place + 1 : place + 3] == ["'", "s"]
        if _YEAR.fullmatch(token):
            low.append(int(token))
            high.append(int(token) + (_DECADE_YEARS - 1 if is_decade else 0))
        elif is_decade and _is_short_decade(token, found[:place]):
            # Of which century is not said: the last one for what is still to come.
            low.append(1900 + int(token) if int(token) >= 30 else 2000 + int(token))
            high.append(low[-1] + _DECADE_YEARS - 1)
        elif _is_short_end(found, place, low):
            low.append(low[-1] // 100 * 100 + int(token))
            high.append(low[-1])
        elif token not in _AROUND_YEARS and token != "s":  # noqa: S105 - the end of "1990s"
            return None
    return DateReading(Precision.YEAR, (min(low), max(high))) if low else None


def _is_short_decade(token: str, before: Sequence[str]) -> bool:
    """Tell whether a token is "80" of "the 80s"; "her 90s" may be an age that has to be told, "the '90s" is none."""
    return re.fullmatch("[0-9]0", token) is not None and (int(token) < _AGE_TOLD or before[-1:] == ["'"])


def _is_short_end(found: Sequence[str], place: int, years: Sequence[int]) -> bool:
    """Tell whether a token is the end of a range such as 2019-21: no month, and behind the year before it."""
    token = found[place]
    if not re.fullmatch("[0-9]{2}", token) or len(years) != 1 or found[place - 1] not in "-/":
        return False
    return int(token) >= _FIRST_SHORT and int(token) > years[0] % 100


def _is_high(token: str) -> bool:
    return _SHORT_NUMBER.fullmatch(token) is not None and float(token.replace(",", ".")) >= _AGE_TOLD


def _no_date(found: Sequence[str]) -> DateReading | None:
    """Read durations, frequencies and what counts from now: no word of it names a day, a month or a year."""
    known = [token in _UNITS or token in _REPEATED or token in _RELATIVE for token in found]
    plain_numbers = all(
        is_known or token in _BESIDE_UNITS or (_SHORT_NUMBER.fullmatch(token) is not None)
        for token, is_known in zip(found, known, strict=True)
    )
    # "95 years" may be an age.
    is_age = any(_is_high(token) for token in found) and not _OF_YEARS.isdisjoint(found)
    if not any(known) or not plain_numbers or is_age:
        return None
    relative = any(token in _RELATIVE for token in found)
    return DateReading(Precision.RELATIVE if relative else Precision.NONE)


def _only_month(found: Sequence[str]) -> DateReading | None:
    """Read a month, a season or a quarter, with a year or without: "May 2019", "in October", "fall of 2018"."""
    joined = _joined_quarters(found)
    years = [int(token) for token in joined if _YEAR.fullmatch(token)]
    named = [token for token in joined if _MONTH_WORD.fullmatch(token) or token in _SEASONS]
    rest = [token for token in joined if token not in named and not _YEAR.fullmatch(token)]
    if not named or any(token not in _AROUND_MONTHS for token in rest):
        return None
    return DateReading(Precision.MONTH, (min(years), max(years)) if years else None)


def _joined_quarters(found: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for token in found:
        if joined and joined[-1] in ("q", "h") and token in ("1", "2", "3", "4"):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _with_day(found: Sequence[str]) -> DateReading | None:
    """Read a day with the name of its month: "3 May 2019", "May 3rd", "2019. május 3."."""
    years = [int(token) for token in found if _YEAR.fullmatch(token)]
    has_month = any(map(_MONTH_WORD.fullmatch, found))
    if not has_month or len(set(years)) > 1:
        return None
    return DateReading(Precision.DAY, (years[0], years[0]) if years else None)
