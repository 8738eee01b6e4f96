"""The whole configuration, and what its parts ask of each other."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from relay.config.clients import ClientConfig, check_clients
from relay.config.identity import IdentityConfig
from relay.config.observe import DecisionLogConfig, LogConfig, TelemetryConfig
from relay.config.outbound import OutboundConfig
from relay.config.routing import RoutingConfig
from relay.config.section import Section
from relay.config.server import ServerConfig, ShapingConfig
from relay.config.sessions import SessionConfig
from relay.config.upstreams import UpstreamConfig
from relay.strict_yaml import FilePath
from relay.types import RouteKind

__all__ = ["Config"]


class Config(Section):
    """The whole configuration. Of upstreams that are otherwise equal the first one listed is taken."""

    server: ServerConfig = Field(default=ServerConfig(), description="Where relay listens, and its limits.")
    clients: tuple[ClientConfig, ...] = Field(
        default=(), description="Programs that may call; required unless relay listens on loopback only."
    )
    clients_file: FilePath | None = Field(
        default=None,
        description="File with more entries of `clients`, as a list; a change counts within seconds.",
    )
    identity: IdentityConfig | None = Field(
        default=None, description="Issuer whose signed tokens stand for clients, beside keys; unset: keys only."
    )
    upstreams: Mapping[str, UpstreamConfig] = Field(default={}, description="Servers behind the routes, by name.")
    outbound: OutboundConfig = Field(
        default=OutboundConfig(), description="Proxy and authorities on the way to upstreams."
    )
    policy: FilePath | None = Field(
        default=None, description="Policy file, or the name of a shipped one; unset: `default`."
    )
    require_signed: FilePath | None = Field(
        default=None, description="Ed25519 public key (PEM); only policies that it signed are used."
    )
    decision_log: DecisionLogConfig | None = Field(
        default=None, description="Where to write a value-free record of every decision; unset: nowhere."
    )
    log: LogConfig = Field(default=LogConfig(), description="The log on standard error.")
    telemetry: TelemetryConfig | None = Field(
        default=None, description="Where to send traces and metrics; unset: nowhere."
    )
    recognizers: tuple[FilePath, ...] = Field(default=(), description="Files with your own recognizers.")
    model_dir: FilePath | None = Field(default=None, description="Folder of a model; unset: the model that ships.")
    session: SessionConfig = Field(default=SessionConfig(), description="Limits of explicit sessions.")
    routing: RoutingConfig = Field(default=RoutingConfig(), description="Prices, budgets, retries and health.")
    shaping: ShapingConfig = Field(default=ShapingConfig(), description="Traffic shaping towards the client.")

    @model_validator(mode="after")
    def _one_host_for_a_clients_key(self) -> Config:
        given = [
            upstream
            for upstream in self.upstreams.values()
            if upstream.kind is RouteKind.FRONTIER and upstream.credential == "client"
        ]
        # "" stands for the families that no upstream names.
        for family in (*dict.fromkeys(name for upstream in given for name in upstream.formats or ()), ""):
            hosts = {upstream.host for upstream in given if upstream.takes(family)}
            if len(hosts) > 1:
                raise ValueError(
                    f"upstreams: {len(hosts)} frontier hosts take {f'the {family}' if family else 'every'} format with "
                    "the client's own key, which belongs to one of them; state formats, or give the others a "
                    "credential of the operator's"
                )
        return self

    @model_validator(mode="after")
    def _clients_where_reachable(self) -> Config:
        check_clients(self.clients)
        by_token = {entry.name for entry in self.clients if entry.key_sha256 is None}
        if by_token and self.identity is None:
            raise ValueError("clients: each entry needs a key_sha256 without identity; relay keygen makes a key")
        if self.identity is not None and self.clients_file is None:
            for name in self.identity.clients.values():
                if name not in by_token:
                    raise ValueError(f'identity.clients: "{name}" is the name of no entry without key_sha256')
        if not self.requires_clients and not self.server.is_loopback:
            raise ValueError(
                "clients: at least one is required when server.host is not a loopback address; relay keygen makes a key"
            )
        return self

    @property
    def requires_clients(self) -> bool:
        """Tell whether only clients that are configured may call."""
        return bool(self.clients) or self.clients_file is not None or self.identity is not None
