"""Read a policy file: a safe subset of YAML, positions kept, every complaint with its place and a suggestion.

    file bytes → events → one tree of plain values, with a line and a column for every path → Policy

Refused: duplicate keys, anchors, aliases, tags, more than one document, an empty file, more than 256 KiB, more than 16
levels, more than 20,000 nodes. Scalars follow YAML 1.2's core schema, so `on:` and `no` are words, not booleans.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from relay.errors import ConfigFault
from relay.policy.model import Policy, glob_matcher

__all__ = [
    "Complaint",
    "Document",
    "fault",
    "load",
    "parse",
    "read_bytes",
    "read_document",
    "suggest",
    "unknown_types",
    "validate",
    "validate_as",
]

LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 16
LIMIT_NODES = 20_000

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong, and where. Line and column count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A decoded file. `keys` and `values` say where each path's key and value begin."""

    file: str
    tree: Any
    keys: dict[Path_, tuple[int, int]]
    values: dict[Path_, tuple[int, int]]

    def complaint(self, path: Path_, message: str, *, at_key: bool = False) -> Complaint:
        """Place `message` at `path`, or at the nearest part of it that is in the file."""
        for length in range(len(path), -1, -1):
            known = path[:length]
            place = self.keys.get(known) if at_key and length == len(path) else None
            place = place or self.values.get(known)
            if place is not None:
                return Complaint(file=self.file, line=place[0], column=place[1], message=message)
        return Complaint(file=self.file, line=0, column=0, message=message)


class _Refused(Exception):
    """Stops the reading of one file."""

    def __init__(self, mark: Any, message: str) -> None:
        super().__init__(message)
        self.line = mark.line + 1 if mark else 0
        self.column = mark.column + 1 if mark else 0
        self.message = message


def fault(complaints: Iterable[Complaint]) -> ConfigFault:
    """Return one ConfigFault with a line for each complaint, in file order."""
    rows = sorted(set(complaints), key=lambda item: (item.file, item.line, item.column, item.message))
    return ConfigFault("\n".join(str(row) for row in rows))


def load(path: Path | str, *, known_types: Collection[str] | None = None) -> Policy:
    """Read the policy in file `path`. Raises ConfigFault with one line per problem.

    With `known_types`, an entity type that is not among them is a problem too: a rule with a typing error in it would
    protect nothing.
    """
    path = Path(path)
    return parse(read_bytes(path), str(path), known_types=known_types)


def parse(source: str | bytes, file: str, *, known_types: Collection[str] | None = None) -> Policy:
    """Read a policy from text; `file` is what complaints call it. Raises ConfigFault with one line per problem."""
    document = read_document(source, file)
    policy = validate(document)
    if known_types is not None:
        complaints = [
            document.complaint(path, f'{_name(path)}nobody recognizes "{name}"{suggest(name, known_types)}')
            for path, name in unknown_types(document, known_types)
        ]
        if complaints:
            raise fault(complaints)
    return policy


def unknown_types(document: Document, known_types: Collection[str]) -> Iterable[tuple[Path_, str]]:
    """Yield every entity type, or glob of them, that stands for none of `known_types`, with its path."""
    for path in document.values:
        value = _at(document.tree, path)
        if not isinstance(value, str) or any(map(glob_matcher(value), known_types)):
            continue
        keys = [step for step in path if isinstance(step, str)]
        if keys[-1:] == ["entity"] or keys in (["detect", "on"], ["restore", "withhold"]):
            yield path, value


