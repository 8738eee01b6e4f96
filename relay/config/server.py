"""Where relay listens, its limits, and how its answers are shaped."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

from pydantic import Field, field_validator

from relay.client_keys import KeyDigest
from relay.config.section import Section
from relay.strict_yaml import FilePath

__all__ = ["ServerConfig", "ShapingConfig", "TlsConfig"]


class TlsConfig(Section):
    """TLS for connections of clients: version 1.2 or later."""

    certificate: FilePath = Field(description="Certificate (PEM), followed by those between it and its authority.")
    key: FilePath = Field(description="Its private key (PEM), not encrypted.")
    client_ca: FilePath | None = Field(
        default=None, description="Authorities (PEM) of clients, which must show a certificate then; unset: none asked."
    )


_MOST = 64  # processes, and threads of one


class ServerConfig(Section):
    """Where relay listens, and its limits. Sizes in MiB, times in seconds."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; `clients` is required beyond loopback.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port; 0 takes a free one.")
    admin_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port for `/livez`, `/readyz` and `/metrics`."
    )
    admin_host: str = Field(
        default="127.0.0.1", description="Address of that port; beyond loopback it tells nobody more than a status."
    )
    admin_key_sha256: KeyDigest | None = Field(
        default=None,
        repr=False,
        description="SHA-256 of the key (`Authorization: Bearer`) that `/metrics` then asks for; without it the other "
        "two answer by their status only.",
    )
    tls: TlsConfig | None = Field(default=None, description="TLS for connections of clients; unset: plain HTTP.")
    unix: FilePath | None = Field(default=None, description="Unix socket to listen on, instead of `host` and `port`.")
    unix_mode: str = Field(
        default="0600", pattern=r"^0?[0-7]{3}$", description="Mode of the Unix socket, in octal digits."
    )
    max_body_mb: int = Field(default=32, ge=1, le=1024, description="Largest request body, decompressed, in MiB.")
    workers: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Processes that serve; unset: 1 on a loopback address, otherwise one for each processor core.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Requests that a process scrubs at once; unset: the processor cores, divided among the processes.",
    )
    queue: int = Field(
        default=256,
        ge=1,
        description="Requests that may wait to be scrubbed, three quarters of them of one client; more are refused.",
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
        return self.unix is not None or _is_loopback(self.host)

    @property
    def processes(self) -> int:
        """How many processes serve. Several share a port in a way that only Linux has."""
        if self.workers is not None:
            return self.workers
        return 1 if self.is_loopback or sys.platform != "linux" else min(_cores(), _MOST)

    def part(self, whole: int, least: int = 1) -> int:
        """Return what one of `workers` processes may have of `whole`, which all of them share; at least `least`."""
        return max(least, whole // (self.workers or 1))

    def among(self, workers: int) -> ServerConfig:
        """Return these settings with the number of processes stated."""
        return self.model_copy(update={"workers": workers})

    @property
    def scrubbing_threads(self) -> int:
        """How many requests one process scrubs at once."""
        return self.threads or self.part(min(_cores(), _MOST))

    @field_validator("unix_mode", mode="before")
    @classmethod
    def _digits(cls, value: Any) -> Any:
        return f"{value:03}" if isinstance(value, int) and not isinstance(value, bool) else value


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _cores() -> int:
    """Return the processor cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
