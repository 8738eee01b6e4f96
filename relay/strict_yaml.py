"""Decode a policy, a test or a configuration file: a safe subset of YAML, with the place of every path in it.

    file bytes → parser events → one tree of plain values

Refused: duplicate keys, anchors, aliases, tags, more than one document, an empty file, more than 256 KiB, more than 16
levels, more than 20,000 nodes. Scalars follow YAML 1.2's core schema, so `on:` and `no` are words, not booleans.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator

from relay.errors import ConfigFault
from relay.files import unreadable

__all__ = [
    "LIMIT_BYTES",
    "Complaint",
    "FilePath",
    "Place",
    "YamlDocument",
    "fault",
    "read_bytes",
    "read_document",
]

LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 16
LIMIT_NODES = 20_000

# libyaml's parser, which the wheels bring along, is four times as fast; PyYAML's own knows better where an error is.
# Only their events are used, never their constructors.
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Keys and indices from the root of a file to a value.
Place = tuple[str | int, ...]


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
class YamlDocument:
    """A decoded file. `keys` and `values` say where each path's key and value begin."""

    file: str
    tree: Any
    keys: dict[Place, tuple[int, int]]
    values: dict[Place, tuple[int, int]]

    def complaint(self, path: Place, message: str, *, at_key: bool = False) -> Complaint:
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


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, or raise ConfigFault when it cannot be read or is too large."""
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigFault(f"{path}: {unreadable(error)}") from None


def _nameable(path: Path) -> Path:
    try:
        named = b"\0" not in os.fsencode(path)
    except ValueError:  # half a surrogate pair
        named = False
    if not named:
        raise ValueError("is the name of no file: it holds a character that no file's name can")
    return path


# The path of a file, as configuration states it.
FilePath = Annotated[Path, AfterValidator(_nameable)]


def read_document(source: str | bytes, file: str) -> YamlDocument:
    """Decode the YAML subset. Raises ConfigFault."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        if len(data) > LIMIT_BYTES:
            raise _Refused(None, f"is larger than {LIMIT_BYTES // 1024} KiB")
        text = data.decode("utf-8")
        try:
            return _YamlReader(file).read(text, _FAST)
        except yaml.YAMLError:
            with suppress(ValueError):  # what chr() says of an escape, without its place
                _YamlReader(file).read(text, yaml.SafeLoader)
            raise  # only one of the two takes it, so neither is relied on
    except UnicodeDecodeError as error:
        refused = _Refused(None, f"is not UTF-8: byte {error.start} cannot be decoded")
    except _Refused as error:
        refused = error
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        refused = _Refused(mark, f"is not valid YAML: {error.problem or error.context}")
    except ValueError:
        refused = _Refused(None, "is not valid YAML: an escape names no character of Unicode")
    except yaml.YAMLError as error:
        refused = _Refused(None, f"is not valid YAML: {getattr(error, 'reason', type(error).__name__)}")
    raise fault([Complaint(file=file, line=refused.line, column=refused.column, message=refused.message)])


class _YamlReader:
    """Builds plain values from parser events, so that nothing is constructed that the subset does not have."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Place, tuple[int, int]] = {}
        self.values: dict[Place, tuple[int, int]] = {}
        self.nodes = 0

    def read(self, text: str, loader: Any) -> YamlDocument:
        events = iter(yaml.parse(text, Loader=loader))
        self._expect(events, yaml.StreamStartEvent)
        first = next(events)
        if isinstance(first, yaml.StreamEndEvent):
            raise _Refused(None, "is empty")
        tree = self._node(events, next(events), ())
        self._expect(events, yaml.DocumentEndEvent)
        after = next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Refused(after.start_mark, "a second document begins here; one file is one document")
        if tree is None:
            raise _Refused(None, "is empty")
        return YamlDocument(file=self.file, tree=tree, keys=self.keys, values=self.values)

    @staticmethod
    def _expect(events: Any, kind: type[yaml.Event]) -> None:
        event = next(events)
        if not isinstance(event, kind):  # pragma: no cover - the parser keeps this order
            raise _Refused(event.start_mark, "is not valid YAML")

    def _node(self, events: Any, event: yaml.Event, path: Place) -> Any:
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

    def _mapping(self, events: Any, path: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            mark: Any = event.start_mark
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused(mark, "a key must be a word")
            if event.anchor is not None or event.tag is not None:
                raise _Refused(mark, "a key with an anchor or a tag is not allowed")
            key = event.value
            if key == "<<":
                raise _Refused(mark, 'a merge key (<<) is not allowed; a policy builds on another with "extends"')
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
    if event.style:  # plain text has none
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    return value
