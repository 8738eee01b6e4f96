"""The servers behind the routes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from relay.config.secrets import SecretReference
from relay.config.section import Section
from relay.types import RouteKind

__all__ = ["Store", "UpstreamConfig"]

# Hosts of Azure's OpenAI resources and Foundry projects (Azure's documentation, 2026-11-29).
_AZURE_HOSTS = (".openai.azure.com", ".openai.azure.us", ".cognitiveservices.azure.com", ".services.ai.azure.com")
# What people copy behind Azure's `/openai`, and which a request's path brings along itself.
_AZURE_ENDINGS = ("/v1", "/deployments")


class Store(StrEnum):
    """Whether an upstream gets `store: false`: as its provider needs it (`request.strip.forcing`), always, or never."""

    AUTO = "auto"
    FORCE = "force"
    OMIT = "omit"


class UpstreamConfig(Section):
    """One server behind a route."""

    kind: RouteKind = Field(description="`frontier`: a provider, gets scrubbed requests. `local`: your own server.")
    base_url: str = Field(repr=False, description="Base URL, with or without the version segment.")
    formats: tuple[str, ...] | None = Field(
        default=None, description="Format families that it accepts; unset: every one."
    )
    credential: Literal["client", "none"] | SecretReference = Field(
        default="client",
        description="`client` passes the client's key on, `none` sends none; `{env: …}` and `{file: …}` hold your own.",
    )
    models: Mapping[str, str] = Field(
        default={}, description="Renames models: requested name, or `*`, to the upstream's name."
    )
    store: Store = Field(
        default=Store.AUTO,
        description="`auto` sends `store: false` to providers that store by default, `force` always, `omit` never.",
    )
    azure: bool | None = Field(
        default=None, description="Whether OpenAI's formats use Azure's paths; unset: if the host is Azure's."
    )
    http2: bool = Field(default=False, description="Use HTTP/2; slower than HTTP/1.1 here.")
    max_concurrent: int | None = Field(default=None, ge=1, description="Most requests at once; unset: no limit.")
    max_queue: int = Field(default=0, ge=0, description="Requests that may wait beyond `max_concurrent`.")
    overflow: bool = Field(default=False, description="Use it only while no other upstream of its kind has room.")

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http:// or https:// URL with a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no user info, query or fragment")
        return value.rstrip("/")

    def takes(self, family: str) -> bool:
        """Tell whether it takes the formats of `family`."""
        return self.formats is None or family in self.formats

    @cached_property
    def host(self) -> str:
        """The host of the base URL, in lower case."""
        return urlsplit(self.base_url).hostname or ""

    @cached_property
    def addressing(self) -> str:
        """How requests to it are addressed: "azure", or "" as the provider's own API is."""
        return "azure" if self.is_azure else ""

    @property
    def is_azure(self) -> bool:
        """Tell whether OpenAI's formats are addressed as Azure wants it."""
        if self.azure is not None:
            return self.azure
        path = urlsplit(self._without_ending()).path
        return self.host.endswith(_AZURE_HOSTS) and (not path or path.endswith("/openai"))

    @property
    def address(self) -> str:
        """The URL that paths are joined to: the base URL, for Azure as far as `/openai` whatever it says of that."""
        if not self.is_azure:
            return self.base_url
        found = self._without_ending()
        return found if found.endswith("/openai") else f"{found}/openai"

    def _without_ending(self) -> str:
        """Return the base URL without what may stand behind Azure's `/openai`."""
        head = next((self.base_url.removesuffix(end) for end in _AZURE_ENDINGS if self.base_url.endswith(end)), "")
        return head if head.endswith("/openai") else self.base_url
