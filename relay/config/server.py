"""Where relay listens, its limits, and how its answers are shaped."""

from __future__ import annotations

import ipaddress

from pydantic import Field

from relay.config.section import Section

__all__ = ["ServerConfig", "ShapingConfig"]


class ServerConfig(Section):
    """Where relay listens, and its limits. Sizes in MiB, times in seconds."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; `clients` is required beyond loopback.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port; 0 takes a free one.")
    admin_port: int | None = Field(
        default=None, ge=0, le=65535, description="Loopback port for `/livez`, `/readyz` and `/metrics`."
    )
    max_body_mb: int = Field(default=32, ge=1, le=1024, description="Largest request body, decompressed, in MiB.")
    workers: int | None = Field(
        default=None, ge=1, le=64, description="Requests that are scrubbed at once; unset: one for each processor core."
    )
    queue: int = Field(
        default=256,
        ge=1,
        description="Requests that may wait for a worker, three quarters of them of one client; more are refused.",
    )
    max_wait_s: float = Field(
        default=60,
        gt=0,
        description="Longest wait for a worker or an upstream's slot that is begun; who would wait longer is refused.",
    )
    connect_timeout_s: float = Field(
        default=10, gt=0, description="Longest time to connect to an upstream, name look-up included."
    )
    # The SDKs' own default.
    read_timeout_s: float = Field(default=600, gt=0, description="Longest silence of an upstream in an answer.")
    drain_wait_s: float = Field(
        default=0,
        ge=0,
        description="Time after SIGTERM to serve on while `/readyz` fails; a balancer should ask twice in it.",
    )
    drain_s: float = Field(default=20, ge=0, description="Time for running exchanges to end after SIGTERM.")
    keepalive_s: float = Field(default=15, gt=0, description="Silence on a stream before a keep-alive event.")
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Origins of web pages that may call; `*` as a port stands for any."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Accepted `Host` headers beside loopback names and addresses."
    )

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class ShapingConfig(Section):
    """Traffic shaping on the client's connection: hides the rhythm and sizes of answers. 0 turns that part off."""

    interval_ms: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Milliseconds between the writes of a stream; text in between is gathered.",
    )
    pad_to: int = Field(
        default=0, ge=0, le=65_536, description="Bytes; each write and each whole answer is padded to a multiple."
    )

    @property
    def on(self) -> bool:
        """Whether anything is shaped."""
        return bool(self.interval_ms or self.pad_to)
