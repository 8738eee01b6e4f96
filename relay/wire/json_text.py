"""JSON held in a string: find its string literals in place, and put new ones in without touching anything else.

Tool-call arguments are JSON text. A client may write them with any key order and white space, and a provider's prompt
cache misses on any changed byte, so the text is never parsed and written again: each literal has a range, and only the
range of a literal that changes is replaced. Literals that are JSON text themselves are opened in turn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import orjson

from relay.errors import ClientFault
from relay.wire.pointer import escape
from relay.wire.protocol_words import plain_number
from relay.wire.strict_json import encode_text

__all__ = ["MAX_LITERALS", "MAX_NESTING", "MIN_DIGITS", "JsonText", "Literal", "is_json_container"]

# JSON in a string in JSON in a string …; text that is nested deeper is one plain text.
MAX_NESTING = 6
# Numbers of fewer digits are no values that are looked for (`relay.detect.known`), and stay numbers.
MIN_DIGITS = 5

# Strings in one JSON text; the arguments of a tool call have tens of them.
MAX_LITERALS = 100_000

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|-?[0-9][0-9.eE+-]*', re.DOTALL)


@dataclass(slots=True)
class Literal:
    """A string or long number, as `plain_number` has it, in JSON text.

    `pointer` is RFC 6901 from the text's own root, "" being the root.
    """

    start: int
    end: int
    pointer: str = field(repr=False)
    text: str = field(repr=False)
    is_key: bool
    is_number: bool = False
    replacement: str | None = field(default=None, repr=False)


class JsonText:
    """JSON text with its literals, in order. `render` gives the text with the replacements set so far."""

    __slots__ = ("literals", "raw")

    def __init__(self, raw: str) -> None:
        """Take text for which `is_json_container` holds. Raises ClientFault when it has too many strings."""
        self.raw = raw
        self.literals = list(islice(_literals(raw), MAX_LITERALS + 1))
        if len(self.literals) > MAX_LITERALS:
            raise ClientFault(f"JSON text in a string holds more than {MAX_LITERALS} strings")

    def render(self) -> str:
        """Return the text; a replaced literal is written as a JSON string, also where it was a number."""
        pieces: list[str] = []
        done = 0
        for literal in self.literals:
            if literal.replacement is not None:
                pieces += (self.raw[done : literal.start], encode_text(literal.replacement))
                done = literal.end
        pieces.append(self.raw[done:])
        return "".join(pieces)


def is_json_container(text: str) -> bool:
    """Tell whether `text` is a JSON object or array."""
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return False
    try:
        orjson.loads(text)
    except ValueError:
        pass
    else:
        return True
    # orjson refuses lone surrogates, raw or escaped. What only the laxer parser reads (NaN) is found by literal too.
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _literals(text: str) -> Iterator[Literal]:
    # One entry for each open container: the key or index that comes next, None for an object that waits for a key.
    path: list[str | int | None] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        first = text[start]
        if first == '"':
            value = text[start + 1 : end - 1]
            if "\\" in value:
                value = json.loads(text[start:end], strict=False)
            is_key = path[-1] is None
            if is_key:
                path[-1] = value
            yield Literal(start, end, _pointer(path), value, is_key)
        elif first == "{":
            path.append(None)
        elif first == "[":
            path.append(0)
        elif first in "}]":
            path.pop()
        elif first == ",":
            step = path[-1]
            path[-1] = step + 1 if type(step) is int else None
        elif first != ":" and sum(map(str.isdigit, plain_number(match.group()))) >= MIN_DIGITS:
            yield Literal(start, end, _pointer(path), plain_number(match.group()), is_key=False, is_number=True)


def _pointer(path: list[str | int | None]) -> str:
    return "".join(f"/{step}" if type(step) is int else f"/{escape(str(step))}" for step in path)
