"""Show the figures: tables on the terminal, a JSON file, a page of Markdown, and one plot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["plot", "show", "write"]

_COLOURS = {
    "patterns": "#9aa5ab",
    "default": "#2a7f9e",
    "everything": "#c8553d",
    "float": "#e0a458",
    "presidio": "#6b6b6b",
}
_ABOUT = {
    "patterns": "patterns only, what the default policy replaces",
    "default": "with the model, what the default policy replaces",
    "everything": "with the model, all that is found",
    "float": "the same with float weights",
    "presidio": "Presidio's own patterns, no model",
}
_ORIGINS_A_LINE = 11
_CONFUSIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A table before it is drawn. The first `names` columns are text, the others figures."""

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


def _shown(result: dict[str, Any]) -> tuple[str, ...]:
    """Return the views that were looked at, in the order in which they are explained."""
    some = next(iter([*result["sets"].values(), *result["false_alarms"].values()]), {})
    return tuple(view for view in _ABOUT if view in some)


def _others(others: dict[str, dict[str, int]]) -> list[str]:
    """Return the most frequent confusions of a set, each with its count."""
    pairs = [(count, f"{label} → {name} {count}") for label, types in others.items() for name, count in types.items()]
    return [shown for _, shown in sorted(pairs, key=lambda pair: -pair[0])[:_CONFUSIONS]]