def _at(tree: Any, path: Path_) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, or raise ConfigFault when it cannot be read or is too large."""
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise ConfigFault(f"{path}: cannot be read: {error.strerror}") from None


def read_document(source: str | bytes, file: str) -> Document:
    """Decode the YAML subset. Raises ConfigFault."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        if len(data) > LIMIT_BYTES:
            raise _Refused(None, f"is larger than {LIMIT_BYTES // 1024} KiB")
        text = data.decode("utf-8")
        return _Reader(file).read(text)
    except UnicodeDecodeError as error:
        refused = _Refused(None, f"is not UTF-8: byte {error.start} cannot be decoded")
    except _Refused as error:
        refused = error
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        refused = _Refused(mark, f"is not valid YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        refused = _Refused(None, f"is not valid YAML: {getattr(error, 'reason', type(error).__name__)}")
    raise fault([Complaint(file=file, line=refused.line, column=refused.column, message=refused.message)])


class _Reader:
    """Builds plain values from parser events, so that nothing is constructed that the subset does not have."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.values: dict[Path_, tuple[int, int]] = {}
        self.nodes = 0

    def read(self, text: str) -> Document:
        events = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._expect(events, yaml.StreamStartEvent)
        first = next(events)
        if isinstance(first, yaml.StreamEndEvent):
            raise _Refused(None, "is empty")
        tree = self._node(events, next(events), ())
        self._expect(events, yaml.DocumentEndEvent)
        after = next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Refused(after.start_mark, "a second document begins here; one file is one policy")
        if tree is None:
            raise _Refused(None, "is empty")
        return Document(file=self.file, tree=tree, keys=self.keys, values=self.values)

    @staticmethod
    def _expect(events: Any, kind: type[yaml.Event]) -> None:
        event = next(events)
        if not isinstance(event, kind):  # pragma: no cover - the parser keeps this order
            raise _Refused(event.start_mark, "is not valid YAML")

    def _node(self, events: Any, event: yaml.Event, path: Path_) -> Any:
        mark: Any = event.start_mark
        self.nodes += 1
        if self.nodes > LIMIT_NODES:
            raise _Refused(mark, f"has more than {LIMIT_NODES} nodes")
        if len(path) > LIMIT_DEPTH:
            raise _Refused(mark, f"is nested deeper than {LIMIT_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(mark, "an alias (*name) is not allowed; write the value out")
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            raise _Refused(mark, "is not valid YAML")
        if event.anchor is not None:
            raise _Refused(mark, "an anchor (&name) is not allowed; write the value out where it is needed")
        if event.tag is not None:
            raise _Refused(mark, "a tag (!name) is not allowed; values are text, numbers, true, false and lists")
        self.values[path] = (mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._node(events, event, (*path, len(items))))
            return items
        return self._mapping(events, path)

    def _mapping(self, events: Any, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            mark: Any = event.start_mark
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused(mark, "a key must be a word")
            if event.anchor is not None or event.tag is not None:
                raise _Refused(mark, "a key with an anchor or a tag is not allowed")
            key = event.value
            if key == "<<":
                raise _Refused(mark, 'a merge key (<<) is not allowed; use "extends" to build on another policy')
            if key in found:
                line = self.keys[(*path, key)][0]
                raise _Refused(mark, f'the key "{key}" is here a second time; it is already in line {line}')
            self.keys[(*path, key)] = (mark.line + 1, mark.column + 1)
            found[key] = self._node(events, next(events), (*path, key))
        return found


_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


def _scalar(event: yaml.ScalarEvent) -> Any:
    value: str = event.value
    if event.style is not None:
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    return value


# ---------------------------------------------------------------------------------------------------------- complaints

_Model = TypeVar("_Model", bound=BaseModel)


def validate(document: Document) -> Policy:
    """Turn a decoded file into a policy. Raises ConfigFault with one line per problem."""
    return validate_as(document, Policy)


def validate_as(document: Document, model: type[_Model]) -> _Model:
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


def _complaint(document: Document, model: type[BaseModel], detail: Any) -> Complaint:
    kind: str = detail["type"]
    path = _known_path(document, detail["loc"])
    if kind == "extra_forbidden":
        fields = _fields_at(model, path[:-1])
        message = f'unknown key "{path[-1]}"{suggest(str(path[-1]), fields)}'
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


def _known_path(document: Document, loc: Sequence[str | int]) -> Path_:
    """Drop what is no part of the file from the end of a location (pydantic adds the branches it tried)."""
    path = tuple(loc)
    while path and path not in document.values:
        path = path[:-1]
    return path


def _fields_at(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys that the model has at `path`."""
    current: type[BaseModel] | None = model
    for step in path:
        if current is None:
            return []
        if isinstance(step, str):
            by_key = {field.alias or name: field for name, field in current.model_fields.items()}
            current = _model_in(by_key[step].annotation) if step in by_key else None
    return [field.alias or name for name, field in current.model_fields.items()] if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model class inside `annotation`: itself, or what a tuple or an optional holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for item in get_args(annotation) if (found := _model_in(item))), None)


def suggest(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return '; did you mean "…"?' with the nearest of `known`, or "; {otherwise}"."""
    choices = {item.casefold(): item for item in known}
    near = difflib.get_close_matches(word.casefold(), choices, n=1, cutoff=0.6)
    if near and choices[near[0]] != word:
        return f'; did you mean "{choices[near[0]]}"?'
    return f"; {otherwise}" if otherwise else ""


def _one_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _name(path: Path_) -> str:
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
