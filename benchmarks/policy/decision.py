"""Measure decisions: time per request for policies and requests of several sizes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.types import Role, RouteKind, Segment, Span

TYPES = tuple(ENTITY_TYPES)
ACTIONS = ("mask", "redact", "surrogate", "placeholder")
PROSE = "Please summarise the following report about the weather in the north and tell me what to wear there. "


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement, in milliseconds."""

    what: str
    p50_ms: float
    p95_ms: float


def policy_text(rules: int) -> str:
    """Return a policy with so many rules, some with a score, a role, a class, a client or a wildcard."""
    lines = ["version: 1", "rules:"]
    for rank in range(rules - 1):
        conditions = [f"entity: {TYPES[rank % len(TYPES)]}"]
        conditions += [f"min_score: 0.{rank % 9 + 1}"] if rank % 5 == 0 else []
        conditions += ["class: PHI"] if rank % 7 == 0 else []
        conditions += ["roles: user"] if rank % 11 == 0 else []
        conditions += ['clients: "hr-*"'] if rank % 13 == 0 else []
        lines.append(f"  - {{{', '.join(conditions)}, action: {ACTIONS[rank % 4]}, why: benchmark}}")
    lines += ['  - {entity: "US_*", action: mask, why: benchmark}'] if rules else []
    return "\n".join(lines) if rules else "version: 1"


def request(spans: int, types: int, text: str = "x" * 60) -> tuple[tuple[Segment, ...], tuple[tuple[Span, ...], ...]]:
    """Return a request with ten spans in each of its segments, over so many entity types."""
    names = [TYPES[rank % types % len(TYPES)] for rank in range(spans)]
    rows = [names[start : start + 10] for start in range(0, spans, 10)] or [[]]
    segments = tuple(
        Segment(pointer=f"/messages/{rank}/content", text=text, role=Role.USER, message=rank)
        for rank in range(len(rows))
    )
    return segments, tuple(tuple(Span(name, 5 * at, 5 * at + 4, 0.8) for at, name in enumerate(row)) for row in rows)


def timed(what: str, call: Callable[[], object], repeat: int = 2000) -> Row:
    """Call `call` often and return its median and 95th percentile."""
    for _ in range(20):
        call()
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return Row(what=what, p50_ms=statistics.median(times), p95_ms=times[int(repeat * 0.95)])


def measure() -> list[Row]:
    """Return the table."""
    rows = []
    for spans, types, rules in ((0, 1, 0), (20, 5, 0), (20, 5, 200), (200, 20, 200), (200, 200, 200), (200, 20, 1000)):
        engine = Engine(parse(policy_text(rules), "benchmark"), ENTITY_TYPES, describe=describe)
        segments, found = request(spans, types)
        rows.append(
            timed(
                f"{spans} spans of {min(types, spans)} types, {rules} rules",
                lambda engine=engine, segments=segments, found=found: engine.decide(  # type: ignore[misc]
                    segments, found, decision_id="b", available=tuple(RouteKind)
                ),
            )
        )
    about_classes = "version: 1\nrules: [{class: PHI, require: local, why: benchmark}]"
    engine = Engine(parse(about_classes, "benchmark"), ENTITY_TYPES)
    for characters in (300, 2_000, 20_000):
        text = (PROSE * (characters // len(PROSE) + 1))[:characters]
        segments, found = request(1, 1, text)
        rows.append(
            timed(
                f"one person in {characters} characters, word lists searched",
                lambda segments=segments, found=found: engine.decide(  # type: ignore[misc]
                    segments, found, decision_id="b", available=tuple(RouteKind)
                ),
            )
        )
    text = policy_text(200)
    rows.append(timed("reading a policy of 200 rules", lambda: parse(text, "benchmark"), 20))
    policy = parse(text, "benchmark")
    rows.append(timed("compiling it", lambda: Engine(policy, ENTITY_TYPES), 50))
    return rows
