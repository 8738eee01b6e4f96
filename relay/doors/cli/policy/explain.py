"""`relay policy explain`: what policy does with one request, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relay.doors.cli.options import Json, Policy, Recognizers
from relay.doors.cli.policy.inputs import Asked, Tools, asked, read

if TYPE_CHECKING:
    from relay.policy.engine import Engine, Explanation
    from relay.types import Segment, SpanAction

__all__ = ["explain"]


def explain(
    request: Annotated[
        Path | None, typer.Argument(help="A request as JSON, or a text; none or - is standard input.")
    ] = None,
    policy: Policy = None,
    path: Annotated[
        str | None, typer.Option("--path", help="Endpoint, such as /v1/messages. Default: by the request's keys.")
    ] = None,
    client: Annotated[str | None, typer.Option("--client", help="Name of the client that sends it.")] = None,
    no_local: Annotated[bool, typer.Option("--no-local", help="Decide as without a local upstream.")] = False,
    recognizers: Recognizers = None,
    as_json: Json = False,
) -> None:
    """Show what policy does with one request: each entity's type, rule and action, and the route with its reasons.

    Values are shown on a terminal only. Exit status 1 when policy refuses the request.
    """
    from relay.policy.model import OpaqueHandling
    from relay.types import RouteKind

    data = read(request)
    found = asked(data, path)
    tools = Tools(recognizers)
    loaded = tools.policy(policy)
    judge = tools.engine(loaded)
    read_as = tools.analyzer(loaded).read(found.segments)
    explanation = judge.explain(
        found.segments,
        read_as.spans,
        implied=read_as.implied,
        decision_id="explain",
        available={RouteKind.FRONTIER} if no_local else set(RouteKind),
        client=client,
        model=found.model,
    )
    if as_json:
        typer.echo(json.dumps(_explained(found, explanation, judge)))
    else:
        _show(found, explanation, judge)
    unreadable = any(judge.opaque(kind) is OpaqueHandling.REFUSE for _, kind in found.opaque)
    raise typer.Exit(1 if explanation.decision.blocked or unreadable else 0)


def _explained(found: Asked, explanation: Explanation, judge: Engine) -> dict[str, object]:
    """Return an explanation without a value: places, types, actions and reasons."""
    decision = explanation.decision
    return {
        "policy": decision.policy,
        "mode": judge.policy.mode,
        "read_as": found.path,
        "route": decision.route,
        "data_classes": decision.data_classes,
        "evidence": [
            {
                "class": item.data_class,
                "types": item.types,
                "lexicon": item.lexicon,
                "words": len(item.words),
                "passages": [
                    {"pointer": part.pointer, "start": part.start, "length": part.end - part.start, "score": part.score}
                    for part in item.passages
                ],
            }
            for item in explanation.evidence
        ],
        "conditions": _read(explanation),
        "reasons": decision.reasons,
        "blocked": [{"rule": rule, "subject": subject} for rule, subject in decision.blocked],
        "opaque": [
            {"pointer": pointer, "kind": kind, "key": f"opaque.{judge.policy.opaque.key(kind)}", "handling": handling}
            for pointer, kind, handling in _unread(found, judge)
        ],
        "spans": [
            {
                "pointer": segment.pointer,
                "start": item.span.start,
                "end": item.span.end,
                "entity_type": item.span.entity_type,
                "score": round(item.span.score, 4),
                "recognizer": item.span.recognizer,
                "counts_for": _counts_for(explanation, item),
                "action": item.action,
                "rule": item.rule,
            }
            for segment, item in _spans(found, explanation)
        ],
    }


def _spans(found: Asked, explanation: Explanation) -> Iterator[tuple[Segment, SpanAction]]:
    for segment, row in zip(found.segments, explanation.decision.actions, strict=True):
        for item in row:
            yield segment, item


def _unread(found: Asked, judge: Engine) -> Iterator[tuple[str, str, str]]:
    for pointer, kind in found.opaque:
        yield pointer, kind, judge.opaque(kind).value


def _read(explanation: Explanation) -> dict[str, str]:
    """Return what each condition that a rule asks for read of the request, by its key in rules."""
    from relay.policy.condition import known_conditions

    return {
        known_conditions()[field].name: ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
        for field, value in explanation.conditions.items()
    }


def _counts_for(explanation: Explanation, item: SpanAction) -> list[str]:
    """Return the data classes that this span is evidence for."""
    return [found.data_class.value for found in explanation.evidence if item.span.entity_type in found.types]


def _show(found: Asked, explanation: Explanation, judge: Engine) -> None:
    from rich.console import Console

    decision = explanation.decision
    # A pipe has no width: nothing is wrapped or cut there.
    console = Console(soft_wrap=True, highlight=False, markup=False)

    def say(line: str) -> None:
        console.print(line)

    say(f"policy  {judge.policy.title or 'untitled'}, digest {decision.policy}")
    if judge.observes:
        say("mode    observe: what follows is decided and counted, and nothing of it is done")
    say(f"read    as {found.path or 'a plain text'}, {len(found.segments)} texts")
    say(f"route   {decision.route}{', refused' if decision.blocked else ''}")
    for reason in decision.reasons:
        say(f"        {reason}")
    for name, shown in _read(explanation).items():
        say(f"asked   {name}: {_printable(shown)}")
    for evidence in explanation.evidence:
        if evidence.words and console.is_terminal:
            say(f"        {evidence.data_class} words: {_printable(', '.join(evidence.words), 400)}")
        for part in evidence.passages:
            place = f"{_printable(part.pointer) or '/'} {part.start}-{part.end}"
            length = part.end - part.start
            say(f"        {evidence.data_class} implied: {place}, {length} characters, score {part.score:.2f}")
    for rule, subject in decision.blocked:
        say(f"refused by {rule} ({subject})")
    for pointer, kind, handling in _unread(found, judge):
        say(f"unread  {_printable(pointer)} holds {kind}: {handling} (opaque.{judge.policy.opaque.key(kind)})")
    columns = ["place", "type", "score", "counts for", "action", "rule", *(["value"] if console.is_terminal else [])]
    rows = [_cells(explanation, segment, item, len(columns)) for segment, item in _spans(found, explanation)]
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not rows:
        say("nothing found")


def _cells(explanation: Explanation, segment: Segment, item: SpanAction, count: int) -> list[str]:
    span = item.span
    cells = (
        f"{segment.pointer or '/'} {span.start}-{span.end}",
        span.entity_type,
        f"{span.score:.2f}",
        " ".join(_counts_for(explanation, item)) or "-",
        str(item.action),
        "none: the type is off" if item.rule == "off" else item.rule,
        segment.text[span.start : span.end],
    )
    return [_printable(cell) for cell in cells[:count]]


def _printable(text: str, limit: int = 80) -> str:
    """Return the first characters of `text`, none of which a terminal would take for a command."""
    shown = "".join(character if character.isprintable() else "\N{MIDDLE DOT}" for character in text[:limit])
    return shown + ("\N{HORIZONTAL ELLIPSIS}" if len(text) > limit else "")
