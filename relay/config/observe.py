"""What relay records of its work."""

from __future__ import annotations

from pydantic import Field

from relay.config.section import Section

__all__ = ["DecisionLogConfig"]


class DecisionLogConfig(Section):
    """Where decisions are recorded: a file descriptor that relay is started with (1: standard output)."""

    fd: int = Field(ge=1, le=1023, description="Number of the descriptor; 1 is standard output.")
    after: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="Hash that the log must end with; relay logs it at its end.",
    )
