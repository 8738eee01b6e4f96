"""What values say: ages, dates, postcodes, amounts, cards, places, medical terms. What is not known is not guessed."""

from __future__ import annotations

import math

import pytest

from relay.replace.reading.ages import read_age
from relay.replace.reading.amounts import Amount, read_amount
from relay.replace.reading.card_networks import network_of
from relay.replace.reading.dates import DateReading, Precision, read_date
from relay.replace.reading.medical_terms import term_of
from relay.replace.reading.places import is_large, state_in
from relay.replace.reading.plain import Range
from relay.replace.reading.postcodes import RESTRICTED, is_populous, region_of, zip3

# (value, what stands behind it, lowest and highest age in years; None: not read)
AGES = [
    ("57", "", (57, 57)),
    ("37y", "", (37, 37)),
    ("93-year-old", "", (93, 93)),
    ("93", "-year-old", (93, 93)),
    ("72 y/o", "", (72, 72)),
    ("47 yo", "", (47, 47)),
    ("72F", "", (72, 72)),
    ("ninety-three years old", "", (93, 93)),
    ("a hundred and two", "", (102, 102)),
    ("٩٣", "", (93, 93)),
    ("९३ वर्ष", "", (93, 93)),
    ("52岁", "", (52, 52)),
    ("52 Jahre", "", (52, 52)),
    # smaller units, in the value or behind it
    ("18 months", "", (1.5, 1.5)),
    ("3 m/o", "", (0.25, 0.25)),
    ("6", "-month-old", (0.5, 0.5)),
    ("93", " months old", (7.75, 7.75)),
    ("26", " weeks", (0.5, 0.5)),
    ("93", " mother of two", (93, 93)),
    ("2 years 3 months", "", (2.25, 2.25)),
    # ranges and bounds
    ("65-80 years", "", (65, 80)),
    ("between 65 and 80", "", (65, 80)),
    ("over 85", "", (85, math.inf)),
    ("90+", "", (90, math.inf)),
    ("90 or older", "", (90, math.inf)),
    ("under 18", "", (0, 18)),
    ("about 88", "", (86, 90)),
    ("in his nineties", "", (90, 99)),
    ("late 80s", "", (80, 89)),
    ("30's", "", (30, 39)),
    ("nonagenarian", "", (90, 99)),
    # a unit that may be another number's
    ("95", " days before admission", (95 * (1 / 365), 95)),
    ("95", " W F with chest pain", (95 * (1 / 52), 95)),
    ("95", "-day-old", (95 * (1 / 365), 95 * (1 / 365))),
    ("95d", "", None),
    # not known
    ("9 5", "", None),
    ("1O1", "", None),
    ("፩ years old", "", None),
    ("፩s", "", None),
    ("neunzig", "", None),
    ("a few weeks", "", None),
    ("8 1/2 dog years", "", None),
    ("1.2.3", "", None),
    ("", "", None),
]


@pytest.mark.parametrize(("value", "after", "expected"), AGES)
def test_ages(value: str, after: str, expected: tuple[float, float] | None) -> None:
    """In years; a word that is not known leaves the age unread."""
    assert read_age(value, "", after) == (None if expected is None else Range(*expected))


def test_an_age_with_a_unit_that_may_be_its_own_is_a_range() -> None:
    """ "45M" is a man, or months; "age in months: 93" names its unit before."""
    for found, high in ((read_age("45M"), 45), (read_age("93", "age in months: "), 93)):
        assert found is not None
        assert found.low < 1
        assert found.high == high


