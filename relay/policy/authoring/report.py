"""What an auditor reads about a policy: what it says, what it covers, what tested it, and who signed it.

The report is a list of blocks, which `pages.py` writes as Markdown or HTML. It claims no compliance: it says which
entity types stand for an item of a regulation, whether anything here finds them, and what at the mildest happens to
them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from relay.policy.authoring.cases import Outcome
from relay.policy.authoring.lint import LintFinding
from relay.policy.authoring.pages import Block, Heading, PageTable, Paragraph, Plot
from relay.policy.authoring.requirements import REGULATIONS, Item
from relay.policy.authoring.weakest import kept_where, weakest_paths
from relay.policy.classes import KnownType
from relay.policy.loader import Layer, merged
from relay.policy.model import SETTINGS, Exemption, OpaqueHandling, Policy, PolicyMode, PolicyRule
from relay.replace.actions import known_actions
from relay.types import Action, RouteKind

__all__ = ["report"]


def report(
    layers: Sequence[Layer],
    known_types: Mapping[str, KnownType],
    recognized: Collection[str],
    *,
    findings: Sequence[LintFinding] = (),
    outcomes: Sequence[Outcome] | None = None,
    signature: str = "not checked",
) -> tuple[Block, ...]:
    """Return the blocks of a report on the policy that `layers` make.

    `recognized` are the types that something here finds; `outcomes` those of the policy's test file, None without one;
    `signature` a sentence about it.
    """
    policy = merged(layers)
    frontier = weakest_paths(policy, known_types, RouteKind.FRONTIER)
    return (
        Heading(1, f"Policy report: {policy.title or 'untitled'}"),
        PageTable(("", ""), tuple(_identity(layers, policy, findings, outcomes, signature))),
        *_mode(policy),
        Paragraph(
            "This report claims no compliance. It says what policy orders for what is found; how much of each type is "
            "found is measured apart from it, and nothing here protects a value that nothing finds."
        ),
        Heading(2, "How a request is decided"),
        *_decision(policy),
        *_mildest(known_types, frontier),
        *_coverage(policy, known_types, frontier, recognized),
        Heading(2, "What lint says"),
        *_findings(findings),
        Heading(2, "Test cases"),
        *_cases(outcomes),
    )


def _mildest(known_types: Mapping[str, KnownType], frontier: Mapping[str, tuple[Action, str]]) -> list[Block]:
    return [
        Heading(2, "What at the mildest happens to each entity type on its way to a provider"),
        Paragraph(
            "With every exemption that could hold, and of the rules only those without conditions: a rule that "
            "requires a local route, or that asks for a class, a client, a role, a score or what a value says, can "
            "only make it stricter."
        ),
        Plot("Entity types by group and mildest action", _bars(known_types, frontier)),
        PageTable(("group", *_COLUMNS), tuple(_groups(known_types, frontier))),
    ]


def _mode(policy: Policy) -> list[Block]:
    if policy.mode is not PolicyMode.OBSERVE:
        return []
    return [Paragraph("MODE OBSERVE: nothing below is carried out. Requests and answers pass as they are.")]


def _identity(
    layers: Sequence[Layer],
    policy: Policy,
    findings: Sequence[LintFinding],
    outcomes: Sequence[Outcome] | None,
    signature: str,
) -> list[tuple[str, str]]:
    passed = "no test file" if outcomes is None else f"{sum(item.passed for item in outcomes)} of {len(outcomes)} hold"
    return [
        ("digest", policy.digest),
        ("signature", signature),
        *((f"file {layer.document.file}", f"SHA-256 {layer.sha256}") for layer in layers),
        ("test cases", passed),
        ("lint", f"{len(findings)} findings"),
    ]


def _decision(policy: Policy) -> list[Block]:
    settings = tuple(
        (fact.title, _word(value)) for fact, value in zip(SETTINGS.values(), policy.settings().values(), strict=True)
    )
    rules = sorted(
        (item.label, item.subject, str(item.action or ""), _routing(item), item.why or "") for item in policy.rules
    )
    exemptions = sorted(
        (item.label, item.subject, _matched(item), str(item.action), f"{item.on} only", item.why)
        for item in policy.exemptions
    )
    return [
        PageTable(("setting", "value"), settings),
        Heading(3, "Rules"),
        _listed(("rule", "about", "action", "route", "why"), rules),
        Heading(3, "Exemptions"),
        _listed(("exemption", "about", "match", "action", "route", "why"), exemptions),
    ]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _listed(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Block:
    return PageTable(columns, tuple(rows)) if rows else Paragraph("None.")


def _matched(exemption: Exemption) -> str:
    asked = (exemption.match, None if exemption.when is None else str(exemption.when))
    return " and ".join(part for part in asked if part is not None) or "every value"


def _routing(rule: PolicyRule) -> str:
    parts = (
        f"{rule.require} required" if rule.require is not None else "",
        f"{rule.prefer} preferred" if rule.prefer is not None else "",
        f"action on {rule.on} only" if rule.on is not None else "",
    )
    return "; ".join(part for part in parts if part)


# The columns of the report's table of actions.
_COLUMNS = ("kept", "replaced for the session", "removed or hidden", "refused")


def _column(action: Action) -> str:
    if action.seals:
        return "replaced for the session"
    return {Action.KEEP: "kept", Action.BLOCK: "refused"}.get(action, "removed or hidden")


def _by_group(
    known_types: Mapping[str, KnownType], paths: Mapping[str, tuple[Action, str]]
) -> dict[str, dict[Action, list[str]]]:
    groups: dict[str, dict[Action, list[str]]] = {}
    for name, known in known_types.items():
        groups.setdefault(str(known.group), {}).setdefault(paths[name][0], []).append(name)
    return groups


def _groups(known_types: Mapping[str, KnownType], paths: Mapping[str, tuple[Action, str]]) -> list[tuple[str, ...]]:
    rows = []
    for group, actions in _by_group(known_types, paths).items():
        cells = [
            ", ".join(sorted(name for action in actions if _column(action) == column for name in actions[action]))
            for column in _COLUMNS
        ]
        rows.append((group, *cells))
    return rows


def _bars(
    known_types: Mapping[str, KnownType], paths: Mapping[str, tuple[Action, str]]
) -> tuple[tuple[str, tuple[tuple[Action, int], ...]], ...]:
    return tuple(
        (group, tuple((action, len(actions[action])) for action in known_actions().values() if action in actions))
        for group, actions in _by_group(known_types, paths).items()
    )


def _coverage(
    policy: Policy,
    known_types: Mapping[str, KnownType],
    paths: Mapping[str, tuple[Action, str]],
    recognized: Collection[str],
) -> list[Block]:
    some = kept_where(policy, known_types, RouteKind.FRONTIER)
    blocks: list[Block] = []
    for regulation in REGULATIONS:
        rows = tuple(
            (item.number, item.text, *_covered(item, policy, paths, recognized, some)) for item in regulation.items
        )
        blocks += [
            Heading(2, regulation.title),
            Paragraph(regulation.about),
            PageTable(("item", "what it names", "entity types", "covered"), rows),
        ]
    return blocks


def _covered(
    item: Item,
    policy: Policy,
    paths: Mapping[str, tuple[Action, str]],
    recognized: Collection[str],
    some: Mapping[str, tuple[str, ...]],
) -> tuple[str, str]:
    if policy.mode is PolicyMode.OBSERVE:
        return ", ".join(item.types) or f"no text: opaque.{item.opaque}", "no: only observed"
    if item.opaque is not None:
        handling = getattr(policy.opaque, item.opaque)
        # A face is in an image that was written anew as well.
        word = "yes" if handling in (OpaqueHandling.REFUSE, OpaqueHandling.DROP) else "no"
        return f"no text: opaque.{item.opaque}", f"{word}: {handling}"
    names = ", ".join(item.types)
    kept = [name for name in item.types if paths[name][0] is Action.KEEP]
    blind = [name for name in item.types if name not in recognized]
    if kept:
        told = [f"{name} where {' or where '.join(some[name])}" if name in some else name for name in kept]
        partly = len(kept) < len(item.types) or any(name in some for name in kept)
        return names, ("partly" if partly else "no") + f": {', '.join(told)} may leave"
    if blind:
        return names, ("no" if len(blind) == len(item.types) else "partly") + f": nothing here finds {', '.join(blind)}"
    mildest = min((paths[name][0] for name in item.types), key=lambda action: action.strictness)
    return names, f"yes: {mildest} or stricter"


def _findings(findings: Sequence[LintFinding]) -> list[Block]:
    if not findings:
        return [Paragraph("Nothing.")]
    rows = tuple((f"{row.file}:{row.line}", str(row.severity), row.message) for row in findings)
    return [PageTable(("place", "severity", "finding"), rows)]


def _cases(outcomes: Sequence[Outcome] | None) -> list[Block]:
    if outcomes is None:
        return [Paragraph("No test file stands beside this policy.")]
    rows = tuple((item.name, "holds" if item.passed else "; ".join(item.failures)) for item in outcomes)
    return [PageTable(("case", "result"), rows)]
