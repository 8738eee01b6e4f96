"""Say what a change of policy changes: on paper, and replayed over a corpus of requests.

On paper: settings, rules and exemptions that came or went, and for each entity type and route the mildest thing that
can happen, before and after. Replayed: both policies decide the same requests, and what differs is counted, without a
value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from relay.policy.authoring.cases import Analyze
from relay.policy.authoring.weakest import weakest_paths
from relay.policy.classes import KnownType
from relay.policy.compiled import rule_entries
from relay.policy.conditions.max_tokens import CHARACTERS_PER_TOKEN
from relay.policy.engine import Engine
from relay.policy.keys import Explains, fields_with
from relay.policy.merge import milder_settings
from relay.policy.model import Exemption, Policy, PolicyRule
from relay.types import Action, Decision, RouteKind, Segment

__all__ = ["Change", "Paper", "Replay", "compare", "replay"]

# So many requests that a change leaves weaker are listed; all are counted.
LIMIT_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is otherwise now. `weaker` is set where the new policy protects less."""

    what: str
    before: str
    after: str
    weaker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What differs between two policies as they are written."""

    old: str  # digest
    new: str
    settings: tuple[Change, ...]
    entries: tuple[Change, ...]
    paths: tuple[Change, ...]

    @property
    def weaker(self) -> bool:
        """Tell whether a setting is milder, something milder can happen to a type, or a safeguard went."""
        return any(change.weaker for change in (*self.settings, *self.entries, *self.paths))


@dataclass(slots=True, kw_only=True)
class Replay:
    """What differs when both policies decide the same requests. Counts only."""

    requests: int = 0
    changed: int = 0
    weaker: int = 0
    weaker_requests: list[int] = field(default_factory=list)  # the first of them, counted from 1 in the corpus
    routes: Counter[tuple[str, str]] = field(default_factory=Counter)  # (before, after)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    actions: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (type, action on route before, after)
    classes: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (data class, route before, after)
    frontier_characters: tuple[int, int] = (0, 0)

    def cost(self, price_per_million_tokens: float) -> tuple[float, float]:
        """Return what the requests' text costs at a frontier, before and after, at `price_per_million_tokens`."""
        before, after = self.frontier_characters
        per_character = price_per_million_tokens / 1_000_000 / CHARACTERS_PER_TOKEN
        return before * per_character, after * per_character


def compare(old: Policy, new: Policy, known_types: Mapping[str, KnownType]) -> Paper:
    """Return what differs between two policies on paper."""
    return Paper(
        old=old.digest,
        new=new.digest,
        settings=tuple(_settings(old, new)),
        entries=tuple(_entries(old, new)),
        paths=tuple(_paths(old, new, known_types)),
    )


def _settings(old: Policy, new: Policy) -> Iterable[Change]:
    left, right = old.settings(), new.settings()
    milder = {".".join(path) for path in milder_settings(old, new)}
    for key in left:
        if left[key] != right[key]:
            yield Change(what=key, before=_shown(left[key]), after=_shown(right[key]), weaker=key in milder)


def _shown(value: Any) -> str:
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)


def _entries(old: Policy, new: Policy) -> Iterable[Change]:
    """Yield rules and exemptions that came or went. What a plain rule did shows in the paths; others count here."""
    for kind in ("rules", "exemptions"):
        left, right = _by_meaning(getattr(old, kind)), _by_meaning(getattr(new, kind))
        for key in sorted(left.keys() - right.keys()):
            item = left[key]
            lost = isinstance(item, PolicyRule) and not all(entry.is_unconditional for entry in rule_entries(item))
            yield Change(what=_called(item), before="there", after="gone", weaker=lost)
        for key in sorted(right.keys() - left.keys()):
            item = right[key]
            yield Change(what=_called(item), before="not there", after="there", weaker=isinstance(item, Exemption))


def _called(item: PolicyRule | Exemption) -> str:
    kind = "exemption" if isinstance(item, Exemption) else "rule"
    return f"{kind} {item.label.removeprefix('exempt ')}"


def _by_meaning(entries: Sequence[PolicyRule | Exemption]) -> dict[str, PolicyRule | Exemption]:
    return {
        item.model_dump_json(by_alias=True, exclude=set(fields_with(type(item), Explains))): item for item in entries
    }


def _paths(old: Policy, new: Policy, known_types: Mapping[str, KnownType]) -> Iterable[Change]:
    for route in RouteKind:
        left, right = (weakest_paths(policy, known_types, route) for policy in (old, new))
        for name in left:
            before, after = left[name], right[name]
            if before[0] is not after[0]:
                yield Change(
                    what=f"{name} on {route}",
                    before=f"{before[0]} ({before[1]})",
                    after=f"{after[0]} ({after[1]})",
                    weaker=after[0].strictness < before[0].strictness,
                )


def replay(
    corpus: Iterable[tuple[Segment, ...]],
    old: Engine,
    new: Engine,
    analyze: Analyze,
    available: Collection[RouteKind] = tuple(RouteKind),
) -> Replay:
    """Decide every request of `corpus` under both policies and count what differs."""
    result = Replay()
    for segments in corpus:
        found = analyze(segments)
        before, after = (
            engine.explain(
                segments, found.spans, decision_id="replay", available=available, implied=found.implied
            ).decision
            for engine in (old, new)
        )
        _count(result, before, after, sum(len(segment.text) for segment in segments))
    return result


def _count(result: Replay, before: Decision, after: Decision, characters: int) -> None:
    result.requests += 1
    changes = [
        (item.span.entity_type, item.action, other.action)
        for row, others in zip(before.actions, after.actions, strict=True)
        for item, other in zip(row, others, strict=True)
        if item.action is not other.action
    ]
    result.actions.update(
        (name, f"{first} on {before.route}", f"{second} on {after.route}") for name, first, second in changes
    )
    ends = tuple("refused" if decision.blocked else decision.route.value for decision in (before, after))
    if before.route is not after.route:
        result.routes[before.route.value, after.route.value] += 1
        result.classes.update((name, before.route.value, after.route.value) for name in after.data_classes)
    if bool(before.blocked) is not bool(after.blocked):
        result.refusals[ends[0], ends[1]] += 1
    result.changed += bool(changes) or ends[0] != ends[1] or before.route is not after.route
    if _is_weaker(before, after, changes):
        result.weaker += 1
        if len(result.weaker_requests) < LIMIT_LISTED:
            result.weaker_requests.append(result.requests)
    sent = result.frontier_characters
    leaves = [end == RouteKind.FRONTIER.value for end in ends]
    result.frontier_characters = (sent[0] + characters * leaves[0], sent[1] + characters * leaves[1])


def _is_weaker(before: Decision, after: Decision, changes: Sequence[tuple[str, Action, Action]]) -> bool:
    """Tell whether `after` lets more out: not refused any more, further out, or a milder action on the same route."""
    if after.blocked:
        return False
    if before.route is not after.route:
        return before.route is RouteKind.LOCAL
    return bool(before.blocked) or any(second.strictness < first.strictness for _, first, second in changes)
