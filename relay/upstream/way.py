"""The way to an upstream: a proxy in between or none, and whose certificates count."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["DIRECT", "Way"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`proxy` is a URL without user info, `credential` its `(user, password)`; `ca` counts beside the system's."""

    proxy: str | None = field(default=None, repr=False)
    credential: tuple[str, str] | None = field(default=None, repr=False)
    ca: Path | None = None


DIRECT = Way()
