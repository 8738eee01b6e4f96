"""Who may call relay."""

from __future__ import annotations

from pydantic import Field

from relay.client_keys import ClientName, KeyDigest
from relay.config.section import Section

__all__ = ["ClientConfig"]


class ClientConfig(Section):
    """A program that may call relay, known by the SHA-256 of its key (hex)."""

    name: ClientName = Field(description="Its name, for rules, budgets and sessions; one client may have several keys.")
    key_sha256: KeyDigest = Field(repr=False, description="SHA-256 of the client's key, in hex.")
