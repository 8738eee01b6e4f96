"""Tables: every kind of value in every layout, and lines that merely have bars, blanks and brackets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from relay.detect import tables
from relay.detect.tables import cells
from relay.exchange import Core
from relay.types import Segment
from tests.counted import steps
from tests.support import chat, patterns_only, sent

# Head, value: kinds that only their name tells.
KINDS = {
    "password": "hX7!kq92Lm",
    "Passwort": "Sommer2031!",
    "api_key": "9f8Qk2LmZx7Tw4Bv1Np6",
    "token": "k3Jx92LmQz71TwBvNp64",
    "ssn": "536904399",
    "cvv": "417",
    "card pin": "4821",
    "username": "plindqvist9",
    "date_of_birth": "1984-03-12",
    "dob": "12/03/1984",
    "mobile": "4155550132",
    "account_number": "448120937",
    "driver_licence": "S530-4607-1290",
    "passport_no": "C01X00T47",
    "zip": "80331",
    "mrn": "48120937",
    "license_plate": "B-PL 4821",
}
Rows = Sequence[Sequence[str]]


def widths(rows: Rows) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def padded(rows: Rows, row: Sequence[str], glue: str) -> str:
    return glue.join(cell.ljust(width) for cell, width in zip(row, widths(rows), strict=True))


def ruler(rows: Rows, sign: str, glue: str) -> str:
    return glue.join(sign * width for width in widths(rows))


def bars(rows: Rows, rule: Callable[[int], str], bar: str = "|") -> str:
    """Return a table of bars; `rule` gives the line above a row, and below the last one."""
    lines = []
    for number, row in enumerate(rows):
        lines += [rule(number), f"{bar} {padded(rows, row, f' {bar} ')} {bar}"]
    return "\n".join(filter(None, [*lines, rule(len(rows))]))


def mysql(rows: Rows) -> str:
    return bars(rows, lambda number: f"+-{ruler(rows, '-', '-+-')}-+" if number in (0, 1, len(rows)) else "")


def grid(rows: Rows) -> str:
    return bars(rows, lambda number: "+={}=+".format(ruler(rows, "=", "=+=")) if number == 1 else mysql(rows)[:9])


def simple(rows: Rows, sign: str = "=", glue: str = "  ") -> str:
    line = ruler(rows, sign, glue)
    return "\n".join([line, padded(rows, rows[0], glue), line, *(padded(rows, row, glue) for row in rows[1:]), line])


def tagged(rows: Rows) -> str:
    marks = ["th", *["td"] * (len(rows) - 1)]
    return "<table>{}</table>".format(
        "\n".join(
            "<tr class='x'>{}</tr>".format("".join(f"<{mark}><b>{cell}</b></{mark}>" for cell in row))
            for mark, row in zip(marks, rows, strict=True)
        )
    )


def statement(rows: Rows) -> str:
    names = ", ".join(f"`{name.replace(' ', '_')}`" for name in rows[0])
    values = ",\n  ".join("({}, NOW())".format(", ".join(f"'{cell}'" for cell in row)) for row in rows[1:])
    return f"INSERT INTO people ({names}, `made`) VALUES\n  {values};"


LAYOUTS: dict[str, Callable[[Rows], str]] = {
    "commas": lambda rows: "\n".join(",".join(row) for row in rows),
    "tabs": lambda rows: "\n".join("\t".join(row) for row in rows),
    "Markdown": lambda rows: bars(rows, lambda number: f"|{ruler(rows, '-', '|')}|" if number == 1 else ""),
    "Markdown without outer bars": lambda rows: "\n".join(
        [padded(rows, rows[0], "|"), ruler(rows, "-", "|"), *(padded(rows, row, "|") for row in rows[1:])]
    ),
    "MySQL": mysql,
    "grid of reStructuredText": grid,
    "simple table of reStructuredText": simple,
    "widths shown": lambda rows: simple(rows, "-", " "),
    "org": lambda rows: bars(rows, lambda number: f"|-{ruler(rows, '-', '-+-')}-|" if number == 1 else ""),
    "psql": lambda rows: "\n".join(
        [
            " " + padded(rows, rows[0], " | "),
            f"-{ruler(rows, '-', '-+-')}-",
            *(" " + padded(rows, row, " | ") for row in rows[1:]),
            "(2 rows)",
        ]
    ),
    "box drawing": lambda rows: bars(rows, lambda number: f"├─{ruler(rows, '─', '─┼─')}─┤", "│"),
    "LaTeX": lambda rows: "\\begin{tabular}{lll}\n\\hline\n{} \\end{{tabular}}".replace(
        "{}", "\n".join(" & ".join(row) + " \\\\ \\hline" for row in rows)
    ),
    "HTML": tagged,
    "blanks": lambda rows: "\n".join(padded(rows, row, "   ") for row in rows),
    "blanks, numbers to the right": lambda rows: "\n".join(f"{row[0]:>4}  {row[1]:>24}  {row[2]:>9}" for row in rows),
    "list of definitions": lambda rows: "<dl>{}</dl>".format(
        "".join(f"<dt>{name}</dt>\n<dd>{cell}</dd>" for name, cell in zip(rows[0], rows[1], strict=True))
    ),
    "rows with a head": lambda rows: "".join(
        f"<tr><th>{name}</th><td>{cell}</td></tr>" for name, cell in zip(rows[0], rows[1], strict=True)
    ),
    "field and value": lambda rows: "| Field | Value |\n|---|---|\n{}".format(
        "\n".join(f"| {name} | {cell} |" for name, cell in zip(rows[0], rows[1], strict=True))
    ),
    "INSERT": statement,
    "COPY": lambda rows: "COPY people ({}) FROM stdin;\n{}\n\\.\n".format(
        ", ".join(f'"{name}"' for name in rows[0]), "\n".join("\t".join(row) for row in rows[1:])
    ),
    "columns and rows": lambda rows: json.dumps({"columns": rows[0], "rows": rows[1:]}),
    "headers and data": lambda rows: json.dumps({"index": [0, 1], "data": rows[1:], "headers": rows[0]}, indent=1),
    "columns with a type": lambda rows: json.dumps(
        {"columns": [{"name": name, "type": "text"} for name in rows[0]], "values": rows[1:]}
    ),
    "rows of JSON": lambda rows: json.dumps(rows),
}


def found(text: str) -> list[str]:
    (row,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    return [text[span.start : span.end] for span in row]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_kind_in_every_layout(layout: str) -> None:
    """A cell is read with the head of its column; the other cells are left alone."""
    for name, value in KINDS.items():
        text = LAYOUTS[layout]([["row", name, "state"], ["1", value, "open"], ["2", "", "shut"]])
        assert found(text) == [value], name


@pytest.mark.parametrize(
    "text",
    [
        "cat words | grep password\nls | wc hX7!kq92Lm\n",
        "password | the password of the user\nhX7!kq92Lm\n",
        "no password  here\nhX7!kq92Lm  there it is\n",  # not aligned
        "name & password\na & hX7!kq92Lm\n",  # no row of LaTeX
        "| Field | Meaning |\n|---|---|\n| password | Sommer2031! or so |\n",
        "| 1a | 2b |\n| 3 | 4821 |\n",
        "f(pin, cvv) values (4821, 417)",
        "INSERT INTO t (pin, cvv) SELECT 4821, 417",
        json.dumps([["the first, of all!", "x", "y"], ["pin", "4821", "z"]]),
        json.dumps({"columns": ["a", "pin"], "row": ["1", "4821"]}),
    ],
)
def test_near_misses(text: str) -> None:
    """Bars of a shell, prose in columns, and lists whose head is no row of names."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (",a,b\n0,x,y\n", [("a", "x"), ("b", "y")]),
        ("|a|b|\n|-|-|\n||y|\n|x||\n", [("b", "y"), ("a", "x")]),
        ("    a   b\n0  x1   y\n", [("a", "x1"), ("b", "y")]),
        ("| **a** | `b` |\n| x | y |", [("a", "x"), ("b", "y")]),
        ("\\textbf{a} & b \\\\\nx & y \\\\\n", [("a", "x"), ("b", "y")]),
        ("<td>User:</td><td>x</td>", [("User", "x")]),
        (
            "INSERT INTO t (a, b) VALUES (f(1, '),('), 'it''s'), (2, 'y'); (3)",
            [
                ("a", "f(1, '),(')"),
                ("b", "it''s"),
                ("a", "2"),
                ("b", "y"),
            ],
        ),
        ("a,b\n1\n2,3", []),
    ],
)
def test_cells(text: str, read: list[tuple[str, str]]) -> None:
    """What is read under which head."""
    assert [(cell.head, text[cell.start : cell.end]) for cell in cells(text)] == read


