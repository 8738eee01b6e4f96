"""Show the figures: a page of Markdown, the same on the terminal, a JSON file, and one plot."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["goals", "plot", "show", "write"]

_COLOURS = {"relay": "#2a7f9e", "presidio": "#9aa5ab"}
_GOAL_FASTER = 30
_GOAL_MS = 0.4


def goals(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the figures are held to, with what was measured."""
    at = {(row["text"], row["characters"]): row for row in result["times"]}
    mixed, dense = at["personal data in prose", 1300], at["only personal data", 1300]
    rows: list[tuple[str, float, str, float]] = [
        ("1,300 characters with personal data, ms", mixed["relay"][1], "≤", _GOAL_MS),
        ("checksummed types on the vectors: recall", result["vectors"]["checksum"]["recall"], "≥", 1.0),
        ("checksummed types on the vectors: precision", result["vectors"]["checksum"]["precision"], "≥", 1.0),
        (
            "false alarms per 10 KB, worst kind",
            max(one["per_10k"] for one in result["false_alarms"].values()),
            "≤",
            1.0,
        ),
        (
            "hostile text: twice the size, times the time, worst",
            max(one["ratio"] for one in result["growth"]),
            "≤",
            2.5,
        ),
        (
            f"{result['known']['values']:,} known values: share added, personal data in prose",
            result["known"]["added"]["personal data in prose"]["share"],
            "≤",
            0.2,
        ),
        ("second turn of a mixed conversation, share of the first", result["turns"]["mixed"]["share"], "≤", 0.05),
    ]
    if "times" in mixed:
        rows += [
            ("times faster than Presidio, personal data in prose", mixed["times"], "≥", _GOAL_FASTER),
            ("times faster than Presidio, only personal data", dense["times"], "≥", _GOAL_FASTER),
            ("planted values that Presidio finds and relay does not", result["vectors"]["missed"], "≤", 0),
        ]
    return [
        {
            "what": what,
            "measured": round(measured, 4),
            "sign": sign,
            "goal": goal,
            "met": measured >= goal if sign == "≥" else measured <= goal,
        }
        for what, measured, sign, goal in rows
    ]


def show(result: dict[str, Any]) -> None:
    """Print the page."""
    print(_page(result))


def write(result: dict[str, Any], folder: Path) -> None:
    """Write `patterns.json` and `patterns.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "patterns.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "patterns.md").write_text(_page(result), encoding="utf-8")


def _page(result: dict[str, Any]) -> str:
    sides = [side for side in ("relay", "presidio") if side in result["vectors"]]
    slowest = sorted(result["growth"], key=lambda row: -row["seconds"])[:8]
    parts = [
        "# Patterns\n",
        f"`python -m benchmarks.patterns{' --quick' if result['quick'] else ''}`, Python {result['python']}; "
        "milliseconds are the best of many runs on one core. Presidio runs its English pattern recognizers behind a "
        "blank pipeline, in the same process.\n",
        "![Time by text, and how hostile text grows](patterns.svg)\n",
        "## Goals\n",
        _table(
            ("what", "measured", "goal", "met"),
            (
                (row["what"], f"{row['measured']:.3g}", f"{row['sign']} {row['goal']:g}", "yes" if row["met"] else "no")
                for row in result["goals"]
            ),
        ),
        "## Time\n",
        _table(
            ("text", "characters", *(f"{side}, ms" for side in sides), "times"),
            (
                (
                    row["text"],
                    f"{row['characters']:,}",
                    *(f"{row[side][1]:.3f}" for side in sides),
                    f"{row['times']:.0f}" if "times" in row else "",
                )
                for row in result["times"]
            ),
        ),
        "## Test vectors\n",
        _table(
            ("side", "values planted", "covered", "spans elsewhere"),
            ((side, *map(str, result["vectors"][side].values())) for side in sides),
        ),
        "## False alarms where nothing is private\n",
        _table(
            ("text", "characters", "alarms", "per 10 KB"),
            (
                (kind, f"{row['characters']:,}", str(row["alarms"]), f"{row['per_10k']:.2f}")
                for kind, row in result["false_alarms"].items()
            ),
        ),
        f"## Hostile text of {slowest[0]['characters']:,} characters: the slowest of {len(result['growth'])}\n",
        _table(
            ("again and again", "seconds", "over half the size"),
            ((f"`{ascii(row['unit'])[1:-1]}`", f"{row['seconds']:.2f}", f"{row['ratio']:.2f}") for row in slowest),
        ),
        f"## A list of {result['known']['values']:,} names, made in {result['known']['made_s']:.1f} s\n",
        _table(
            ("1,300 characters", "without, ms", "with, ms", "added"),
            (
                (kind, f"{row['before_ms']:.3f}", f"{row['after_ms']:.3f}", f"{row['share']:.0%}")
                for kind, row in result["known"]["added"].items()
            ),
        ),
        "## A conversation that is sent again with one message more\n",
        _table(
            ("conversation", "characters", "first turn, ms", "second, ms", "share"),
            (
                (
                    kind,
                    f"{int(row['characters']):,}",
                    f"{row['first_ms']:.2f}",
                    f"{row['second_ms']:.2f}",
                    f"{row['share']:.1%}",
                )
                for kind, row in result["turns"].items()
            ),
        ),
        "## The scan alone, with either engine\n",
        _table(
            ("1,300 characters", "Hyperscan, ms", "RE2, ms"),
            (
                (kind, f"{row['hyperscan_ms']:.3f}", f"{row['re2_ms']:.3f}")
                for kind, row in result["without_hyperscan"].items()
            ),
        ),
    ]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"


def plot(result: dict[str, Any], folder: Path) -> None:
    """Draw `patterns.svg` and `patterns.png`: time by text, and seconds of hostile text by unit."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    rows = [row for row in result["times"] if row["characters"] == 1300]
    sides = [side for side in ("relay", "presidio") if side in rows[0]]
    for place, side in enumerate(sides):
        at = [number + (place - (len(sides) - 1) / 2) * 0.4 for number in range(len(rows))]
        values = [row[side][1] for row in rows]
        left.bar(at, values, 0.38, color=_COLOURS[side], label=side)
        for x, value in zip(at, values, strict=True):
            left.annotate(f"{value:.2g}", (x, value), fontsize=8, ha="center", va="bottom")
    left.set_yscale("log")
    left.set_ylabel("milliseconds, logarithmic")
    left.set_title("1,300 characters", fontsize=10, loc="left")
    left.set_xticks(range(len(rows)), [row["text"].replace(" ", "\n", 1) for row in rows], fontsize=8)
    left.legend(frameon=False, fontsize=8)
    growth = sorted(result["growth"], key=lambda row: row["seconds"])
    right.scatter([row["seconds"] for row in growth], [row["ratio"] for row in growth], s=14, color=_COLOURS["relay"])
    right.axhline(2, color="#9aa5ab", linewidth=0.8)
    right.axhline(2.5, color="#c8553d", linewidth=0.8, linestyle="--")
    right.set_ylim(0, max(3, *(row["ratio"] for row in growth)) + 0.2)
    right.set_xlabel(f"seconds for {growth[0]['characters']:,} characters")
    right.set_ylabel("times the time of half the size")
    right.set_title(f"{len(growth)} kinds of hostile text (2: linear; 2.5: the limit)", fontsize=10, loc="left")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "patterns.svg", metadata={"Date": None})
    figure.savefig(folder / "patterns.png", dpi=150)
    pyplot.close(figure)
