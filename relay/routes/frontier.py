"""The frontier: somebody else's machine. What goes there is scrubbed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from relay.protocols import Destination
from relay.types import RouteKind


class FrontierRoute:
    """Takes the first configured frontier upstream that speaks the client's format."""

    name: ClassVar[str] = "frontier"
    kind: ClassVar[RouteKind] = RouteKind.FRONTIER

    def choose(self, upstreams: Mapping[str, Destination], family: str) -> Iterable[str]:
        """Return the names of the upstreams that can take a request of `family`, best first."""
        return (n for n, upstream in upstreams.items() if upstream.kind is self.kind and family in upstream.formats)


PLUGINS = (FrontierRoute,)
