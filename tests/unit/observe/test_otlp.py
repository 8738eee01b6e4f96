"""What the messages hold: spans with their ids, and the series of `/metrics`."""

from __future__ import annotations

from itertools import count

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from relay.errors import PolicyRefused
from relay.observe import otlp
from relay.observe.attributes import Attribute
from relay.observe.logs import Id
from relay.observe.metrics import Metrics
from relay.observe.traces import Recorded, SpanEvent, SpanName, Tracer
from relay.types import RouteKind
from tests.collector import attributes

ID = Id("0123456789abcdef" * 2)
RESOURCE = otlp.resource("1.2.3", ID)
PARENT = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")


def traced(*headers: tuple[str, str], id: Id = ID) -> Recorded:
    tracer = Tracer(clock_ns=count(100).__next__, dropped=print, trust_parent=True)
    recorded = tracer.begin(id, headers).recorded
    assert recorded is not None
    with recorded as trace:
        with trace.span(SpanName.UPSTREAM) as span:
            span.set(Attribute.STATUS, 429)
            span.failed(PolicyRefused("maria@example.org"))
        trace.span(SpanName.ANSWER).happened(SpanEvent.FIRST_BYTE)
    return tracer.take(1)[0]


def spans(*traces: Recorded) -> list:
    message = ExportTraceServiceRequest.FromString(otlp.traces_message(RESOURCE, traces))
    assert attributes(message.resource_spans[0].resource) == {
        "service.name": "relay", "service.version": "1.2.3", "service.instance.id": ID,
    }  # fmt: skip
    return list(message.resource_spans[0].scope_spans[0].spans)


def test_spans() -> None:
    """Ids, names, kinds, attributes, events, status and times."""
    whole, upstream, answer = spans(traced())
    assert {span.trace_id.hex() for span in (whole, upstream, answer)} == {ID}
    assert whole.parent_span_id == b""
    assert upstream.parent_span_id == answer.parent_span_id == whole.span_id
    assert [span.name for span in (whole, upstream, answer)] == ["exchange", "upstream", "answer"]
    assert [span.kind for span in (whole, upstream, answer)] == [2, 3, 1]
    assert attributes(upstream) == {"http.response.status_code": 429, "error.type": "policy_refused"}
    assert [span.status.code for span in (whole, upstream, answer)] == [0, 2, 0]
    assert [event.name for event in answer.events] == ["first_byte"]
    assert whole.start_time_unix_nano < upstream.start_time_unix_nano < upstream.end_time_unix_nano
    assert answer.end_time_unix_nano < whole.end_time_unix_nano


def test_exchanges_that_continue_one_trace() -> None:
    """They are in the client's trace, and their spans have ids of their own."""
    found = spans(traced(PARENT), traced(PARENT, id=Id("f" * 32)))
    assert {span.trace_id.hex() for span in found} == {"4bf92f3577b34da6a3ce929d0e0e4736"}
    assert [span.parent_span_id.hex() for span in found if span.name == "exchange"] == ["00f067aa0ba902b7"] * 2
    assert len({span.span_id for span in found}) == len(found)


@pytest.mark.parametrize("value", ["maria@example.org", ValueError("maria@example.org"), Id("maria@example.org")])
def test_nothing_but_checked_values_is_written(value: object) -> None:
    """What came into a span past the check is refused where the message is made."""
    trace = traced()
    trace.spans[0].attributes[Attribute.EXCHANGE] = value
    with pytest.raises(TypeError):
        otlp.traces_message(RESOURCE, [trace])


def test_metrics_are_those_of_prometheus() -> None:
    """Every series with its value; buckets hold what is between two bounds."""
    metrics = Metrics(formats=("openai",), entity_types=("PERSON",), clock=count(0, 0.25).__next__)
    metrics.declare({"main": RouteKind.FRONTIER})
    metrics.outcome("main", "answered")
    metrics.used("main", 12, 34, 0.5)
    metrics.refused("policy_refused")
    for seconds in (0.0005, 0.02, 0.02, 99):
        metrics.first_token("main", seconds)
    (group,) = ExportMetricsServiceRequest.FromString(
        otlp.metrics_message(RESOURCE, metrics.families(), 1, 2)
    ).resource_metrics
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for metric in group.scope_metrics[0].metrics:
        kind = metric.WhichOneof("data")
        for point in getattr(metric, kind).data_points:
            labels = attributes(point)
            assert (point.start_time_unix_nano, point.time_unix_nano) == (0 if kind == "gauge" else 1, 2)
            if kind != "histogram":
                found[metric.name, tuple(sorted(labels.items()))] = point.as_double
                continue
            found[f"{metric.name}_count", tuple(sorted(labels.items()))] = point.count
            found[f"{metric.name}_sum", tuple(sorted(labels.items()))] = point.sum
            below = 0
            for bound, number in zip([*map(str, point.explicit_bounds), "+Inf"], point.bucket_counts, strict=True):
                below += number
                found[f"{metric.name}_bucket", tuple(sorted({**labels, "le": bound}.items()))] = below
    expected = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    for name in ("relay_uptime_seconds",):
        assert found.pop((name, ())) != expected.pop((name, ()))  # the clock went on
    assert found == expected
