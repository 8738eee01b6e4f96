"""Read an amount of money: its currency, as ISO 4217 names it, and what it can be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relay.replace.reading.plain import Range, plain, words

__all__ = ["CURRENCIES", "Amount", "read_amount"]

# Signs and words of currencies. "$" and "¥" are of several countries, so they name no currency.
_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
}
_WORDS = {
    **dict.fromkeys(words("euro euros"), "EUR"),
    **dict.fromkeys(words("pound pounds sterling quid"), "GBP"),
    **dict.fromkeys(words("rupee rupees rs"), "INR"),
    **dict.fromkeys(["yen"], "JPY"),
    **dict.fromkeys(words("franken chf"), "CHF"),
    **dict.fromkeys(words("złoty złotych zł"), "PLN"),
}
_UNSAID = frozenset(("$", "¥", "dollar", "dollars", "bucks"))
CURRENCIES = frozenset(
    words(
        "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KRW KZT MXN MYR NGN "
        "NOK NZD PEN PHP PKR PLN RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
    )
)
_SCALES = {
    **dict.fromkeys(words("k thousand tausend mil mille"), 1e3),
    **dict.fromkeys(words("m mn mio million millions millionen"), 1e6),
    **dict.fromkeys(words("bn b billion billions mrd"), 1e9),
}
_NUMBER = re.compile(r"[0-9][0-9.,' ]*")
_PART = re.compile(r"us\$|[ac]\$|[$€£¥₹₽₩₺]|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount; `currency` is None where the text does not say which."""

    value: Range
    currency: str | None


def read_amount(value: str) -> Amount | None:
    """Return the amount that `value` writes with one number, or None. Where a mark may be either sign, both count.

    "1.234" is one thousand or a little more than one, by country.
    """
    text = plain(value).strip(" .")
    numbers = _NUMBER.findall(text)
    if len(numbers) != 1:
        return None
    found = _range(numbers[0].strip(" .,'"))
    scale, currency = 1.0, None
    for part in _PART.findall(_NUMBER.sub(" ", text)):
        if part in _SCALES:
            scale *= _SCALES[part]
        elif part in _SIGNS or part in _WORDS or part.upper() in CURRENCIES:
            named = _SIGNS.get(part) or _WORDS.get(part) or part.upper()
            if currency not in (None, named):
                return None
            currency = named
        elif part not in _UNSAID:
            return None
    if found is None or re.search(r"[^\w\s.,'$€£¥₹₽₩₺+]", _NUMBER.sub(" ", text)):
        return None
    return Amount(Range(found.low * scale, found.high * scale), currency)


def _range(number: str) -> Range | None:
    """Return what a number with marks can be: the last mark parts thousands or the fraction."""
    marks = [char for char in number if char in ".,"]
    compact = re.sub("[' ]", "", number)
    if not marks:
        return Range(float(compact), float(compact))
    whole, _, rest = compact.rpartition(marks[-1])
    digits = re.sub("[.,]", "", compact)
    fraction = float(f"{re.sub('[.,]', '', whole) or '0'}.{rest or '0'}")
    if len(rest) != 3 or (len(set(marks)) == 2 and marks.count(marks[-1]) == 1):
        return Range(fraction, fraction) if marks.count(marks[-1]) == 1 else None
    if len(marks) > 1:
        return Range(float(digits), float(digits))
    return Range(fraction, float(digits))
