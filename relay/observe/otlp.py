"""Write traces and metrics as OTLP's protobuf messages (opentelemetry-proto 1.9). Nothing is sent here.

Only what `attributes.checked` lets through is in a span; a metric's labels are those of `/metrics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Protocol

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from relay.observe.attributes import checked
from relay.observe.logs import Id
from relay.observe.traces import Recorded, Span, SpanName

__all__ = ["Family", "metrics_message", "resource", "traces_message"]

_KINDS = {
    SpanName.EXCHANGE: trace_pb2.Span.SPAN_KIND_SERVER,
    SpanName.UPSTREAM: trace_pb2.Span.SPAN_KIND_CLIENT,
}
_CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
_SCOPE = "relay"


class Sample(Protocol):
    """A line of Prometheus' exposition."""

    @property
    def name(self) -> str:
        """The series' name, with an ending such as `_total`."""
        ...

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels."""
        ...

    @property
    def value(self) -> float:
        """The value."""
        ...


class Family(Protocol):
    """The lines of one metric."""

    name: str
    documentation: str
    type: str  # "counter", "gauge" or "histogram"

    @property
    def samples(self) -> Sequence[Sample]:
        """The lines."""
        ...


def resource(version: str, instance: Id) -> Resource:
    """Return what tells this process from others: nothing of the machine or the operator."""
    return Resource(
        attributes=_pairs({"service.name": "relay", "service.version": version, "service.instance.id": str(instance)})
    )


def traces_message(of: Resource, traces: Sequence[Recorded]) -> bytes:
    """Return an ExportTraceServiceRequest."""
    message = ExportTraceServiceRequest()
    group = message.resource_spans.add(resource=of).scope_spans.add()
    group.scope.name = _SCOPE
    for trace in traces:
        trace_id = bytes.fromhex(trace.parent.trace_id if trace.parent is not None else trace.id)
        parent = bytes.fromhex(trace.parent.span_id) if trace.parent is not None else b""
        whole = _span_id(trace.id, 0)
        for index, span in enumerate(trace.spans):
            group.spans.append(_span(span, trace_id, _span_id(trace.id, index), whole if index else parent))
    data: bytes = message.SerializeToString()
    return data


def _span_id(exchange: str, index: int) -> bytes:
    """Return an id for a span: unique, too, where many exchanges continue one trace."""
    return blake2b(b"%s/%d" % (exchange.encode("ascii"), index), digest_size=8).digest()


def _span(span: Span, trace_id: bytes, span_id: bytes, parent: bytes) -> trace_pb2.Span:
    made = trace_pb2.Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        name=span.name.value,
        kind=_KINDS.get(span.name, trace_pb2.Span.SPAN_KIND_INTERNAL),
        start_time_unix_nano=span.begun_ns,
        # The clock may have been set back meanwhile.
        end_time_unix_nano=max(span.ended_ns, span.begun_ns),
        attributes=_pairs({key.value: checked(key, value) for key, value in span.attributes.items()}),
        events=[trace_pb2.Span.Event(name=event.value, time_unix_nano=at) for event, at in span.events],
    )
    if span.is_failed:
        made.status.code = trace_pb2.Status.STATUS_CODE_ERROR
    return made


def metrics_message(of: Resource, families: Iterable[Family], begun_ns: int, now_ns: int) -> bytes:
    """Return an ExportMetricsServiceRequest with every series, cumulative since `begun_ns`."""
    message = ExportMetricsServiceRequest()
    group = message.resource_metrics.add(resource=of).scope_metrics.add()
    group.scope.name = _SCOPE
    for family in families:
        if not family.samples:
            continue
        made = group.metrics.add(description=family.documentation)
        if family.type == "histogram":
            made.name = family.name
            _add_histogram(made, family, begun_ns, now_ns)
        elif family.type == "counter":
            made.name = f"{family.name}_total"
            made.sum.is_monotonic = True
            made.sum.aggregation_temporality = _CUMULATIVE
            made.sum.data_points.extend(_numbers(family, f"{family.name}_total", begun_ns, now_ns))
        else:
            made.name = family.name
            made.gauge.data_points.extend(_numbers(family, family.name, 0, now_ns))
    data: bytes = message.SerializeToString()
    return data


def _numbers(family: Family, name: str, begun_ns: int, now_ns: int) -> list[NumberDataPoint]:
    return [
        NumberDataPoint(
            attributes=_pairs(sample.labels),
            start_time_unix_nano=begun_ns,
            time_unix_nano=now_ns,
            as_double=sample.value,
        )
        for sample in family.samples
        if sample.name == name
    ]


def _add_histogram(made: Metric, family: Family, begun_ns: int, now_ns: int) -> None:
    made.histogram.aggregation_temporality = _CUMULATIVE
    points: dict[tuple[tuple[str, str], ...], HistogramDataPoint] = {}
    below: dict[tuple[tuple[str, str], ...], float] = {}  # Prometheus counts all up to a bound, OTLP between two
    for sample in family.samples:
        labels = {key: value for key, value in sample.labels.items() if key != "le"}
        key = tuple(sorted(labels.items()))
        if key not in points:
            points[key] = made.histogram.data_points.add(
                attributes=_pairs(labels), start_time_unix_nano=begun_ns, time_unix_nano=now_ns
            )
        point = points[key]
        if sample.name == f"{family.name}_bucket":
            point.bucket_counts.append(int(sample.value - below.get(key, 0)))
            below[key] = sample.value
            if sample.labels["le"] != "+Inf":
                point.explicit_bounds.append(float(sample.labels["le"]))
        elif sample.name == f"{family.name}_count":
            point.count = int(sample.value)
        elif sample.name == f"{family.name}_sum":
            point.sum = sample.value


def _pairs(values: Mapping[str, bool | int | str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_any(value)) for key, value in values.items()]


def _any(value: bool | int | str) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    return AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value)
