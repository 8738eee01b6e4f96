"""What an auditor reads about a policy: what it says, what it covers, what tested it, and who signed it.

The report is a list of blocks, written as Markdown or as one HTML page without anything from elsewhere. It claims no
compliance: it says which entity types stand for an item of a regulation, whether anything here finds them, and what at
the mildest happens to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from relay.policy.cases import Outcome
from relay.policy.classes import KnownType
from relay.policy.lint import Finding, weakest_paths
from relay.policy.loader import Layer, merged
from relay.policy.model import Opaque, OpaqueHandling, Policy, Rule
from relay.policy.requirements import REGULATIONS, Item
from relay.types import Action, RouteKind

__all__ = ["Block", "Heading", "Paragraph", "Plot", "Table", "report", "to_html", "to_markdown"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of plain text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked bars: for each label, how often each action."""

    title: str
    bars: tuple[tuple[str, tuple[tuple[Action, int], ...]], ...]


Block = Heading | Paragraph | Table | Plot


def report(
    layers: Sequence[Layer],
    known_types: Mapping[str, KnownType],
    recognized: Collection[str],
    *,
    findings: Sequence[Finding] = (),
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
        Table(("", ""), tuple(_identity(layers, policy, findings, outcomes, signature))),
        Heading(2, "How a request is decided"),
        *_decision(policy),
        Heading(2, "What at the mildest happens to each entity type on its way to a provider"),
        Paragraph("With every exemption that could hold, and of the rules only those without conditions."),
        Plot("Entity types by group and mildest action", _bars(known_types, frontier)),
        Table(
            ("group", "kept", "replaced for the session", "removed or hidden", "refused"),
            tuple(_groups(known_types, frontier)),
        ),
        *_coverage(policy, frontier, recognized),
        Heading(2, "What lint says"),
        *_findings(findings),
        Heading(2, "Test cases"),
        *_cases(outcomes),
    )


def _identity(
    layers: Sequence[Layer],
    policy: Policy,
    findings: Sequence[Finding],
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
    opaque = ", ".join(f"{kind} {getattr(policy.opaque, kind)}" for kind in Opaque.model_fields)
    tools = ", ".join(policy.restore.tools) or "none"
    settings = (
        ("default towards a provider", str(policy.default.frontier)),
        ("default on a local route", str(policy.default.local)),
        ("preferred route", str(policy.prefer)),
        ("switched on besides the table", ", ".join(sorted(policy.detect.on)) or "none"),
        ("content that cannot be read", opaque),
        ("unknown fields", str(policy.unknown_fields)),
        ("values put back into URLs", "yes" if policy.restore.urls else "no"),
        ("values put back into arguments of tools", tools),
        ("never put back into arguments", ", ".join(sorted(policy.restore.withhold)) or "none"),
        ("values that the model writes by itself", str(policy.answers)),
        ("NER model", str(policy.model)),
        ("spans remembered under a keyed hash", "yes" if policy.span_cache else "no"),
    )
    rules = tuple(sorted((item.label, str(item.action or ""), _routing(item), item.why or "") for item in policy.rules))
    exemptions = tuple(
        sorted((item.label, item.match or "every value", str(item.on), item.why) for item in policy.exemptions)
    )
    return [
        Table(("setting", "value"), settings),
        Heading(3, "Rules"),
        Table(("rule", "action", "route", "why"), rules) if rules else Paragraph("None."),
        Heading(3, "Exemptions"),
        Table(("exemption", "match", "on", "why"), exemptions) if exemptions else Paragraph("None."),
    ]


def _routing(rule: Rule) -> str:
    if rule.require is not None:
        return f"{rule.require} required"
    return f"{rule.prefer} preferred" if rule.prefer is not None else ""


# What an action means to somebody who reads columns.
_GROUP_COLUMNS = ("group", "kept", "replaced for the session", "removed or hidden", "refused")
_KEPT = (Action.KEEP,)
_REPLACED = (Action.PLACEHOLDER, Action.SURROGATE)
_REMOVED = (Action.MASK, Action.HASH, Action.REDACT)
_REFUSED = (Action.BLOCK,)


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
            ", ".join(sorted(name for action in column for name in actions.get(action, ())))
            for column in (_KEPT, _REPLACED, _REMOVED, _REFUSED)
        ]
        rows.append((group, *cells))
    return rows


def _bars(
    known_types: Mapping[str, KnownType], paths: Mapping[str, tuple[Action, str]]
) -> tuple[tuple[str, tuple[tuple[Action, int], ...]], ...]:
    return tuple(
        (group, tuple((action, len(actions[action])) for action in Action if action in actions))
        for group, actions in _by_group(known_types, paths).items()
    )


def _coverage(policy: Policy, paths: Mapping[str, tuple[Action, str]], recognized: Collection[str]) -> list[Block]:
    blocks: list[Block] = []
    for regulation in REGULATIONS:
        rows = tuple((item.number, item.text, *_covered(item, policy, paths, recognized)) for item in regulation.items)
        blocks += [
            Heading(2, regulation.title),
            Paragraph(regulation.about),
            Table(("item", "what it names", "entity types", "covered"), rows),
        ]
    return blocks


