"""Tables in JSON: the names of the columns in one array, and rows that are arrays.

`{"columns": ["user", "password"], "rows": [["ann", "…"]]}`, with any names for the two; columns that are objects with a
name; or the names in the first of the rows. A cell stands under the name of its column, as the value of a member does
under its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["NAME", "heads"]

# The name of a column: up to three words.
NAME = re.compile(r"[^\W\d][\w.#/°º'-]{0,40}(?: [\w.#/°º'()-]{1,40}){0,2}(?<!\.)")
_CELL = re.compile(r"(?P<rows>.*)/(?P<row>\d+)/(?P<place>\d+)", re.DOTALL)
_COLUMNS = frozenset({"columns", "column_names", "cols", "headers", "header", "heads", "fields", "names", "keys"})
_NAMED = frozenset({"name", "field", "title", "label", "header"})


def heads(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the name of the column for each pointer of `(pointer, text)` that is a cell."""
    arrays: dict[str, dict[str, str]] = {}  # of names, by the pointer of the array
    cells: list[re.Match[str]] = []
    for pointer, text in texts:
        above, _, place = pointer.rpartition("/")
        if place in _NAMED:
            above, _, place = above.rpartition("/")
        elif cell := _CELL.fullmatch(pointer):
            cells.append(cell)
        if place.isdigit():
            arrays.setdefault(above, {})[place] = text
    if not cells:
        return {}
    names = {at: row for at, row in arrays.items() if all(map(NAME.fullmatch, row.values()))}
    beside = _beside(names)
    found: dict[str, str] = {}
    for cell in cells:
        rows = cell["rows"]
        row = beside.get(rows.rpartition("/")[0]) if rows.rpartition("/")[2] not in _COLUMNS else None
        if row is None and cell["row"] != "0":
            row = names.get(f"{rows}/0")
        if row and cell["place"] in row:
            found[cell.group()] = row[cell["place"]]
    return found


def _beside(names: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Return for each object the array in it that names columns."""
    found: dict[str, Mapping[str, str]] = {}
    for sure in (True, False):
        for at, row in names.items():
            holder, _, key = at.rpartition("/")
            if not key.isdigit() and (key.lower() in _COLUMNS) is sure and (sure or len(row) > 1):
                found.setdefault(holder, row)
    return found
