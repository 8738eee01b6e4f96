"""Write the reference tables of the documentation from pydantic models: each key with its type, default and meaning.

When the site is built, `conf.py` puts them in place of lines such as `<!-- reference: relay.config.Config -->`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["expand", "models", "table"]

_MARK = re.compile(r"^<!-- reference: ([\w.]+)\.(\w+) -->$", re.MULTILINE)
_WORDS = {str: "text", int: "integer", float: "number", bool: "`true` or `false`", Path: "path", type(None): ""}
# The constraints of `annotated_types`, as pydantic keeps them in a field's metadata.
_BOUNDS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def expand(page: str) -> str:
    """Return the Markdown `page` with every reference mark replaced by the tables of its model."""

    def tables(mark: re.Match[str]) -> str:
        root = getattr(import_module(mark[1]), mark[2])
        return "\n".join(f"### {name}\n\n{_summary(model)}\n\n{table(model)}" for name, model in models(root))

    return _MARK.sub(tables, page)


def models(root: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield `root` as "Top level" and the models below it, each once, under the key that leads to it."""
    yield "Top level", root
    seen = {root}

    def below(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, type[BaseModel]]]:
        for key, field in _keys(model):
            for inner in _models_in(field.annotation):
                if inner not in seen:
                    seen.add(inner)
                    path = f"{prefix}{key}{_steps(field.annotation)}"
                    yield f"`{path}`", inner
                    yield from below(inner, f"{path}.")

    yield from below(root, "")


def table(model: type[BaseModel]) -> str:
    """Return the keys of `model` as a Markdown table."""
    rows = [("Key", "Type", "Default", "Meaning"), ("---",) * 4]
    rows += [(f"`{key}`", _type(field), _default(field), _meaning(field)) for key, field in _keys(model)]
    if not any(_meaning(field) for _, field in _keys(model)):
        rows = [row[:3] for row in rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows) + "\n"


def _keys(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _summary(model: type[BaseModel]) -> str:
    return "\n".join(line.strip() for line in (model.__doc__ or "").strip().splitlines())


def _meaning(field: FieldInfo) -> str:
    """Return the description of a key, else the title that reports give it, else the first line of its section."""
    titles = [title for item in field.metadata if isinstance(title := getattr(item, "title", None), str)]
    sections = [_summary(model).partition("\n")[0] for model in _models_in(field.annotation)]
    return next(filter(None, (field.description, *titles, *sections)), "")


def _type(field: FieldInfo) -> str:
    named = _named(field.annotation)
    bounds = [
        f"{sign} {getattr(item, name):,}"
        for item in field.metadata
        for name, sign in _BOUNDS
        if getattr(item, name, None) is not None
    ]
    return ", ".join((named, *bounds))


def _named(annotation: Any) -> str:
    """Return words for a type annotation."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _WORDS:
        return _WORDS[annotation]
    if origin is Annotated:
        return _named(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(filter(None, map(_named, arguments))))
    if origin is Literal:
        return ", ".join(f"`{_plain(value)}`" for value in arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"mapping of name to {_named(arguments[1])}"
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return f"list of {_named(arguments[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    return str(getattr(annotation, "__name__", annotation)).lower()


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None or value in ((), {}) or isinstance(value, BaseModel):
        return ""
    return ", ".join(f"`{_plain(item)}`" for item in (value if isinstance(value, tuple) else (value,)))


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _steps(annotation: Any) -> str:
    """Return how a path goes on to the model inside of a list (`[]`) or a mapping (`.<name>`)."""
    origin = get_origin(annotation)
    if not isinstance(origin, type):
        return ""
    return ".<name>" if issubclass(origin, Mapping) else "[]" if issubclass(origin, Sequence) else ""
