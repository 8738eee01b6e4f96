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
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise, takewhile
from typing import Any, NamedTuple

from relay.detect.line_marks import blanks
from relay.detect.tables_marked import html_tables, sql_tables
from relay.process.slices import end_slice
from relay.wire.columns import NAME
from relay.wire.pointer import BLANK

__all__ = ["Cell", "bare", "cells"]

# What may stand around the name of a column: quotes, stars, a command of LaTeX.
_HEAD = re.compile(rf"(?:\\[a-z]{{2,12}}\{{|[\"'`*\[ ]){{0,6}}(?P<name>{NAME.pattern})[\"'`*\]}} ]{{0,6}}")
# What lines between the rows of a table are made of; the last are those of box drawing.
_RULES = " \t|+:=~-" + "".join(map(chr, range(0x2500, 0x2580)))
_LATEX_RULE = re.compile(r"[ \t]*\\(?:hline|toprule|midrule|bottomrule)[ \t]*")
_HAS_RULE = re.compile(rf"^[{re.escape(_RULES)}\r]{{2,}}$|\\(?:hline|[a-z]{{3,6}}rule)\b", re.MULTILINE)
# The number of a line as `cat -n`, agents' readers of files and `grep -n` write it; the mark of a quotation.
_LISTED = re.compile(r"^(?: *\d{1,6}[\t\u2192]|(?:[\w./-]{1,128}:)?\d{1,6}:|[ \t]*>[> ]*)", re.MULTILINE)
_LOOKED_CHARS = 4_096  # what is listed is listed from the beginning
_RULER = re.compile(r" {0,16}(?:-{2,}|={2,})(?: {1,4}(?:-{2,}|={2,}))+ *")
_RULER_PART = re.compile(r"[-=]+")
_FIELD = re.compile(r"\S+(?: \S+)*")
# A cell, quoted or not, behind the mark that ends the one before.
_MARKS = ",;\t|│┃║&"
_CELL = {mark: re.compile(rf'(?:^|[{mark}])( *"(?:[^"]|"")*" *(?=[{mark}]|$)|[^{mark}]*)') for mark in _MARKS}
# What is in every text with markup or SQL that has cells.
_MARKED = re.compile(r"\)\s{0,8}(?i:values?|from)\b|</(?i:td|th|dd)|<(?i:td|dd)\b")
# Only where a bar ends the row may a head of one name be a table.
_BARS = "|│┃║"

_Ranges = list[tuple[int, int]]
# The tables that are open where a part of a text ends, by mark: the names of their columns, and where or how many.
_Opened = dict[str, tuple[Any, Any]]
_BLANKS, _RULER_OPEN = "  ", "--"
# A long text is read in parts: a text of short lines takes many times its size in lines and cells.
_PART_CHARS = 1 << 17
_LINES_AGAIN = 3


class Cell(NamedTuple):
    """`text[start:end]` under the head of its column."""

    head: str
    start: int
    end: int


class _Lines(NamedTuple):
    """The lines of a text, where they start, and the numbers of those with a line of rules below."""

    texts: list[str]
    starts: list[int]
    ruled: frozenset[int] = frozenset()


def cells(text: str) -> Iterator[Cell]:
    """Yield the cells of all tables in `text`; one that two layouts show comes twice."""
    if _MARKED.search(text):
        yield from _marked_up(text)
    for listing in (text, *_unlisted(text)) if "\n" in text else ():
        opened: _Opened = {}
        for part in _parts(listing):
            end_slice()
            yield from _laid_out(listing, *part, opened)


def _marked_up(text: str) -> Iterator[Cell]:
    heads: _Ranges = []
    names: list[str] = []
    for head, rows in chain(html_tables(text), sql_tables(text)):
        if head is not heads:
            heads, names = head, _names([text[start:end] for start, end in head])
        for row in rows if names else ():
            yield from _under(text, names, row)


def _laid_out(text: str, start: int, end: int, opened: _Opened) -> Iterator[Cell]:
    lines = _lines(text, start, end)
    rules = _rules(lines) if _HAS_RULE.search(text, start, end) else []
    unruled = _without(rules, lines) if rules else lines
    yield from _ruled(text, lines, rules, opened)
    yield from _marked(text, unruled, opened)
    yield from _blank(text, unruled, opened)


