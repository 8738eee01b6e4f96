"""Counters and histograms with closed label sets. No label ever comes from a request's text.

Entity types, actions, formats, routes and codes are members of sets fixed at start; a value outside its set is counted
as "other", so that series cannot leak text and their number is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

from relay.errors import ConfigFault, PolicyRefused
from relay.types import Decision, RouteKind

__all__ = ["Counted", "Metrics", "UpstreamCount", "read"]

OUTCOMES = ("answered", "unreachable", "error", "limited", "broken")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """The series of one upstream: looking them up by label would cost more than counting."""

    outcomes: Mapping[str, Counter]
    input_tokens: Counter
    output_tokens: Counter
    usd: Counter
    first_token_s: Histogram
    open: Gauge


class Metrics:
    """Relay's metrics registry. `formats` and `entity_types` are the closed sets that labels are checked against.

    `clock` returns monotonic seconds.
    """

    def __init__(self, *, formats: Iterable[str], entity_types: Iterable[str], clock: Callable[[], float]) -> None:
        self.registry = CollectorRegistry()
        self._formats = frozenset(formats)
        self._entity_types = frozenset(entity_types)
        self._exchanges = Counter("relay_exchanges", "Exchanges begun", ("format", "route"), registry=self.registry)
        self._refusals = Counter(
            "relay_refusals", "Exchanges that ended in an error", ("code",), registry=self.registry
        )
        self._entities = Counter(
            "relay_entities", "Spans by what was done", ("entity_type", "action"), registry=self.registry
        )
        self._observed_entities = Counter(
            "relay_observed_entities",
            "Spans by what mode: enforce would do",
            ("entity_type", "action"),
            registry=self.registry,
        )
        self._observed_exchanges = Counter(
            "relay_observed_exchanges", "Exchanges by the route of mode: enforce", ("route",), registry=self.registry
        )
        self._observed_refusals = Counter(
            "relay_observed_refusals", "Exchanges that mode: enforce would refuse", ("code",), registry=self.registry
        )
        self._unknown = Counter(
            "relay_unknown_fields", "String leaves that no field table names", registry=self.registry
        )
        self._prefixes = Counter(
            "relay_changed_prefixes",
            "Blocks of requests that upstreams report because the conversation before them had changed",
            registry=self.registry,
        )
        self._inspected = Counter(
            "relay_segments_inspected", "Segments that detection has read", registry=self.registry
        )
        self._scrub_s = Histogram(
            "relay_scrub_seconds", "Time from parsed to scrubbed", buckets=_SECONDS, registry=self.registry
        )
        self._policy = Gauge("relay_policy_info", "The policy in force", ("digest", "mode"), registry=self.registry)
        self._reloads = Counter(
            "relay_policy_reloads", "Times that the policy was read anew", ("outcome",), registry=self.registry
        )
        for outcome in ("done", "failed"):
            self._reloads.labels(outcome)
        self.sessions = Gauge("relay_sessions", "Open sessions", registry=self.registry)
        self.in_flight = Gauge("relay_in_flight", "Exchanges in work", registry=self.registry)
        names = ("upstream", "route")
        self._series: dict[str, _Series] = {}
        self._outcomes = Counter(
            "relay_upstream_requests",
            "Requests to upstreams by how they ended",
            (*names, "outcome"),
            registry=self.registry,
        )
        self._tokens = Counter(
            "relay_tokens",
            "Model tokens, as upstreams count them or else estimated",
            (*names, "direction"),
            registry=self.registry,
        )
        self._cost = Counter("relay_cost_usd", "Cost by the configured prices", names, registry=self.registry)
        self._first_token_s = Histogram(
            "relay_first_token_seconds",
            "Time from asking to the first bytes of a streamed answer",
            names,
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._open = Gauge(
            "relay_upstream_open", "1 while nothing is sent to the upstream", names, registry=self.registry
        )
        self._moves = Counter(
            "relay_route_moves",
            "Requests that did not go where policy would have them first",
            ("to", "why"),
            registry=self.registry,
        )
        self._uptime_s = Gauge("relay_uptime_seconds", "Time since start", registry=self.registry)
        self._traces_dropped = Counter(
            "relay_traces_dropped", "Traces of exchanges that no collector took", registry=self.registry
        )
        self._clock = clock
        self._begun = clock()
        for kind in RouteKind:
            for name in self._formats:
                self._exchanges.labels(name, kind.value)

    def scrubbed(self, format_name: str, decision: Decision, *, segments: int, unknown: int, seconds: float) -> None:
        """Count one scrubbed request."""
        self._exchanges.labels(self._known(format_name, self._formats), decision.route.value).inc()
        self._inspected.inc(segments)
        self._unknown.inc(unknown)
        self._scrub_s.observe(seconds)
        if any(decision.actions):
            self._count(self._entities, decision)

    def observed(self, decision: Decision, fault: str = "") -> None:
        """Count what would have been done under `mode: enforce`; `fault`: the code of an unreadable request."""
        self._count(self._observed_entities, decision)
        self._observed_exchanges.labels(decision.route.value).inc()
        if fault or decision.blocked:
            self._observed_refusals.labels(fault or PolicyRefused.code).inc()

    def _count(self, counter: Counter, decision: Decision) -> None:
        for (entity_type, action), count in decision.counts().items():
            counter.labels(self._known(entity_type, self._entity_types), action).inc(count)

    def policy(self, digest: str, mode: str) -> None:
        """Show which policy is in force."""
        self._policy.clear()
        self._policy.labels(digest, mode).set(1)

    def reloaded(self, *, failed: bool) -> None:
        """Count one reload of the policy."""
        self._reloads.labels("failed" if failed else "done").inc()

    def changed_prefixes(self, count: int) -> None:
        """Count blocks that an upstream reports as changed because the conversation before them had changed."""
        self._prefixes.inc(count)

    def refused(self, code: str) -> None:
        """Count one exchange that ended in an error; `code` is a `RelayFault.code`."""
        self._refusals.labels(code).inc()

    def declare(self, upstreams: Mapping[str, RouteKind]) -> None:
        """Add the names of configured upstreams to the set that labels are checked against."""
        for name, kind in upstreams.items():
            self._series[name] = self._make_series(name, kind.value)

    def outcome(self, upstream: str, outcome: str) -> None:
        """Count how one request to an upstream ended; `outcome` is one of OUTCOMES."""
        self._of(upstream).outcomes[outcome].inc()

    def used(self, upstream: str, input_tokens: int, output_tokens: int, usd: float) -> None:
        """Count tokens and cost of one request."""
        series = self._of(upstream)
        series.input_tokens.inc(input_tokens)
        series.output_tokens.inc(output_tokens)
        if usd:
            series.usd.inc(usd)

    def first_token(self, upstream: str, seconds: float) -> None:
        """Count one streamed answer."""
        self._of(upstream).first_token_s.observe(seconds)

    def breaker(self, upstream: str, *, is_open: bool) -> None:
        """Record whether the circuit breaker of `upstream` is open; while it is, nothing is sent there."""
        self._of(upstream).open.set(is_open)

    def moved(self, to: RouteKind, why: str) -> None:
        """Count a request that went to `to` for the reason `why`, a `relay.routing.router.Move`."""
        self._moves.labels(to.value, why).inc()

    def traces_dropped(self, count: int) -> None:
        """Count traces that are lost."""
        self._traces_dropped.inc(count)

    def render(self) -> bytes:
        """Return the exposition format that `/metrics` serves."""
        self._uptime_s.set(self._clock() - self._begun)
        return generate_latest(self.registry)

    def families(self) -> Sequence[Metric]:
        """Return the same series for another format."""
        self._uptime_s.set(self._clock() - self._begun)
        return tuple(self.registry.collect())

    def _of(self, upstream: str) -> _Series:
        found = self._series.get(upstream)
        if found is None:
            found = self._series[upstream] = self._make_series("other", "other")
        return found

    def _make_series(self, upstream: str, route: str) -> _Series:
        at = (upstream, route)
        return _Series(
            outcomes={name: self._outcomes.labels(*at, name) for name in OUTCOMES},
            input_tokens=self._tokens.labels(*at, "input"),
            output_tokens=self._tokens.labels(*at, "output"),
            usd=self._cost.labels(*at),
            first_token_s=self._first_token_s.labels(*at),
            open=self._open.labels(*at),
        )

    @staticmethod
    def _known(value: str, known: frozenset[str]) -> str:
        return value if value in known else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamCount:
    """The counters of one upstream."""

    upstream: str
    route: str
    requests: int
    input_tokens: int
    output_tokens: int
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The cost figures of one scrape. `moves` is keyed by "ROUTE, REASON"."""

    uptime_s: float
    upstreams: tuple[UpstreamCount, ...]
    moves: Mapping[str, int]


