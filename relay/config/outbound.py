"""How relay reaches upstreams: only as stated here, never as the environment says."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from relay.config.secrets import SecretReference
from relay.config.section import Section
from relay.strict_yaml import FilePath

__all__ = ["OutboundConfig"]


class OutboundConfig(Section):
    """A proxy and authorities on the way to upstreams. `HTTPS_PROXY` and its like are not read."""

    proxy: str | None = Field(
        default=None,
        repr=False,
        description="`http://host:port` of a proxy (CONNECT for `https`) to frontier upstreams; local ones are reached "
        "directly.",
    )
    proxy_credential: SecretReference | None = Field(
        default=None, description="`user:password` for the proxy, where it asks for one."
    )
    ca: FilePath | None = Field(
        default=None, description="Certificates (PEM) of authorities that count beside the system's, for upstreams."
    )

    @field_validator("proxy")
    @classmethod
    def _plain(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
            raise ValueError("must be http://host:port")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no user info; the key proxy_credential names a secret")
        return value.rstrip("/")
