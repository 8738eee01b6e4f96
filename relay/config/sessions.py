"""How long sessions live."""

from __future__ import annotations

from pydantic import Field

from relay.config.section import Section

__all__ = ["SessionConfig"]


class SessionConfig(Section):
    """How long an explicit session may live, and how many there may be. Times in seconds."""

    idle_s: float = Field(default=900, gt=0, description="Longest time without an exchange.")
    max_s: float = Field(default=14400, gt=0, description="Longest life.")
    max_sessions: int = Field(default=10_000, ge=1, description="Most sessions open at once.")
    max_entities: int = Field(default=20_000, ge=1, le=999_999, description="Most values in one session.")