def read(text: str) -> Counted:
    """Parse the output of `render`. Raises ConfigFault for any other text."""
    from prometheus_client.parser import text_string_to_metric_families

    numbers: dict[str, dict[tuple[str, ...], float]] = {}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                key = tuple(value for _, value in sorted(sample.labels.items()))
                numbers.setdefault(sample.name, {})[key] = sample.value
        uptime_s = numbers["relay_uptime_seconds"][()]
    except (ValueError, KeyError, IndexError, TypeError):
        raise ConfigFault("not the metrics of a relay") from None
    requests = numbers.get("relay_upstream_requests_total", {})
    tokens = numbers.get("relay_tokens_total", {})
    cost = numbers.get("relay_cost_usd_total", {})
    # Labels in the order of their names: (outcome, route, upstream) and (direction, route, upstream).
    places = sorted({key[-2:] for key in (*requests, *tokens)})
    return Counted(
        uptime_s=uptime_s,
        upstreams=tuple(
            UpstreamCount(
                upstream=upstream,
                route=route,
                requests=int(sum(count for key, count in requests.items() if key[-2:] == (route, upstream))),
                input_tokens=int(tokens.get(("input", route, upstream), 0)),
                output_tokens=int(tokens.get(("output", route, upstream), 0)),
                usd=cost.get((route, upstream), 0.0),
            )
            for route, upstream in places
        ),
        moves={", ".join(key): int(count) for key, count in numbers.get("relay_route_moves_total", {}).items()},
    )