NONE, RELATIVE, YEAR, MONTH, DAY, TIME = Precision
# (value, how exact, first and last year; None: not read)
DATES = [
    ("2019", YEAR, (2019, 2019)),
    ("in 2019", YEAR, (2019, 2019)),
    ("2019-2021", YEAR, (2019, 2021)),
    ("2019–21", YEAR, (2019, 2021)),
    ("between 2010 and 2020", YEAR, (2010, 2020)),
    ("the late 1990s", YEAR, (1990, 1999)),
    ("early '90s", YEAR, (1990, 1999)),
    ("2019年", YEAR, (2019, 2019)),
    ("昭和60年", YEAR, (1985, 1985)),
    ("٢٠١٩", YEAR, (2019, 2019)),
    # a month, a season, a quarter
    ("2019-05", MONTH, (2019, 2019)),
    ("1998-02", MONTH, (1998, 1998)),
    ("05/2019", MONTH, (2019, 2019)),
    ("May 2019", MONTH, (2019, 2019)),
    ("Mai 2019", MONTH, (2019, 2019)),
    ("in October", MONTH, None),
    ("fall of 2018", MONTH, (2018, 2018)),
    ("Q1 2019", MONTH, (2019, 2019)),
    ("2019年5月", MONTH, (2019, 2019)),
    # days and times
    ("2019-05-03", DAY, (2019, 2019)),
    ("03.05.2019", DAY, (2019, 2019)),
    ("1/8/93", DAY, None),
    ("3 May 2019", DAY, (2019, 2019)),
    ("May 3rd", DAY, None),
    ("12 maja 2019", DAY, (2019, 2019)),
    ("2019. május 3.", DAY, (2019, 2019)),
    ("令和元年5月3日", DAY, (2019, 2019)),
    ("2019-05-03T10:11:12Z", TIME, (2019, 2019)),
    # no date
    ("two weeks", NONE, None),
    ("every 6 hours", NONE, None),
    ("seit 3 Wochen", NONE, None),
    ("4:00PM", NONE, None),
    ("post-op day 3", NONE, None),
    ("yesterday", RELATIVE, None),
    ("3 days ago", RELATIVE, None),
    ("hace 3 días", RELATIVE, None),
]


@pytest.mark.parametrize(("value", "precision", "years"), DATES)
def test_dates(value: str, precision: Precision, years: tuple[int, int] | None) -> None:
    """How exact a date is, and its years."""
    assert read_date(value) == DateReading(precision, years)


@pytest.mark.parametrize("value", ["95 years old", "95-year-old", "95 y", "her 90s", "the late 90s"])
def test_what_may_be_an_age_of_ninety_is_no_date(value: str) -> None:
    assert read_date(value) is None


@pytest.mark.parametrize("value", ["Monday", "last Tuesday", "08/07", "92", "Christmas", "5th", "1402", "2567", ""])
def test_what_may_be_a_day_is_not_read(value: str) -> None:
    """Days of the week, holidays and numbers without a year are not guessed, nor are years of other calendars."""
    assert read_date(value) is None


# (code, first three digits that may leave, region)
CODES = [
    ("02139", "021", "MA"),
    ("02139-4307", "021", "MA"),
    ("MA 02139", "021", "MA"),
    ("03601", "000", "NH"),
    ("00000", "000", None),
    ("SW1A 1AA", None, "SW"),
    ("K1A 0B1", None, "ON"),
    ("1234", None, None),
    ("D-1011", None, None),
]


@pytest.mark.parametrize(("code", "area", "region"), CODES)
def test_postcodes(code: str, area: str | None, region: str | None) -> None:
    """Restricted and unassigned areas leave as zeros."""
    assert (zip3(code), region_of(code)) == (area, region)


def test_the_restricted_areas_are_the_17_of_the_guidance() -> None:
    """Their neighbours are none; what is no ZIP code is not told."""
    assert len(RESTRICTED) == 17
    assert {code for code in RESTRICTED if is_populous(f"{code}01")} == set()
    assert is_populous("03501")
    assert is_populous("82401") is True
    assert is_populous("Lisbon") is None


