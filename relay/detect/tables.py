"""Read the tables of a text: every cell with the head of its column.

A layout says no more than where the cells of a row are. The first row is the head when it is made of short names
without digits at their beginning and a row of as many cells stands below it; each cell is then read under the name at
its place. A head that says little ("value") stands for the first cell of the row. The layouts:

* a sign between the cells: comma, semicolon, tab, a bar of Markdown, org, psql, MySQL and reStructuredText or of box
  drawing, and the ampersand of LaTeX. Lines of rules are passed over;
* blanks: columns of one width, whose cells begin or end where their head does;
* a line of rules that shows the width of each column;
* markup and SQL (`relay.detect.tables_marked`).

Work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from relay.detect.tables_marked import html_tables, sql_tables
from relay.wire.columns import NAME
from relay.wire.pointer import BLANK

__all__ = ["Cell", "cells"]

# What may stand around the name of a column: quotes, stars, a command of LaTeX.
_HEAD = re.compile(rf"(?:\\[a-z]{{2,12}}\{{|[\"'`*\[ ]){{0,6}}(?P<name>{NAME.pattern})[\"'`*\]}} ]{{0,6}}")
_BOX = "\u2500-\u257f"
_RULE = re.compile(rf"(?=[^=─━═-]*[=─━═-])[ \t|+:=~{_BOX}-]+|[ \t]*\\(?:hline|toprule|midrule|bottomrule)[ \t]*")
_RULER = re.compile(r" {0,16}(?:-{2,}|={2,})(?: {1,4}(?:-{2,}|={2,}))+ *")
_RULER_PART = re.compile(r"[-=]+")
_FIELD = re.compile(r"\S+(?: \S+)*")
# A cell, quoted or not, behind the mark that ends the one before.
_MARKS = ",;\t|│┃║&"
_CELL = {mark: re.compile(rf'(?:^|[{mark}])( *"(?:[^"]|"")*" *(?=[{mark}]|$)|[^{mark}]*)') for mark in _MARKS}
# Only where a bar ends the row may a head of one name be a table.
_BARS = "|│┃║"

_Ranges = list[tuple[int, int]]


class Cell(NamedTuple):
    """`text[start:end]` under the head of its column."""

    head: str
    start: int
    end: int


class _Line(NamedTuple):
    start: int
    text: str
    ruled: bool = False  # a line of rules stands below it


def cells(text: str) -> Iterator[Cell]:
    """Yield the cells of all tables in `text`; one that two layouts show is yielded once."""
    found: dict[Cell, None] = {}
    for heads, rows in (*html_tables(text), *sql_tables(text)):
        names = _names([text[start:end] for start, end in heads])
        for row in rows if names else ():
            found.update(dict.fromkeys(_under(text, names, row)))
    if "\n" in text:
        lines = _lines(text)
        found.update(dict.fromkeys(_ruled(text, lines)))
        unruled = _without_rules(lines)
        found.update(dict.fromkeys(_marked(text, unruled)))
        found.update(dict.fromkeys(_blank(text, unruled)))
    yield from found


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(start, line))
        start += len(line) + 1
    return lines


def _without_rules(lines: Sequence[_Line]) -> list[_Line]:
    rows: list[_Line] = []
    for line in lines:
        if not _RULE.fullmatch(line.text):
            rows.append(line)
        elif rows:
            rows[-1] = rows[-1]._replace(ruled=True)
    return rows


def _names(texts: Sequence[str]) -> list[str]:
    """Return the names in a row that is the head of a table; none where it is something else."""
    heads = [_HEAD.fullmatch(text.strip()) for text in texts]
    return [head["name"] for head in heads if head] if all(heads) else []


def _under(text: str, names: Sequence[str], row: Sequence[tuple[int, int]]) -> Iterator[Cell]:
    """Yield the cells of one row under the names at their places."""
    label, is_first = None, True
    for name, (start, end) in zip(names, row, strict=False):
        start, end = _bare(text, start, end)
        if start == end:
            continue
        if name:
            yield Cell(name, start, end)
        if is_first:
            label, is_first = _HEAD.fullmatch(text, start, end - (text[end - 1] == ":")), False
        elif label and name.lower() in BLANK:
            yield Cell(label["name"], start, end)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range less the spaces and quotes around it."""
    start += len(text[start:end]) - len(text[start:end].lstrip(' "\r'))
    return start, start + len(text[start:end].rstrip(' "\r'))


# ------------------------------------------------------------------------------------------- a sign between the cells


