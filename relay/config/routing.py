"""How an upstream is chosen, and what it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from relay.config.section import Section

__all__ = ["Price", "RoutingConfig"]


class Price(Section):
    """What a model costs, in US dollars per million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False, description="Price of a million input tokens.")
    output: float = Field(ge=0, allow_inf_nan=False, description="Price of a million output tokens.")


class RoutingConfig(Section):
    """How an upstream is chosen within the kind that policy asks for. Times in seconds.

    In the keys of `prices` and `budgets`, `*` stands for any run of characters, and the first that fits counts.
    """

    prices: Mapping[str, Price] = Field(
        default={}, description="Price by model, as the upstream names it, or by `upstream/model`."
    )
    budgets: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default={}, description="US dollars a day (UTC) by client; kept in memory, zero after a restart."
    )
    retries: int = Field(
        default=0, ge=0, le=10, description="Further attempts at the same upstream; SDKs retry by themselves, too."
    )
    retry_s: float = Field(default=10, gt=0, description="No retry begins later than this after the first attempt.")
    failures: int = Field(default=5, ge=1, description="Failures in a row that open an upstream's circuit breaker.")
    open_s: float = Field(default=10, gt=0, description="Time that an open breaker keeps requests away.")
    probe_s: float = Field(
        default=5, ge=0, description="Time between connection probes of local and failing upstreams; 0: no probes."
    )