AMOUNTS = [
    ("$1,234.50", (1234.5, 1234.5), None),
    ("1.234,50 €", (1234.5, 1234.5), "EUR"),
    ("€1.234", (1.234, 1234), "EUR"),
    ("5k USD", (5000, 5000), "USD"),
    ("USD 2 million", (2e6, 2e6), "USD"),
    ("CHF 1'200.50", (1200.5, 1200.5), "CHF"),
    ("1 200 000 zł", (1.2e6, 1.2e6), "PLN"),
]


@pytest.mark.parametrize(("value", "expected", "currency"), AMOUNTS)
def test_amounts(value: str, expected: tuple[float, float], currency: str | None) -> None:
    """A mark that may be either of two signs leaves both."""
    assert read_amount(value) == Amount(Range(*expected), currency)


@pytest.mark.parametrize("value", ["10-20 EUR", "-5 EUR", "EUR 5 USD", "five", "5 apples", ""])
def test_what_is_no_single_amount_is_not_read(value: str) -> None:
    """Ranges, negative numbers, two currencies, words."""
    assert read_amount(value) is None


@pytest.mark.parametrize(
    ("number", "network"),
    [
        ("4111 1111 1111 1111", "visa"),
        ("5555-5555-5555-4444", "mastercard"),
        ("2221000000000009", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("3530111333300000", "jcb"),
        ("9999999999999", None),
        ("4111", None),
    ],
)
def test_card_networks(number: str, network: str | None) -> None:
    """By the first digits of a whole number."""
    assert network_of(number) == network


@pytest.mark.parametrize(
    ("place", "large", "state"),
    [
        ("Ohio", True, "OH"),
        ("MA", True, "MA"),
        ("the United States", True, "the United States"),
        ("Kenya", True, "Kenya"),
        ("Dayton, Ohio", None, "OH"),
        ("New York", None, None),
        ("Washington", None, None),
        ("Lisbon", None, None),
        ("ma", None, None),
    ],
)
def test_places(place: str, large: bool | None, state: str | None) -> None:
    """A name that a city has, too, is not taken for a state."""
    assert (is_large(place), state_in(place)) == (large, state)


# (value, what stands behind it, found as an organisation, kind of term)
TERMS = [
    ("Foley", " catheter", False, "eponym"),
    ("Foley", "'s results", False, None),
    ("Murphy", "'s sign and", False, "eponym"),
    ("Murphy", " called", False, None),
    ("Murphy's sign", "", False, "eponym"),
    ("Mr. Murphy", "'s sign", False, None),
    ("Wilson", "'s procedure", False, None),
    ("Jones", " fracture", False, None),
    ("Glasgow", " Coma Scale", False, "eponym"),
    ("Glasgow", " is wet", False, None),
    ("rivaroxaban", "", False, "drug"),
    ("Humira", "", False, "drug"),
    ("April", "", False, None),
    ("Sukhvir", "", False, None),
    ("NYHA class III", "", False, "body"),
    ("Gina", "", True, None),
    ("GINA", "", False, None),
    ("GINA", "", True, "body"),
    ("ACC/AHA", "", True, "body"),
    ("American College of Cardiology", "", True, "body"),
    ("National University Hospital", "", True, None),
    ("Mercy Clinic", "", True, None),
    ("SPRINT", " trial", True, "trial"),
    ("SPRINT", " again", True, None),
    ("SMITH", " trial", False, None),
]


@pytest.mark.parametrize(("value", "after", "organization", "term"), TERMS)
def test_medical_terms(value: str, after: str, organization: bool, term: str | None) -> None:
    """A name alone is somebody's."""
    assert term_of(value, after, organization=organization) == term


@pytest.mark.parametrize("read", [read_age, read_date, zip3, region_of, read_amount, network_of, is_large, term_of])
@pytest.mark.parametrize("value", ["9" * 100_000, "a " * 50_000, "2019-" * 20_000, "'s" * 50_000, "\ud800", "½", "①"])
def test_no_value_stops_or_slows_reading(read: object, value: str) -> None:
    """Whatever was found is read in time that grows with its length, or not at all."""
    read(value)  # type: ignore[operator]