def _sheets(result: dict[str, Any]) -> Iterator[_Sheet]:
    shown = _shown(result)
    yield _Sheet(
        title="Goals",
        about="What the figures are held to.",
        columns=("what", "measured", "goal", "met"),
        rows=tuple(
            (
                goal["what"],
                f"{goal['measured']:.3f}",
                f"{goal['sign']} {goal['goal']:g}",
                "yes" if goal["met"] else "no",
            )
            for goal in result["goals"]
        ),
    )
    yield _Sheet(
        title="Labelled sets",
        about="Recall, precision and F2 count characters, labels ignored; covered is the share of labelled spans (of "
        "people) wholly covered; noise is found spans that touch no label, per 1,000 words. The default policy keeps "
        "places, organisations and dates that some sets label, so its recall is not meant to be whole.",
        columns=("set", "view", "rows", "recall", "precision", "F2", "covered", "people", "of", "noise"),
        rows=tuple(
            (
                name if view == shown[0] else "",
                view,
                str(one["rows"]),
                *(f"{one[key]:.3f}" for key in ("recall", "precision", "f2", "hit")),
                _share(one["people"]),
                str(one["people_count"]),
                f"{one['noise']:.2f}",
            )
            for name, views in result["sets"].items()
            for view, one in views.items()
        ),
        names=2,
    )
    yield _Sheet(
        title="Exact types",
        about="Of the labelled values that are found, those that come back as exactly the type that the set's label "
        "names, and as what the others do. Some labels are of another grain: a street address holds cities and codes.",
        columns=("set", "found", "exact", "share", "others: label → type, most frequent"),
        rows=tuple(
            (
                name,
                str(one["found"]),
                str(one["exact"]),
                f"{one['exact'] / max(1, one['found']):.3f}",
                ", ".join(_others(one["others"])),
            )
            for name, one in result.get("exact", {}).items()
        ),
    )
    yield _Sheet(
        title="Other languages",
        about="The default policy, each fourth row, by script and language. What is not labelled in a set counts as "
        "noise, and words are few where no spaces part them. Beside relay stands a published model for that language "
        "alone, where the package index has one (`make bench-peers`): its people wholly covered, and its precision.",
        columns=(
            "script",
            "language",
            "set",
            "people",
            "of",
            "recall",
            "precision",
            "noise",
            "peer",
            "people",
            "precision",
        ),
        rows=tuple(
            (
                one["script"],
                one["language"],
                name,
                _share(one["people"]),
                str(one["people_count"]),
                f"{one['recall']:.3f}",
                f"{one['precision']:.3f}",
                f"{one['noise']:.2f}",
                *_peer(result["peers"].get(name)),
            )
            for name, one in sorted(
                result["world"].items(), key=lambda item: (item[1]["script"], item[1]["language"], item[0])
            )
        ),
        names=3,
    )
    yield _Sheet(
        title="False alarms",
        about="Found spans per 1,000 words in text without labels. Real and fictional people and places that a prompt "
        "or a comment names count as false alarms, and a value found once counts wherever it stands again. Flagged "
        "texts and types are those under the default policy.",
        columns=("text", "words", *shown, "texts flagged", "most frequent types"),
        rows=tuple(
            (
                name,
                f"{views['default']['words']:,}",
                *(f"{views[view]['noise']:.2f}" for view in shown),
                "{} of {}".format(*views["default"]["clean_rows_flagged"]),
                ", ".join(f"{kind} {count}" for kind, count in list(views["default"]["noise_types"].items())[:5]),
            )
            for name, views in result["false_alarms"].items()
        ),
    )
    yield _Sheet(
        title="Safe Harbor",
        about="What the HIPAA policy replaces in invented clinical prompts. Labels are what 45 CFR 164.514(b)(2) has "
        "removed; recall counts characters, covered whole labels; clean prompts hold nothing of it. The first part was "
        "read while the policy and its word lists were written, the other was not.",
        columns=("part", "prompts", "labels", "recall", "covered", "clean", "touched", "most frequent types beside"),
        rows=tuple(
            (
                name,
                str(one["rows"]),
                str(one["labels"]),
                f"{one['recall']:.3f}",
                f"{one['covered']:.3f}",
                str(one["clean"]),
                str(one["touched"]),
                ", ".join(f"{kind} {count}" for kind, count in list(one["touching_types"].items())[:5]),
            )
            for name, one in result["safe_harbor"].items()
        ),
    )
    for script, countries in result["origins"].items():
        cells = [f"{country} {share:.2f}" for country, (share, _) in countries.items()]
        shares = [share for share, _ in countries.values()] or [0.0]
        filled = [*cells, *[""] * (-len(cells) % _ORIGINS_A_LINE)]
        yield _Sheet(
            title=f"Names by country, {'Latin letters' if script == 'latin' else 'own script in an English sentence'}",
            about=f"Share of invented full names that the default policy replaces whole, in "
            f"{max((count for _, count in countries.values()), default=0)} plain sentences a country. Best "
            f"{max(shares):.3f}, mean {sum(shares) / len(shares):.3f}, worst {min(shares):.3f}; "
            f"precision in characters {result['origins_precision'][script]:.3f}. The names also filled training "
            "templates, the sentences did not: the table compares origins and is no estimate of recall.",
            columns=("",) * _ORIGINS_A_LINE,
            rows=tuple(tuple(filled[at : at + _ORIGINS_A_LINE]) for at in range(0, len(filled), _ORIGINS_A_LINE)),
            names=_ORIGINS_A_LINE,
        )
    yield _Sheet(
        title="Labels",
        about="Share of the spans of each label wholly covered, whatever type was found.",
        columns=("set", "label", "spans", *shown),
        rows=tuple(
            (
                name if place == 0 else "",
                label,
                str(count),
                *(f"{views[view]['by_label'][label][0]:.3f}" for view in shown),
            )
            for name, views in result["sets"].items()
            for place, (label, (_, count)) in enumerate(views["default"]["by_label"].items())
        ),
        names=2,
    )


def _spoken(item: tuple[str, dict[str, Any]]) -> tuple[str, str, str]:
    return item[1]["script"], item[1]["language"], item[0]


def _peer(figures: Mapping[str, Any] | None) -> tuple[str, str, str]:
    return (figures["peer"], f"{figures['people']:.3f}", f"{figures['precision']:.3f}") if figures else ("", "", "")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def show(result: dict[str, Any], console: Console) -> None:
    """Print every table, the goals last."""
    goals, *others = _sheets(result)
    for sheet in (*others, goals):
        table = Table(title=sheet.title, title_justify="left", show_header=any(sheet.columns))
        for place, column in enumerate(sheet.columns):
            table.add_column(column, justify="left" if place < sheet.names else "right", overflow="fold")
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)


