"""Find what a policy says in vain: entries that can never matter, types nobody finds, and holes that look like slips.

A finding has a place. `error` is for what makes a policy protect less than it seems to; `warning` for what is merely
without effect or without a reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from relay.policy.classes import KnownType
from relay.policy.compiled import Entry, Table, exemption_entry, rule_entries
from relay.policy.engine import Engine
from relay.policy.loader import Document, suggest, unknown_types
from relay.policy.model import Policy
from relay.types import Action, RouteKind

__all__ = ["Finding", "Severity", "lint", "weakest_paths"]


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that an auditor would ask about."""

    file: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message} [{self.code}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbered:
    """An entry with where it stands: ("rules", 3)."""

    path: tuple[str, int]
    entry: Entry
    types: frozenset[str]


def lint(
    document: Document,
    policy: Policy,
    known_types: Mapping[str, KnownType],
    recognized: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Return the findings in file order. `recognized` are the entity types that some recognizer or model reports."""
    return _Linter(document, policy, known_types, recognized).findings()


def weakest_paths(
    policy: Policy, known_types: Mapping[str, KnownType], route: RouteKind
) -> dict[str, tuple[Action, str]]:
    """Return, for each type, the mildest thing that can happen to a value on `route`, and what allows it.

    Every exemption is taken to hold, and of the rules only those without conditions.
    """
    table = Table(known_types, None, policy)
    engine = Engine(policy, known_types)
    rules = [entry for rule in policy.rules for entry in rule_entries(rule)]
    exemptions = [exemption_entry(item) for item in policy.exemptions]
    result = {}
    for name in known_types:
        floor = engine.floor(name, route)
        best = floor
        for entry in rules:
            certain = entry.is_plain and not any(_conditions(entry)) and entry.applies_on(route)
            if certain and entry.action is not None and entry.selects(name, table):
                best = max(best, (entry.action, entry.label), key=lambda item: item[0].strictness)
        if best[0] is not Action.BLOCK:
            for entry in exemptions:
                if entry.action is not None and entry.applies_on(route) and entry.selects(name, table):
                    best = min(best, (entry.action, entry.label), key=lambda item: item[0].strictness)
        result[name] = best
    return result


class _Linter:
    def __init__(
        self,
        document: Document,
        policy: Policy,
        known_types: Mapping[str, KnownType],
        recognized: Collection[str] | None,
    ) -> None:
        self._document = document
        self._policy = policy
        self._known = known_types
        self._recognized = recognized
        self._table = Table(known_types, None, policy)
        self._engine = Engine(policy, known_types)
        self._rules = [
            self._number(("rules", rank), entry)
            for rank, rule in enumerate(policy.rules)
            for entry in rule_entries(rule)
        ]
        self._exemptions = [
            self._number(("exemptions", rank), exemption_entry(item)) for rank, item in enumerate(policy.exemptions)
        ]

    def findings(self) -> tuple[Finding, ...]:
        rows = [
            *self._unknown(),
            *self._without_why(),
            *self._dead_rules(),
            *self._vain_exemptions(),
            *self._holes(),
        ]
        return tuple(sorted(set(rows), key=lambda row: (row.line, row.column, row.code, row.message)))

    def _number(self, path: tuple[str, int], entry: Entry) -> _Numbered:
        types = frozenset(name for name in self._known if entry.selects(name, self._table))
        return _Numbered(path=path, entry=entry, types=types)

    def _finding(self, path: Sequence[str | int], severity: Severity, code: str, message: str) -> Finding:
        place = self._document.complaint(tuple(path), message)
        return Finding(
            file=place.file, line=place.line, column=place.column, severity=severity, code=code, message=message
        )

    def _unknown(self) -> Iterable[Finding]:
        for path, name in unknown_types(self._document, self._known):
            message = f'nobody recognizes "{name}"{suggest(name, self._known)}'
            yield self._finding(path, Severity.ERROR, "unknown-type", message)
        for item in (*self._rules, *self._exemptions):
            if item.entry.group and not item.types:
                yield self._finding((*item.path, "group"), Severity.ERROR, "empty-group", "selects no entity type")
        if self._recognized is None:
            return
        for item in (*self._rules, *self._exemptions):
            if item.entry.entity and item.types and item.types.isdisjoint(self._recognized):
                names = ", ".join(sorted(item.types)[:3])
                yield self._finding(
                    (*item.path, "entity"), Severity.WARNING, "no-recognizer", f"no recognizer is there for {names}"
                )

    def _without_why(self) -> Iterable[Finding]:
        for rank, rule in enumerate(self._policy.rules):
            if rule.why is None:
                yield self._finding(("rules", rank), Severity.WARNING, "no-why", f"{rule.label} does not say why")

    def _dead_rules(self) -> Iterable[Finding]:
        """Yield rules that another entry, or the floor, makes superfluous in all they say."""
        by_rule: dict[tuple[str, int], list[str | None]] = {}
        for item in self._rules:
            by_rule.setdefault(item.path, []).append(self._covered_by(item))
        for path, covers in by_rule.items():
            if all(covers):
                label = self._policy.rules[path[1]].label
                yield self._finding(path, Severity.WARNING, "dead-rule", f"{label} never matters: {covers[0]}")

    def _covered_by(self, item: _Numbered) -> str | None:
        entry = item.entry
        asks_in_vain = (entry.entity or entry.group) and not item.types
        if asks_in_vain:
            return "it selects no entity type"
        for other in self._rules:
            if (
                other.path != item.path
                and self._covers(other, item)
                and (not self._covers(item, other) or other.path < item.path)
            ):
                line = self._document.complaint(other.path, "").line
                return f"{other.entry.label} in line {line} says as much or more"
        if entry.require is None and entry.action is not None:
            routes = [route for route in RouteKind if entry.applies_on(route)]
            floors = [self._engine.floor(name, route)[0] for name in item.types for route in routes]
            if floors and min(action.strictness for action in floors) >= entry.action.strictness:
                return "the default is as strict"
        return None

    @staticmethod
    def _covers(one: _Numbered, other: _Numbered) -> bool:
        """Tell whether whatever `other` does, `one` does already."""
        wide, narrow = one.entry, other.entry
        if not _weaker_or_equal(wide, narrow):
            return False
        if narrow.require is not None and (wide.require is not narrow.require or not _asks_less(one, other)):
            return False
        if narrow.action is None:
            return True
        if wide.action is None or wide.action.strictness < narrow.action.strictness or not one.types >= other.types:
            return False
        # A block on a class holds without any span, too.
        whole = narrow.action is Action.BLOCK and narrow.condition.data_class and not narrow.asks_for_span
        return not (whole and wide.asks_for_span)

    def _vain_exemptions(self) -> Iterable[Finding]:
        for item in self._exemptions:
            entry = item.entry
            assert entry.action is not None
            assert entry.on is not None
            loosened = [name for name in item.types if self._can_loosen(name, entry.on, entry.action)]
            label = self._policy.exemptions[item.path[1]].label
            if not item.types:
                reason = "it selects no entity type"
            elif not loosened:
                reason = "nothing stricter happens to these types there, or they are blocked"
            else:
                reason = self._milder_exemption(item) or ""
            if reason:
                yield self._finding(
                    item.path, Severity.WARNING, "vain-exemption", f"{label} is never reached: {reason}"
                )

    def _can_loosen(self, name: str, route: RouteKind, action: Action) -> bool:
        """Tell whether something stricter than `action`, which an exemption can undo, may happen to a type."""
        orders = [self._engine.floor(name, route)[0]]
        for item in self._rules:
            entry = item.entry
            if entry.action is not None and name in item.types and entry.applies_on(route):
                if entry.action is Action.BLOCK and entry.is_plain and not any(_conditions(entry)):
                    return False
                orders.append(entry.action)
        return any(action.strictness < order.strictness < Action.BLOCK.strictness for order in orders)

    def _milder_exemption(self, item: _Numbered) -> str | None:
        for other in self._exemptions:
            if other.path == item.path:
                continue
            wide, narrow = other.entry, item.entry
            assert wide.action is not None
            assert narrow.action is not None
            mild = wide.action.strictness <= narrow.action.strictness
            match = self._policy.exemptions[other.path[1]].match
            same_match = not (match or "").strip("*") or match == self._policy.exemptions[item.path[1]].match
            if mild and same_match and other.types >= item.types and _weaker_or_equal(wide, narrow):
                equal = wide.action is narrow.action and other.types == item.types and _weaker_or_equal(narrow, wide)
                if not equal or other.path < item.path:
                    line = self._document.complaint(other.path, "").line
                    return f"the exemption in line {line} is as mild and as wide"
        return None

    def _holes(self) -> Iterable[Finding]:
        if self._policy.default.frontier is Action.KEEP:
            yield self._finding(
                ("default", "frontier"),
                Severity.ERROR,
                "open-default",
                "everything that no rule names leaves as it is",
            )
        for rank, item in enumerate(self._policy.exemptions):
            if not (item.match or "").strip("*"):
                yield self._finding(
                    ("exemptions", rank),
                    Severity.WARNING,
                    "wide-exemption",
                    f"{item.label} has no match, so it holds for every value",
                )


def _asks_less(one: _Numbered, other: _Numbered) -> bool:
    """Tell whether `one` needs no span that `other` does not need."""
    return not one.entry.asks_for_span or (other.entry.asks_for_span and one.types >= other.types)


def _conditions(entry: Entry) -> tuple[object, ...]:
    condition = entry.condition
    return (condition.data_class, condition.clients, condition.models)


def _weaker_or_equal(wide: Entry, narrow: Entry) -> bool:
    """Tell whether `wide` holds wherever `narrow` does, types and matches apart."""
    return (
        (wide.on is None or wide.on is narrow.on)
        and wide.min_score <= narrow.min_score
        and (wide.roles is None or (narrow.roles is not None and wide.roles >= narrow.roles))
        and all(
            asked is None or asked == other for asked, other in zip(_conditions(wide), _conditions(narrow), strict=True)
        )
    )
