"""`relay policy diff`: compare two policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relay.doors.cli.options import Json, Recognizers
from relay.doors.cli.policy import inputs
from relay.doors.cli.policy.inputs import Tools

if TYPE_CHECKING:
    from relay.policy.authoring.diff import Replay

__all__ = ["diff"]


def diff(
    old: Annotated[Path, typer.Argument(help="The policy before: a file or a shipped name.")],
    new: Annotated[Path, typer.Argument(help="The policy after.")],
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", help='Requests to replay: one JSON a line, {"text": …} or a request body.'),
    ] = None,
    price: Annotated[
        float | None, typer.Option("--price", help="Price of a million input tokens, to compare costs.")
    ] = None,
    no_local: Annotated[bool, typer.Option("--no-local", help="Decide as without a local upstream.")] = False,
    recognizers: Recognizers = None,
    as_json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", "-s", help="Fail when anything became weaker.")] = False,
) -> None:
    """Compare two policies, rule by rule and by replaying a corpus."""
    import dataclasses

    from relay.policy.authoring.diff import compare, replay
    from relay.types import RouteKind

    tools = Tools(recognizers)
    before, after = tools.policy(old), tools.policy(new)
    paper = compare(before, after, tools.known_types)
    result = None
    if corpus is not None:
        available = (RouteKind.FRONTIER,) if no_local else tuple(RouteKind)
        engines = tools.engine(before), tools.engine(after)
        finder = tools.analyzer(after if after.implied else before)
        result = replay(inputs.corpus(corpus), *engines, finder.read, available)
    if as_json:
        tree: dict[str, object] = {"paper": dataclasses.asdict(paper)}
        if result:
            tree["replay"] = {item.name: _listed(getattr(result, item.name)) for item in dataclasses.fields(result)}
            tree["cost"] = result.cost(price) if price is not None else None
        typer.echo(json.dumps(tree))
    else:
        typer.echo(f"digest {paper.old} becomes {paper.new}")
        for change in (*paper.settings, *paper.entries, *paper.paths):
            mark = "weaker" if change.weaker else "      "
            typer.echo(f"{mark}  {change.what}: {change.before} becomes {change.after}")
        if result:
            _show_replay(result, price)
    raise typer.Exit(1 if strict and (paper.weaker or (result is not None and result.weaker)) else 0)


def _listed(value: Any) -> Any:
    """Return a counter as rows; JSON has no keys of several parts."""
    return [[*key, count] for key, count in sorted(value.items())] if isinstance(value, dict) else value


def _show_replay(result: Replay, price: float | None) -> None:
    typer.echo(f"{result.requests} requests replayed: {result.changed} otherwise, {result.weaker} of them weaker")
    if result.weaker_requests:
        more = ", …" if result.weaker > len(result.weaker_requests) else ""
        typer.echo(f"  weaker: requests {', '.join(map(str, result.weaker_requests))}{more} of the corpus")
    for title, counter in (("route", result.routes), ("end", result.refusals)):
        for (before, after), count in sorted(counter.items()):
            typer.echo(f"  {title}: {before} becomes {after}: {count}")
    for title, counts in (("class", result.classes), ("type", result.actions)):
        for (name, before, after), count in sorted(counts.items()):
            typer.echo(f"  {title} {name}: {before} becomes {after}: {count}")
    sent = result.frontier_characters
    typer.echo(f"  characters to a provider: {sent[0]} becomes {sent[1]}")
    if price is not None:
        typer.echo("  their cost at {:g} a million tokens: {:.4g} becomes {:.4g}".format(price, *result.cost(price)))
