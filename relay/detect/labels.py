"""Read what stands under a label as the line `label = value`.

A label is the key of a JSON member or the head of a column. Patterns and context know labels as they stand in text
("ssn = 536904399"), so each labelled piece is read once more as such a line, all lines of a text in one scan. Spans go
back to the piece; the label itself is no part of any. The equals sign makes it a line of a program, where unknown
labels mean nothing. In a text that is JSON itself most keys stand beside their values; read so are elements of arrays,
and members whose own key says little ("value").

Columns are those of comma-, semicolon- and tab-separated values and of Markdown tables: a row of short names without
digits at their beginning, and rows with as many cells below it. Work is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from relay.types import Span
from relay.wire.json_text import JsonText, is_json_container
from relay.wire.pointer import BLANK, named

__all__ = ["find"]

# What a label says is read up to here: a value is short, and the rest of a long text has labels of its own.
_LABELLED_CHARS = 1_024
_LONGEST_LABEL = 64
# JSON text up to here has fewer strings than `JsonText` takes.
_JSON_CHARS = 262_144
# The name of a column: up to three words.
_HEAD = re.compile(r"[\"'`* ]{0,4}[^\W\d][\w.#/°º'-]{0,40}(?: [\w.#/°º'()-]{1,40}){0,2}(?<!\.)[\"'`* ]{0,4}")
_RULE = re.compile(r"[\s|:-]+")
# A cell, quoted or not, behind the mark that ends the one before.
_CELL = {mark: re.compile(rf'(?:^|[{mark}])( *"(?:[^"]|"")*" *(?=[{mark}]|$)|[^{mark}]*)') for mark in ",;\t|"}


class _Piece(NamedTuple):
    """`text[start:end]` with its label."""

    label: str
    start: int
    end: int


def find(text: str, label: str, search: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
    """Yield what `search` finds in the labelled pieces of `text`, which `label` is for ("": no label)."""
    pieces = [piece for piece in (*_whole(text, label), *_members(text), *_columns(text)) if piece.start < piece.end]
    if not pieces:
        return
    lines: list[str] = []
    rows: list[tuple[int, _Piece]] = []  # where each piece begins in what is searched
    size = 0
    for piece in pieces:
        value = text[piece.start : piece.end]
        # In quotes a value of several words is one.
        sign, close = (' = "', '"\n') if " " in value and '"' not in value and "\n" not in value else (" = ", "\n")
        rows.append((size + len(piece.label) + len(sign), piece))
        line = f"{piece.label}{sign}{value}{close}"
        lines.append(line)
        size += len(line)
    for span in search("".join(lines)):
        place = bisect_right(rows, span.end - 1, key=_begin) - 1
        if place < 0:
            continue
        begin, piece = rows[place]
        shift = piece.start - begin
        start, end = max(span.start + shift, piece.start), span.end + shift
        # A span that reaches out of its piece at the end is one of the label behind it, or was cut.
        if start < end <= piece.end and not end == piece.start + _LABELLED_CHARS < len(text):
            yield span._replace(start=start, end=end)


def _begin(row: tuple[int, _Piece]) -> int:
    return row[0]


def _whole(text: str, label: str) -> Iterator[_Piece]:
    if not label or len(label) > _LONGEST_LABEL or "\n" in label:
        return
    above, _, own = label.rpartition(" ")
    for name in (label, above) if above and own.lower() in BLANK else (label,):
        yield _Piece(name, 0, min(len(text), _LABELLED_CHARS))


def _members(text: str) -> Iterator[_Piece]:
    """Yield the elements and members of JSON text whose key does not stand right before them."""
    if len(text) > _JSON_CHARS or not is_json_container(text):
        return
    for literal in JsonText(text).literals:
        step = literal.pointer.rpartition("/")[2]
        if not literal.is_key and (step.isdigit() or step.lower() in BLANK):
            start, end = _bare(text, literal.start, literal.end)
            for piece in _whole(text[start:end], named(literal.pointer)):
                yield _Piece(piece.label, start, start + piece.end)


def _columns(text: str) -> Iterator[_Piece]:
    """Yield the cells of the tables in `text`, with the heads of their columns."""
    if "\n" not in text:
        return
    marks = [mark for mark in ",;\t|" if mark in text]
    if not marks:
        return
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    done = 0
    for number, (line, below) in enumerate(pairwise(lines)):
        if number < done:
            continue
        for mark in marks:
            count = line.count(mark)
            if count and below.count(mark) >= count and (heads := _heads(line, mark)):
                done = number + 1
                while done < len(lines) and lines[done].count(mark) >= count:
                    yield from _row(lines[done], starts[done], heads, mark)
                    done += 1
                break


def _heads(line: str, mark: str) -> list[str]:
    """Return the names in a row that is the head of a table; none where it is something else."""
    cells = line.strip().strip("|").split(mark) if mark == "|" else line.rstrip().split(mark)
    if len(cells) < 2 or not all(map(_HEAD.fullmatch, cells)):
        return []
    return [cell.strip(" \"'`*") for cell in cells]


def _row(line: str, start: int, heads: Sequence[str], mark: str) -> Iterator[_Piece]:
    if mark == "|":
        if _RULE.fullmatch(line):
            return
        lead = len(line) - len(line.lstrip(" |"))
        start, line = start + lead, line[lead:].rstrip(" |\r")
    if '"' in line:
        cells = [match.span(1) for match in _CELL[mark].finditer(line)]
    else:
        cells = []
        end = -1
        for cell in line.split(mark):
            cells.append((end + 1, end + 1 + len(cell)))
            end += len(cell) + 1
    for head, (low, high) in zip(heads, cells, strict=False):
        low, high = _bare(line, low, high)
        if head and low < high:
            yield _Piece(head, start + low, start + high)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range less the spaces and quotes around it."""
    start += len(text[start:end]) - len(text[start:end].lstrip(' "\r'))
    return start, start + len(text[start:end].rstrip(' "\r'))
