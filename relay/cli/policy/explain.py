"""`relay policy explain`: what policy does with one request, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relay.cli.policy.inputs import Json, PolicyFile, analyze, engine, load, read, segments

if TYPE_CHECKING:
    from relay.policy.engine import Engine, Explanation
    from relay.types import Segment

__all__ = ["explain"]


def explain(
    request: Annotated[
        Path | None, typer.Argument(help="A request as JSON, or a text; none or - is standard input.")
    ] = None,
    policy: PolicyFile = Path("policies/default.yaml"),
    client: Annotated[str | None, typer.Option(help="Name of the client that asks.")] = None,
    no_local: Annotated[bool, typer.Option("--no-local", help="As if no local upstream were there.")] = False,
    as_json: Json = False,
) -> None:
    """Show what policy does with one request: each entity's type, rule and action, and the route with its reasons.

    Values are shown on a terminal only. Exit status 1 when policy refuses the request.
    """
    from relay.types import RouteKind

    data = sys.stdin.buffer.read() if request is None or str(request) == "-" else read(request)
    texts, model = segments(data)
    loaded = load(policy)
    judge = engine(loaded)
    explanation = judge.explain(
        texts,
        analyze(loaded)(texts),
        decision_id="explain",
        available={RouteKind.FRONTIER} if no_local else set(RouteKind),
        client=client,
        model=model,
    )
    if as_json:
        typer.echo(json.dumps(_explained(texts, explanation)))
    else:
        _show(texts, explanation, judge)
    raise typer.Exit(1 if explanation.decision.blocked else 0)


def _explained(segments: Sequence[Segment], explanation: Explanation) -> dict[str, object]:
    """Return an explanation without a value: places, types, actions and reasons."""
    decision = explanation.decision
    return {
        "policy": decision.policy,
        "route": decision.route,
        "data_classes": decision.data_classes,
        "reasons": decision.reasons,
        "blocked": [{"rule": rule, "subject": subject} for rule, subject in decision.blocked],
        "spans": [
            {
                "pointer": segment.pointer,
                "start": item.span.start,
                "end": item.span.end,
                "entity_type": item.span.entity_type,
                "score": round(item.span.score, 4),
                "recognizer": item.span.recognizer,
                "action": item.action,
                "rule": item.rule,
            }
            for segment, row in zip(segments, decision.actions, strict=True)
            for item in row
        ],
    }


def _show(segments: Sequence[Segment], explanation: Explanation, engine: Engine) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    decision = explanation.decision
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"policy  {engine.policy.title or 'untitled'}, digest {decision.policy}", markup=False)
    console.print(f"route   {decision.route}{', refused' if decision.blocked else ''}", markup=False)
    for reason in decision.reasons:
        console.print(f"        {reason}", markup=False)
    if console.is_terminal:
        for evidence in explanation.evidence:
            if evidence.words:
                console.print(f"        {evidence.data_class} words: {', '.join(evidence.words)}", markup=False)
    for rule, subject in decision.blocked:
        console.print(f"refused by {rule} ({subject})", markup=False)
    columns = ["place", "type", "score", "action", "rule", *(["value"] if console.is_terminal else [])]
    table = Table(*columns, box=None, pad_edge=False)
    for segment, row in zip(segments, decision.actions, strict=True):
        for item in row:
            span = item.span
            cells = [
                f"{segment.pointer or '/'} {span.start}-{span.end}",
                span.entity_type,
                f"{span.score:.2f}",
                item.action.value,
                item.rule,
            ]
            if console.is_terminal:
                cells.append(segment.text[span.start : span.end])
            table.add_row(*(Text(_printable(cell)) for cell in cells))
    console.print(table)


def _printable(text: str) -> str:
    """Return the first 80 characters of `text`, none of which a terminal would take for a command."""
    shown = "".join(character if character.isprintable() else "\N{MIDDLE DOT}" for character in text[:80])
    return shown + ("\N{HORIZONTAL ELLIPSIS}" if len(text) > 80 else "")
