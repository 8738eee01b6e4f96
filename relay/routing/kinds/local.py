"""Local: a model that never leaves the building. A request that must stay here is refused rather than sent out."""

from __future__ import annotations

from typing import ClassVar

from relay.types import RouteKind, UpstreamStats


class LocalRoute:
    """Takes the upstream with the most room; among equals the one that begins its answers soonest."""

    name: ClassVar[str] = "local"
    kind: ClassVar[RouteKind] = RouteKind.LOCAL

    def rank(self, standing: UpstreamStats) -> tuple[float, ...]:
        """Return load, then time to first token."""
        return (standing.load, standing.first_token_s)


PLUGINS = (LocalRoute,)