def _covered(
    item: Item, policy: Policy, paths: Mapping[str, tuple[Action, str]], recognized: Collection[str]
) -> tuple[str, str]:
    if item.opaque is not None:
        handling = getattr(policy.opaque, item.opaque)
        # A face is in an image that was written anew as well.
        word = "yes" if handling in (OpaqueHandling.REFUSE, OpaqueHandling.DROP) else "no"
        return f"no text: opaque.{item.opaque}", f"{word}: {handling}"
    names = ", ".join(item.types)
    kept = [name for name in item.types if paths[name][0] is Action.KEEP]
    blind = [name for name in item.types if name not in recognized]
    if kept:
        return names, ("no" if len(kept) == len(item.types) else "partly") + f": {', '.join(kept)} may leave"
    if blind:
        return names, ("no" if len(blind) == len(item.types) else "partly") + f": nothing here finds {', '.join(blind)}"
    mildest = min((paths[name][0] for name in item.types), key=lambda action: action.strictness)
    return names, f"yes: {mildest} or stricter"


def _findings(findings: Sequence[Finding]) -> list[Block]:
    if not findings:
        return [Paragraph("Nothing.")]
    rows = tuple((f"{row.file}:{row.line}", str(row.severity), row.message) for row in findings)
    return [Table(("place", "severity", "finding"), rows)]


def _cases(outcomes: Sequence[Outcome] | None) -> list[Block]:
    if outcomes is None:
        return [Paragraph("No test file stands beside this policy.")]
    rows = tuple((item.name, "holds" if item.passed else "; ".join(item.failures)) for item in outcomes)
    return [Table(("case", "result"), rows)]


# -------------------------------------------------------------------------------------------------------------- writing


def to_markdown(blocks: Sequence[Block]) -> str:
    """Return the report as Markdown. A plot becomes a table."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {text}"
        case Paragraph(text):
            return text
        case Table(columns, rows):
            lines = [columns, tuple("---" for _ in columns), *rows]
            return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
        case Plot(title, bars):
            rows = tuple((label, ", ".join(f"{count} {action}" for action, count in parts)) for label, parts in bars)
            return _markdown(Table((title, ""), rows))


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733 }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem } h3 { font-size: 1rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d7dee5 }
th { border-bottom-color: #1c2733 } svg { width: 100%; height: auto; margin: .6rem 0 }
@media (prefers-color-scheme: dark) { body { background: #12181f; color: #dde5ec } td, th { border-color: #36424f } }
"""
# Mild to strict, light to dark; told apart without colour sight by lightness, and named in the legend.
_COLOURS = {
    Action.KEEP: "#e9b44c",
    Action.PLACEHOLDER: "#9ad1d4",
    Action.SURROGATE: "#6fb3c0",
    Action.MASK: "#4c8fa8",
    Action.HASH: "#37708c",
    Action.REDACT: "#24516d",
    Action.BLOCK: "#12304a",
}


def to_html(blocks: Sequence[Block]) -> str:
    """Return the report as one HTML page that loads nothing."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "Policy report")
    body = "\n".join(_html(block) for block in blocks)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Table(columns, rows):
            head = "".join(f"<th>{escape(column)}</th>" for column in columns)
            lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>\n{lines}</tbody></table>"
        case Plot(title, bars):
            return _svg(title, bars)


def _svg(title: str, bars: Sequence[tuple[str, tuple[tuple[Action, int], ...]]]) -> str:
    """Draw one stacked bar for each label, on one scale."""
    left, width, height = 130, 640, 22
    longest = max((sum(count for _, count in parts) for _, parts in bars), default=1)
    shown = [action for action in Action if any(action == used for _, parts in bars for used, _ in parts)]
    items = []
    for rank, (label, parts) in enumerate(bars):
        top, x = rank * height, float(left)
        items.append(f'<text x="{left - 8}" y="{top + 15}" text-anchor="end">{escape(label)}</text>')
        for action, count in parts:
            size = width * count / longest
            items.append(
                f'<rect x="{x:.1f}" y="{top + 3}" width="{size:.1f}" height="{height - 6}" fill="{_COLOURS[action]}">'
                f"<title>{escape(label)}: {count} {action}</title></rect>"
            )
            x += size
        items.append(f'<text x="{x + 6:.1f}" y="{top + 15}">{sum(count for _, count in parts)}</text>')
    bottom = len(bars) * height + 8
    for rank, action in enumerate(shown):
        x = left + rank * 110
        items.append(f'<rect x="{x}" y="{bottom + 4}" width="12" height="12" fill="{_COLOURS[action]}"/>')
        items.append(f'<text x="{x + 17}" y="{bottom + 14}">{action}</text>')
    return (
        f'<svg viewBox="0 0 {left + width + 50} {bottom + 24}" role="img" aria-label="{escape(title)}" '
        f'font-size="12" fill="currentColor" xmlns="http://www.w3.org/2000/svg">{"".join(items)}</svg>'
    )
