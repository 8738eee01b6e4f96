"""Plug-ins are found by what stands in their folder, and two with one name stop start-up."""

import sys
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from relay.errors import ConfigFault
from relay.registry import collect

MODULE = "class {cls}:\n    name = {name!r}\n\nPLUGINS = ({cls},)\n"


def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> object:
    name = f"plugins_{tmp_path.name}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for stem, text in files.items():
        (folder / f"{stem}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = __import__(name)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return module


def test_modules_are_taken_in_name_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is a read-only mapping from name to class."""
    files = {"b": MODULE.format(cls="B", name="bee"), "a": MODULE.format(cls="A", name="ay")}
    found = collect(package(tmp_path, monkeypatch, files))  # type: ignore[arg-type]
    assert list(found) == ["ay", "bee"]
    with pytest.raises(TypeError):
        found["c"] = object  # type: ignore[index]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"a": MODULE.format(cls="A", name="x"), "b": MODULE.format(cls="B", name="x")}, "two plug-ins are called 'x'"),
        ({"a": "VALUE = 1\n"}, "cannot be used: it does not end with PLUGINS"),
        ({"a": "import no_such_module_anywhere\nPLUGINS = ()\n"}, "there is no module no_such_module_anywhere"),
        ({"a": "\nraise RuntimeError('zq7f3a')\nPLUGINS = ()\n"}, "cannot be used: RuntimeError in line 2$"),
        ({"a": "import sys\nsys.exit(3)\n"}, "cannot be used: SystemExit in line 2$"),
        ({"a": "PLUGINS = (\n"}, "cannot be used: SyntaxError in line 1$"),
    ],
)
def test_what_cannot_be_a_plug_in_stops_start_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], complaint: str
) -> None:
    """Nothing is skipped silently."""
    with pytest.raises(ConfigFault, match=complaint):
        collect(package(tmp_path, monkeypatch, files))  # type: ignore[arg-type]


class Contract(Protocol):
    """What the plug-ins below should have."""

    name: ClassVar[str]
    colour: ClassVar[str]

    def paint(self) -> None: ...


PAINTER = (
    "from typing import ClassVar\n\nclass Base:\n    size: ClassVar[int]\n\nclass A(Base):\n{}\n\nPLUGINS = (A,)\n"
)
WHOLE = ("    name = 'a'", "    colour = 'red'", "    size = 1", "    def paint(self): ...")


@pytest.mark.parametrize("missing", ["", "name", "colour", "size", "paint"])
def test_a_plug_in_that_lacks_something_stops_start_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """What the contract has, and what a base declares for its classes to state, is there; the complaint names it."""
    text = PAINTER.format("\n".join(line for line in WHOLE if not missing or missing not in line))
    module = package(tmp_path, monkeypatch, {"a": text})
    if not missing:
        assert list(collect(module, Contract)) == ["a"]  # type: ignore[arg-type]
        return
    with pytest.raises(ConfigFault, match=f"plug-in A in .* does not state {missing}$"):
        collect(module, Contract)  # type: ignore[arg-type]
