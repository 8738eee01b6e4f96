"""The documentation site builds without a warning, loads nothing from other hosts, and describes every key."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from relay.config import Config
from relay.policy.model import Policy

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def _reference() -> Any:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = _reference()


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Title:
    title: str


class Inner(BaseModel):
    """An inner section."""

    name: str = Field(description="Its name | label.")


class Outer(BaseModel):
    """An outer section."""

    plain: int = Field(default=3, ge=1, lt=9, description="A number.")
    side: Side | None = Field(default=None, description="A side.")
    word: Literal["a", "b"] = Field(default="b", description="A word.")
    flags: tuple[bool, ...] = Field(default=(True,), description="Flags.")
    titled: Annotated[float, Title("what reports call it")] = 0.5
    inner: dict[str, Annotated[Inner, "x"]] = Field(default={}, alias="in")


def test_a_table_has_key_type_default_and_meaning() -> None:
    """One row a key, in the order of the model."""
    assert reference.table(Outer).splitlines() == [
        "| Key | Type | Default | Meaning |",
        "| --- | --- | --- | --- |",
        "| `plain` | integer, ≥ 1, < 9 | `3` | A number. |",
        "| `side` | `left`, `right` |  | A side. |",
        "| `word` | `a`, `b` | `b` | A word. |",
        "| `flags` | list of `true` or `false` | `true` | Flags. |",
        "| `titled` | number | `0.5` | what reports call it |",
        "| `in` | mapping of name to section |  | An inner section. |",
    ]
    assert reference.table(Inner).splitlines()[2] == r"| `name` | text | required | Its name \| label. |"


def test_inner_sections_follow_under_their_path() -> None:
    """A mark becomes the tables of its model and of those below it."""
    assert [name for name, _ in reference.models(Outer)] == ["Top level", "`in.<name>`"]


def test_a_key_without_meaning_leaves_the_column_out() -> None:
    """A model that describes no key has a table without that column."""

    class Bare(BaseModel):
        key: str = ""

    assert reference.table(Bare).splitlines()[0] == "| Key | Type | Default |"


def test_every_configuration_key_has_a_description() -> None:
    """A key that the reference could not explain is not added."""
    rows = [(name, key, field) for name, model in reference.models(Config) for key, field in model.model_fields.items()]
    assert len(rows) > 50
    assert [f"{name}: {key}" for name, key, field in rows if not (field.description or "").endswith(".")] == []


@pytest.mark.parametrize(("page", "root"), [("configuration", Config), ("policy", Policy)])
def test_reference_pages_hold_every_key(page: str, root: type[BaseModel]) -> None:
    """The marks on the pages are replaced by the tables of the models."""
    text = reference.expand((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    assert "<!-- reference" not in text
    for name, model in reference.models(root):
        assert f"### {name}\n" in text
        assert all(f"| `{field.alias or key}` |" in text for key, field in model.model_fields.items())


def test_the_site_builds_strictly_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    """A broken link, anchor or docstring fails the build; no page fetches a font, script, style or image."""
    pytest.importorskip("sphinx")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-d", str(tmp_path / "trees")]
    done = subprocess.run(
        [*command, str(DOCS), str(tmp_path / "site")], capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.html")}
    assert len(pages) > 20
    for path, text in pages.items():
        loaded = re.findall(r"<(?:script|img|iframe|source)[^>]+src=\"([^\"]+)|<link[^>]+href=\"([^\"]+)", text)
        assert [url for pair in loaded for url in pair if re.match(r"(https?:)?//", url)] == [], path.name
    for path in (tmp_path / "site").rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")) == []
