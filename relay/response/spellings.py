"""Write a value into JSON as it was written in the JSON of the request.

A text of a request may be JSON, and a value in it is sealed as it is written there: `{"name": "Zo\\u00eb"}` holds
`Zo\\u00eb`. Where the model writes the same JSON, that is what has to stand there. So each level of JSON that the text
had is one level less to escape:

    from the text       to arguments of a tool         is escaped
    Zo"ë                {"to": "[X]"}                   once
    {"a": "Zo\\u00eb"}   {"file": "{\\"a\\": \\"[X]\\"}"}   once: the string of the arguments holds the text
    {"a": "Zo\\u00eb"}   {"to": "[X]"}                   not at all: what the string means
    {"a": "Zo\\u00eb"}   {"to": "Dear [X]"}              once: a text, in which JSON may stand

How deep a value stood is what `Strings` says of the text inside a string, since that is how it is read in arguments.
So JSON Lines and JSON with a comma too many come back as well. A text that is JSON may also be an answer by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from relay.process.slices import end_slice, in_slices
from relay.response.json_strings import Strings
from relay.response.literal_matcher import Literals
from relay.types import Encoding, Segment
from relay.wire.json_text import is_json_container

__all__ = ["Spellings", "written"]

# `json.dumps` would create an encoder for each call.
_AS_TEXT = json.JSONEncoder(ensure_ascii=False).encode
_AS_ASCII = json.JSONEncoder().encode
_PLACEHOLDER = re.compile(r"\[[0-9A-Za-z]++(?:_[0-9A-Za-z]++)++\]")
_FORM = re.compile(r"(_[0-9]+)_[A-Z0-9_]+\]\Z")
_NO_STAND_INS = Literals((), Encoding.JSON)
_IN_STRING = str.maketrans({"\\": "\\\\", '"': '\\"'})
_PART = 16_384  # characters that are read at once

_Found = Sequence[tuple[int, int, str]]


class _Depths:
    """In how many JSON strings, one inside the other, each value stood; 0 in plain text."""

    __slots__ = ("_deepest", "_places")

    def __init__(self) -> None:
        self._deepest: dict[str, int] = {}
        self._places: set[tuple[str, int]] = set()  # those that are not the deepest

    def add(self, placeholder: str, depth: int) -> None:
        """Note one place of a value."""
        deepest = self._deepest.setdefault(placeholder, depth)
        if depth != deepest:
            self._deepest[placeholder] = max(depth, deepest)
            self._places.add((placeholder, min(depth, deepest)))

    def in_strings(self, placeholder: str) -> bool:
        """Tell whether the value stood in a string somewhere."""
        return self._deepest.get(placeholder, 0) > 0

    def find(self, placeholder: str, wanted: int) -> int | None:
        """Return `wanted` if the value stood so deep somewhere, else how deep it stood; None for an unknown value."""
        return wanted if (placeholder, wanted) in self._places else self._deepest.get(placeholder)


class Spellings:
    """How deep in JSON strings the values of one request stood in its texts."""

    __slots__ = ("_as_json", "_as_text", "_is_read", "_segments", "_stand_ins", "_texts")

    def __init__(
        self,
        segments: Sequence[Segment] = (),
        texts: Mapping[int, str] | None = None,
        stand_ins: Literals = _NO_STAND_INS,
    ) -> None:
        """Take the segments, the scrubbed texts by index of their segment, and the stand-ins in them."""
        self._segments = segments
        self._texts = texts or {}
        self._stand_ins = stand_ins
        self._is_read = False  # the texts are read when they are needed
        self._as_text, self._as_json = _Depths(), _Depths()

    def in_strings(self, placeholder: str) -> bool:
        """Tell whether the value stood in a string of JSON in some text."""
        self._read()
        return any(each.in_strings(name) for name in _names(placeholder) for each in (self._as_text, self._as_json))

    def spelled(self, placeholder: str, depth: int, *, alone: bool, within: int) -> int:
        """Return in how many JSON strings the value stood that is written in `depth` of them, as in `written`."""
        self._read()
        wanted = max(1, depth) if alone else depth - within
        for name in _names(placeholder):
            found = self._as_json.find(name, wanted) if alone or not within else None
            if found is None:
                found = self._as_text.find(name, wanted)
            if found is not None:
                return found
        return 0

    def _read(self) -> None:
        if self._is_read:
            return
        for index, text in self._texts.items():
            end_slice()
            found = self._find(text)
            if not found:
                continue
            strings = Strings()
            strings.read('"')
            for placeholder, depth in _places(text, found, strings, inside=True):
                self._as_text.add(placeholder, depth - 1)
            if is_json_container(self._segments[index].text):
                for placeholder, depth in _places(text, found, Strings(), inside=False):
                    self._as_json.add(placeholder, depth)
        self._is_read = True

    def _find(self, text: str) -> _Found:
        """Return where values stand in a scrubbed text, in order."""
        found = [(*match.span(), match.group()) for match in in_slices(_PLACEHOLDER.finditer(text))]
        if self._stand_ins:
            hits = self._stand_ins.find_all(text, 0, final=True)
            found = sorted([*found, *((hit.start, hit.end or hit.start, hit.text) for hit in hits)])
        return found


def _names(placeholder: str) -> tuple[str, str]:
    """Return the placeholder, and the one that it is a form of: `[PERSON_1_LAST]` is written like the name."""
    return placeholder, _FORM.sub(r"\1]", placeholder)


def _places(text: str, found: _Found, strings: Strings, *, inside: bool) -> Iterator[tuple[str, int]]:
    """Yield the values with the number of strings they stand in; `inside`: the text is in a string by itself."""
    position = 0
    for start, end, placeholder in in_slices(found):
        # Once the string around the text is known to hold no JSON, nothing in it is a string.
        while position < start and not (inside and strings.is_text):
            part = text[position : min(start, position + _PART)]
            strings.read(part.translate(_IN_STRING) if inside else part)
            position += len(part)
            if position < start:
                end_slice()
        yield placeholder, strings.depth
        if position <= start:
            strings.skip()
        position = max(position, end)


def written(value: str, depth: int, *, spelled: int, alone: bool, within: int) -> str:
    """Return `value` for a place in `depth` JSON strings.

    It stood in `spelled` of them; `alone`: it is the whole of its string here. The outermost `within` strings here hold
    texts by themselves.
    """
    if "\\" not in value or _unescaped(value) is None:
        # It means nothing by itself, and what is written here stays JSON.
        alone, spelled = False, min(spelled, max(0, depth - 1))
    levels = within if spelled > depth - within and not alone else depth - spelled
    for _ in range(levels):
        value = (_AS_TEXT if _is_text(value) else _AS_ASCII)(value)[1:-1]
    for _ in range(-levels):
        value = _unescaped(value) or value
    return value


def _unescaped(value: str) -> str | None:
    """Return what the text of a JSON string means; None where it is none."""
    try:
        return str(json.loads(f'"{value}"'))
    except ValueError:
        return None


def _is_text(value: str) -> bool:
    """Tell whether `value` can be written in UTF-8: half a surrogate pair can only be escaped."""
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
