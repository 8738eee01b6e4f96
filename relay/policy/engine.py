"""Decide one request: data classes, then the route, then one action per span. Pure; rule order is irrelevant.

    data classes   from the entity types found and from words (classes.py)
    route          local if any rule requires it; else local if any rule prefers it or the policy does, else the
                   frontier, where there is a fit upstream; else the other one
    per span       the strictest of the floor and every rule that holds,
                   then the mildest exemption that holds, which never undoes `block`

The floor is the route's default for a type that is on (in the entity-type table or by `detect: on`), and `keep` for the
others. What can happen to an entity type is sorted out once per route and set of conditions, so a span costs a look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from relay.errors import ScrubFailed
from relay.policy.classes import ClassEvidence, Evidence, KnownType, classify, evidence_types
from relay.policy.compiled import PolicyEntry, PolicyTable, compile_exemptions, compile_rules
from relay.policy.condition import RequestFacts, known_conditions
from relay.policy.globs import any_of
from relay.policy.implied import NOTHING_IMPLIED, Implied
from relay.policy.model import OpaqueHandling, Policy, PolicyMode
from relay.policy.public_figures import with_public_figures
from relay.policy.readings import Readings
from relay.policy.route import TO_FRONTIER, RouteChoice, choose_route
from relay.policy.rule_table import RuleTable, TypeRules, act, floor_entry, holds
from relay.policy.terms import PublicFigures
from relay.policy.words import Phrases, as_written
from relay.types import Action, Decision, RouteKind, Segment, Span, SpanAction

__all__ = ["Engine", "Explanation", "KnownType"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

# Text that looks like a placeholder is vaulted as itself on every route: if it stayed, restoring would not be exact.
_LOOKALIKE = "PLACEHOLDER_LOOKALIKE"
# A cache is emptied at this size. Requests of one kind have few sets of entity types, each a few kilobytes at most.
_CACHE_LIMIT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with the evidence for its data classes, and what each condition that a rule asks for read.

    The evidence names words of the text: not for logs.
    """

    decision: Decision
    evidence: tuple[Evidence, ...] = field(repr=False)
    conditions: Mapping[str, Any] = field(repr=False)


