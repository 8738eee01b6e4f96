"""What operators write in place of a value: the same with less detail, or that something stood here."""

from __future__ import annotations

import math

from relay.replace.reading.ages import read_age
from relay.replace.reading.dates import Precision, read_date
from relay.replace.reading.places import state_in
from relay.replace.reading.postcodes import region_of, zip3

__all__ = ["age_band", "decade", "region", "year", "zip_area"]

_BAND_YEARS = 10
# 45 CFR 164.514(b)(2)(i)(C): all ages over 89 "may be aggregated into a single category of age 90 or older".
_OLDEST_BAND = 90


def age_band(value: str) -> str | None:
    """Return ten years that the age lies in, "50 to 59", or "90 or older"; None where it may lie in two.

    A number alone becomes "50-59" or "90+", because "-year-old" may stand behind it.
    """
    age = read_age(value)
    if age is None:
        return None
    low = int(age.low) // _BAND_YEARS * _BAND_YEARS
    bare = value.strip().isdecimal()
    if low >= _OLDEST_BAND:
        return "90+" if bare else "90 or older"
    if math.isinf(age.high) or int(age.high) // _BAND_YEARS * _BAND_YEARS != low:
        return None
    return f"{low}-{low + _BAND_YEARS - 1}" if bare else f"{low} to {low + _BAND_YEARS - 1}"


def year(value: str) -> str | None:
    """Return the year of a date, or `value` where it tells no more than years; None for a date without one."""
    date = read_date(value)
    if date is None:
        return None
    if date.precision in (Precision.NONE, Precision.YEAR):
        return value
    return str(date.years[0]) if date.years is not None and date.years[0] == date.years[1] else None


def decade(value: str) -> str | None:
    """Return the decade of a date, "1980s", or `value` where it is no date; None where it may lie in two."""
    date = read_date(value)
    if date is None:
        return None
    if date.precision is Precision.NONE:
        return value
    if date.years is None or date.years[0] // _BAND_YEARS != date.years[1] // _BAND_YEARS:
        return None
    return f"{date.years[0] // _BAND_YEARS * _BAND_YEARS}s"


def zip_area(value: str) -> str | None:
    """Return a ZIP code with its last digits hidden, "021**", or "000**" where few people live; None for others."""
    digits = zip3(value)
    return None if digits is None else f"{digits}**"


def region(value: str) -> str | None:
    """Return the state, province or postcode area of a code, or the state or country that a place ends with."""
    return region_of(value) or state_in(value)
