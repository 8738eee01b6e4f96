"""Decide once, at start, what goes to a collector and where. Imports nothing of OpenTelemetry: `collector` does."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from importlib.util import find_spec

from relay.config import TelemetryConfig
from relay.errors import ConfigFault
from relay.observe.logs import Id
from relay.observe.metrics import Metrics
from relay.observe.traces import Telemetry, Tracer
from relay.upstream import credentials

__all__ = ["resolve"]


def resolve(config: TelemetryConfig | None, environ: Mapping[str, str], metrics: Metrics) -> Telemetry | None:
    """Return what `config` asks for, with its credentials read; `metrics` counts traces that are lost.

    Raises ConfigFault without the package, and for a credential that is not there.
    """
    if config is None:
        return None
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.proto") is None:
        raise ConfigFault("telemetry: needs the package opentelemetry-proto, which relay's extra otel installs")
    tracer = Tracer(
        clock_ns=time.time_ns,
        dropped=metrics.traces_dropped,
        sample=config.sample,
        trust_parent=config.trust_parent,
    )
    return Telemetry(
        url=config.otlp,
        headers=credentials.headers(config.headers, environ, where="telemetry.headers"),
        tracer=tracer if config.traces else None,
        metrics=config.metrics,
        interval_s=config.interval_s,
        instance=Id(os.urandom(16).hex()),
    )
