"""Find entries of a policy that have no effect, entity types that are not found, and gaps that look unintended.

A finding has a place. `error` means that the policy protects less than it seems to; `warning` that an entry has no
effect or no reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from relay.policy.authoring.cover import PlacedEntry, covers, exempts
from relay.policy.authoring.findings import LintFinding, Severity
from relay.policy.authoring.lint_values import value_findings
from relay.policy.classes import KnownType
from relay.policy.compiled import PolicyEntry, PolicyTable, exemption_entry, rule_entries
from relay.policy.condition import Condition
from relay.policy.engine import Engine
from relay.policy.globs import glob_matcher
from relay.policy.loader import KEEPS_ALL, Layer, kept_wholly, merged, unknown_types
from relay.policy.merge import loosened, merge
from relay.policy.model import DataClass, Exemption, PolicyMode, PolicyRule
from relay.suggest import suggest
from relay.types import Action, RouteKind

__all__ = ["LintFinding", "Severity", "lint"]


def lint(
    layers: Sequence[Layer], known_types: Mapping[str, KnownType], recognized: Collection[str] | None = None
) -> tuple[LintFinding, ...]:
    """Return the findings about a policy and what it extends, in file order. Raises ConfigFault.

    `recognized` are the entity types that some recognizer or model reports; None leaves that check out.
    """
    return _Linter(layers, known_types, recognized).findings()


class _Linter:
    def __init__(
        self, layers: Sequence[Layer], known_types: Mapping[str, KnownType], recognized: Collection[str] | None
    ) -> None:
        self._layers = layers
        self._policy = merged(layers)
        self._known = known_types
        self._recognized = recognized
        self._table = PolicyTable(known_types, None, self._policy)
        self._engine = Engine(self._policy, known_types)
        self._rules = [
            self._number((number, "rules", rank), rule, entry)
            for number, layer in enumerate(layers)
            for rank, rule in enumerate(layer.policy.rules)
            for entry in rule_entries(rule)
        ]
        self._exemptions = [
            self._number((number, "exemptions", rank), item, exemption_entry(item))
            for number, layer in enumerate(layers)
            for rank, item in enumerate(layer.policy.exemptions)
        ]

    def findings(self) -> tuple[LintFinding, ...]:
        rows = {
            *self._unknown(),
            *self._without_why(),
            *self._dead_rules(),
            *self._without_words(),
            *self._implied_in_vain(),
            *self._vain_exemptions(),
            *self._holes(),
            *self._loosened(),
            *value_findings((*self._rules, *self._exemptions), self._known, self._finding),
        }
        order = {layer.document.file: number for number, layer in enumerate(self._layers)}
        return tuple(sorted(rows, key=lambda row: (order[row.file], row.line, row.column, row.code, row.message)))

    def _number(self, place: tuple[int, str, int], source: PolicyRule | Exemption, entry: PolicyEntry) -> PlacedEntry:
        types = frozenset(name for name in self._known if entry.selects(name, self._table))
        return PlacedEntry(place=place, source=source, entry=entry, types=types)

    def _finding(
        self, layer: int, path: Sequence[str | int], severity: Severity, code: str, message: str
    ) -> LintFinding:
        place = self._layers[layer].document.complaint(tuple(path), message)
        return LintFinding(
            file=place.file, line=place.line, column=place.column, severity=severity, code=code, message=message
        )

    def _where(self, item: PlacedEntry) -> str:
        """Return "line 3", with the file where there are several."""
        place = self._layers[item.layer].document.complaint(item.path, "")
        return f"line {place.line}" + (f" of {place.file}" if len(self._layers) > 1 else "")

    def _unknown(self) -> Iterable[LintFinding]:
        for number, layer in enumerate(self._layers):
            for path, name in unknown_types(layer.document, self._known):
                message = f'no recognizer finds the type "{name}"{suggest(name, self._known)}'
                yield self._finding(number, path, Severity.ERROR, "unknown-type", message)
            for path in kept_wholly(layer.policy, self._known):
                yield self._finding(number, path, Severity.ERROR, "keeps-everything", KEEPS_ALL)
        for item in (*self._rules, *self._exemptions):
            if item.entry.group and not item.types:
                yield self._finding(
                    item.layer, (*item.path, "group"), Severity.ERROR, "empty-group", "selects no entity type"
                )
            if self._recognized is not None and item.entry.entity and item.types.isdisjoint(self._recognized):
                names = ", ".join(sorted(item.types)[:3]) or "what it selects"
                message = f"nothing here finds {names}, so it protects nothing"
                yield self._finding(item.layer, (*item.path, "entity"), Severity.WARNING, "no-recognizer", message)
        for number, layer in enumerate(self._layers):
            for rank, glob in enumerate(layer.policy.detect.on):
                blind = sorted(filter(glob_matcher(glob), set(self._known) - set(self._recognized or self._known)))
                if blind:
                    message = f"detect: nothing here finds {', '.join(blind)}, so switching it on changes nothing"
                    yield self._finding(number, ("detect", "on", rank), Severity.WARNING, "no-recognizer", message)

    def _without_why(self) -> Iterable[LintFinding]:
        for item in self._rules:
            if item.source.why is None:
                yield self._finding(
                    item.layer, item.path, Severity.WARNING, "no-why", f"{item.source.label} does not say why"
                )

    def _dead_rules(self) -> Iterable[LintFinding]:
        """Yield rules that another entry, or the floor, makes superfluous in all they say."""
        by_rule: dict[tuple[int, str, int], list[str | None]] = {}
        for item in self._rules:
            by_rule.setdefault(item.place, []).append(self._covered_by(item))
        for item in self._rules:
            covers = by_rule[item.place]
            if all(covers):
                message = f"{item.source.label} never matters: {covers[0]}"
                yield self._finding(item.layer, item.path, Severity.WARNING, "dead-rule", message)

    def _covered_by(self, item: PlacedEntry) -> str | None:
        entry = item.entry
        asks_in_vain = (entry.entity or entry.group) and not item.types
        if asks_in_vain:
            return "it selects no entity type"
        for other in self._rules:
            if (
                other.place != item.place
                and covers(other, item)
                and (not covers(item, other) or other.place < item.place)
            ):
                return f"{other.entry.label} in {self._where(other)} says as much or more"
        if entry.prefer is not None and entry.action is None and entry.require is None:
            return "the policy prefers local anyway" if self._policy.prefer is RouteKind.LOCAL else None
        if entry.require is None and entry.prefer is None and entry.action is not None:
            routes = [route for route in RouteKind if entry.applies_on(route)]
            floors = [self._engine.floor(name, route)[0] for name in item.types for route in routes]
            if floors and min(action.strictness for action in floors) >= entry.action.strictness:
                return "the default is as strict"
        return None

    def _vain_exemptions(self) -> Iterable[LintFinding]:
        for item in self._exemptions:
            entry = item.entry
            assert entry.action is not None
            assert entry.on is not None
            if not item.types:
                reason = "it selects no entity type"
            elif not any(self._can_loosen(name, entry.on, entry.action) for name in item.types):
                reason = "nothing stricter happens to these types there, or they are blocked"
            else:
                reason = self._milder_exemption(item) or ""
            if reason:
                message = f"{item.source.label} is never reached: {reason}"
                yield self._finding(item.layer, item.path, Severity.WARNING, "vain-exemption", message)

    def _can_loosen(self, name: str, route: RouteKind, action: Action) -> bool:
        """Tell whether something stricter than `action`, which an exemption can undo, may happen to a type."""
        orders = [self._engine.floor(name, route)[0]]
        for item in self._rules:
            entry = item.entry
            if entry.action is not None and name in item.types and entry.applies_on(route):
                if entry.action is Action.BLOCK and entry.is_plain and entry.condition == Condition():
                    return False
                orders.append(entry.action)
        return any(action.strictness < order.strictness < Action.BLOCK.strictness for order in orders)

    def _milder_exemption(self, item: PlacedEntry) -> str | None:
        for other in self._exemptions:
            if other.place == item.place or not exempts(other, item):
                continue
            if not exempts(item, other) or other.place < item.place:
                return f"the exemption in {self._where(other)} is as mild and as wide"
        return None

    def _implied_in_vain(self) -> Iterable[LintFinding]:
        """Yield classes that the model looks for in every text, and that no rule is about."""
        asked = {item.entry.data_class for item in self._rules}
        for number, layer in enumerate(self._layers):
            for rank, name in enumerate(layer.policy.implied if "implied" in layer.policy.model_fields_set else ()):
                if name in self._policy.implied and name.value not in asked:
                    message = f"implied: no rule is about {name}, so it costs time and decides nothing"
                    yield self._finding(number, ("implied", rank), Severity.WARNING, "vain-implied", message)

    def _without_words(self) -> Iterable[LintFinding]:
        """Yield rules about TRADE_SECRET in a policy that does not say what that is."""
        listed = self._policy.trade_secrets
        said = listed.markers or listed.code_names or DataClass.TRADE_SECRET in self._policy.implied
        for item in self._rules if not said else ():
            if item.entry.data_class == DataClass.TRADE_SECRET.value:
                message = (
                    f"{item.source.label} holds only for what a recognizer file lists as TRADE_SECRET: "
                    "trade_secrets has neither markers nor code names"
                )
                yield self._finding(item.layer, (*item.path, "class"), Severity.WARNING, "no-words", message)

    def _holes(self) -> Iterable[LintFinding]:
        for number, layer in enumerate(self._layers):
            if layer.policy.mode is PolicyMode.OBSERVE:
                message = "mode: observe decides and counts, and protects nothing"
                yield self._finding(number, ("mode",), Severity.WARNING, "observes", message)
            if layer.policy.default.frontier is Action.KEEP:
                message = "everything that no rule names leaves as it is"
                yield self._finding(number, ("default", "frontier"), Severity.ERROR, "open-default", message)
            elif layer.policy.default.frontier.strictness < Action.PLACEHOLDER.strictness:
                message = f"what {layer.policy.default.frontier} writes may hold the value, and it is the default"
                yield self._finding(number, ("default", "frontier"), Severity.WARNING, "weak-default", message)
            if layer.policy.confidence.escalate:
                yield from self._confidence(number)
        for item in self._exemptions:
            if not item.match.strip("*") and not item.entry.values:
                message = f"{item.source.label} has no match, so it holds for every value"
                yield self._finding(item.layer, item.path, Severity.WARNING, "wide-exemption", message)

    def _confidence(self, layer: int) -> Iterable[LintFinding]:
        path = ("confidence", "escalate")
        if self._policy.prefer is not RouteKind.LOCAL and not any(item.entry.prefer for item in self._rules):
            message = "confidence never matters: nothing prefers local"
            yield self._finding(layer, path, Severity.WARNING, "vain-confidence", message)
            return
        message = "only OpenAI's chat and completions and Ollama's formats can be judged; others are used as they are"
        yield self._finding(layer, path, Severity.WARNING, "partly-judged", message)

    def _loosened(self) -> Iterable[LintFinding]:
        for number in range(1, len(self._layers)):
            base = merge([layer.policy for layer in self._layers[:number]])
            for path, what in loosened(base, self._layers[number].policy):
                yield self._finding(number, path, Severity.WARNING, "loosened", f"milder than what it extends: {what}")