def test_json_of_tools(core: Core) -> None:
    """Rows in the arguments of a tool and in what it returns, as JSON text and as a tree."""
    table = {"columns": list(KINDS), "rows": [list(KINDS.values())]}
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps(table)}}
    result = {"role": "tool", "tool_call_id": "c1", "content": json.dumps(table)}
    use = {"type": "tool_use", "id": "t", "name": "f", "input": table}
    bodies = {
        "/v1/chat/completions": [
            {"model": "m", "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}, result]},
            chat("hello", brand_new=table),
        ],
        "/v1/messages": [{"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": [use]}]}],
    }
    for path, body in ((path, body) for path, row in bodies.items() for body in row):
        out = sent(core, path, body).body.decode()
        assert [name for name, value in KINDS.items() if f'"{value}' in out] == [], path


@pytest.mark.parametrize(
    "unit",
    [
        "a  b\n",
        "a | b\n",
        "| |\n",
        "a & b \\\\\n",
        "<td>",
        "<td><b>",
        "<th>a</th><td>b</td>",
        "<tr><td>",
        "a,\n",
        ",a",
        "INSERT INTO t (a) VALUES (",
        "INSERT INTO t (a) VALUES ('\\'",
        "COPY t (a) FROM stdin\n",
        "(1,'a'),",
        "-- -- ",
        "a b\n-- --\n",
        "x\n",
        " \n",
        "--  ",
        "│a",
        "id,id\n1,",
        "id\t",
        "\\textbf{",
    ],
)
def test_work_is_linear(unit: str) -> None:
    """For tables of any shape, cut anywhere."""
    small, large = (steps(lambda size=size: list(cells(unit * (size // len(unit))))) for size in (4_000, 16_000))
    assert large <= 5 * small + 2_000


@pytest.mark.parametrize(
    "text",
    [
        "id,ssn,city\n" + "".join(f"{number},536904399,Oslo\n" for number in range(60)),
        "| id | ssn |\n|----|-----|\n" + "".join(f"| {number} | 536904399 |\n" for number in range(60)),
        "name    ssn        city\n" + "".join(f"Row{number:02}   536904399  Oslo\n" for number in range(60)),
        "name   ssn\n-----  ---------\n" + "".join(f"Row{number:02}  536904399\n" for number in range(60)),
        "".join(f"{number:6}\t{'id,ssn,pw' if number == 1 else '7,536904399,x'}\n" for number in range(1, 60)),
    ],
    ids=["commas", "bars", "blanks", "rules", "numbered"],
)
@pytest.mark.parametrize("size", [80, 100, 333])
def test_a_long_table_is_read_like_a_short_one(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts of some lines, each under the heads that stand at the beginning."""
    whole = set(cells(text))
    assert len([cell for cell in whole if cell.head == "ssn" and "536904399" in text[cell.start : cell.end]]) >= 58
    monkeypatch.setattr(tables, "_PART_CHARS", size)
    assert set(cells(text)) == whole