def _unlisted(text: str) -> Iterator[str]:
    """Yield `text` with blanks in the place of what a listing or a quotation puts before its lines, where one does."""
    if len(_LISTED.findall(text, 0, _LOOKED_CHARS)) > 1:
        yield _LISTED.sub(blanks, text)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield ranges of whole lines. Each begins with the last lines of the one before: a head may stand there."""
    start = 0
    while (end := text.find("\n", start + _PART_CHARS)) >= 0:
        yield start, end
        before, start = start, end + 1
        for _ in range(_LINES_AGAIN):
            if (line := text.rfind("\n", before, start - 1) + 1) > before:
                start = line
    yield start, len(text)


def _lines(text: str, start: int, end: int) -> _Lines:
    texts = text[start:end].split("\n")
    ends = accumulate(map(len, texts), initial=start)
    return _Lines(texts, [end + number for number, end in zip(range(len(texts)), ends, strict=False)])


def _rules(lines: _Lines) -> list[int]:
    return [number for number, line in enumerate(lines.texts) if _is_rule(line)]


def _is_rule(line: str) -> bool:
    """Tell whether a line shows the widths of columns or parts the rows; an empty one does not."""
    return (not line.strip(_RULES) and any(sign in line for sign in "-=─━═")) or (
        "\\" in line and _LATEX_RULE.fullmatch(line) is not None
    )


def _without(rules: Sequence[int], lines: _Lines) -> _Lines:
    """Return the lines that are no rules."""
    dropped = set(rules)
    kept = [number for number in range(len(lines.texts)) if number not in dropped]
    ruled = frozenset(place for place, number in enumerate(kept) if number + 1 in dropped)
    return _Lines([lines.texts[number] for number in kept], [lines.starts[number] for number in kept], ruled)


def _may_begin(cell: str) -> bool:
    """Tell whether `cell` may be the first of a head: most lines are none, and this is decided before they are read."""
    cell = cell.strip()
    return not cell or _HEAD.fullmatch(cell) is not None


def _names(texts: Sequence[str]) -> list[str]:
    """Return the names in a row that is the head of a table; none where it is something else."""
    names = []
    for text in texts:
        head = _HEAD.fullmatch(text.strip())
        if head is None:
            return []
        names.append(head["name"])
    return names


def _under(text: str, names: Sequence[str], row: Sequence[tuple[int, int]]) -> Iterator[Cell]:
    """Yield the cells of one row under the names at their places."""
    label, is_first = None, True
    for name, (start, end) in zip(names, row, strict=False):
        start, end = bare(text, start, end)
        if start == end:
            continue
        if name:
            yield Cell(name, start, end)
        if is_first:
            label, is_first = _HEAD.fullmatch(text, start, end - (text[end - 1] == ":")), False
        elif label and name.lower() in BLANK:
            yield Cell(label["name"], start, end)


def bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range less the spaces and quotes around it."""
    start += len(text[start:end]) - len(text[start:end].lstrip(' "\r'))
    return start, start + len(text[start:end].rstrip(' "\r'))


# ------------------------------------------------------------------------------------------- a sign between the cells


def _marked(text: str, lines: _Lines, opened: _Opened) -> Iterator[Cell]:
    texts, _, ruled = lines
    for mark in _MARKS:
        done = 0
        if mark in opened:
            done = yield from _rows(text, lines, mark, opened, 0)
        for number in [number for number, line in enumerate(texts[:-1]) if mark in line]:
            head = texts[number]
            if number < done or mark not in texts[number + 1]:
                continue
            if mark in _BARS and not (number in ruled or head.lstrip().startswith(mark)):
                continue
            if not _may_begin(head.partition(mark)[0]):
                continue
            count, done = head.count(mark), number + 1
            if texts[done].count(mark) < count or not (names := _marked_names(head, mark)):
                continue
            opened[mark] = names, count
            done = yield from _rows(text, lines, mark, opened, done)


def _rows(text: str, lines: _Lines, mark: str, opened: _Opened, done: int) -> Generator[Cell, None, int]:
    """Yield the cells of the table that is open, from the line `done` on; return the line behind it.

    It stays open where the lines end.
    """
    names, count = opened.pop(mark)
    texts, starts, _ = lines
    while done < len(texts) and texts[done].count(mark) >= count:
        yield from _under(text, names, _marked_cells(texts[done], starts[done], mark))
        done += 1
    if done == len(texts):
        opened[mark] = names, count
    return done


