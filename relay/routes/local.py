"""Local: a model that never leaves the building. A request that must stay here is refused rather than sent out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from relay.protocols import Destination
from relay.types import RouteKind


class LocalRoute:
    """Takes the first configured local upstream that speaks the client's format; there is no way out to a frontier."""

    name: ClassVar[str] = "local"
    kind: ClassVar[RouteKind] = RouteKind.LOCAL

    def choose(self, upstreams: Mapping[str, Destination], family: str) -> Iterable[str]:
        """Return the names of the upstreams that can take a request of `family`, best first."""
        return (n for n, upstream in upstreams.items() if upstream.kind is self.kind and family in upstream.formats)


PLUGINS = (LocalRoute,)
