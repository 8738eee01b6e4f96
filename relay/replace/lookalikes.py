"""Tell whether a text that stands for a value could be taken for a placeholder, in any style."""

from __future__ import annotations

from functools import cache

from relay.protocols import Style
from relay.replace.placeholder_styles import known_styles

__all__ = ["reads_like_placeholder"]


def reads_like_placeholder(text: str) -> bool:
    """Tell whether any style finds a look-alike in `text`: restoring could put a value of the session there."""
    return any(any(True for _ in style.lookalikes(text)) for style in _styles())


@cache
def _styles() -> tuple[Style, ...]:
    """Return each style as it is without entity types, which finds the most."""
    return tuple(plugin() for plugin in known_styles().values())
