"""What can happen to one entity type, sorted so that a span's action is a look-up or a short walk.

The strictest rule that holds wins, then the mildest exemption that holds; an exemption never undoes `block`. This is
where that sentence of the language is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from relay.policy.comparisons import Verdict
from relay.policy.compiled import PolicyEntry
from relay.policy.readings import Readings
from relay.types import Action, Segment, Span, SpanAction

__all__ = ["RuleTable", "TypeRules", "act", "floor_entry", "holds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRules:
    """All that can happen to one entity type on one route, under one set of conditions on the request.

    `rules` run from strict to mild and end with one that always holds; `exemptions` run from mild to strict. `always`
    is the outcome where nothing depends on the span.
    """

    rules: tuple[PolicyEntry, ...]
    exemptions: tuple[PolicyEntry, ...]
    always: tuple[Action, str] | None = None

    @classmethod
    def of(cls, floor: PolicyEntry, rules: Iterable[PolicyEntry], exemptions: Iterable[PolicyEntry]) -> TypeRules:
        """Sort the entries that select the type; those that cannot matter are left out.

        Among equally strict ones the name decides, so that the order in the file shows nowhere.
        """
        strict = [entry for entry in rules if _strictness(entry) > _strictness(floor)]
        strict.sort(key=lambda entry: (-_strictness(entry), not entry.is_plain, entry.label))
        plain = next((rank for rank, entry in enumerate(strict) if entry.is_plain), None)
        strict = strict[: plain + 1] if plain is not None else [*strict, floor]
        mild = [entry for entry in exemptions if _strictness(entry) < _strictness(strict[0])]
        mild.sort(key=lambda entry: (_strictness(entry), not entry.is_plain, entry.label))
        made = cls(rules=tuple(strict), exemptions=tuple(mild))
        if len(strict) == 1 and all(entry.is_plain for entry in mild):
            return replace(made, always=_choose(made, None, None, None))
        return made


class RuleTable(dict[str, TypeRules]):
    """What can happen to each of the entity types that occur together in a request."""

    def __init__(self, rules_by_type: Mapping[str, TypeRules]) -> None:
        super().__init__(rules_by_type)
        self.can_block = any(item.rules[0].action is Action.BLOCK for item in rules_by_type.values())
        self.always = {name: item.always for name, item in rules_by_type.items() if item.always is not None}
        self.all_fixed = len(self.always) == len(rules_by_type)


def act(segment: Segment, row: Sequence[Span], table: RuleTable, readings: Readings | None) -> tuple[SpanAction, ...]:
    """Return the action for each span of `row`, with the name of what decided.

    `readings` are those of the request, None under a policy that says nothing of values.
    """
    if table.all_fixed:
        always = table.always
        return tuple([SpanAction(span, *always[span.entity_type]) for span in row])
    made = []
    for span in row:
        type_rules = table[span.entity_type]
        action, label = type_rules.always or _choose(type_rules, span, segment, readings)
        made.append(SpanAction(span, action, label))
    return tuple(made)


def _choose(
    type_rules: TypeRules, span: Span | None, segment: Segment | None, readings: Readings | None
) -> tuple[Action, str]:
    """Return the strictest rule that holds, or the mildest exemption that is milder; none undoes `block`.

    Without a span only what holds for every span is asked.
    """
    rule = next(entry for entry in type_rules.rules if entry.is_plain or holds(entry, span, segment, readings))
    if rule.action is not Action.BLOCK:
        for entry in type_rules.exemptions:
            if _strictness(entry) >= _strictness(rule):
                break
            if entry.is_plain or holds(entry, span, segment, readings):
                rule = entry
                break
    assert rule.action is not None
    return rule.action, rule.label


def holds(entry: PolicyEntry, span: Span | None, segment: Segment | None, readings: Readings | None) -> bool:
    """Tell whether `entry`, which selects the span's type, holds for this very span."""
    if span is None or segment is None:
        return entry.is_plain
    return (
        span.score >= entry.min_score
        and (entry.roles is None or segment.role in entry.roles)
        and (entry.match is None or entry.match(segment.text[span.start : span.end]))
        and (not entry.values or _fits(entry, span, segment, readings))
    )


def _fits(entry: PolicyEntry, span: Span, segment: Segment, readings: Readings | None) -> bool:
    """Tell whether conditions on values are met: what cannot be read meets the stricter side."""
    verdict = readings.verdict(entry.values, segment, span) if readings is not None else Verdict.UNKNOWN
    return verdict is Verdict.YES if entry.loosens else verdict is not Verdict.NO


def floor_entry(label: str, action: Action) -> PolicyEntry:
    """Return the default of a route as an entry that always holds."""
    return PolicyEntry(label=label, action=action)


def _strictness(entry: PolicyEntry) -> int:
    return entry.action.strictness if entry.action is not None else -1
