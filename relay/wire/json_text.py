"""JSON held in a string: find its string literals in place, and put new ones in without touching anything else.

Tool-call arguments are JSON text. A client may write them with any key order and white space, and a provider's prompt
cache misses on any changed byte, so the text is never parsed and written again: each literal has a range, and only the
range of a literal that changes is replaced. Literals that are JSON text themselves are opened in turn.
"""

from __future__ import annotations

import json
import re
import string
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf

import orjson

from relay.errors import ClientFault
from relay.wire.named_values import says_little, told
from relay.wire.pointer import escape, member, named
from relay.wire.protocol_words import names_code, plain_number
from relay.wire.strict_json import encode_text

__all__ = [
    "MAX_LITERALS",
    "MAX_NESTING",
    "MIN_DIGITS",
    "JsonText",
    "Literal",
    "inside",
    "is_json_container",
    "unescaped",
]

# JSON in a string in JSON in a string …; text that is nested deeper is one plain text.
MAX_NESTING = 6
# Numbers of fewer digits are no values that are looked for (`relay.detect.known`), and stay numbers, but for codes.
MIN_DIGITS = 5
_MIN_KEYED = 3  # of a whole number whose key tells that it is a code

# Strings in one JSON text; the arguments of a tool call have tens of them.
MAX_LITERALS = 100_000

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|-?[0-9][0-9.eE+-]*', re.DOTALL)
# What is written like JSON in another text, by Python and JavaScript too.
_STRING_LIKE = (
    r'"[^"\\\n]*+(?:\\(?=["\\/bfnrt]|u[0-9A-Fa-f]{4}).[^"\\\n]*+)*+"|\'[^\'\\\n]*+(?:\\.[^\'\\\n]*+)*+\''
    r"|[{}\[\],:]"
)
_LIKE = re.compile(rf"{_STRING_LIKE}|-?[0-9][0-9.eE+-]*+|[A-Za-z_$][\w$-]*+(?=\s*+:)")
# Such signs in a row, from a bracket on, as many as one slice reads: they need not be balanced. Words end in a digit or
# are constants or keys.
_RUN = re.compile(
    rf"[{{\[](?:\s*+(?:{_STRING_LIKE}"
    r"|(?=[\w$.+-]*+(?:\s*+:|(?<=[0-9.])|(?<=true|True|null|None)|(?<=false|False)))[\w$-][\w$.+-]*+)){0,4096}+"
)
_SHORTEST_RUN, _LONGEST_RUN = 8, 262_144
_DEEPEST = 64  # in a run, which no parser has read
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)", re.DOTALL)

_Path = list[str | int | None]


@dataclass(slots=True)
class Literal:
    """A string of JSON text, or a number that is read. `pointer`: RFC 6901, from the text's own root ("")."""

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
        literals = list(islice(_literals(raw), MAX_LITERALS + 1))
        if len(literals) > MAX_LITERALS:
            raise ClientFault(f"JSON text in a string holds more than {MAX_LITERALS} strings")
        self.literals = _coded(literals)

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


def inside(text: str) -> Iterator[list[Literal]]:
    """Yield the literals of each run of JSON in a text that is more than that; what follows each other is one array.

    They may also be written as Python and JavaScript write theirs, and be cut anywhere.
    """
    for run in _RUN.finditer(text):
        start, end = run.span()
        if _SHORTEST_RUN <= end - start <= _LONGEST_RUN:
            tokens = _LIKE.finditer(text, start, end)
            yield _coded(list(islice(_literals(text, tokens, [0], _DEEPEST), MAX_LITERALS)))


def unescaped(text: str, literal: Literal) -> Callable[[int], int]:
    """Return a function that tells of a place in the string `literal` where in `text` it stands."""
    places, shifts = list[int](), [literal.start + 1]
    escapes = _ESCAPE.finditer(text, literal.start + 1, literal.end - 1) if text[literal.start] == '"' else ()
    for each in escapes:
        places.append(each.start() - shifts[-1])
        shifts.append(shifts[-1] + len(each[0]) - 1)
    return lambda place: place + shifts[bisect_left(places, place)]


def _literals(
    text: str, tokens: Iterable[re.Match[str]] | None = None, around: Iterable[int] = (), deepest: float = inf
) -> Iterator[Literal]:
    """Yield the literals among `tokens` of `text`, by default all; they stand at `around`."""
    # One entry for each open container: the key or index that comes next, None for an object that waits for a key.
    path: _Path = [*around]
    at = [""] * len(path)  # the pointers of those containers
    outer = len(path)
    for match in _TOKEN.finditer(text) if tokens is None else tokens:
        start, end = match.span()
        first = text[start]
        if first in _OPENS_WORD:
            value = text[start + 1 : end - 1] if first in "\"'" else match[0]
            if "\\" in value and first == '"':
                value = json.loads(text[start:end], strict=False)
            is_key = path[-1] is None
            if is_key:
                path[-1] = value
            if len(path) <= deepest:
                yield Literal(start, end, _pointer(at, path), value, is_key)
        elif first in "{[":
            at.append(_pointer(at, path))
            path.append(None if first == "{" else 0)
        elif first in "}]":
            if len(path) > outer:
                path.pop()
                at.pop()
            if outer and len(path) == outer:
                path[-1] = int(path[-1] or 0) + 1
        elif first == ",":
            step = path[-1]
            path[-1] = step + 1 if type(step) is int else None
        elif first != ":" and len(path) <= deepest and _is_read(number := plain_number(match.group()), at, path):
            yield Literal(start, end, _pointer(at, path), number, is_key=False, is_number=True)


_OPENS_WORD = frozenset("\"'_$" + string.ascii_letters)


def _is_read(number: str, at: Sequence[str], path: _Path) -> bool:
    digits = sum(map(str.isdigit, number))
    if digits >= MIN_DIGITS:
        return True
    return (
        digits >= _MIN_KEYED
        and number.isdigit()
        and type(key := path[-1]) is str
        and (says_little(key) or names_code(named(_pointer(at, path)), int(number)))
    )


def _coded(literals: list[Literal]) -> list[Literal]:
    """Return `literals` without the short numbers that nothing names as a code."""
    short = {id(each) for each in literals if each.is_number and sum(map(str.isdigit, each.text)) < MIN_DIGITS}
    if not short:
        return literals
    names = told((each.pointer, each.text) for each in literals if not each.is_key)
    return [
        each
        for each in literals
        if id(each) not in short or names_code(f"{named(each.pointer)}\n{names.get(each.pointer, '')}", int(each.text))
    ]


def _pointer(at: Sequence[str], path: _Path) -> str:
    """Return the pointer of what comes next in the innermost container."""
    if not path:
        return ""
    step = path[-1]
    return member(at[-1], str(step) if type(step) is int else escape(str(step)))
