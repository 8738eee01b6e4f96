"""`age: ">= 90"`: how old somebody is, by an age, or at the most by a date of birth."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator

from relay.policy.comparisons import Interval, Verdict, as_text, canonical, parsed
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.ages import read_age
from relay.replace.reading.dates import read_date
from relay.replace.reading.plain import Range

__all__ = ["PLUGINS", "AskAge"]

_DATES = frozenset({"DATE_OF_BIRTH", "DATE_TIME"})
_MOST_YEARS = 150
# No age that is read is outside.
_EVERY = Interval(0, _MOST_YEARS)


def _years(text: str) -> float:
    if not text.isdecimal() or int(text) > _MOST_YEARS:
        raise ValueError(f'"{text}" is no age: expected whole years from 0 to {_MOST_YEARS}')
    return int(text)


@lru_cache(maxsize=256)
def _interval(asked: str) -> Interval:
    return parsed(asked, _years)


def _comparison(text: str) -> str:
    _interval(text)
    return canonical(text)


class AskAge:
    """Compares an age in years. A date counts as one of birth: how many years ago it was, either birthday."""

    name: ClassVar[str] = "age"
    type: ClassVar[Any] = Annotated[str, BeforeValidator(as_text), AfterValidator(_comparison)]
    about: ClassVar[str] = 'age in years, or years since a date: a comparison such as ">= 90"'
    reads: ClassVar[tuple[str, ...]] = ("AGE", "DATE_OF_BIRTH", "DATE_TIME")
    private: ClassVar[bool] = False
    within_names: ClassVar[bool] = False

    def judge(self, asked: str, facts: ValueFacts) -> Verdict:
        """Compare; an age whose words are not known, and a date without a year, are UNKNOWN."""
        if facts.entity_type in _DATES:
            found = _since(facts.value, facts.year)
        else:
            found = read_age(facts.value, facts.before, facts.after)
        return Verdict.UNKNOWN if found is None else _interval(asked).holds(found)

    def constant(self, asked: str) -> bool | None:
        """Tell whether it holds for every age there is, or for none."""
        interval = _interval(asked)
        if interval.both(_EVERY).is_empty:
            return False
        return True if _EVERY.within(interval) else None

    def implies(self, narrow: str, wide: str) -> bool:
        """Compare the two comparisons."""
        return _interval(narrow).within(_interval(wide))


def _since(value: str, year: int | None) -> Range | None:
    """Return how many years ago a date was, before or after the birthday of this year."""
    date = read_date(value)
    if date is None or date.years is None or year is None:
        return None
    first, last = date.years
    return Range(max(0, year - last - 1), max(0, year - first))


PLUGINS = (AskAge,)
