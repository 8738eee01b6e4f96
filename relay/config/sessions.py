"""How long sessions live."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from relay.config.secrets import SecretReference
from relay.config.section import Section
from relay.strict_yaml import FilePath

__all__ = ["SessionConfig"]


class SessionConfig(Section):
    """How long an explicit session may live, and how many there may be. Times in seconds."""

    idle_s: float = Field(default=900, gt=0, description="Longest time without an exchange.")
    max_s: float = Field(default=14400, gt=0, description="Longest life.")
    max_sessions: int = Field(default=10_000, ge=1, description="Most sessions open at once.")
    max_entities: int = Field(default=20_000, ge=1, le=999_999, description="Most values in one session.")
    store: Literal["memory"] | str = Field(
        default="memory",
        repr=False,
        description="`memory`: of this relay. Or where a Valkey or Redis server is, for several: "
        "`valkey://host:6379/0`, over TLS `valkeys://…`, or `unix:///path`.",
    )
    store_password: SecretReference | None = Field(default=None, description="Password of the store.")
    store_ca: FilePath | None = Field(
        default=None, description="Certificates (PEM) of the authorities that vouch for the store; unset: the system's."
    )

    @field_validator("store")
    @classmethod
    def _known(cls, value: str) -> str:
        if value == "memory":
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("valkey", "valkeys", "unix") or not (parts.hostname or parts.path.strip("/")):
            raise ValueError("must be memory, or a valkey://, valkeys:// or unix:// URL")
        if parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no password, query or fragment; the key store_password names a secret")
        return value
