"""Read the configuration: a file, overridden by the environment and by the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from relay.config.tree import Config
from relay.errors import ConfigFault
from relay.strict_yaml import Place, YamlDocument, read_bytes, read_document
from relay.suggest import keys_at, suggest

__all__ = ["load"]

# Lines of a file that hold a comment and nothing else.
_COMMENTS = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)


def load(
    path: Path | None,
    environ: Mapping[str, str],
    overrides: Mapping[str, Any] | None = None,
    options: Mapping[tuple[str, ...], str] | None = None,
) -> Config:
    """Read the file at `path` (none: defaults), apply `RELAY__SECTION__KEY` from `environ`, then `overrides`.

    `overrides` is a nested mapping, as the command line's options give it; `options` names the option behind each key.
    Raises ConfigFault with one line for each problem; the offending value is not repeated.
    """
    document = _read(path) if path is not None else None
    tree: dict[str, Any] = deepcopy(document.tree) if document is not None else {}
    origins: dict[Place, str] = {}
    for name, value in environ.items():
        if name.startswith("RELAY__"):
            found = read_document(value, name).tree if value.strip() else None
            keys = [part.lower() for part in name.split("__")[1:]]
            _set(tree, keys, found, name)
            origins[tuple(keys)] = name
    _merge(tree, overrides or {})
    origins.update((place, name) for place, name in (options or {}).items() if _is_set(overrides or {}, place))
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
    lines = []
    for problem in problems:
        # Of a value of several kinds, pydantic's location also names the kind that it tried, as `literal[…]`.
        place = tuple(step for step in problem["loc"] if not (isinstance(step, str) and "[" in step))
        lines.append(f"{_place(document, origins, place)}: {_complaint(problem, place)}")
    raise ConfigFault("\n".join(lines))


def _complaint(problem: Any, place: Place) -> str:
    """Return what is wrong with the key at `place`, in a sentence; the value is not repeated."""
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = keys_at(Config, place[:-1])
        message = f"unknown key{suggest(str(place[-1]), known, otherwise='known are ' + ', '.join(known))}"
    return f"{'.'.join(map(str, place))}: {message}" if place else message


def _read(path: Path) -> YamlDocument | None:
    data = read_bytes(path)
    if not _COMMENTS.sub(b"", data).strip():
        return None  # an empty file says nothing, which is allowed here
    document = read_document(data, str(path))
    if not isinstance(document.tree, dict):
        raise ConfigFault(f"{path}: expected keys with values at the top level")
    return document


def _place(document: YamlDocument | None, origins: Mapping[Place, str], loc: Place) -> str:
    """Return where a complaint's key was set: the option, the variable, or the place in the file nearest to it."""
    for length in range(len(loc), 0, -1):
        if loc[:length] in origins:
            return origins[loc[:length]]
    if document is None:
        return "configuration"
    return str(document.complaint(loc, "", at_key=True)).removesuffix(": ")


def _set(tree: dict[str, Any], keys: list[str], value: Any, name: str) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise ConfigFault(f"{name}: names a part of something that is not a section")
    tree[keys[-1]] = value


def _is_set(tree: Any, place: Place) -> bool:
    for step in place:
        if not isinstance(tree, Mapping) or step not in tree:
            return False
        tree = tree[step]
    return True


def _merge(tree: dict[str, Any], overrides: Mapping[str, Any]) -> None:
    for key, value in overrides.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value
