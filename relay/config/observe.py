"""What relay records of its work: decisions, the log, traces and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from relay.config.secrets import SecretReference
from relay.config.section import Section

__all__ = ["DecisionLogConfig", "LogConfig", "LogFormat", "LogLevel", "TelemetryConfig"]


class DecisionLogConfig(Section):
    """Where decisions are recorded: a file descriptor that relay is started with (1: standard output)."""

    fd: int = Field(ge=1, le=1023, description="Number of the descriptor; 1 is standard output.")
    after: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="Hash that the log must end with; relay logs it at its end.",
    )


class LogFormat(StrEnum):
    """How a line of the log is written."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From which level on events are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogConfig(Section):
    """The log on standard error. It holds no value at any level."""

    format: LogFormat = Field(
        default=LogFormat.JSON, description="`json`: an object a line. `text`: `key=value`, for people."
    )
    level: LogLevel = Field(
        default=LogLevel.INFO, description="Least level that is written; `debug` has a line for each attempt."
    )


class TelemetryConfig(Section):
    """Traces and metrics by OTLP over HTTP (protobuf); needs the extra `otel`. They hold no value."""

    otlp: str = Field(description="Base URL of the collector; `/v1/traces` and `/v1/metrics` are appended.")
    headers: Mapping[str, SecretReference] = Field(default={}, description="Headers for the collector, by name.")
    traces: bool = Field(default=True, description="Send a trace of each exchange.")
    metrics: bool = Field(default=True, description="Send the series of `/metrics`.")
    sample: float = Field(default=1.0, ge=0, le=1, description="Part of the exchanges that are traced.")
    interval_s: float = Field(default=15, ge=1, le=3600, description="Seconds between two sendings of the metrics.")
    trust_parent: bool = Field(
        default=False,
        description="Continue the trace that a client's `traceparent` names, if it is sampled. It is never forwarded.",
    )

    @field_validator("otlp")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http:// or https:// URL with a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no user info, query or fragment; give keys under headers")
        return value.rstrip("/")
