"""`network: [visa, amex]`: the network of a payment card."""

from __future__ import annotations

from typing import Any, ClassVar

from relay.policy.comparisons import Verdict
from relay.policy.terms import listed
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.card_networks import NETWORKS, Network, network_of

__all__ = ["PLUGINS", "AskNetwork"]


class AskNetwork:
    """Holds for a card of one of the networks, by its first digits."""

    name: ClassVar[str] = "network"
    type: ClassVar[Any] = listed(Network)
    about: ClassVar[str] = "networks of a payment card"
    reads: ClassVar[tuple[str, ...]] = ("CREDIT_CARD",)
    private: ClassVar[bool] = False
    within_names: ClassVar[bool] = False

    def judge(self, asked: tuple[str, ...], facts: ValueFacts) -> Verdict:
        """Look the number up; one that no network holds is UNKNOWN."""
        network = network_of(facts.value)
        if network is None:
            return Verdict.UNKNOWN
        return Verdict.YES if network in asked else Verdict.NO

    def constant(self, asked: tuple[str, ...]) -> bool | None:
        """Tell whether every network is meant."""
        return True if set(asked) == set(NETWORKS) else None

    def implies(self, narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
        """Compare the lists."""
        return set(narrow) <= set(wide)


PLUGINS = (AskNetwork,)
