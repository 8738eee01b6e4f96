"""`amount: "> 1000 EUR"`: how much money it is. Nothing that ships finds amounts; types of one's own may be amounts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator

from relay.policy.comparisons import Interval, Verdict, as_text, canonical, parsed
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.amounts import CURRENCIES, read_amount

__all__ = ["PLUGINS", "AskAmount"]

_ASKED = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,4})?)(?: ([A-Z]{3}))?")
_EVERY = Interval(low=0)


def _number(text: str) -> float:
    match = _ASKED.fullmatch(text)
    if match is None or (match[2] is not None and match[2] not in CURRENCIES):
        raise ValueError(f'"{text}" is no amount: expected a number, and maybe a currency, such as "1000 EUR"')
    return float(match[1])


@lru_cache(maxsize=256)
def _interval(asked: str) -> tuple[Interval, str | None]:
    currencies = set(re.findall(r"[A-Z]{3}", asked))
    if len(currencies) > 1:
        raise ValueError("two currencies cannot be compared; write one")
    return parsed(asked, _number), next(iter(currencies), None)


def _comparison(text: str) -> str:
    _interval(text)
    return canonical(text)


class AskAmount:
    """Compares amounts. An amount in another currency, or in none, cannot be compared with one that has one."""

    name: ClassVar[str] = "amount"
    type: ClassVar[Any] = Annotated[str, BeforeValidator(as_text), AfterValidator(_comparison)]
    about: ClassVar[str] = 'amount of money, such as "> 1000 EUR"; without a currency the number alone is compared'
    reads: ClassVar[tuple[str, ...]] = ()
    private: ClassVar[bool] = False
    within_names: ClassVar[bool] = False

    def judge(self, asked: str, facts: ValueFacts) -> Verdict:
        """Compare; what cannot be compared is UNKNOWN."""
        interval, currency = _interval(asked)
        found = read_amount(facts.value)
        if found is None or (currency is not None and found.currency != currency):
            return Verdict.UNKNOWN
        return interval.holds(found.value)

    def constant(self, asked: str) -> bool | None:
        """Tell whether it holds for every amount, or for none."""
        interval, _ = _interval(asked)
        if interval.both(_EVERY).is_empty:
            return False
        return True if _EVERY.within(interval) else None

    def implies(self, narrow: str, wide: str) -> bool:
        """Compare two comparisons in one currency."""
        (one, currency), (other, asked) = _interval(narrow), _interval(wide)
        return (asked is None or asked == currency) and one.within(other)


PLUGINS = (AskAmount,)
