"""The contract of a kind of destination."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from relay.types import (
    RouteKind,
    UpstreamStats,
)

__all__ = ["Route"]


@runtime_checkable
class Route(Protocol):
    """A kind of destination and what counts among its upstreams. It never leads to another kind."""

    name: ClassVar[str]
    kind: ClassVar[RouteKind]

    def rank(self, standing: UpstreamStats) -> tuple[float, ...]:
        """Return what orders the upstreams that qualify for a request: the least comes first."""
        ...
