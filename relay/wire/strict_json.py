"""Decode JSON so that every parser reads the same thing, and encode it again.

Two parsers that disagree are a way around a relay: it scans one reading and the upstream acts on the other. So the text
is UTF-8 without a byte order mark, keys do not repeat in an object, numbers are JSON numbers that fit a double, nesting
is bounded, and what is forwarded is encoded from the tree and never the client's own bytes (RFC 8259; I-JSON, RFC 7493,
is the profile that names these same ambiguities).

orjson reads nearly everything. It is not exact in three cases, and for those the standard library takes over behind the
same checks: integers beyond 64 bits (orjson makes them floats), lone surrogate escapes (orjson refuses them; JavaScript
clients that cut strings do send them), and their encoding. Repeated keys orjson hides, so members are counted twice:
in the text, as colons outside strings, and in the tree.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import orjson

from relay.errors import ClientFault
from relay.types import JSON

__all__ = ["LARGE_BYTES", "MAX_DEPTH", "TooLarge", "decode", "encode", "encode_text"]

# Levels of objects and arrays. This is what orjson writes; tool schemas of real agents stay below 30.
MAX_DEPTH = 254
_TOO_DEEP = f"the body nests objects and arrays more than {MAX_DEPTH} levels deep"
# From here on memory counts more than time: bodies are not compared with what orjson writes.
LARGE_BYTES = 1 << 20
_PIECE_CHARS = 1 << 18
# Digits of one integer. CPython itself refuses to convert more than 4300 (bpo-95778).
_MAX_DIGITS = 1000

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONG_INTEGER = re.compile(rb"[0-9]{19,}")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_SURROGATE = re.compile("[\ud800-\udfff]")


class TooLarge(ClientFault):
    """More objects, members or elements than the caller reads."""


def decode(body: bytes, limit_elements: int | None = None, limit_containers: int | None = None) -> JSON:
    """Return the JSON value in `body`. Raises ClientFault, whose message holds sizes and kinds but no content.

    Lone surrogates stay in the strings as such; integers are exact. Time is linear in the size of `body`. Small objects
    take some twenty times their text in memory: `limit_elements` bounds containers, members and elements,
    `limit_containers` objects and arrays, and both are checked before anything is built.
    """
    for limit, count, what in (
        (limit_elements, _elements, "objects, arrays, members and elements"),
        (limit_containers, _containers, "objects and arrays"),
    ):
        # Signs in strings are left out only where there are that many with them.
        if limit is None or len(body) <= limit or count(body) <= limit:
            continue
        if count(_outside_strings(body)[1]) > limit:
            raise TooLarge(f"the body holds more than {limit} {what}")
    problem = 0
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        tree, problem = None, error.pos + 1
    # Faults are raised outside the except block: an exception that holds the body must not become their context.
    if problem:
        if _SURROGATE_ESCAPE.search(body) is None:
            raise ClientFault(f"the body is not valid JSON: syntax, encoding or nesting error near character {problem}")
        return _decode_exactly(body)
    # What most clients send is what orjson writes, and that repeats no key, is exact and is not too deep.
    if len(body) < LARGE_BYTES and _encode_fast(tree) == body:
        return tree
    members, structure = _outside_strings(body)
    if _count_members(tree) != members:
        raise ClientFault("the body repeats a key within one JSON object")
    return tree if _LONG_INTEGER.search(structure) is None else _decode_exactly(body)


def encode(tree: JSON, *, large: bool = False) -> bytes:
    """Return `tree` as compact UTF-8 JSON; a lone surrogate becomes its escape. Key order is kept.

    `large` saves memory where strings are long, and changes no byte.
    """
    data = _encode_fast(tree, large=large)
    if data is not None:
        return data
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _escape_surrogates(text).encode()


def encode_text(text: str) -> str:
    """Return `text` as a JSON string literal, quotes included."""
    return encode(text).decode()


def _encode_fast(tree: JSON, *, large: bool = False) -> bytes | None:
    """Return `tree` as orjson writes it, or None where it holds a lone surrogate or an integer beyond 64 bits."""
    try:
        return orjson.dumps(_with_pieces(tree) if large else tree)
    except TypeError:
        return None


def _with_pieces(node: Any) -> Any:
    """Return `node` with its long strings encoded already: for a string orjson reserves eight times its length."""
    kind = type(node)
    if kind is str and len(node) > _PIECE_CHARS:
        pieces = [orjson.dumps(node[at : at + _PIECE_CHARS])[1:-1] for at in range(0, len(node), _PIECE_CHARS)]
        return orjson.Fragment(b'"%b"' % b"".join(pieces))
    if kind is dict:
        items = {key: _with_pieces(value) for key, value in node.items()}
        return items if any(items[key] is not value for key, value in node.items()) else node
    if kind is list:
        elements = [_with_pieces(value) for value in node]
        return elements if any(one is not other for one, other in zip(elements, node, strict=True)) else node
    return node


def _escape_surrogates(text: str) -> str:
    return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _elements(text: bytes) -> int:
    return text.count(b",") + _containers(text)


def _containers(text: bytes) -> int:
    return text.count(b"{") + text.count(b"[")


def _outside_strings(body: bytes) -> tuple[int, bytes]:
    """Return the number of object members in valid JSON `body`, and what stands outside its strings.

    Backslashes occur only inside strings. With pairs of them gone, one that is left before a quote escapes it; with
    those gone too, quotes delimit strings and every second piece between quotes is outside.
    """
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    structure = b"".join(body.split(b'"')[::2])
    return structure.count(b":"), structure


def _count_members(tree: JSON) -> int:
    """Return the number of object members in `tree`, level by level. Raises ClientFault when it is too deep."""
    members = 0
    depth = 0
    level = [tree] if type(tree) is dict or type(tree) is list else []
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ClientFault(_TOO_DEEP)
        below: list[Any] = []
        for node in level:
            if type(node) is dict:
                members += len(node)
                below += [child for child in node.values() if type(child) is dict or type(child) is list]
            else:
                below += [child for child in node if type(child) is dict or type(child) is list]
        level = below
    return members


def _decode_exactly(body: bytes) -> JSON:
    """Decode with the standard library, held to the same rules."""
    try:
        text = body.decode()
        _check_depth(_outside_strings(body)[1])
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except UnicodeDecodeError as error:
        problem = f"the body is not UTF-8: bad byte at offset {error.start}"
    except json.JSONDecodeError as error:
        problem = f"the body is not valid JSON: syntax error near character {error.pos}"
    except RecursionError:
        problem = _TOO_DEEP
    raise ClientFault(problem)


def _check_depth(structure: bytes) -> None:
    depth = 0
    for byte in structure.translate(None, _NOT_BRACKETS):
        if byte in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise ClientFault(_TOO_DEEP)
        elif byte in b"}]":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ClientFault("the body repeats a key within one JSON object")
    return result


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ClientFault(f"the body holds an integer of {len(digits)} digits, more than {_MAX_DIGITS}")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ClientFault("the body holds a number that does not fit a double")
    return value


def _constant(name: str) -> NoReturn:
    # NaN, Infinity and -Infinity, which are not JSON.
    raise ClientFault("the body holds a number that is not JSON")
