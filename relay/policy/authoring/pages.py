"""Write a report as Markdown, as one HTML page that loads nothing, or as a tree for machines.

A report is a list of blocks: headings, paragraphs, tables and plots. What is in a cell or a paragraph is text: it is
escaped wherever it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from relay.replace.actions import known_actions
from relay.types import Action

__all__ = ["Block", "Heading", "PageTable", "Paragraph", "Plot", "to_html", "to_markdown", "to_tree"]


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
class PageTable:
    """Columns and rows of plain text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked bars: for each label, how often each action."""

    title: str
    bars: tuple[tuple[str, tuple[tuple[Action, int], ...]], ...]


Block = Heading | Paragraph | PageTable | Plot


def to_markdown(blocks: Sequence[Block]) -> str:
    """Return the report as Markdown. A plot becomes a table."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def to_tree(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return the report's sections in order: a title, and under it paragraphs, tables as rows by column, and plots."""
    sections: list[dict[str, Any]] = []
    for block in blocks:
        match block:
            case Heading(level, text):
                sections.append({"level": level, "title": text})
            case Paragraph(text):
                sections[-1].setdefault("text", []).append(text)
            case PageTable(columns, rows):
                sections[-1].setdefault("rows", []).extend(dict(zip(columns, row, strict=True)) for row in rows)
            case Plot(title, bars):
                sections[-1]["plot"] = {"title": title, "bars": {label: dict(parts) for label, parts in bars}}
    return sections


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {text}"
        case Paragraph(text):
            return text
        case PageTable(columns, rows):
            lines = [columns, tuple("---" for _ in columns), *rows]
            return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
        case Plot(title, bars):
            rows = tuple((label, ", ".join(f"{count} {action}" for action, count in parts)) for label, parts in bars)
            return _markdown(PageTable((title, ""), rows))


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733 }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem } h3 { font-size: 1rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d7dee5 }
th { border-bottom-color: #1c2733 } svg { width: 100%; height: auto; margin: .6rem 0 }
@media (prefers-color-scheme: dark) { body { background: #12181f; color: #dde5ec } td, th { border-color: #36424f } }
"""
# Mild to strict, light to dark; told apart without colour sight by lightness, and named in the legend.
_LIGHT, _DARK = (154, 209, 212), (18, 48, 74)


def _colour(action: Action) -> str:
    """Return the colour of an action by its strictness; that of `keep` stands apart."""
    if action is Action.KEEP:
        return "#e9b44c"
    share = action.strictness / Action.BLOCK.strictness
    return "#" + "".join(
        f"{round(light + (dark - light) * share):02x}" for light, dark in zip(_LIGHT, _DARK, strict=True)
    )


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
        case PageTable(columns, rows):
            head = "".join(f"<th>{escape(column)}</th>" for column in columns)
            lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>\n{lines}</tbody></table>"
        case Plot(title, bars):
            return _svg(title, bars)


def _svg(title: str, bars: Sequence[tuple[str, tuple[tuple[Action, int], ...]]]) -> str:
    """Draw one stacked bar for each label, on one scale."""
    left, width, height = 130, 640, 22
    longest = max((sum(count for _, count in parts) for _, parts in bars), default=1)
    shown = [
        action for action in known_actions().values() if any(action == used for _, parts in bars for used, _ in parts)
    ]
    items = []
    for rank, (label, parts) in enumerate(bars):
        top, x = rank * height, float(left)
        items.append(f'<text x="{left - 8}" y="{top + 15}" text-anchor="end">{escape(label)}</text>')
        for action, count in parts:
            size = width * count / longest
            items.append(
                f'<rect x="{x:.1f}" y="{top + 3}" width="{size:.1f}" height="{height - 6}" fill="{_colour(action)}">'
                f"<title>{escape(label)}: {count} {action}</title></rect>"
            )
            x += size
        items.append(f'<text x="{x + 6:.1f}" y="{top + 15}">{sum(count for _, count in parts)}</text>')
    bottom = len(bars) * height + 8
    for rank, action in enumerate(shown):
        x = left + rank * 110
        items.append(f'<rect x="{x}" y="{bottom + 4}" width="12" height="12" fill="{_colour(action)}"/>')
        items.append(f'<text x="{x + 17}" y="{bottom + 14}">{action}</text>')
    return (
        f'<svg viewBox="0 0 {left + width + 50} {bottom + 24}" role="img" aria-label="{escape(title)}" '
        f'font-size="12" fill="currentColor" xmlns="http://www.w3.org/2000/svg">{"".join(items)}</svg>'
    )
