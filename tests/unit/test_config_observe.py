"""What the configuration of logs and telemetry takes, and what it refuses before anything is sent."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from relay.config import TelemetryConfig, load
from relay.errors import ConfigFault
from relay.observe.metrics import Metrics
from relay.upstream import telemetry

METRICS = Metrics(formats=(), entity_types=(), clock=count().__next__)


def test_the_defaults(tmp_path: Path) -> None:
    """JSON at info, and no telemetry."""
    config = load(None, {})
    assert (config.log.format, config.log.level, config.telemetry) == ("json", "info", None)
    assert telemetry.resolve(None, {}, METRICS) is None


@pytest.mark.parametrize(
    "text",
    [
        "log: {format: xml}",
        "log: {level: trace}",
        "telemetry: {}",
        "telemetry: {otlp: collector:4318}",
        "telemetry: {otlp: 'grpc://collector:4317'}",
        "telemetry: {otlp: 'http://user:canary@collector:4318'}",
        "telemetry: {otlp: 'http://collector:4318?key=canary'}",
        "telemetry: {otlp: 'http://collector:4318', sample: 1.5}",
        "telemetry: {otlp: 'http://collector:4318', interval_s: 0}",
        "telemetry: {otlp: 'http://collector:4318', headers: {authorization: canary}}",
        "telemetry: {otlp: 'http://collector:4318', endpoint: x}",
    ],
)
def test_what_is_refused(tmp_path: Path, text: str) -> None:
    """With a complaint that does not repeat a secret."""
    (tmp_path / "relay.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFault) as caught:
        load(tmp_path / "relay.yaml", {})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "x y", "x\r\nz", "é"])
def test_a_header_has_a_headers_name(name: str) -> None:
    config = TelemetryConfig(otlp="http://127.0.0.1:4318", headers={name: {"env": "KEY"}})
    with pytest.raises(ConfigFault, match=r"telemetry\.headers"):
        telemetry.resolve(config, {"KEY": "secret"}, METRICS)


@pytest.mark.parametrize("environ", [{}, {"KEY": ""}, {"KEY": "a\nb"}, {"KEY": "é"}])
def test_a_headers_value_has_to_be_there(environ: dict[str, Any]) -> None:
    """And fit: it is named by its key, not repeated."""
    config = TelemetryConfig(otlp="http://127.0.0.1:4318", headers={"x-key": {"env": "KEY"}})
    with pytest.raises(ConfigFault, match=r"telemetry\.headers\.x-key"):
        telemetry.resolve(config, environ, METRICS)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relay says which extra it needs, and does not start without the traces that were asked for."""
    monkeypatch.setattr(telemetry, "find_spec", lambda name: None)
    with pytest.raises(ConfigFault, match="extra otel"):
        telemetry.resolve(TelemetryConfig(otlp="http://127.0.0.1:4318"), {}, METRICS)
