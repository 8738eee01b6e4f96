"""Modules that import each other in a circle cannot be read, tested or moved one by one: there are none."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imports(package: str, root: Path = ROOT) -> dict[str, set[str]]:
    """Return, for each module below `package`, those that it imports."""
    files = {name(path, root): path for path in sorted((root / package).rglob("*.py"))}
    return {module: set(_imported(module, path, files.keys())) for module, path in files.items()}


def name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(module: str, path: Path, known: Collection[str]) -> Iterator[str]:
    for statement in _statements(ast.parse(path.read_text("utf-8")).body):
        if isinstance(statement, ast.Import):
            found = [alias.name for alias in statement.names]
        else:
            # `from a.b import c` imports a.b.c where that is a module, and then only needs a.b to have begun.
            base = statement.module or ""
            names = [f"{base}.{alias.name}" for alias in statement.names]
            found = [one if one in known else base for one in names]
        yield from (one for one in found if one in known and one != module)


def _statements(nodes: Iterable[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield imports, those in functions too, but for those that only type checkers read."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _statements(node.orelse)
        else:
            yield from _statements(ast.iter_child_nodes(node))


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that reach each other (Tarjan 1972), each sorted."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            members = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(members) > 1:
                found.append(sorted(members))

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


@pytest.mark.parametrize("package", ["relay", "benchmarks", "ner_models"])
def test_no_modules_import_each_other(package: str) -> None:
    """Nor does a chain of them end where it began."""
    graph = imports(package)
    assert len(graph) > 10
    assert circles(graph) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a": "from p.b import x", "b": "import p.a"}, [["p.a", "p.b"]]),
        ({"a": "from p import b", "b": "from p import c", "c": "from p.a import x"}, [["p.a", "p.b", "p.c"]]),
        ({"a": "if 1:\n from p import b", "b": "try:\n from p import a\nexcept X: pass"}, [["p.a", "p.b"]]),
        ({"a": "class A:\n from p import b", "b": "from p import a"}, [["p.a", "p.b"]]),
        ({"a": "from p.b import x", "b": "def f():\n from p import a"}, [["p.a", "p.b"]]),
        ({"a": "from p.b import x", "b": "if TYPE_CHECKING:\n from p import a"}, []),
        ({"a": "from p.b import x", "b": "from p.c import y", "c": ""}, []),
        ({"a": "import json", "b": "from p import a"}, []),
    ],
)
def test_circles_are_found(files: dict[str, str], expected: list[list[str]], tmp_path: Path) -> None:
    """Whenever an import runs; what never runs does not count."""
    (tmp_path / "p").mkdir()
    for stem, source in files.items():
        (tmp_path / "p" / f"{stem}.py").write_text(source, "utf-8")
    assert circles(imports("p", tmp_path)) == expected
