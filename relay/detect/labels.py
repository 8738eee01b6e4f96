"""Read what stands under a label as the line `label = value`.

A label is the key of a JSON member or the head of a column. Patterns and context know labels as they stand in text
("ssn = 536904399"), so each labelled piece is read once more as such a line, all lines of a text in one scan. Spans go
back to the piece; the label itself is no part of any. The equals sign makes it a line of a program, where unknown
labels mean nothing. In JSON most keys stand beside their values; read so are elements of arrays, members whose own key
says little ("value"), and those that something else names (`relay.wire.named_values`). The JSON may be the whole text,
a part of it, or stand in a string of other JSON.

`relay.detect.tables` says what the columns are. Work is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from relay.detect.tables import Cell, bare, cells
from relay.process.slices import in_slices
from relay.types import Span
from relay.wire.columns import heads
from relay.wire.json_text import MAX_NESTING, JsonText, Literal, inside, is_json_container, unescaped
from relay.wire.named_values import told
from relay.wire.pointer import BLANK, named

__all__ = ["find"]

# What a label says is read up to here: a value is short, and the rest of a long text has labels of its own.
_LABELLED_CHARS = 1_024
_LONGEST_LABEL = 64
_OPENS = re.compile(r"[{\[]\s*[\"'{\[\w]")  # JSON in a string of JSON
_SHORTEST_JSON = 8
_COMMAND = "$ "  # what is read behind the words of a command, without a sign
# So much is searched at once: the lines of all cells of a long table would take many times its size.
_BATCH_CHARS = 1 << 16
# JSON text up to here has fewer strings than `JsonText` takes.
_JSON_CHARS = 262_144


def find(text: str, label: str, search: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
    """Yield what `search` finds in the labelled pieces of `text`, which `label` is for ("": no label)."""
    lines: list[str] = []
    rows: list[tuple[int, Cell]] = []  # where each piece begins in what is searched
    size = 0
    for piece in in_slices(chain(_whole(text, label), _members(text), cells(text))):
        if piece.start == piece.end:
            continue
        if size > _BATCH_CHARS:
            yield from _found(text, lines, rows, search)
            lines, rows, size = [], [], 0
        value = text[piece.start : piece.end]
        # In quotes a value of several words is one.
        sign, close = (' = "', '"\n') if " " in value and '"' not in value and "\n" not in value else (" = ", "\n")
        if piece.head.startswith(_COMMAND):
            sign = sign.replace(" = ", " ")
        rows.append((size + len(piece.head) + len(sign), piece))
        line = f"{piece.head}{sign}{value}{close}"
        lines.append(line)
        size += len(line)
    yield from _found(text, lines, rows, search)


def _found(
    text: str, lines: list[str], rows: list[tuple[int, Cell]], search: Callable[[str], Iterable[Span]]
) -> Iterator[Span]:
    """Yield what `search` finds in `lines`, at the places of their pieces."""
    if not lines:
        return
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


def _begin(row: tuple[int, Cell]) -> int:
    return row[0]


def _whole(text: str, label: str) -> Iterator[Cell]:
    for name in dict.fromkeys(chain.from_iterable(map(_readings, label.split("\n")))):
        yield Cell(name, 0, min(len(text), _LABELLED_CHARS))


def _readings(name: str) -> tuple[str, ...]:
    """Return a name as it is, and without a last word that says little."""
    if not name or len(name) > _LONGEST_LABEL:
        return ()
    above, _, own = name.rpartition(" ")
    return (name, above) if above and own.lower() in BLANK else (name,)


def _members(text: str, depth: int = 0) -> Iterator[Cell]:
    """Yield the elements and members of JSON in `text` whose key does not stand right before them."""
    for literals in _listings(text):
        values = [literal for literal in literals if not literal.is_key]
        columns = heads((literal.pointer, literal.text) for literal in values)
        names = told((literal.pointer, literal.text) for literal in values)
        for literal in values:
            at = literal.pointer
            step = at.rpartition("/")[2]
            if len(literal.text) >= _SHORTEST_JSON and depth < MAX_NESTING and _OPENS.search(literal.text):
                where = unescaped(text, literal)
                for cell in _members(literal.text, depth + 1):
                    yield Cell(cell.head, where(cell.start), where(cell.end))
            if at in names or step.isdigit() or step.lower() in BLANK:
                quoted = text[literal.start] == "'"
                start, end = bare(text, literal.start + quoted, literal.end - quoted)
                for piece in _whole(text[start:end], f"{names.get(at, '')}\n{columns.get(at) or named(at)}"):
                    yield Cell(piece.head, start, start + piece.end)


def _listings(text: str) -> Iterator[list[Literal]]:
    """Yield the literals of JSON text, or of each piece of JSON in another text."""
    if len(text) <= _JSON_CHARS and is_json_container(text):
        yield JsonText(text).literals
    else:
        yield from in_slices(inside(text))
