"""Where the cells of tables in HTML and SQL are: the head of each table and its rows, as ranges of the text.

In HTML a row is also a table by itself: the name in `<th>` or `<dt>`, or one with a colon, and its value beside it.
In SQL the head is the list of columns of an INSERT or of a COPY, whose rows are lines with tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.detect.known import fold
from relay.process.slices import in_slices

__all__ = ["html_tables", "sql_tables"]

_Ranges = list[tuple[int, int]]
_Table = tuple[_Ranges, list[_Ranges]]

_TAG = re.compile(r"<(?P<close>/?)(?P<name>t[rhd]|d[td]|table|dl)\b[^<>]{0,256}>", re.IGNORECASE)
_TAGS = re.compile(r"(?:\s|<[^<>]{1,256}>)*+")
# The beginnings of statements, in small letters.
_NAMES = r"\s{1,4}[\w.\"`\[\]]{1,128}\s{0,4}\((?P<names>[^()]{1,4096})\)\s{0,8}"
_INSERT = re.compile(rf"into{_NAMES}values?\s{{0,8}}(?=\()")
_COPY = re.compile(rf"copy{_NAMES}from\s{{1,4}}stdin[^\n]{{0,128}}\n")
_BESIDE = frozenset(" \t\r\n<>")
_NAME = re.compile(r"[^\s,][^,]*")
_SIGN = re.compile(r"\\.|['\"(),;]", re.DOTALL)
# Calls in values are nested less, and cells have fewer tags around them: what an attacker nests ends here.
_DEEPEST = 6


def html_tables(text: str) -> Iterator[_Table]:
    """Yield the rows of the tables of markup, each with its heads, and each named value as one of one column."""
    if "</" not in text:
        return
    heads: _Ranges = []
    row: list[tuple[str, int, int]] = []
    name, opened = "", 0
    for tag in in_slices(_TAG.finditer(text)):
        if name:
            row.append((name, *_inner(text, opened, tag.start())))
        kind = tag["name"].lower()
        name, opened = ("" if tag["close"] or len(kind) != 2 or kind in ("tr", "dl") else kind), tag.end()
        if kind in ("tr", "table", "dl") or (kind == "dt" and not tag["close"]):
            yield from _pairs(text, row)
            if row and heads:
                yield heads, [[(start, end) for _, start, end in row]]
            heads = heads or [(start, end) for _, start, end in row]
            row = []
        if kind == "table":
            heads = []
    if name:
        row.append((name, *_inner(text, opened, len(text))))
    yield from _pairs(text, row)
    if heads:
        yield heads, [[(start, end) for _, start, end in row]]


def _pairs(text: str, row: list[tuple[str, int, int]]) -> Iterator[_Table]:
    if len(row) == 2:
        (kind, start, end), (other, low, high) = row
        if other in ("td", "dd") and (kind in ("th", "dt") or text[end - 1 : end] == ":"):
            yield [(start, end - (text[end - 1 : end] == ":"))], [[(low, high)]]


def _inner(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range less the white space and the tags around it."""
    if start < end and text[start] not in _BESIDE and text[end - 1] not in _BESIDE:
        return start, end
    tags = _TAGS.match(text, start, end)
    start = tags.end() if tags else start
    for _ in range(_DEEPEST):
        end = start + len(text[start:end].rstrip())
        opens = text.rfind("<", start, end) if text[end - 1 : end] == ">" else -1
        if opens < 0:
            break
        end = opens
    return start, end


def sql_tables(text: str) -> Iterator[_Table]:
    """Yield the rows of each statement, with its columns."""
    folded = fold(text)
    for statement, word, read in ((_INSERT, "value", _tuples), (_COPY, "stdin", _lines)):
        end = 0
        while word in folded and (begin := statement.search(folded, end)):
            first, end = begin.start("names"), begin.end()
            names = [(first + match.start(), first + match.end()) for match in _NAME.finditer(begin["names"])]
            heads = [(start, start + len(text[start:end].rstrip())) for start, end in names]
            for row in in_slices(read(text, end)):
                yield heads, [row]
                end = row[-1][1]


def _lines(text: str, start: int) -> Iterator[_Ranges]:
    while start < len(text) and not text.startswith("\\.", start):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        row = []
        for part in text[start:end].split("\t"):
            row.append((start, start + len(part)))
            start += len(part) + 1
        yield row


def _tuples(text: str, start: int) -> Iterator[_Ranges]:
    """Yield the values in each pair of brackets, up to the end of the statement."""
    row: _Ranges = []
    depth, quote = 0, ""
    for sign in in_slices(_SIGN.finditer(text, start)):
        kind = sign.group()
        if quote:
            quote = "" if kind == quote else quote
        elif kind in "'\"" and depth:
            quote = kind
        elif kind == "(" and depth < _DEEPEST and (depth or not text[start : sign.start()].strip(" \t\r\n,")):
            depth += 1
            if depth == 1:
                row, start = [], sign.end()
        elif depth and kind in "),":
            depth -= kind == ")"
            if depth == (kind == ","):
                row.append(_value(text, start, sign.start()))
                start = sign.end()
            if not depth:
                yield row
        elif kind != "," and not kind.startswith("\\"):
            return


def _value(text: str, start: int, end: int) -> tuple[int, int]:
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    quote = text.find("'", start, min(end, start + 3)) if text[end - 1 : end] == "'" else -1
    return (quote + 1, end - 1) if start <= quote < end - 1 else (start, end)