def write(result: dict[str, Any], folder: Path) -> None:
    """Write `accuracy.json` and `accuracy.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accuracy.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [
        "# Accuracy",
        "",
        f"`python -m benchmarks.accuracy{' --quick' if result['quick'] else ''}`, model {result['model']}, "
        f"Python {result['python']}, {result['seconds']:.0f} s. What reads the same texts:",
        "",
        *(f"- **{view}**: {_ABOUT[view]}." for view in _shown(result)),
        "",
        "The labelled sets were used to choose the model's thresholds, never to train it, and are no proof. The model "
        "is int8, as shipped; `--float FOLDER` puts the float weights beside it, which only training has.",
        "",
        "![F2, people covered and names by country](accuracy.svg)",
    ]
    for sheet in _sheets(result):
        lines += ["", f"## {sheet.title}", "", sheet.about, ""]
        lines.append(_line(sheet.columns))
        lines.append(_line(["---" if place < sheet.names else "---:" for place in range(len(sheet.columns))]))
        lines += [_line(row) for row in sheet.rows]
    (folder / "accuracy.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def plot(result: dict[str, Any], folder: Path) -> None:
    """Draw `accuracy.svg` and `accuracy.png`: F2, people covered, false alarms, and names by country."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context({"svg.hashsalt": "accuracy", "font.size": 9}):
        figure = pyplot.figure(figsize=(13, 12), layout="constrained")
        grid = figure.add_gridspec(2, 3, width_ratios=(3, 3, 2), height_ratios=(5, 3))
        scored, people, alarms = (figure.add_subplot(grid[0, column]) for column in range(3))
        origins = figure.add_subplot(grid[1, :])
        sets = result["sets"]
        _bars(scored, sets, "f2", ".2f")
        scored.set_title("F2, characters, labels ignored", loc="left", fontsize=10)
        known = {name: views for name, views in sets.items() if views["default"]["people"] is not None}
        _bars(people, known, "people", ".2f")
        people.set_title("People wholly covered", loc="left", fontsize=10)
        _bars(alarms, result["false_alarms"], "noise", ".1f")
        alarms.set_title("False alarms per 1,000 words", loc="left", fontsize=10)
        handles, labels = scored.get_legend_handles_labels()
        figure.legend(
            handles[::-1],
            [f"{label}: {_ABOUT[label]}" for label in labels[::-1]],
            loc="outside upper center",
            ncols=3,
            frameon=False,
        )
        _dots(origins, result["origins"]["latin"])
        folder.mkdir(parents=True, exist_ok=True)
        figure.savefig(folder / "accuracy.svg", metadata={"Date": None})
        figure.savefig(folder / "accuracy.png", dpi=130)
        pyplot.close(figure)


def _bars(axes: Any, groups: dict[str, Any], figure: str, form: str) -> None:
    """Draw one group of horizontal bars for each entry, first on top."""
    names = list(groups)[::-1]
    views = [view for view in _COLOURS if view in next(iter(groups.values()), {})][::-1]
    share = 0.82 / max(1, len(views))
    for place, view in enumerate(views):
        values = [groups[name][view][figure] for name in names]
        at = [number + (place - (len(views) - 1) / 2) * share for number in range(len(names))]
        bars = axes.barh(at, values, share * 0.96, color=_COLOURS[view], label=view)
        axes.bar_label(bars, [format(value, form) for value in values], padding=2, fontsize=7)
    axes.set_yticks(range(len(names)), [name.replace("ambientmeta_", "ambientmeta_\n") for name in names])
    axes.margins(x=0.12, y=0.01)
    axes.spines[["top", "right"]].set_visible(False)


def _dots(axes: Any, countries: dict[str, list[float]]) -> None:
    shares = [share for share, _ in countries.values()]
    axes.set_title(
        "Names in Latin letters replaced whole, by country; grey: within 5 points of the best", loc="left", fontsize=10
    )
    axes.spines[["top", "right"]].set_visible(False)
    if not shares:
        return
    low = max(shares) - 0.05
    axes.axhspan(low, max(shares), color="#e8ecee", zorder=0)
    axes.scatter(
        range(len(shares)),
        shares,
        s=22,
        color=[_COLOURS["default" if share >= low else "everything"] for share in shares],
    )
    axes.set_xticks(range(len(shares)), list(countries), fontsize=7, rotation=90)
    axes.set_ylim(min(0.85, min(shares) - 0.02), 1.01)
    axes.margins(x=0.01)
