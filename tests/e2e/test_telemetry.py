"""Traces and metrics reach the collector that is configured, and nothing waits for it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from relay.config import TelemetryConfig
from relay.upstream.collector import Collector
from relay.upstream.mirror import Mirror
from tests.collector import FakeCollector, attributes
from tests.e2e.conftest import Serve, Stage, upstream
from tests.e2e.support import PLANTED, chat, until

KEY = {"authorization": "Bearer sk-test"}
CHAT = "/v1/chat/completions"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def collector(stage: Stage) -> Iterator[FakeCollector]:
    made = FakeCollector()
    context = made.running()
    stage.enter(context)
    yield made
    stage.leave(context)


def telemetry(collector: FakeCollector, **fields: Any) -> TelemetryConfig:
    return TelemetryConfig(**{"otlp": collector.url, "interval_s": 1, **fields})


async def of(collector: FakeCollector, exchange: str) -> dict[str, Any]:
    """Return the spans of an exchange, by name, when they are here."""

    def found() -> list[Any]:
        return [span for span in [*collector.spans] if span.trace_id.hex() == exchange]

    await until(lambda: any(span.name == "exchange" for span in found()), timeout_s=10)
    return {span.name: span for span in found()}


@pytest.mark.parametrize("stream", [False, True])
async def test_one_exchange(serve: Serve, mirror: Mirror, collector: FakeCollector, stream: bool) -> None:
    """One id joins the answer, the decision and the spans, which say what relay did."""
    relay = serve(telemetry=telemetry(collector))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post(CHAT, json=chat(stream=stream))
    assert answer.headers["x-relay-exchange"] == answer.headers["x-relay-decision"]
    spans = await of(collector, answer.headers["x-relay-exchange"])
    assert set(spans) == {"exchange", "admit", "scrub", "upstream", "answer"}
    whole = attributes(spans["exchange"])
    assert whole.pop("gen_ai.usage.input_tokens") > 0
    assert whole.pop("gen_ai.usage.output_tokens") > 0
    assert whole == {
        "relay.exchange": answer.headers["x-relay-exchange"],
        "relay.format": "openai_chat",
        "relay.endpoint": "chat",
        "gen_ai.provider.name": "openai",
        "http.request.method": "POST",
        "http.response.status_code": 200,
    }
    assert attributes(spans["scrub"]) == {
        "relay.upstream": "mirror", "relay.route": "frontier", "relay.segments": 1, "relay.replaced": 3,
        "relay.stream": stream,
    }  # fmt: skip
    assert attributes(spans["upstream"]) == {
        "relay.upstream": "mirror", "relay.route": "frontier", "http.response.status_code": 200,
    }  # fmt: skip
    assert [event.name for event in spans["answer"].events] == (["first_byte"] if stream else [])
    assert all(value.encode() not in b"".join(collector.raw) for value in PLANTED)


async def test_refusals(
    serve: Serve, mirror: Mirror, collector: FakeCollector, caplog: pytest.LogCaptureFixture
) -> None:
    """Before there is a decision, too: the header, the log and the trace have one id."""
    caplog.set_level(logging.INFO, "relay")
    relay = serve(telemetry=telemetry(collector))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answers = [
            (await client.get("/v1/nothing"), "unknown_endpoint"),
            (await client.post(CHAT, content=b"{", headers={"content-type": "application/json"}), "invalid_request"),
            (await client.get("/v1/models", headers={"host": "evil.example.com"}), "host_refused"),
            (await client.get("/relay/v1/sessions/none"), "session_closed"),
        ]
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "relay"]
    for answer, code in answers:
        exchange = answer.headers["x-relay-exchange"]
        whole = attributes((await of(collector, exchange))["exchange"])
        assert (whole["error.type"], whole["http.response.status_code"]) == (code, answer.status_code)
        assert [line["code"] for line in lines if line.get("exchange") == exchange] == [code]


async def test_attempts(
    serve: Serve, mirror: Mirror, collector: FakeCollector, caplog: pytest.LogCaptureFixture
) -> None:
    """Each attempt has its span and, at DEBUG, its line."""
    caplog.set_level(logging.DEBUG, "relay")
    gone = upstream("http://127.0.0.1:9", credential="client")
    upstreams = {"gone": gone, "mirror": upstream(mirror.base_url)}
    relay = serve(upstreams=upstreams, telemetry=telemetry(collector))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post(CHAT, json=chat())
    exchange = answer.headers["x-relay-exchange"]
    await of(collector, exchange)
    tried = [
        attributes(span) for span in collector.spans if span.trace_id.hex() == exchange and span.name == "upstream"
    ]
    assert [(one["relay.upstream"], one.get("error.type")) for one in tried] == [
        ("gone", "upstream_unreachable"), ("mirror", None),
    ]  # fmt: skip
    assert tried[1]["http.request.resend_count"] == 1
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "relay"]
    assert [
        (line["upstream"], line["resent"], line["status"])
        for line in lines
        if line["event"] == "attempt" and line["exchange"] == exchange
    ] == [("gone", 0, 0), ("mirror", 1, 200)]


async def test_a_client_that_hangs_up(serve: Serve, mirror: Mirror, collector: FakeCollector) -> None:
    """Its exchange ends as disconnected."""
    relay = serve(telemetry=telemetry(collector))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(CHAT, json=chat("mirror: slow 3000"), timeout=0.3)
    await until(lambda: any(span.name == "exchange" for span in [*collector.spans]), timeout_s=10)
    (whole,) = [span for span in collector.spans if span.name == "exchange"]
    assert attributes(whole)["error.type"] == "disconnected"


@pytest.mark.parametrize("trusted", [False, True])
async def test_a_clients_trace(serve: Serve, mirror: Mirror, collector: FakeCollector, trusted: bool) -> None:
    """It is continued only where that is configured, and never forwarded."""
    relay = serve(telemetry=telemetry(collector, trust_parent=trusted))
    parent = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "a=b", "baggage": "user=maria"}
    async with httpx.AsyncClient(base_url=relay.url, headers={**KEY, **parent}) as client:
        answer = await client.post(CHAT, json=chat())
    exchange = answer.headers["x-relay-exchange"]
    spans = await of(collector, TRACE if trusted else exchange)
    assert spans["exchange"].parent_span_id.hex() == (SPAN if trusted else "")
    assert attributes(spans["exchange"])["relay.exchange"] == exchange
    (received,) = mirror.received
    sent = repr(received.headers) + received.raw.decode()
    assert not any(word in sent for word in ("trace", "baggage", TRACE, SPAN, exchange))


async def test_metrics(serve: Serve, mirror: Mirror, collector: FakeCollector) -> None:
    """They come by themselves, with the operator's headers, from a process with a name of its own."""
    relay = serve(telemetry=telemetry(collector, traces=False))
    await until(lambda: collector.metrics, timeout_s=10)
    assert collector.paths[0] == "/v1/metrics"
    assert collector.headers[0]["content-type"] == "application/x-protobuf"
    assert ("relay_in_flight", ()) in collector.series
    instance = collector.resources[0]["service.instance.id"]
    assert (len(instance), int(instance, 16) > 0) == (32, True)
    assert not collector.spans
    assert relay.url


