"""The frontier: a machine of a third party. What goes there is scrubbed, and costs by the token."""

from __future__ import annotations

from typing import ClassVar

from relay.types import RouteKind, UpstreamStats


class FrontierRoute:
    """Takes the cheapest upstream; among equals the one that begins its answers soonest."""

    name: ClassVar[str] = "frontier"
    kind: ClassVar[RouteKind] = RouteKind.FRONTIER

    def rank(self, standing: UpstreamStats) -> tuple[float, ...]:
        """Return cost, then time to first token."""
        return (standing.cost_usd, standing.first_token_s)


PLUGINS = (FrontierRoute,)
