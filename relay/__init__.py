"""Relay: a self-hosted privacy relay for LLM traffic.

Importing this package loads no model, opens nothing and costs next to nothing: names are imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relay.doors.library import Clean, TextSession, open_session
    from relay.response.restore import Restorer

__all__ = ["Clean", "Restorer", "TextSession", "__version__", "open_session"]

__version__ = "0.1.0"

_HOMES = {
    "Clean": "relay.doors.library",
    "Restorer": "relay.response.restore",
    "TextSession": "relay.doors.library",
    "open_session": "relay.doors.library",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'relay' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
