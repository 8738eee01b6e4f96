"""What went where, what it cost, and what a machine of one's own would have cost: plain arithmetic over counters.

    local, a day   hardware / (lifetime x 365) + (power x hours on) x price of electricity, for each machine
    machines       as many as the tokens of a day take at `tokens_per_s`, at least one
    break-even     the tokens of a day at which the frontier's price for them is what the local machines cost

Left out: people, space, cooling, and that a local model may need more tokens, or give worse answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Hardware", "Report", "Row", "report"]

_DAY_S = 86_400
_DAYS_A_YEAR = 365
_MILLION = 1_000_000
# A frontier's tokens are compared with at most so many machines: beyond that, the report says nothing useful.
_MOST_MACHINES = 10_000

Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Hardware(BaseModel):
    """One machine that could do the work. Money in US dollars."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    hardware_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    lifetime_years: Amount = 4
    power_w: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    usd_per_kwh: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 24
    tokens_per_s: Amount  # read and written together, while it is on

    @property
    def usd_per_day(self) -> float:
        """What it costs, used or not."""
        write_off = self.hardware_usd / (self.lifetime_years * _DAYS_A_YEAR)
        return write_off + self.power_w / 1000 * self.hours_per_day * self.usd_per_kwh

    @property
    def tokens_per_day(self) -> float:
        """What it can do."""
        return self.tokens_per_s * self.hours_per_day * 3600

    def machines(self, tokens_per_day: float) -> int:
        """Return how many of it `tokens_per_day` take."""
        return max(1, math.ceil(tokens_per_day / self.tokens_per_day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one upstream was asked and what that cost, since relay started."""

    upstream: str
    route: str
    requests: int
    input_tokens: int
    output_tokens: int
    usd: float

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole. Without hardware the last four are None; so is `break_even_tokens` where there is none.

    `unpriced` are frontier upstreams that were used and cost nothing: no price is configured for their models.
    """

    days: float
    rows: tuple[Row, ...]
    moves: Mapping[str, int]  # "local, down": requests that did not go where policy would have them first
    unpriced: tuple[str, ...]
    frontier_usd: float
    frontier_tokens: int
    usd_per_million: float | None  # of the frontier's tokens, as they were mixed
    hardware: Hardware | None = None
    machines: int | None = None
    local_usd: float | None = None  # for all that was asked, wherever it went
    break_even_tokens: float | None = None  # a day


def report(rows: Sequence[Row], moves: Mapping[str, int], days: float, hardware: Hardware | None = None) -> Report:
    """Return the report over `days` (more than 0)."""
    frontier = [row for row in rows if row.route == "frontier"]
    usd, tokens = sum(row.usd for row in frontier), sum(row.tokens for row in frontier)
    per_million = usd / tokens * _MILLION if tokens and usd else None
    plain = Report(
        days=days,
        rows=tuple(rows),
        moves=moves,
        unpriced=tuple(row.upstream for row in frontier if row.tokens and not row.usd),
        frontier_usd=usd,
        frontier_tokens=tokens,
        usd_per_million=per_million,
    )
    if hardware is None:
        return plain
    machines = hardware.machines(sum(row.tokens for row in rows) / days)
    return Report(
        **{name: getattr(plain, name) for name in ("days", "rows", "moves", "unpriced")},
        frontier_usd=usd,
        frontier_tokens=tokens,
        usd_per_million=per_million,
        hardware=hardware,
        machines=machines,
        local_usd=machines * hardware.usd_per_day * days,
        break_even_tokens=_break_even(hardware, per_million),
    )


def _break_even(hardware: Hardware, usd_per_million: float | None) -> float | None:
    """Return the least tokens of a day at which local is not dearer, with as many machines as they take."""
    if usd_per_million is None:
        return None
    for machines in range(1, _MOST_MACHINES + 1):
        tokens = machines * hardware.usd_per_day / usd_per_million * _MILLION
        if hardware.machines(tokens) <= machines:
            return tokens
        if tokens / machines > hardware.tokens_per_day:
            return None  # a machine at work all day costs more than the frontier asks for the same
    return None