@pytest.mark.parametrize("trouble", ["away", "error", "redirect", "slow"])
async def test_a_collector_in_trouble_costs_no_request(
    serve: Serve, mirror: Mirror, collector: FakeCollector, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What it does not take is counted; it is asked once, and no other place instead."""
    url = "http://127.0.0.1:9" if trouble == "away" else collector.url
    collector.status = {"error": 503, "redirect": 307}.get(trouble, 200)
    collector.wait_s = 60 if trouble == "slow" else 0
    relay = serve(telemetry=TelemetryConfig(otlp=url, metrics=False))
    dropped = relay.handler.service.core.metrics._traces_dropped._value
    before = dropped.get()
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        for _ in range(3):
            assert (await client.post(CHAT, json=chat())).status_code == 200
        if trouble != "slow":
            await until(lambda: dropped.get() == before + 3, timeout_s=10)
            lines = [record.getMessage() for record in caplog.records if "telemetry_lost" in record.getMessage()]
            assert len(lines) == 1
        assert (await client.post(CHAT, json=chat())).status_code == 200
    assert not any("elsewhere" in path for path in collector.paths)


async def test_what_is_left_is_sent_at_the_end(
    stage: Stage, core: Any, collector: FakeCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a second; and no variable of the environment changes where it goes."""
    for name, value in {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-env=maria", "OTEL_RESOURCE_ATTRIBUTES": "user=maria",
        "OTEL_TRACES_SAMPLER": "always_off", "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    from relay.observe.logs import Id
    from relay.upstream.telemetry import resolve

    config = TelemetryConfig(otlp=collector.url, headers={"x-key": {"env": "OTLP_KEY"}})
    made = resolve(config, {"OTLP_KEY": "Basic c2VjcmV0"}, core.metrics)
    assert made is not None
    assert made.tracer is not None
    assert "c2VjcmV0" not in repr(made)

    async def lives() -> None:
        async with Collector(made, core.metrics.families, core.metrics.traces_dropped, pause_s=60):
            recorded = made.tracer.begin(Id("ab" * 16), ()).recorded
            recorded.end()

    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(lives(), stage.loop))
    assert sorted(collector.paths) == ["/v1/metrics", "/v1/traces"]
    assert {headers["x-key"] for headers in collector.headers} == {"Basic c2VjcmV0"}
    assert b"maria" not in b"".join(collector.raw) + repr(collector.headers).encode()


def test_what_is_not_configured_is_not_imported() -> None:
    """Neither the messages nor protobuf is in a process that serves without telemetry."""
    program = (
        "import sys; from relay.doors.http import app; from relay import build\n"
        "heavy = ('opentelemetry', 'google.protobuf', 'relay.observe.otlp')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ}, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
