"""What each client has spent today, in US dollars: counters in memory that hold names, days and sums.

A request is counted when it leaves, with what it is expected to cost, and again when its answer told what it used. The
day is UTC's. A restart begins at zero: a budget bounds a mistake, it does not replace the provider's bill.

Where several processes spend of one budget, each counts its own and adds it to a sum that all of them see: `unsaid` is
what has to be added, `said` takes the sum that this made.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from relay.config import Price
from relay.policy.globs import any_of
from relay.routing.usage import Usage

__all__ = ["BudgetLedger", "Hold", "Prices", "Unsaid", "cost_usd"]

_DAY_S = 86_400
_MILLION = 1_000_000


class Prices:
    """The price table: keys are models as an upstream names them, or UPSTREAM/MODEL, with `*`; the first that fits."""

    def __init__(self, table: Mapping[str, Price]) -> None:
        self._table = [(any_of((key,)), price) for key, price in table.items()]
        self._found: dict[tuple[str, str], Price | None] = {}

    def __bool__(self) -> bool:
        """Tell whether anything has a price."""
        return bool(self._table)

    def of(self, upstream: str, model: str) -> Price | None:
        """Return the price of `model` at `upstream`."""
        key = (upstream, model)
        if key not in self._found:
            if len(self._found) > 1024:  # clients choose the names of models
                self._found.clear()
            names = (f"{upstream}/{model}", model)
            self._found[key] = next((price for test, price in self._table if any(map(test, names))), None)
        return self._found[key]


def cost_usd(price: Price, usage: Usage) -> float:
    """Return what `usage` costs."""
    return (usage.input_tokens * price.input + usage.output_tokens * price.output) / _MILLION


@dataclass(slots=True)
class Unsaid:
    """What a client has spent here on a day and the common sum does not hold yet, in US dollars."""

    day: int
    usd: float


@dataclass(slots=True)
class Hold:
    """What one request is counted with until it is settled."""

    client: str
    day: int
    usd: float


class BudgetLedger:
    """Sums by client and day. Thread-safe. `limits` are US dollars a day by client, with `*`; the first that fits."""

    def __init__(self, limits: Mapping[str, float]) -> None:
        self._limits = [(any_of((key,)), limit) for key, limit in limits.items()]
        self._lock = threading.Lock()
        self._day = -1
        self._spent: dict[str, float] = {}  # here
        self._said: dict[str, float] = {}  # what of it is in the common sum
        self._elsewhere: dict[str, float] = {}

    def __bool__(self) -> bool:
        """Tell whether any client has a budget."""
        return bool(self._limits)

    def left(self, client: str, wall: float) -> float:
        """Return what `client` may still spend on the day of `wall` (seconds since 1970); infinite without a limit."""
        limit = self._limit(client)
        if limit is None:
            return float("inf")
        with self._lock:
            # A clock that was set back is still in the day that was begun.
            if int(wall // _DAY_S) > self._day:
                return limit
            return limit - self._spent.get(client, 0.0) - self._elsewhere.get(client, 0.0)

    def _limit(self, client: str) -> float | None:
        return next((limit for test, limit in self._limits if test(client)), None)

    def hold(self, client: str, usd: float, wall: float) -> Hold:
        """Count `usd` for `client` until `settle` says what it really was."""
        day = int(wall // _DAY_S)
        with self._lock:
            self._begin(day)
            self._spent[client] = self._spent.get(client, 0.0) + usd
        return Hold(client, day, usd)

    def settle(self, hold: Hold, usd: float) -> None:
        """Replace what `hold` counted by `usd`. A day that is over stays as it is."""
        with self._lock:
            if hold.day == self._day:
                self._spent[hold.client] = max(0.0, self._spent.get(hold.client, 0.0) + usd - hold.usd)
        hold.usd = usd

    def _begin(self, day: int) -> None:
        if day > self._day:
            self._day = day
            for sums in (self._spent, self._said, self._elsewhere):
                sums.clear()

    # --------------------------------------------------------------------------------------- with others that spend

    def unsaid(self, client: str, wall: float) -> Unsaid | None:
        """Return what the common sum of `client` lacks, None where the client has no budget."""
        if self._limit(client) is None:
            return None
        with self._lock:
            self._begin(int(wall // _DAY_S))
            return Unsaid(self._day, self._spent.get(client, 0.0) - self._said.get(client, 0.0))

    def said(self, client: str, unsaid: Unsaid, total: float) -> None:
        """Take the common sum after `unsaid` was added to it."""
        with self._lock:
            if unsaid.day == self._day:
                said = self._said[client] = self._said.get(client, 0.0) + unsaid.usd
                self._elsewhere[client] = max(0.0, total - said)

    def spenders(self) -> tuple[str, ...]:
        """Return the clients of whom something is unsaid."""
        with self._lock:
            return tuple(name for name, usd in self._spent.items() if usd != self._said.get(name, 0.0))
