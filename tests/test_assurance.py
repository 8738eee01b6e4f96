"""docs/assurance.md names a test for every assertion, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "assurance.md").read_text(encoding="utf-8")
TESTS = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LAST = 27


@cache
def defined(path: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_named_test_exists() -> None:
    """A test that is renamed or removed leaves no promise without proof."""
    named = TESTS.findall(TEXT)
    assert len(named) > 80
    assert [(path, name) for path, name in named if not (ROOT / path).is_file() or name not in defined(path)] == []
    assert TEXT.count("tests/") == len(named) + 1  # this file


def test_every_assertion_names_a_test_or_says_that_it_is_not_promised() -> None:
    """The list is complete and in order."""
    section = TEXT.split("## Assertions\n")[1].split("\n## ")[0]
    entries = re.split(r"^(\d+)\. ", section, flags=re.MULTILINE)[1:]
    numbers = [int(number) for number in entries[::2]]
    assert numbers == list(range(1, LAST + 1))
    bare = [number for number, text in zip(numbers, entries[1::2], strict=True) if not TESTS.search(text)]
    assert all("not promised" in entries[2 * number - 1] for number in bare)
    assert bare == [27]


def test_every_attack_is_shown_or_owned_up_to() -> None:
    """A row of the table names a test, an assertion, or says "not"."""
    rows = [line for line in TEXT.split("## Attacks\n")[1].split("\n## ")[0].splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 18
    for row in rows:
        shown = row.split("|")[2]
        numbers = [int(number) for number in re.findall(r"\b\d+\b", TESTS.sub("", shown))]
        assert TESTS.search(shown) or numbers or shown.strip().startswith("not "), row
        assert all(1 <= number <= 25 for number in numbers)
