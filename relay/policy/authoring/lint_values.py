"""Find conditions on values that hold for nothing or for everything, that nothing can read, and operators in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from relay.policy.authoring.cover import PlacedEntry
from relay.policy.authoring.findings import LintFinding, Severity
from relay.policy.classes import KnownType
from relay.policy.globs import any_of
from relay.policy.value_condition import ValueTest
from relay.replace.actions import known_operators

__all__ = ["value_findings"]

# Makes a finding: (layer, path, severity, code, message).
_Find = Callable[[int, Sequence[str | int], Severity, str, str], LintFinding]
# Types that the table does not name may hold anything.
_OTHER = "OTHER"
_SHOWN = 3


def value_findings(
    entries: Iterable[PlacedEntry], known_types: Mapping[str, KnownType], find: _Find
) -> Iterable[LintFinding]:
    """Yield what an auditor would ask about the conditions on values of `entries`."""
    for item in entries:
        for test in item.entry.values:
            path = (*item.path, "when", test.name)
            for severity, code, message in _of_test(item, test, known_types):
                yield find(item.layer, path, severity, code, message)
        yield from _vain_operator(item, find)


def _of_test(
    item: PlacedEntry, test: ValueTest, known_types: Mapping[str, KnownType]
) -> Iterable[tuple[Severity, str, str]]:
    loosens = item.entry.loosens
    if test.constant is False:
        kept = "so it is never reached" if loosens else "so it holds for what cannot be read, and for nothing else"
        yield Severity.ERROR, "never-holds", f"{test.name}: no value is that, {kept}"
    if test.constant is True:
        yield Severity.WARNING, "always-holds", f"{test.name}: every value that can be read is that"
    blind = sorted(name for name in item.types if not test.reads(name) and str(known_types[name].group) != _OTHER)
    if blind:
        names = ", ".join(blind[:_SHOWN]) + (", …" if len(blind) > _SHOWN else "")
        effect = "does not hold for them" if loosens else "holds for all of them"
        yield Severity.ERROR, "cannot-read", f"{test.name} says nothing of {names}, so {item.source.label} {effect}"


def _vain_operator(item: PlacedEntry, find: _Find) -> Iterable[LintFinding]:
    """Yield entries whose operator writes something coarser of some types only, and redacts those of the entry."""
    operator = known_operators().get(item.entry.action) if item.entry.action is not None else None
    coarsens: tuple[str, ...] = getattr(operator, "coarsens", ())
    blind = sorted(name for name in item.types if not any_of(coarsens)(name))
    if coarsens and blind and item.entry.names_types:
        names = ", ".join(blind[:_SHOWN]) + (", …" if len(blind) > _SHOWN else "")
        message = f"{item.entry.action} can make nothing coarser of {names}: they are redacted"
        yield find(item.layer, (*item.path, "action"), Severity.WARNING, "redacts", message)
