"""The house stays one that people find their way in: short files, short lines of calls, every module in a layer."""

from __future__ import annotations

import ast
import asyncio
import builtins
import tomllib
from pathlib import Path

import pytest

from benchmarks.hops.__main__ import TEXTS, measured
from tests.conftest import ROOT

MODULES = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "relay").rglob("*.py"))}
LINES = 400
CALLS = 12
HOPS = 40


@pytest.mark.parametrize("name", MODULES)
def test_files_are_short(name: str) -> None:
    """A longer one has a second duty."""
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= LINES


TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINED = {
    node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, (*FUNCTIONS, ast.ClassDef))
}
# A method that is called like one of these is taken for theirs.
COMMON = {name for kind in (list, dict, set, str, bytes, tuple, frozenset) for name in dir(kind)} | set(dir(builtins))


def called(function: ast.AST) -> set[str]:
    """Return what of relay a function calls, by the name in the call."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in DEFINED - COMMON:
                found.add(ast.unparse(node.func))
    return found


@pytest.mark.parametrize("name", MODULES)
def test_no_function_knows_too_many_others(name: str) -> None:
    """One that calls more than a dozen holds an order that belongs into steps with names."""
    functions = [node for node in ast.walk(TREES[name]) if isinstance(node, FUNCTIONS)]
    assert {node.name: len(called(node)) for node in functions if len(called(node)) > CALLS} == {}


def test_the_counter_of_calls_counts() -> None:
    """Calls of relay's functions count once each; those of others do not."""
    (function,) = ast.parse(
        "def f(x):\n    scrub(x); scrub(x); x.analyze(); x.append(1); len(x); unknown_thing()\n"
    ).body
    assert called(function) == {"scrub", "x.analyze"}


def test_every_room_has_a_layer() -> None:
    """The layers name every module in the hall, and import-linter is told to miss none."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract for contract in contracts if contract.get("containers") == ["relay"])
    assert layers["exhaustive"] is True
    listed = {name for line in layers["layers"] for name in line.split(" | ")}
    hall = {path.stem for path in (ROOT / "relay").glob("*.py")} | {
        path.parent.name for path in (ROOT / "relay").glob("*/__init__.py")
    }
    assert hall - {"__init__"} == listed


def test_a_request_takes_few_hops() -> None:
    """Between socket and upstream, for a warm chat request without findings, model on."""
    assert 0 < len(asyncio.run(measured(TEXTS["without findings"]))) <= HOPS


def test_findings_take_more_hops() -> None:
    """What is found is sealed and replaced, so the counter sees what the threads do."""
    made = asyncio.run(measured(TEXTS["with findings"]))
    assert {"relay.vault.vault", "relay.request.scrub"} <= {module for _, module, _ in made}
    assert len(made) > HOPS


def test_rooms_say_what_they_are_for() -> None:
    """Every package has a first line that says it."""
    for path in (ROOT / "relay").rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), Path(path).relative_to(ROOT)
