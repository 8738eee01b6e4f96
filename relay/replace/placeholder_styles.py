"""The styles of placeholders that a policy may name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import relay.replace.styles
from relay.protocols import Style
from relay.registry import collect

__all__ = ["known_styles"]


@cache
def known_styles() -> Mapping[str, type[Style]]:
    """Return the class of each style by its name. Raises ConfigFault where a module of one cannot be used."""
    return collect(relay.replace.styles, Style)
