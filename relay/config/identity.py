"""Whose signed tokens stand for which clients."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from relay.client_keys import ClientName
from relay.config.section import Section

__all__ = ["IdentityConfig"]


class IdentityConfig(Section):
    """An issuer of tokens (JWT, as OpenID Connect has them), which relay verifies by itself."""

    issuer: str = Field(min_length=1, description="The `iss` of its tokens, to the letter.")
    audience: str = Field(min_length=1, description="What `aud` must name: this relay, as the issuer knows it.")
    jwks: str = Field(
        min_length=1,
        repr=False,
        description="Its public keys, a JSON Web Key Set: a file, or an `https://` URL that relay fetches.",
    )
    claim: str = Field(default="sub", min_length=1, description="Claim that tells clients: a text or a list of texts.")
    clients: Mapping[str, ClientName] = Field(
        min_length=1,
        description="Value of the claim, `*` for any text in it, to the `name` of an entry without `key_sha256`; of "
        "several that match the first.",
    )

    @field_validator("jwks")
    @classmethod
    def _place(cls, value: str) -> str:
        parts = urlsplit(value)
        if "://" not in value:
            return value
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("must be a file or an https:// URL: who changes keys on their way says who may call")
        if parts.username or parts.password or parts.fragment:
            raise ValueError("must hold no user info and no fragment")
        return value

    @property
    def file(self) -> Path | None:
        """The file of the keys, None where they are fetched."""
        return None if "://" in self.jwks else Path(self.jwks)