def _marked_names(line: str, mark: str) -> list[str]:
    """Return the names in a head; the first is empty where a bar stands there or nothing names the names of rows."""
    if mark == "&" and "\\\\" not in line:
        return []
    parts = [line[start:end] for start, end in _marked_cells(line, 0, mark)]
    lead = [""] if not parts[0].strip() else []
    closed = mark in _BARS and not parts[-1].strip()
    inner = parts[len(lead) : len(parts) - closed]
    names = _names(inner) if len(inner) > 1 or (inner and closed) else []
    return [*lead, *names] if names else []


def _marked_cells(line: str, start: int, mark: str) -> _Ranges:
    if mark == "&":
        line = line.partition("\\\\")[0]
    line = line.rstrip()
    if '"' in line:
        return [(start + match.start(1), start + match.end(1)) for match in _CELL[mark].finditer(line)]
    ranges = []
    for part in line.split(mark):
        ranges.append((start, start + len(part)))
        start += len(part) + 1
    return ranges


# -------------------------------------------------------------------------------------------------- columns of a width


def _blank(text: str, lines: _Lines, opened: _Opened) -> Iterator[Cell]:
    """Yield the cells of columns with two blanks between them: they begin or end where their head does."""
    texts = lines.texts
    done = 0
    if _BLANKS in opened:
        done = yield from _blank_rows(text, lines, opened, 0, 1)
    for number in [number for number, line in enumerate(texts[:-1]) if "  " in line.strip()]:
        if number < done or not _may_begin(texts[number].strip().partition("  ")[0]):
            continue
        fields = [match.span() for match in _FIELD.finditer(texts[number])]
        if names := _names([texts[number][start:end] for start, end in fields]):
            places = dict(zip([(start, 0) for start, _ in fields], names, strict=False))
            places |= dict(zip([(0, end) for _, end in fields], names, strict=False))
            opened[_BLANKS] = places, 0
            done = yield from _blank_rows(text, lines, opened, number + 1, 2)


def _blank_rows(text: str, lines: _Lines, opened: _Opened, done: int, least: int) -> Generator[Cell, None, int]:
    """Do what `_rows` does. `least`: how many cells the first row has; a cell of any other may be empty."""
    places, _ = opened.pop(_BLANKS)
    texts, starts, _ = lines
    while done < len(texts):
        row = [match.span() for match in _FIELD.finditer(texts[done])]
        heads = [places.get((start, 0)) or places.get((0, end), "") for start, end in row]
        if sum(map(bool, heads)) < max(least, len(row) / 2):
            return done
        yield from _under(text, heads, [(starts[done] + start, starts[done] + end) for start, end in row])
        least = 1
        done += 1
    opened[_BLANKS] = places, 0
    return done


def _ruled(text: str, lines: _Lines, rules: Iterable[int], opened: _Opened) -> Iterator[Cell]:
    """Yield the cells of the columns whose width a line of rules shows, under the line above the rules."""
    texts = lines.texts
    if _RULER_OPEN in opened:
        yield from _ruled_rows(text, lines, opened, 0)
    for ruler in rules:
        if not ruler or not _RULER.fullmatch(texts[ruler]):
            continue
        columns = [match.start() for match in _RULER_PART.finditer(texts[ruler])]
        if names := _names([texts[ruler - 1][start:end] for start, end in _slices(texts[ruler - 1], columns)]):
            opened[_RULER_OPEN] = names, columns
            yield from _ruled_rows(text, lines, opened, ruler + 1)


def _ruled_rows(text: str, lines: _Lines, opened: _Opened, row: int) -> Iterator[Cell]:
    names, columns = opened.pop(_RULER_OPEN)
    texts, starts, _ = lines
    while row < len(texts) and texts[row].strip() and not _is_rule(texts[row]):
        slices = _slices(texts[row], columns)
        yield from _under(text, names, [(starts[row] + start, starts[row] + end) for start, end in slices])
        row += 1
    if row == len(texts):
        opened[_RULER_OPEN] = names, columns


def _slices(line: str, columns: Sequence[int]) -> _Ranges:
    """Return the cells of a row, up to its end: the work is that of the row."""
    size = len(line)
    here = list(takewhile(size.__gt__, columns))
    return list(pairwise((*here, min([size, *columns[len(here) : len(here) + 1]]))))
