"""Read a postcode: the part of it that may stay, and the region it lies in.

Sources, read in December 2026: 45 CFR 164.514(b)(2)(i)(B) with the guidance of the Department of Health and Human
Services of November 2012 on de-identification, which lists the restricted areas by the 2000 census (areas change
with each census: the list is the one that the guidance prints); USPS Publication 65 for the states of ZIP codes; Royal
Mail's postcode areas; Canada Post for provinces.
"""

from __future__ import annotations

import re

from relay.replace.reading.plain import plain, words

__all__ = ["RESTRICTED", "is_populous", "region_of", "zip3"]

# Areas of three digits with 20,000 people or fewer.
RESTRICTED = frozenset(words("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893"))

_ZIP = re.compile(r"(?:[a-z]{2} ?-?)?([0-9]{3})[0-9]{2}(?:[- ]?[0-9]{4})?")
_CUT_ZIP = re.compile(r"([0-9]{3})(?:xx|\*\*|--)?")
_UK = re.compile(r"([a-z]{1,2})[0-9][0-9a-z]? ?[0-9][a-z]{2}")
_CANADA = re.compile(r"([a-z])[0-9][a-z] ?[0-9][a-z][0-9]")
# The first three digits, inclusive, of each state and territory.
_STATES = (
    "005-005 NY, 006-007 PR, 008-008 VI, 009-009 PR, 010-027 MA, 028-029 RI, 030-038 NH, 039-049 ME, 050-054 VT, "
    "055-055 MA, 056-059 VT, 060-069 CT, 070-089 NJ, 100-149 NY, 150-196 PA, 197-199 DE, 200-200 DC, 201-201 VA, "
    "202-205 DC, 206-219 MD, 220-246 VA, 247-268 WV, 270-289 NC, 290-299 SC, 300-319 GA, 320-349 FL, 350-369 AL, "
    "370-385 TN, 386-397 MS, 398-399 GA, 400-427 KY, 430-459 OH, 460-479 IN, 480-499 MI, 500-528 IA, 530-549 WI, "
    "550-567 MN, 570-577 SD, 580-588 ND, 590-599 MT, 600-629 IL, 630-658 MO, 660-679 KS, 680-693 NE, 700-714 LA, "
    "716-729 AR, 730-732 OK, 733-733 TX, 734-749 OK, 750-799 TX, 800-816 CO, 820-831 WY, 832-838 ID, 840-847 UT, "
    "850-865 AZ, 870-884 NM, 885-885 TX, 889-898 NV, 900-961 CA, 967-968 HI, 969-969 GU, 970-979 OR, 980-994 WA, "
    "995-999 AK"
)
_STATE_OF = {
    number: state
    for span, state in (item.split(" ") for item in _STATES.split(", "))
    for number in range(int(span[:3]), int(span[4:]) + 1)
}
# Canada Post's first letters. X is shared by two territories.
_PROVINCES = {
    **dict(zip("abceg", words("NL NS PE NB QC"), strict=True)),
    **dict(zip("hjklmnp", words("QC QC ON ON ON ON ON"), strict=True)),
    **dict(zip("rstvy", words("MB SK AB BC YT"), strict=True)),
    "x": "NT or NU",
}


def zip3(value: str) -> str | None:
    """Return the first three digits of a ZIP code of the United States, "000" for a restricted area, else None."""
    found = _digits(value)
    if found is None:
        return None
    return "000" if found in RESTRICTED or int(found) not in _STATE_OF else found


def is_populous(value: str) -> bool | None:
    """Tell whether the area of the first three digits holds more than 20,000 people; None for what is no ZIP code."""
    found = zip3(value)
    return None if found is None else found != "000"


def region_of(value: str) -> str | None:
    """Return the state of a ZIP code, the province of a Canadian code, the area of a British one, else None.

    A British area is the letters that a code begins with: "SW" of "SW1A 1AA".
    """
    found = _digits(value)
    if found is not None:
        return _STATE_OF.get(int(found))
    text = plain(value).strip()
    if (canada := _CANADA.fullmatch(text)) is not None:
        return _PROVINCES.get(canada[1])
    if (british := _UK.fullmatch(text)) is not None:
        return british[1].upper()
    return None


def _digits(value: str) -> str | None:
    text = plain(value).strip(" .,;:()'\"")
    match = _ZIP.fullmatch(text) or _CUT_ZIP.fullmatch(text)
    return match[1] if match is not None else None
