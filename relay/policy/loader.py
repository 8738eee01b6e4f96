"""Read a policy file: every complaint has its place and a suggestion, and what a policy extends is merged in.

file → document.py → Policy, for each layer of `extends` → merge.py → the Policy that decides
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from relay.files import unreadable
from relay.policy.compiled import PolicyTable, exemption_entry
from relay.policy.globs import glob_matcher
from relay.policy.keys import type_places
from relay.policy.merge import merge
from relay.policy.model import Policy
from relay.strict_yaml import Complaint, Place, YamlDocument, fault, read_bytes, read_document
from relay.suggest import keys_at, suggest

__all__ = [
    "KEEPS_ALL",
    "Layer",
    "kept_wholly",
    "load",
    "load_layers",
    "merged",
    "parse",
    "unknown_types",
    "validate",
    "validate_as",
]

KEEPS_ALL = "exemptions: this policy would let everything through: the exemption keeps every type there is"

# More files than this on top of each other is a mistake, or an attempt to hide something.
LIMIT_LAYERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One file of a policy: itself, or one that it extends. `sha256` is over the file's bytes."""

    document: YamlDocument
    policy: Policy
    sha256: str


def load(path: Path | str, *, known_types: Collection[str] | None = None) -> Policy:
    """Read the policy in file `path`, merged with what it extends. Raises ConfigFault with one line per problem.

    With `known_types`, an entity type that is not among them is a problem too: a rule with a typing error in it would
    protect nothing.
    """
    return merged(load_layers(path, known_types=known_types))


def load_layers(path: Path | str, *, known_types: Collection[str] | None = None) -> tuple[Layer, ...]:
    """Read the policy in file `path` and the files that it extends, the outermost base first. Raises ConfigFault."""
    path = Path(path)
    layers: list[Layer] = []
    seen: list[Path] = []
    while True:
        data = read_bytes(path)
        document = read_document(data, str(path))
        policy = _checked(document, known_types)
        layers.insert(0, Layer(document=document, policy=policy, sha256=hashlib.sha256(data).hexdigest()))
        if policy.extends is None:
            return tuple(layers)
        base = path.parent / policy.extends
        problem = _problem_of_base(policy.extends, path, seen)
        if problem is None and len(layers) == LIMIT_LAYERS:
            problem = f"more than {LIMIT_LAYERS} files on top of each other"
        if problem is not None:
            raise fault([document.complaint(("extends",), f"extends: {problem}")])
        path = base


def _problem_of_base(name: str, path: Path, seen: list[Path]) -> str | None:
    """Return what keeps the policy in file `path` from extending the one in file `name`, and add `path` to `seen`."""
    base = path.parent / name
    try:
        seen.append(path.resolve())
        if base.resolve() in seen:
            return f'"{name}" extends this file in turn'
        if not base.is_file():
            return f'there is no file "{name}" here'
    except RuntimeError:  # so Python before 3.13 says that links go round in a circle
        return f'there is no file "{name}" here'
    except (OSError, ValueError) as error:
        return f'"{name}" {unreadable(error)}'
    return None


def merged(layers: Sequence[Layer]) -> Policy:
    """Return the policy that `layers` make together. Raises ConfigFault when they do not make one."""
    try:
        return merge([layer.policy for layer in layers])
    except ValidationError as error:
        reasons = [detail["msg"].removeprefix("Value error, ") for detail in error.errors(include_url=False)]
    document = layers[-1].document
    raise fault(document.complaint((), f"with what it extends: {reason}") for reason in reasons)


def parse(source: str | bytes, file: str, *, known_types: Collection[str] | None = None) -> Policy:
    """Read a policy from text; `file` is what complaints call it. Raises ConfigFault with one line per problem.

    A text has no neighbours, so one that extends a file is refused.
    """
    document = read_document(source, file)
    policy = _checked(document, known_types)
    if policy.extends is not None:
        raise fault([document.complaint(("extends",), "extends: only a policy in a file can extend another file")])
    return policy


def _checked(document: YamlDocument, known_types: Collection[str] | None) -> Policy:
    policy = validate(document)
    if known_types is None:
        return policy
    complaints = [
        document.complaint(path, f'{_name(path)}no recognizer finds the type "{name}"{suggest(name, known_types)}')
        for path, name in unknown_types(document, known_types)
    ]
    complaints += [document.complaint(path, KEEPS_ALL) for path in kept_wholly(policy, known_types)]
    if complaints:
        raise fault(complaints)
    return policy


def unknown_types(document: YamlDocument, known_types: Collection[str]) -> Iterable[tuple[Place, str]]:
    """Yield every entity type, or glob of them, that stands for none of `known_types`, with its path."""
    places = set(type_places(Policy))
    for path in document.values:
        if tuple(step for step in path if isinstance(step, str)) in places:
            value = _at(document.tree, path)
            if isinstance(value, str) and not any(map(glob_matcher(value), known_types)):
                yield path, value


