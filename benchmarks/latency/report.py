"""Show the figures: a table on the terminal, a JSON file, and one plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["plot", "show", "write"]

_COLOURS = {"patterns": "#2a7f9e", "model": "#c8553d"}


def show(result: dict[str, Any], console: Console) -> None:
    """Print what was added to a direct request, and the goals. `CPU` is relay's processor time for a request."""
    table = Table(title="Added to a direct request, milliseconds", title_justify="left")
    for name in ("request", "answer", "clients", "relay"):
        table.add_column(name, no_wrap=True)
    for name in ("p50", "p95", "p99", "first byte", "CPU", "requests/s", "direct"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in result["cases"]:
        table.add_row(
            row["shape"],
            row["answer"],
            str(row["clients"]),
            row["relay"],
            *(_ms(row["added_ms"][key]) for key in ("p50", "p95", "p99")),
            _ms(row["added_first_ms"]) if row["answer"] == "streamed" else "",
            _ms(row["cpu_ms"]),
            f"{row['per_s']:.0f}",
            f"{row['direct_per_s']:.0f}",
        )
    console.print(table)
    goals = Table(title="Goals", title_justify="left")
    for name in ("what", "measured", "goal", ""):
        goals.add_column(name)
    for goal in result["goals"]:
        goals.add_row(
            goal["what"],
            f"{goal['measured']:.4g} {goal['unit']}",
            f"{goal['sign']} {goal['goal']:g} {goal['unit']}",
            "[green]met" if goal["met"] else "[red]missed",
        )
    console.print(goals)


def _ms(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def write(result: dict[str, Any], folder: Path) -> None:
    """Write `latency.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latency.json").write_text(json.dumps(result, indent=1) + "\n")


def plot(result: dict[str, Any], folder: Path) -> None:
    """Draw `latency.svg` and `latency.png`: added latency by shape, and requests per second."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    one = [row for row in result["cases"] if row["clients"] == 1 and row["answer"] == "whole"]
    many = [row for row in result["cases"] if row["clients"] > 1 and row["answer"] == "whole"]
    shapes = list(dict.fromkeys(row["shape"] for row in one))
    for place, relay in enumerate(("patterns", "model")):
        rows = [row for row in one if row["relay"] == relay]
        at = [number + (place - 0.5) * 0.38 for number in range(len(rows))]
        middle = [max(row["added_ms"]["p50"], 0.01) for row in rows]
        above = [max(row["added_ms"]["p95"] - value, 0) for row, value in zip(rows, middle, strict=True)]
        label = "patterns only" if relay == "patterns" else "with the model"
        left.bar(at, middle, 0.36, yerr=[[0] * len(rows), above], capsize=3, color=_COLOURS[relay], label=label)
        _label(left, at, middle, ".3g")
        rates = [row["per_s"] for row in many if row["relay"] == relay]
        right.bar(at[: len(rates)], rates, 0.36, color=_COLOURS[relay], label=label)
        _label(right, at, rates, ".0f")
    left.set_title("Added latency, one client (bar: p50, whisker: p95)", fontsize=10, loc="left")
    left.set_ylabel("milliseconds, logarithmic")
    clients = many[0]["clients"] if many else 0
    right.set_title(f"Requests per second, {clients} clients", fontsize=10, loc="left")
    right.set_ylabel("requests/s, logarithmic")
    for axes in (left, right):
        axes.set_yscale("log")
        axes.set_ylim(bottom=axes.get_ylim()[0] / 3)  # room for the smallest bar's label
        axes.set_xticks(range(len(shapes)), shapes)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "latency.svg", metadata={"Date": None})
    figure.savefig(folder / "latency.png", dpi=150)
    pyplot.close(figure)


def _label(axes: Any, at: Sequence[float], values: Sequence[float], form: str) -> None:
    for x, value in zip(at, values, strict=False):
        where = {"xytext": (0, -3), "textcoords": "offset points", "ha": "center", "va": "top"}
        axes.annotate(format(value, form), (x, value), fontsize=8, color="white", **where)
