"""Read an age: in digits or English words, in years or smaller units, exact, bounded or between two numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from relay.replace.reading.plain import NUMBER_WORDS, Range, number_of, plain, tokens, words

__all__ = ["CONTEXT_CHARS", "read_age"]

# How far beside a value its unit may stand: "93" in "93-month-old", or in "age in months: 93".
CONTEXT_CHARS = 24

_YEAR, _MONTH, _WEEK, _DAY, _HOUR = 1.0, 1 / 12, 1 / 52, 1 / 365, 1 / 8760
# Units as people and records write them, those of years and months in further languages: "52 Jahre" is one value.
_UNITS = {
    **dict.fromkeys(
        words(
            "y yo yr yrs year years jahr jahre jahren jährig jährige jähriger jährigen ans an años año anos ano anni "
            "anno jaar jarige lat rok roku let år vuotta éves yaş yaşında лет год года роки років ετών سنة سال वर्ष "
            "साल ปี tuổi tahun 岁 歲 歳 才 세 살"
        ),
        _YEAR,
    ),
    **dict.fromkeys(
        words("mo mos mth mths month months monat monate monaten mois meses mesi maanden"),
        _MONTH,
    ),
    **dict.fromkeys(words("w wk wks week weeks wochen woche semaines semanas weken"), _WEEK),
    **dict.fromkeys(words("d day days tage tagen jours días dias giorni dagen"), _DAY),
    **dict.fromkeys(words("h hr hrs hour hours stunden heures horas"), _HOUR),
}
# What says no more than that an age follows, or whose it is. "45 M" is a man, and maybe months.
_FILLER = frozenset(
    words(
        "age aged ages of at a an the is was are in his her their he she now currently just turned turning "
        "between from and old o f male female man woman boy girl alter edad âge età idade leeftijd wiek to year"
    )
) | set("-/.,:;()[]'’\"")
_MONTHS_OR_MAN = "m"
_ABOUT = frozenset(words("about around approximately approx circa ca roughly almost nearly ~"))
_ABOUT_YEARS = 2  # "about 88" may be a little more or less
_ABOVE = frozenset(words("over above older more least > ≥ +"))
_BELOW = frozenset(words("under below younger less most < ≤"))
_BOUNDS = _ABOVE | _BELOW | _ABOUT | frozenset(words("than or = early mid late"))
_STAGES = {
    **dict.fromkeys(words("newborn neonate infant"), Range(0, 1)),
    "toddler": Range(1, 4),
    "teenager": Range(13, 19),
    "sexagenarian": Range(60, 69),
    "septuagenarian": Range(70, 79),
    "octogenarian": Range(80, 89),
    "nonagenarian": Range(90, 99),
    "centenarian": Range(100, math.inf),
}
_DECADES = {
    word: 10 * number
    for number, word in enumerate(
        words("teens twenties thirties forties fifties sixties seventies eighties nineties"), 1
    )
}
_DIGITS = "0123456789"
# From here on an age has to be told, so a smaller unit has to be sure.
_TOLD = 90
_OLD = re.compile(r"[\s-]{0,3}[^\W\d_]{1,8}(?:[\s-]{1,3}old|\s{1,3}of age)")
_BETWEEN = frozenset(words("- to and or / between from"))
_UNIT_AFTER = re.compile(r"[\s-]{0,3}([^\W\d_]{1,8})")
_UNIT_BEFORE = re.compile("month|week|day|hour|monat|woche|tage|mois|semaine|meses|semana|giorn")


@dataclass(slots=True)
class _Parts:
    """What an age is made of. amounts: (number, years in its unit; None: it has none)."""

    amounts: list[tuple[float, float | None]] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    decade: bool = False
    months_or_man: bool = False


def read_age(value: str, before: str = "", after: str = "") -> Range | None:
    """Return the age in years that `value` names, or None where a word of it is not known.

    `before` and `after` are what stands beside it, for a unit: CONTEXT_CHARS of each are read. A number without a unit
    is of years.
    """
    found = tokens(plain(value).replace("m/o", "mo").replace("'s", "s"))
    stages = [word for word in found if word in _STAGES]
    if stages and all(word in _STAGES or word in _FILLER for word in found):
        return _STAGES[stages[0]]
    parts = _parts(found)
    if parts is None or not 0 < len(parts.amounts) <= 2 or _is_torn(parts, found):
        return None
    if parts.decade:
        (start, _), (end, _) = parts.amounts[0], parts.amounts[-1]
        return Range(start, end + 9)
    if all(unit is None for _, unit in parts.amounts):
        return _without_unit(parts, before[-CONTEXT_CHARS:], after[:CONTEXT_CHARS])
    return _bounded([number * (unit or _YEAR) for number, unit in parts.amounts], parts)


def _is_torn(parts: _Parts, found: Sequence[str]) -> bool:
    """Tell whether two numbers without a unit are none of a range, or a unit in one value is too short to be sure."""
    bare = [number for number, unit in parts.amounts if unit is None]
    if len(bare) > 1 and _BETWEEN.isdisjoint(found):
        return True
    unsure = any(number >= _TOLD and unit is not None and unit < _YEAR for number, unit in parts.amounts)
    return unsure and "old" not in found and "age" not in found


def _parts(found: Sequence[str]) -> _Parts | None:
    """Sort the tokens of an age; None for one that is not known."""
    parts = _Parts()
    place = 0
    while place < len(found):
        token, following = found[place], found[place + 1] if place + 1 < len(found) else ""
        end = place + 1
        if token in _DECADES or (token[0] in _DIGITS and token.isdecimal() and following == "s"):
            parts.amounts.append((_DECADES[token] if token in _DECADES else int(token), None))
            parts.decade = True
            end += token not in _DECADES
        elif token[0] in _DIGITS:
            if not token.isascii() or token.count(".") + token.count(",") > 1 or len(token) > 6:
                return None
            parts.amounts.append((float(token.replace(",", ".")), None))
        elif token in NUMBER_WORDS or (token in ("a", "hundred") and "hundred" in (token, following)):
            while end < len(found) and (found[end] in NUMBER_WORDS or found[end] in ("hundred", "and", "-")):
                end += 1
            number = number_of([word for word in found[place:end] if word != "-"])
            if number is None:
                return None
            parts.amounts.append((number, None))
        elif token in _UNITS and parts.amounts and parts.amounts[-1][1] is None:
            parts.amounts[-1] = (parts.amounts[-1][0], _UNITS[token])
        elif token == _MONTHS_OR_MAN and parts.amounts:
            parts.months_or_man = True
        elif token in _BOUNDS:
            parts.words.add(token)
        elif token not in _FILLER:
            return None
        place = end
    return parts


def _without_unit(parts: _Parts, before: str, after: str) -> Range:
    """Return the age of numbers alone: in years, unless a smaller unit stands beside them."""
    numbers = [number for number, _ in parts.amounts]
    beside = _UNIT_AFTER.match(plain(after))
    unit = _UNITS.get(beside[1]) if beside is not None else None
    whole = _bounded(numbers, parts)
    if unit is not None and unit < _YEAR and max(numbers) >= _TOLD and not _OLD.match(plain(after)):
        return Range(min(numbers) * unit, whole.high)  # "turned 95 days before", "95 W F"
    if unit is not None:
        return _bounded([number * unit for number in numbers], parts)
    if parts.months_or_man or _UNIT_BEFORE.search(plain(before)):
        # "9m" is nine months or a man of nine; "days of age" may be the label of another number.
        return Range(min(numbers) * _DAY, whole.high)
    return whole


def _bounded(years: Sequence[float], parts: _Parts) -> Range:
    """Return the range of one or two numbers with the words of bounds beside them."""
    units = [unit for _, unit in parts.amounts]
    first, last = years[0], years[-1]
    if len(years) == 2 and units[0] is not None and units[1] is not None and units[1] < units[0]:
        first = last = sum(years)  # "2 years 3 months"
    low, high = min(first, last), max(first, last)
    if parts.words & _ABOUT:
        low, high = low - _ABOUT_YEARS, high + _ABOUT_YEARS
    if parts.words & _ABOVE:
        high = math.inf
    if parts.words & _BELOW:
        low = 0
    return Range(max(0, low), high)