def kept_wholly(policy: Policy, known_types: Collection[str]) -> Iterable[Place]:
    """Yield the places of exemptions that keep every one of `known_types`, whatever their patterns look like."""
    table = PolicyTable(known_types if isinstance(known_types, Mapping) else {}, None, policy)
    for number, item in enumerate(policy.exemptions):
        entry = exemption_entry(item)
        if item.keeps_whatever_it_selects and known_types and all(entry.selects(name, table) for name in known_types):
            yield ("exemptions", number)


def _at(tree: Any, path: Place) -> Any:
    for step in path:
        tree = tree[step]
    return tree


# ---------------------------------------------------------------------------------------------------------- complaints

_Model = TypeVar("_Model", bound=BaseModel)


def validate(document: YamlDocument) -> Policy:
    """Turn a decoded file into a policy. Raises ConfigFault with one line per problem."""
    return validate_as(document, Policy)


def validate_as(document: YamlDocument, model: type[_Model]) -> _Model:
    """Turn a decoded file into an instance of `model`. Raises ConfigFault with one line per problem."""
    if not isinstance(document.tree, dict):
        raise fault([document.complaint((), "expected keys with values at the top level")])
    try:
        return model.model_validate(document.tree)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=True)
    # Pydantic counts only the good items of a list, so a list of one bad item is "too short" as well.
    raise fault(
        _complaint(document, model, detail)
        for detail in details
        if not (detail["type"] == "too_short" and any(_is_below(other["loc"], detail["loc"]) for other in details))
    )


def _is_below(loc: tuple[str | int, ...], parent: tuple[str | int, ...]) -> bool:
    return len(loc) > len(parent) and loc[: len(parent)] == parent


def _complaint(document: YamlDocument, model: type[BaseModel], detail: Any) -> Complaint:
    kind: str = detail["type"]
    path = _known_path(document, detail["loc"])
    if kind == "extra_forbidden":
        message = f'unknown key "{path[-1]}"{suggest(str(path[-1]), keys_at(model, path[:-1]))}'
        return document.complaint(path, message, at_key=True)
    if kind == "missing":
        return document.complaint(
            path[:-1] if path == detail["loc"] else path, f'the key "{detail["loc"][-1]}" is missing'
        )
    if kind in ("enum", "literal_error"):
        expected = [word.strip("'") for word in re.findall(r"'[^']*'|[0-9]+", detail["ctx"]["expected"])]
        found = _show(detail["input"])
        hint = suggest(str(detail["input"]), expected, otherwise=f"expected {_one_of(expected)}")
        return document.complaint(path, f"{_name(path)}{found} is not known{hint}")
    if kind == "value_error":
        return document.complaint(path, f"{_name(path)}{detail['ctx']['error']}")
    return document.complaint(path, f"{_name(path)}{_sentence(detail)}, found {_show(detail['input'])}")


def _known_path(document: YamlDocument, loc: Sequence[str | int]) -> Place:
    """Drop what is no part of the file from the end of a location (pydantic adds the branches it tried)."""
    path = tuple(loc)
    while path and path not in document.values:
        path = path[:-1]
    return path


def _one_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _name(path: Place) -> str:
    """Return 'key: ' for the last key in `path`."""
    key = next((step for step in reversed(path) if isinstance(step, str)), None)
    return f"{key}: " if key is not None else ""


_KINDS = {dict: "keys with values", list: "a list", tuple: "a list", str: "text", bool: "true or false"}


def _show(value: object) -> str:
    """Name a value of the policy file: short ones as they stand, others by kind."""
    if isinstance(value, str) and len(value) <= 40:
        return f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "nothing" if value is None else _KINDS.get(type(value), type(value).__name__)


def _sentence(detail: Any) -> str:
    """Return what was expected, in our words for the kinds of error the language can raise."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "tuple_type" | "list_type":
            return "expected a list"
        case "string_type":
            return "expected text"
        case "bool_type":
            return "expected true or false"
        case "float_type" | "float_parsing" | "int_type" | "int_parsing":
            return "expected a number"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "expected keys with values"
        case "string_pattern_mismatch" if "A-Z0-9_*" in context["pattern"]:
            return "expected an upper-case entity type such as EMAIL_ADDRESS or US_*"
        case "too_short" | "string_too_short":
            return "expected at least one"
        case "too_long" | "string_too_long":
            return f"expected at most {context.get('max_length')}"
        case "greater_than_equal" | "less_than_equal":
            return "expected a number from 0 to 1"
        case _:
            return str(detail["msg"])
