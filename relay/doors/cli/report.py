"""`relay report costs`: usage and costs by upstream, compared with the cost of local hardware."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relay.doors.cli.options import Json
from relay.errors import ConfigFault

if TYPE_CHECKING:
    from relay.routing.costs import Hardware, Report

__all__ = ["app"]

_LIMIT_BYTES = 16 * 1024 * 1024
_DAY_S = 86_400

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _report() -> None:
    """Keep `costs` a subcommand; Typer would make a single command the group itself."""


@app.command()
def costs(
    metrics: Annotated[
        str, typer.Argument(help="Address of the admin port, http://127.0.0.1:9090/metrics, or a file saved from it.")
    ],
    hardware: Annotated[
        Path | None, typer.Option("--hardware", help="YAML: hardware_usd, lifetime_years, power_w, usd_per_kwh, …")
    ] = None,
    days: Annotated[
        float | None,
        typer.Option("--days", min=0.001, help="Days that are counted. Default: since relay started."),
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write a plot of costs by volume to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Show usage and cost by upstream, the cost of local hardware for the same, and the break-even volume."""
    import dataclasses
    import json

    from relay.observe.metrics import read
    from relay.routing.costs import Row, report

    counted = read(_text(metrics))
    found = report(
        [Row(**dataclasses.asdict(item)) for item in counted.upstreams],
        counted.moves,
        days if days is not None else max(counted.uptime_s, 1.0) / _DAY_S,
        _hardware(hardware) if hardware is not None else None,
    )
    if svg is not None:
        _write(svg, _picture(found))
    if as_json:
        tree = dataclasses.asdict(found)
        tree["hardware"] = found.hardware.model_dump() if found.hardware is not None else None
        typer.echo(json.dumps(tree, indent=2))
    else:
        typer.echo("\n".join(_lines(found)))


def _write(path: Path, text: str) -> None:
    from relay.files import unreadable

    try:
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigFault(f"--svg: {path} {unreadable(error, 'written')}") from None


def _text(source: str) -> str:
    if not source.startswith(("http:", "https:")):
        try:
            return Path(source).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ConfigFault(f"{source}: cannot be read ({type(error).__name__})") from None
    import urllib.request

    # No proxy: the admin port is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(source, timeout=10) as answer:
            data: bytes = answer.read(_LIMIT_BYTES)
            return data.decode("utf-8")
    except (OSError, ValueError) as error:
        raise ConfigFault(f"{source}: cannot be read ({type(error).__name__})") from None


def _hardware(path: Path) -> Hardware:
    from relay.policy.loader import validate_as
    from relay.routing.costs import Hardware
    from relay.strict_yaml import read_bytes, read_document

    return validate_as(read_document(read_bytes(path), str(path)), Hardware)


def _picture(found: Report) -> str:
    from relay.doors.cli.cost_plot import plot

    if found.hardware is None:
        raise ConfigFault("--svg needs --hardware FILE, the machine to compare with")
    if found.usd_per_million is None:
        raise ConfigFault("nothing at a frontier was used and priced, so there is nothing to compare")
    return plot(found)


def _lines(found: Report) -> list[str]:
    head = ("upstream", "route", "requests", "tokens in", "tokens out", "USD")
    body = [
        (
            *(row.upstream, row.route),
            *(f"{number:,}" for number in (row.requests, row.input_tokens, row.output_tokens)),
            f"{row.usd:.2f}",
        )
        for row in found.rows
    ]
    widths = [max(len(line[column]) for line in (head, *body)) for column in range(len(head))]
    lines = [f"over {found.days:.2f} days", ""]
    for line in (head, *body):
        cells = [
            cell.ljust(w) if n < 2 else cell.rjust(w) for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.append("")
    lines += [f"moved to {to_why}: {count:,}" for to_why, count in sorted(found.moves.items()) if count]
    per_million = f", {found.usd_per_million:.2f} per million tokens" if found.usd_per_million is not None else ""
    lines.append(f"frontier: {found.frontier_usd:.2f} USD for {found.frontier_tokens:,} tokens{per_million}")
    lines += [f"no price is configured for what {name} served: counted as nothing" for name in found.unpriced]
    if found.hardware is not None:
        machine = found.hardware
        plural = "machine" if found.machines == 1 else "machines"
        lines.append(
            f"local, for all of it: {found.local_usd:.2f} USD on {found.machines} {plural} "
            f"({machine.usd_per_day:.2f} USD and at most {machine.tokens_per_day / 1e6:,.1f} million tokens a day each)"
        )
        if found.break_even_tokens is not None:
            lines.append(f"break-even: {found.break_even_tokens / 1e6:,.2f} million tokens a day")
        elif found.usd_per_million is not None:
            lines.append("break-even: never, a machine that is busy all day costs more than the frontier for the same")
        else:
            lines.append("break-even: unknown, as nothing at a frontier was used and priced")
        lines.append("left out: people, space, cooling, and whether the answers are as good")
    return lines
