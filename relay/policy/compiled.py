"""Rules and exemptions made ready to be asked: which types they select, what they ask of the request and of a span."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from relay.policy.classes import WHOLE_REQUEST, KnownType
from relay.policy.condition import Condition
from relay.policy.globs import any_of, glob_matcher
from relay.policy.model import DataClass, Exemption, Policy, PolicyRule
from relay.policy.value_condition import ValueTest
from relay.policy.when import value_tests
from relay.types import Action, Role, RouteKind

__all__ = [
    "PolicyEntry",
    "PolicyTable",
    "compile_exemptions",
    "compile_rules",
    "exemption_entry",
    "rule_entries",
]

_Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OtherType:
    """A type that the table does not name is on, and personal: fail closed."""

    group: str = "OTHER"
    classes: tuple[str, ...] = (DataClass.PII.value,)
    default: bool = True


class PolicyTable:
    """The entity-type table as one policy sees it."""

    def __init__(
        self, known_types: Mapping[str, KnownType], describe: Callable[[str], KnownType] | None, policy: Policy
    ) -> None:
        self.names = frozenset(known_types)
        self._known = known_types
        self._describe = describe or (lambda _: _OtherType())
        self._switched_on = any_of(policy.detect.on)

    def __getitem__(self, name: str) -> KnownType:
        """Return what is known of entity type `name`."""
        known = self._known.get(name)
        return known if known is not None else self._describe(name)

    def is_on(self, name: str) -> bool:
        """Tell whether the floor applies to entity type `name`."""
        return self[name].default or self._switched_on(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEntry:
    """One rule for one data class, or one exemption. A `data_class` is among the conditions as well.

    `values` are its conditions on values; for one that cannot be read a rule holds and what `loosens` does not.
    """

    label: str
    action: Action | None
    require: RouteKind | None = None
    prefer: RouteKind | None = None
    on: RouteKind | None = None
    entity: tuple[str, ...] | None = None
    group: tuple[str, ...] | None = None
    min_score: float = 0.0
    roles: frozenset[Role] | None = None
    match: _Test | None = None
    values: tuple[ValueTest, ...] = ()
    loosens: bool = False
    data_class: str | None = None
    condition: Condition = field(default_factory=Condition)

    @property
    def is_plain(self) -> bool:
        """Tell whether it holds for every span of its types."""
        return not self.min_score and self.roles is None and self.match is None and not self.values

    @property
    def is_unconditional(self) -> bool:
        """Tell whether it is about spans of its types and nothing else: no condition at all, and no route."""
        return self.is_plain and self.condition == Condition() and self.require is None and self.prefer is None

    @property
    def asks_for_span(self) -> bool:
        """Tell whether it says anything about spans, so that a request without such a span is not its business."""
        return self.entity is not None or self.group is not None or not self.is_plain

    @property
    def names_types(self) -> bool:
        """Tell whether it names entity types or groups, which switches on those that are off."""
        return self.entity is not None or self.group is not None

    def applies_on(self, route: RouteKind) -> bool:
        """Tell whether it holds on `route`."""
        return self.on is None or self.on is route

    def selects(self, name: str, table: PolicyTable) -> bool:
        """Tell whether entity type `name` is among those it is about.

        Without an entity or a group these are the types of its data class, or else every type that is on.
        """
        if self.names_types:
            return (self.entity is None or any_of(self.entity)(name)) and (
                self.group is None or any_of(self.group)(table[name].group)
            )
        if self.data_class is None:
            return table.is_on(name)
        return self.data_class in table[name].classes or (self.data_class in WHOLE_REQUEST and table.is_on(name))


def compile_rules(policy: Policy) -> tuple[PolicyEntry, ...]:
    """Return the rules of `policy`, those over several data classes once for each."""
    return tuple(entry for rule in policy.rules for entry in rule_entries(rule))


def rule_entries(rule: PolicyRule) -> tuple[PolicyEntry, ...]:
    """Return one entry for each data class that `rule` names, or one."""
    return tuple(_rule(rule, item) for item in rule.data_class or (None,))


def _rule(rule: PolicyRule, data_class: DataClass | None) -> PolicyEntry:
    one_class = rule if data_class is None else rule.model_copy(update={"data_class": (data_class.value,)})
    return PolicyEntry(
        label=rule.label,
        action=rule.action,
        require=rule.require,
        prefer=rule.prefer,
        on=rule.on,
        entity=rule.entity,
        group=rule.group,
        min_score=rule.min_score,
        roles=frozenset(rule.roles) if rule.roles else None,
        values=value_tests(rule.when),
        data_class=data_class.value if data_class is not None else None,
        condition=Condition.of(one_class),
    )


def compile_exemptions(policy: Policy) -> tuple[PolicyEntry, ...]:
    """Return the exemptions of `policy`."""
    return tuple(exemption_entry(item) for item in policy.exemptions)


def exemption_entry(item: Exemption) -> PolicyEntry:
    """Return `item` ready to be asked."""
    return PolicyEntry(
        label=item.label,
        action=item.action,
        on=item.on,
        entity=item.entity,
        group=item.group,
        roles=frozenset(item.roles) if item.roles else None,
        match=glob_matcher(item.match) if item.match is not None else None,
        values=value_tests(item.when),
        loosens=True,
        condition=Condition.of(item),
    )