def _marked(text: str, lines: Sequence[_Line]) -> Iterator[Cell]:
    marks = [mark for mark in _MARKS if mark in text]
    done = 0
    for number, (line, below) in enumerate(pairwise(lines) if marks else ()):
        if number < done:
            continue
        for mark in marks:
            count = line.text.count(mark)
            if count and below.text.count(mark) >= count and (names := _marked_names(line, mark)):
                done = number + 1
                while done < len(lines) and lines[done].text.count(mark) >= count:
                    yield from _under(text, names, _marked_cells(lines[done], mark))
                    done += 1
                break


def _marked_names(line: _Line, mark: str) -> list[str]:
    """Return the names in a head; those of its ends are empty where a bar stands there or nothing names the rows."""
    if mark == "&" and "\\\\" not in line.text:
        return []
    if mark in _BARS and not (line.ruled or line.text.lstrip().startswith(mark)):
        return []
    parts = [line.text[start:end] for start, end in _marked_cells(line._replace(start=0), mark)]
    before = "" if not parts[0].strip() else None
    behind = "" if mark in _BARS and not parts[-1].strip() else None
    inner = parts[before is not None : len(parts) - (behind is not None)]
    if len(inner) < 2 and not (inner and behind is not None):
        return []
    names = _names(inner)
    return [*([""] * (before is not None)), *names] if names else []


def _marked_cells(line: _Line, mark: str) -> _Ranges:
    text = line.text
    if mark == "&":
        text = text.partition("\\\\")[0]
    text = text.rstrip()
    if '"' in text:
        return [(line.start + match.start(1), line.start + match.end(1)) for match in _CELL[mark].finditer(text)]
    ranges, start = [], line.start
    for part in text.split(mark):
        ranges.append((start, start + len(part)))
        start += len(part) + 1
    return ranges


# -------------------------------------------------------------------------------------------------- columns of a width


def _blank(text: str, lines: Sequence[_Line]) -> Iterator[Cell]:
    """Yield the cells of columns with two blanks between them: they begin or end where their head does."""
    done = 0
    for number, (line, below) in enumerate(pairwise(lines)):
        if number < done or "  " not in line.text.strip() or not _NAME_FIRST.match(line.text):
            continue
        heads = [match.span() for match in _FIELD.finditer(line.text)]
        names = _names([line.text[start:end] for start, end in heads])
        if not names:
            continue
        begin = {start: name for (start, _), name in zip(heads, names, strict=True)}
        finish = {end: name for (_, end), name in zip(heads, names, strict=True)}
        if sum(name is not None for name, _ in _aligned(below.text, begin, finish)) < 2:
            continue
        done = number + 1
        while done < len(lines):
            row = _aligned(lines[done].text, begin, finish)
            if 2 * sum(name is not None for name, _ in row) < max(len(row), 1):
                break
            ranges = [(lines[done].start + start, lines[done].start + end) for _, (start, end) in row]
            yield from _under(text, [name or "" for name, _ in row], ranges)
            done += 1


_NAME_FIRST = re.compile(r"\s*[^\W\d]")


def _aligned(line: str, begin: dict[int, str], finish: dict[int, str]) -> list[tuple[str | None, tuple[int, int]]]:
    """Return the cells of a row, each with the head that it is aligned with."""
    spans = [match.span() for match in _FIELD.finditer(line)]
    return [(begin.get(start, finish.get(end)), (start, end)) for start, end in spans]


def _ruled(text: str, lines: Sequence[_Line]) -> Iterator[Cell]:
    """Yield the cells of the columns whose width a line of rules shows, under the line above the rules."""
    for number, ruler in enumerate(lines):
        if not number or not _RULER.fullmatch(ruler.text):
            continue
        starts = [match.start() for match in _RULER_PART.finditer(ruler.text)]
        above = lines[number - 1]
        names = _names([above.text[start:end] for start, end in _slices(above, starts)])
        for row in lines[number + 1 :] if names else ():
            if not row.text.strip() or _RULE.fullmatch(row.text):
                break
            yield from _under(
                text, names, [(row.start + start, row.start + end) for start, end in _slices(row, starts)]
            )


def _slices(line: _Line, starts: Sequence[int]) -> _Ranges:
    """Return the cells of a row, up to its end: the work is that of the row."""
    size = len(line.text)
    here = list(takewhile(size.__gt__, starts))
    return list(pairwise((*here, min(size, starts[len(here)]) if len(here) < len(starts) else size)))