class Engine:
    """One policy, compiled. Safe to share between threads: its only state is a cache of sorted rules, without text."""

    def __init__(
        self,
        policy: Policy,
        known_types: Mapping[str, KnownType],
        *,
        describe: Callable[[str], KnownType] | None = None,
        legible: Callable[[str], str] = as_written,
        year: Callable[[], int | None] = lambda: None,
    ) -> None:
        """Compile `policy` for the entity types in `known_types`; `describe` answers for types that are not in it.

        `legible` returns a text as detection reads it: escapes decoded, disguises undone. `year` returns the present
        one; without it no age can be told from a date, and conditions on such ages meet the stricter side.
        """
        self.policy = policy
        self.digest = policy.digest
        self.observes = policy.mode is PolicyMode.OBSERVE
        listed = (*policy.trade_secrets.markers, *policy.trade_secrets.code_names)
        self._trade_secrets = Phrases(listed) if listed else None
        self._legible = legible
        self._year = year
        self._table = PolicyTable(known_types, describe, policy)
        rules = compile_rules(policy)
        self._rules = tuple(entry for entry in rules if entry.action is not None)
        self._requirements = tuple(entry for entry in rules if entry.require is RouteKind.LOCAL)
        self._preferences = tuple(entry for entry in rules if entry.prefer is RouteKind.LOCAL)
        self._class_blocks = tuple(
            entry
            for entry in self._rules
            if entry.action is Action.BLOCK and entry.data_class and not entry.asks_for_span
        )
        self._exemptions = compile_exemptions(policy)
        entries = (*rules, *self._exemptions)
        self._bits = {item: 1 << rank for rank, item in enumerate(dict.fromkeys(entry.condition for entry in entries))}
        self._frontier_first = policy.prefer is not RouteKind.LOCAL
        self._reads_values = any(entry.values for entry in entries)
        self._is_about_classes = any(entry.data_class for entry in entries)
        asked = {name for condition in self._bits for name, _ in condition.asks}
        self._asked = {name: known_conditions()[name] for name in sorted(asked)}
        # Only sets of entity types that occur together are remembered, and what the policy says of them: no text.
        self._tables: dict[tuple[frozenset[str], RouteKind, int], RuleTable] = {}
        self._found: dict[frozenset[str], ClassEvidence] = {}
        self._personal: dict[str, bool] = {}

    def decide(
        self,
        segments: Sequence[Segment],
        spans: Sequence[Sequence[Span]],
        *,
        decision_id: str,
        available: Collection[RouteKind],
        client: str | None = None,
        model: str | None = None,
        unfit: Collection[RouteKind] = (),
        legible: Callable[[str], str] | None = None,
        implied: Sequence[Sequence[Span]] | None = None,
    ) -> Decision:
        """Return the decision for one request. `spans` runs parallel to `segments`, each row sorted and disjoint.

        A request that must not leave has a decision with `blocked`: pairs of a rule and an entity type or data class.
        `available` are the kinds of route that have an upstream; those that are `unfit` (too slow, or not sure of an
        answer) give way to one that is not, unless a rule requires them. `client` is the name of the client's
        configuration entry and `model` the one that the request asks for. Words are read only for a policy that is
        about data classes: with another one `data_classes` are those that the entity types make by themselves.
        `legible` returns a text as detection reads it, where the caller knows that sooner than the engine. `implied`,
        parallel to `segments`, is what their passages imply; raises ScrubFailed when the policy asks and it is None.
        """
        read = (legible or self._legible) if self._is_about_classes else None
        return self._explain(segments, spans, decision_id, available, client, model, unfit, read, implied).decision

    def explain(
        self,
        segments: Sequence[Segment],
        spans: Sequence[Sequence[Span]],
        *,
        decision_id: str,
        available: Collection[RouteKind],
        client: str | None = None,
        model: str | None = None,
        implied: Sequence[Sequence[Span]] | None = None,
    ) -> Explanation:
        """Return what `decide` returns, with the evidence for every data class there is."""
        return self._explain(segments, spans, decision_id, available, client, model, (), self._legible, implied)

    def _explain(
        self,
        segments: Sequence[Segment],
        spans: Sequence[Sequence[Span]],
        decision_id: str,
        available: Collection[RouteKind],
        client: str | None,
        model: str | None,
        unfit: Collection[RouteKind],
        legible: Callable[[str], str] | None,
        implied: Sequence[Sequence[Span]] | None,
    ) -> Explanation:
        if len(segments) != len(spans):
            raise ValueError(f"{len(spans)} rows of spans for {len(segments)} segments")
        present = frozenset([span.entity_type for row in spans for span in row])
        passages = self._passages(segments, implied) if self.policy.implied else NOTHING_IMPLIED
        evidence, conditions, mask = self._conditions(segments, present, client, model, legible, passages)
        readings = self._readings(segments, spans)

        required, preferred = (
            [entry for entry in entries if self._asks(entry, mask, present, segments, spans, readings)]
            for entries in (self._requirements, self._preferences)
        )
        choice = self._route(required, preferred, available, unfit)
        route = choice.taken
        blocked: set[tuple[str, str]] = set()
        if required and RouteKind.LOCAL not in available:
            blocked.update((entry.label, entry.data_class or "local route") for entry in required)
        for entry in self._class_blocks:
            if self._bits[entry.condition] & mask and entry.applies_on(route):
                blocked.add((entry.label, str(entry.data_class)))

        table = self._table_of(present, route, mask)
        actions = self._acted(segments, spans, table, readings)
        if table.can_block:
            for row in actions:
                blocked.update((item.rule, item.span.entity_type) for item in row if item.action is Action.BLOCK)
        decision = Decision(
            id=decision_id,
            policy=self.digest,
            route=route,
            data_classes=tuple(item.data_class.value for item in evidence),
            actions=actions,
            reasons=(*(f"class {item.reason}" for item in evidence), *choice.reasons),
            blocked=tuple(sorted(blocked)),
            observed=self.observes,
            required=bool(required),
            wanted=choice.wanted,
        )
        return Explanation(decision=decision, evidence=evidence, conditions=conditions)

    def enforced(self, decision: Decision, available: Collection[RouteKind]) -> Decision:
        """Return what is done about `decision`: the decision itself, or nothing when the policy only observes.

        A request that is observed goes where it would go without a policy: to the frontier, if there is one.
        """
        if not decision.observed:
            return decision
        return replace(
            decision,
            route=RouteKind.FRONTIER if RouteKind.FRONTIER in available else RouteKind.LOCAL,
            actions=tuple(() for _ in decision.actions),
            blocked=(),
            required=False,
        )

    def actions(
        self, segments: Sequence[Segment], spans: Sequence[Sequence[Span]], route: RouteKind
    ) -> tuple[tuple[SpanAction, ...], ...]:
        """Return what would happen to each span if the request went by `route`, whatever route it needs."""
        present = frozenset([span.entity_type for row in spans for span in row])
        *_, mask = self._conditions(segments, present, None, None, self._legible)
        table = self._table_of(present, route, mask)
        return self._acted(segments, spans, table, self._readings(segments, spans))

    def _readings(self, segments: Sequence[Segment], spans: Sequence[Sequence[Span]]) -> Readings | None:
        """Return what the values of a request say; None under a policy that asks nothing of them."""
        return Readings(segments, spans, self._year()) if self._reads_values else None

    def _acted(
        self, segments: Sequence[Segment], spans: Sequence[Sequence[Span]], table: RuleTable, readings: Readings | None
    ) -> tuple[tuple[SpanAction, ...], ...]:
        """Return what happens to each span."""
        rows = zip(segments, spans, strict=True)
        actions = tuple([act(segment, row, table, readings) if row else () for segment, row in rows])
        return with_public_figures(segments, actions) if self.policy.public_figures is PublicFigures.KEEP else actions

    def _conditions(
        self,
        segments: Sequence[Segment],
        present: frozenset[str],
        client: str | None,
        model: str | None,
        legible: Callable[[str], str] | None,
        implied: Implied = NOTHING_IMPLIED,
    ) -> tuple[tuple[Evidence, ...], Mapping[str, Any], int]:
        """Return the evidence for data classes, what conditions read, and which hold, as bits.

        Without `legible` no words are read.
        """
        found = self._found.get(present)
        if found is None:
            types = {name: self._table[name] for name in present}
            found = ClassEvidence.of(types, {name for name in present if self._is_personal(name)})
            _remember(self._found, present, found)
        evidence: tuple[Evidence, ...] = ()
        if legible is not None:
            evidence = classify(segments, found, self._trade_secrets, legible, implied)
        elif found.hinted:
            evidence = classify((), found, self._trade_secrets)
        facts = RequestFacts(
            segments=segments,
            data_classes=frozenset([item.data_class.value for item in evidence]),
            client=client or "",
            model=model or "",
        )
        read = {name: condition.read(facts) for name, condition in self._asked.items()}
        mask = sum([bit for condition, bit in self._bits.items() if condition.holds(read)])
        return evidence, read, mask

    def _passages(self, segments: Sequence[Segment], implied: Sequence[Sequence[Span]] | None) -> Implied:
        """Return what passages imply, as far as the policy asks. Raises ScrubFailed when nothing has read for it."""
        if implied is None:
            raise ScrubFailed("the policy asks what texts imply, and no model has read them for it")
        return Implied.of(segments, implied, self.policy.implied)

    def entity_types(self, route: RouteKind | None = None) -> frozenset[str]:
        """Return the known types that this policy asks for on `route` (None: on any), so that others can be skipped.

        These are the types that the floor or a rule acts on, those that a required route depends on, and those that
        make a data class which some rule is about.
        """
        routes = tuple(RouteKind) if route is None else (route,)
        return frozenset(name for name in self._table.names if self._asks_for(name, routes))

    def _asks_for(self, name: str, routes: Sequence[RouteKind]) -> bool:
        routing = (*self._requirements, *self._preferences)
        asked = {entry.data_class for entry in (*self._rules, *routing)}
        return (
            any(self._floor(name, route).action is not Action.KEEP for route in routes)
            or any(any(map(entry.applies_on, routes)) and entry.selects(name, self._table) for entry in self._rules)
            or any(entry.asks_for_span and entry.selects(name, self._table) for entry in routing)
            or name in evidence_types(asked)
            or any(hint in asked for hint in self._table[name].classes if hint != "PII" or self._is_personal(name))
        )

    # ------------------------------------------------------------------------------------------------------ the route

    def bodiless_route(self, available: Collection[RouteKind]) -> RouteKind:
        """Return the route for a request that carries no text, such as a list of models."""
        if self.observes:
            return RouteKind.FRONTIER if RouteKind.FRONTIER in available else RouteKind.LOCAL
        return self._route((), (), available, ()).taken

    def _route(
        self,
        required: Sequence[PolicyEntry],
        preferred: Sequence[PolicyEntry],
        available: Collection[RouteKind],
        unfit: Collection[RouteKind],
    ) -> RouteChoice:
        if not required and not preferred and self._frontier_first and RouteKind.FRONTIER in available and not unfit:
            return TO_FRONTIER  # as most requests go
        return choose_route(
            required_by=[entry.label for entry in required],
            preferred_by=[entry.label for entry in preferred],
            prefers_local=self.policy.prefer is RouteKind.LOCAL,
            available=available,
            unfit=unfit,
        )

    # ----------------------------------------------------------------------------------------------- what is not spans

    @property
    def restores_urls(self) -> bool:
        """Tell whether values are put back inside URLs, image links and HTML attributes of an answer."""
        return self.policy.restore.urls

    def restores_tool(self, tool: str, entity_type: str | None = None) -> bool:
        """Tell whether arguments of `tool`, which the client runs, get values (of `entity_type`) back."""
        if entity_type is not None and any_of(self.policy.restore.withhold)(entity_type):
            return False
        return any_of(self.policy.restore.tools)(tool)

    def opaque(self, kind: str) -> OpaqueHandling:
        """Return what happens to content of `kind`, as a format names it, that cannot be inspected."""
        return self.policy.opaque.handling(kind)

    def _asks(
        self,
        entry: PolicyEntry,
        mask: int,
        present: frozenset[str],
        segments: Sequence[Segment],
        spans: Sequence[Sequence[Span]],
        readings: Readings | None,
    ) -> bool:
        if not self._bits[entry.condition] & mask:
            return False
        if not entry.asks_for_span:
            return True
        names = {name for name in present if entry.selects(name, self._table)}
        return any(
            span.entity_type in names and holds(entry, span, segment, readings)
            for segment, row in zip(segments, spans, strict=True)
            for span in row
        )

    # ---------------------------------------------------------------------------------------------- one entity type

    def _is_personal(self, name: str) -> bool:
        """Tell whether a type counts for PII: it is on, or a rule names it."""
        found = self._personal.get(name)
        if found is None:
            named = any(entry.names_types and entry.selects(name, self._table) for entry in self._rules)
            found = self._table.is_on(name) or named
            _remember(self._personal, name, found)
        return found

    def floor(self, name: str, route: RouteKind) -> tuple[Action, str]:
        """Return what happens to a type on `route` when no rule says anything, and what to call that."""
        entry = self._floor(name, route)
        return entry.action or Action.KEEP, entry.label

    def _floor(self, name: str, route: RouteKind) -> PolicyEntry:
        action = self.policy.default.on(route) if self._table.is_on(name) else Action.KEEP
        if name == _LOOKALIKE and action.strictness < Action.PLACEHOLDER.strictness:
            return floor_entry("lookalike", Action.PLACEHOLDER)
        return floor_entry(f"default.{route}" if self._table.is_on(name) else "off", action)

    def _table_of(self, present: frozenset[str], route: RouteKind, mask: int) -> RuleTable:
        key = (present, route, mask)
        table = self._tables.get(key)
        if table is None:
            table = RuleTable({name: self._type_rules(name, route, mask) for name in present})
            _remember(self._tables, key, table)
        return table

    def _type_rules(self, name: str, route: RouteKind, mask: int) -> TypeRules:
        exemptions = () if name == _LOOKALIKE else self._select(self._exemptions, name, route, mask)
        return TypeRules.of(self._floor(name, route), self._select(self._rules, name, route, mask), exemptions)

    def _select(self, entries: Sequence[PolicyEntry], name: str, route: RouteKind, mask: int) -> list[PolicyEntry]:
        return [
            entry
            for entry in entries
            if self._bits[entry.condition] & mask and entry.applies_on(route) and entry.selects(name, self._table)
        ]


def _remember(cache: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(cache) >= _CACHE_LIMIT:
        cache.clear()
    cache[key] = value
