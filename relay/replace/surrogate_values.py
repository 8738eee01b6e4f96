"""Realistic values that belong to no one: what the `surrogate` operator shows instead of the real ones.

Each maker takes the real value and a number, and returns a text of the same shape, the same for the same number, or ""
where it cannot keep the promise; the operator then falls back to a placeholder. Numbers come from ranges that are
reserved for examples or never assigned, with valid checksums; names are common names.

Sources (read 2026-11-21): RFC 2606 (example domains), RFC 5737 and RFC 3849 (addresses), RFC 7042 (MAC), NANPA 555 line
numbers (555-0100 to 555-0199), Ofcom drama numbers (07700 900000 to 900999), SSA (area 666 is never assigned),
ISO/IEC 7812-1 (major industry 9 with a country code that ISO 3166 does not have), ISO 13616 (IBAN check digits).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from relay.replace.person_names import FEMALE, HONORIFIC_GENDER, MALE, NEUTRAL, POOLS, Script, gender_of, script_of

__all__ = ["MAKERS", "shifted_date"]

_DOMAINS = ("example.org", "example.com", "example.net")
_AREA_CODES = ("202", "303", "404", "505", "606", "707", "808", "919")
_PLACES = (
    *("Ashcombe", "Brightwater", "Calder Bay", "Dunmarrow", "Eastmere", "Fallowfield", "Greenhaven", "Hollow Creek"),
    *(
        "Ironbridge Falls",
        "Juniper Hill",
        "Kingsmoor",
        "Larkspur",
        "Millbrook End",
        "Northwick",
        "Oakhollow",
        "Pinecrest",
    ),
)
_COMPANIES = (
    *("Northfield", "Bluestone", "Harborview", "Silverleaf", "Redwood Lane", "Clearbrook", "Stonegate", "Evermore"),
    *("Brightpath", "Lakeshore", "Summit Row", "Fairhaven", "Greystone", "Willow Park", "Highmark Hill", "Meadowlark"),
)
_STREETS = ("Example Street", "Sample Avenue", "Specimen Road", "Pattern Lane")
_COMPANY_KIND = re.compile(r"\b(?:Inc|LLC|Ltd|Limited|Corp|Corporation|GmbH|AG|SA|SARL|BV|Oy|AB|PLC|plc|Co|Group|Bank|"
                           r"University|Hospital|Clinic|School|College)\b\.?")  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_DATES = (
    re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?P<rest>(?:[T ]\d.*)?)"),
    re.compile(r"(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4})(?P<rest>)"),
    re.compile(rf"{_MONTH}(?P<g> )(?P<d>\d{{1,2}})(?P<o>st|nd|rd|th)?(?P<c>,? )(?P<y>\d{{4}})(?P<rest>)"),
    re.compile(rf"(?P<d>\d{{1,2}})(?P<o>st|nd|rd|th|\.)?(?P<g> ){_MONTH}(?P<c>,? )(?P<y>\d{{4}})(?P<rest>)"),
)


def _person(value: str, number: int, form: str) -> str:
    """Keep script, gender where the name shows it, order, titles, initials and letter case."""
    script = script_of(value)
    if script is None:
        return ""
    pool = POOLS[script]
    words = _WORD.findall(value)
    if script is not Script.LATIN:
        return _unspaced_person(value, number, form, script)
    plain = [word.rstrip(".").lower() for word in words]
    gender = next((HONORIFIC_GENDER[word] for word in plain if word in HONORIFIC_GENDER), "")
    gender = gender or next((found for word in plain if (found := gender_of(word))), "")
    firsts = {"f": FEMALE, "m": MALE}.get(gender, NEUTRAL)
    first, last = _pick(firsts, number), _pick(pool.lasts, number * 7)
    names = [place for place, word in enumerate(plain) if word not in HONORIFIC_GENDER]
    if not names:
        return ""
    reverse = "," in value and len(names) > 1
    chosen: dict[int, str] = {}
    for order, place in enumerate(names):
        is_last = order == 0 if reverse else order == len(names) - 1
        if len(names) == 1:
            is_last = form == "LAST" or (
                form != "FIRST" and (bool(gender and len(words) > 1) or not gender_of(plain[place]))
            )
        name = last if is_last else first if order in (0, int(reverse)) else _pick(firsts, number + 5 * order)
        if len(plain[place]) == 1:
            name = name[0] + ("." if words[place].endswith(".") else "")
        chosen[place] = _cased(name, words[place])
    index = -1

    def replace(match: re.Match[str]) -> str:
        nonlocal index
        index += 1
        return chosen.get(index, match.group())

    return _WORD.sub(replace, value)


def _unspaced_person(value: str, number: int, form: str, script: Script) -> str:
    pool = POOLS[script]
    first, last = _pick(pool.firsts, number), _pick(pool.lasts, number * 7)
    words = value.split()
    if script in (Script.HAN, Script.HANGUL) and len(words) == 1:
        return last if form == "LAST" else first if form == "FIRST" or len(value) == 1 else last + first
    if len(words) == 1:
        return last if form == "LAST" else first
    return " ".join((first, last)) if len(words) == 2 else ""


def _email(value: str, number: int, form: str) -> str:
    local = value.partition("@")[0]
    first, last = _pick(NEUTRAL, number).lower(), _pick(POOLS[Script.LATIN].lasts, number * 7).lower()
    separator = next((char for char in "._-" if char in local), "")
    name = f"{first}{separator}{last}" if separator else f"{first[0]}{last}"
    extra = str(number) if number > len(NEUTRAL) else ""
    return f"{name}{extra}@{_DOMAINS[number % len(_DOMAINS)]}"


def _phone(value: str, number: int, form: str) -> str:
    digits = "".join(filter(str.isdecimal, value))
    international = value.lstrip().startswith(("+", "00"))
    if international and digits.startswith("00"):
        return ""
    if (international and digits.startswith("1") and len(digits) == 11) or (
        not international and len(digits) == 10 and digits[0] in "23456789"
    ):
        made = f"{_AREA_CODES[number // 100 % len(_AREA_CODES)]}55501{number % 100:02d}"
        return _written(value, f"1{made}" if international else made) if number < 800 else ""
    if number < 1000 and international and digits.startswith("44") and len(digits) == 12:
        return _written(value, f"447700900{number:03d}")
    if number < 1000 and digits.startswith("07") and len(digits) == 11:
        return _written(value, f"07700900{number:03d}")
    return ""


def _card(value: str, number: int, form: str) -> str:
    size = sum(map(str.isdecimal, value))
    if not 12 <= size <= 19 or number >= 10 ** (size - 8):
        return ""
    body = f"999999{number:0{size - 7}d}"
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return _written(value, f"{body}{-sum(item // 10 + item % 10 for item in doubled) % 10}")


def _iban(value: str, number: int, form: str) -> str:
    plain = "".join(value.split()).upper()
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}", plain):
        return ""
    # Digits stay digits and letters letters; a bank code of zeros (or As) is not in use.
    body = f"{number:0{len(plain) - 4}d}"
    body = "".join("A" if old.isalpha() and new == "0" else new for old, new in zip(plain[4:], body, strict=True))
    check = 98 - int("".join(str(int(char, 36)) for char in f"{body}{plain[:2]}00")) % 97
    made = iter(f"{plain[:2]}{check:02d}{body}")
    return "".join(char if char.isspace() else next(made) for char in value)


def _ssn(value: str, number: int, form: str) -> str:
    return _written(value, f"666{number // 9999 % 99 + 1:02d}{(number - 1) % 9999 + 1:04d}")


def _ip(value: str, number: int, form: str) -> str:
    try:
        version = ipaddress.ip_address(value).version
    except ValueError:
        return ""
    if version == 6:
        return str(ipaddress.IPv6Address("2001:db8::") + number)
    networks = ("203.0.113", "198.51.100", "192.0.2")
    return f"{networks[number // 254]}.{number % 254 + 1}" if number < 3 * 254 else ""


def _mac(value: str, number: int, form: str) -> str:
    made = iter(f"00005E0053{number:02X}" if number < 256 else "")
    made_cased = (char.lower() if value.islower() else char for char in made)
    return "".join(next(made_cased, "") if char.isalnum() else char for char in value) if number < 256 else ""


def _url(value: str, number: int, form: str) -> str:
    scheme = value.partition("://")[0] if "://" in value else ""
    return f"{scheme}://www.example.org/page/{number}" if scheme else f"www.example.org/page/{number}"


def _place(value: str, number: int, form: str) -> str:
    return _numbered(_PLACES, number)


def _organization(value: str, number: int, form: str) -> str:
    kind = _COMPANY_KIND.findall(value)
    return " ".join((_numbered(_COMPANIES, number), *kind[-1:]))


def _street(value: str, number: int, form: str) -> str:
    return (
        f"{number} {_STREETS[number % len(_STREETS)]}" if re.match(r"\d", value) else f"{_STREETS[number % 4]} {number}"
    )


def _username(value: str, number: int, form: str) -> str:
    return f"user{number:03d}"


def shifted_date(value: str, days: int) -> str:
    """Return a date `days` later in the same notation, or "" when it cannot be read.

    The first of two numbers is the day where it cannot be the month.
    """
    match = next((found for pattern in _DATES if (found := pattern.fullmatch(value))), None)
    if match is None:
        return ""
    part = match.groupdict()
    try:
        if part.get("month"):
            month = next(place for place, name in enumerate(_MONTHS, 1) if name.startswith(part["month"].lower()[:4]))
            day = int(part["d"])
        elif "a" in part:
            first, second = int(part["a"]), int(part["b"])
            day_first = first > 12 or part["s"] == "."
            day, month = (first, second) if day_first else (second, first)
        else:
            day, month = int(part["d"]), int(part["m"])
        moved = date(int(part["y"]), month, day) + timedelta(days)
    except (ValueError, OverflowError, StopIteration):
        return ""
    if part.get("month"):
        name = _MONTHS[moved.month - 1]
        short = name if part["month"].lower() in _MONTHS and part["month"].lower() != "may" else name[:3]
        word = _cased(short, part["month"])
        ordinal = _ordinal(moved.day) if part["o"] in ("st", "nd", "rd", "th") else part["o"] or ""
        day_text = f"{moved.day:0{2 if part['d'][0] == '0' else 1}d}{ordinal}"
        dot = "." if f"{part['month']}." in value else ""
        pieces = (word + dot, day_text) if value[0].isalpha() else (day_text, word + dot)
        return f"{pieces[0]}{part['g']}{pieces[1]}{part['c']}{moved.year:04d}"
    if "a" in part:
        one, two = (moved.day, moved.month) if day_first else (moved.month, moved.day)
        return f"{_padded(one, part['a'])}{part['s']}{_padded(two, part['b'])}{part['s']}{moved.year:04d}"
    texts = (f"{moved.year:04d}", _padded(moved.month, part["m"]), _padded(moved.day, part["d"]))
    return part["s"].join(texts) + part["rest"]


def _padded(number: int, like: str) -> str:
    return f"{number:02d}" if like.startswith("0") or len(like) == 2 else str(number)


def _ordinal(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _pick(pool: tuple[str, ...], number: int) -> str:
    return pool[number % len(pool)]


def _numbered(pool: tuple[str, ...], number: int) -> str:
    extra = number // len(pool)
    return f"{pool[number % len(pool)]} {extra + 1}" if extra else pool[number % len(pool)]


def _cased(name: str, like: str) -> str:
    letters = like.rstrip(".")
    if len(letters) > 1 and letters.isupper():
        return name.upper()
    return name.lower() if letters.islower() else name if name[:1].isupper() else name.capitalize()


def _written(value: str, digits: str) -> str:
    """Return `digits` with the punctuation of `value`; "" when their numbers differ."""
    if sum(map(str.isdecimal, value)) != len(digits) or any(map(str.isalpha, value)):
        return ""
    made = iter(digits)
    return "".join(next(made) if char.isdecimal() else char for char in value)


# (real value, number from 1, form as in a placeholder) -> stand-in
MAKERS: Final[Mapping[str, Callable[[str, int, str], str]]] = {
    "PERSON": _person,
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": _phone,
    "FAX_NUMBER": _phone,
    "CREDIT_CARD": _card,
    "IBAN_CODE": _iban,
    "US_SSN": _ssn,
    "IP_ADDRESS": _ip,
    "MAC_ADDRESS": _mac,
    "URL": _url,
    "LOCATION": _place,
    "ORGANIZATION": _organization,
    "EMPLOYER": _organization,
    "STREET_ADDRESS": _street,
    "USERNAME": _username,
}
