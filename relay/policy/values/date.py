"""`date: "<= year"`: how exact a date is."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator

from relay.policy.comparisons import Interval, Verdict, as_text, canonical, parsed
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.dates import Precision, read_date
from relay.replace.reading.plain import Range

__all__ = ["PLUGINS", "AskDate"]

_NAMES = {item.name.lower(): item for item in Precision}
_EVERY = Interval(min(Precision), max(Precision))


def _precision(text: str) -> float:
    if text not in _NAMES:
        raise ValueError(f'"{text}" is not known: expected {", ".join(_NAMES)}')
    return _NAMES[text]


@lru_cache(maxsize=256)
def _interval(asked: str) -> Interval:
    return parsed(asked, _precision)


def _comparison(text: str) -> str:
    _interval(text)
    return canonical(text)


class AskDate:
    """Compares how exact a date is: none, relative, year, month, day, time, from coarse to fine."""

    name: ClassVar[str] = "date"
    type: ClassVar[Any] = Annotated[str, BeforeValidator(as_text), AfterValidator(_comparison)]
    about: ClassVar[str] = 'how exact a date is, such as "<= year": none, relative, year, month, day, time'
    reads: ClassVar[tuple[str, ...]] = ("DATE_TIME", "DATE_OF_BIRTH", "CARD_EXPIRY")
    private: ClassVar[bool] = False
    within_names: ClassVar[bool] = False

    def judge(self, asked: str, facts: ValueFacts) -> Verdict:
        """Compare; a date that cannot be read is UNKNOWN."""
        date = read_date(facts.value)
        return Verdict.UNKNOWN if date is None else _interval(asked).holds(Range(date.precision, date.precision))

    def constant(self, asked: str) -> bool | None:
        """Tell whether it holds for every date, or for none."""
        fits = [_interval(asked).holds(Range(item, item)) is Verdict.YES for item in Precision]
        return all(fits) if len(set(fits)) == 1 else None

    def implies(self, narrow: str, wide: str) -> bool:
        """Compare what the two hold for."""
        held = [item for item in Precision if _interval(narrow).holds(Range(item, item)) is Verdict.YES]
        return all(_interval(wide).holds(Range(item, item)) is Verdict.YES for item in held)


PLUGINS = (AskDate,)
