"""What can happen to one entity type, sorted so that a span's action is a look-up or a short walk.

The strictest rule that holds wins, then the mildest exemption that holds; an exemption never undoes `block`. This is
where that sentence of the language is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relay.policy.compiled import PolicyEntry
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
        line = cls(rules=tuple(strict), exemptions=tuple(mild))
        if len(strict) == 1 and all(entry.is_plain for entry in mild):
            return cls(rules=line.rules, exemptions=line.exemptions, always=_choose(line, None, None))
        return line


class RuleTable(dict[str, TypeRules]):
    """The lines of the entity types that occur together in a request."""

    def __init__(self, lines: Mapping[str, TypeRules]) -> None:
        super().__init__(lines)
        self.can_block = any(line.rules[0].action is Action.BLOCK for line in lines.values())
        self.always = {name: line.always for name, line in lines.items() if line.always is not None}
        self.all_fixed = len(self.always) == len(lines)


def act(segment: Segment, row: Sequence[Span], lines: RuleTable) -> tuple[SpanAction, ...]:
    """Return the action for each span of `row`, with the name of what decided."""
    if lines.all_fixed:
        always = lines.always
        return tuple([SpanAction(span, *always[span.entity_type]) for span in row])
    made = []
    for span in row:
        line = lines[span.entity_type]
        action, label = line.always or _choose(line, span, segment)
        made.append(SpanAction(span, action, label))
    return tuple(made)


def _choose(line: TypeRules, span: Span | None, segment: Segment | None) -> tuple[Action, str]:
    """Return the strictest rule that holds, or the mildest exemption that is milder; none undoes `block`.

    Without a span only what holds for every span is asked.
    """
    rule = next(entry for entry in line.rules if entry.is_plain or holds(entry, span, segment))
    if rule.action is not Action.BLOCK:
        for entry in line.exemptions:
            if _strictness(entry) >= _strictness(rule):
                break
            if entry.is_plain or holds(entry, span, segment):
                rule = entry
                break
    assert rule.action is not None
    return rule.action, rule.label


def holds(entry: PolicyEntry, span: Span | None, segment: Segment | None) -> bool:
    """Tell whether `entry`, which selects the span's type, holds for this very span."""
    if span is None or segment is None:
        return entry.is_plain
    return (
        span.score >= entry.min_score
        and (entry.roles is None or segment.role in entry.roles)
        and (entry.match is None or entry.match(segment.text[span.start : span.end]))
    )


def floor_entry(label: str, action: Action) -> PolicyEntry:
    """Return the default of a route as an entry that always holds."""
    return PolicyEntry(label=label, action=action)


def _strictness(entry: PolicyEntry) -> int:
    return entry.action.strictness if entry.action is not None else -1
