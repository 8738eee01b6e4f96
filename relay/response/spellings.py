"""Write a value into JSON as it was written in the JSON of the request.

A text of a request may be JSON, and a value in it is sealed as it is written there: `{"name": "Zo\\u00eb"}` holds
`Zo\\u00eb`. Where the model writes the same JSON, that is what has to stand there. So each level of JSON that the text
had is one level less to escape:

    from the text       to arguments of a tool         is escaped
    Zo"ë                {"to": "[X]"}                   once
    {"a": "Zo\\u00eb"}   {"file": "{\\"a\\": \\"[X]\\"}"}   once: the string of the arguments holds the text
    {"a": "Zo\\u00eb"}   {"to": "[X]"}                   not at all: what the string means
    {"a": "Zo\\u00eb"}   {"to": "Dear [X]"}              once: a text, in which JSON may stand
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from relay.response.json_strings import Strings
from relay.types import Segment
from relay.wire.json_text import is_json_container

__all__ = ["Spellings", "written"]

# `json.dumps` would create an encoder for each call.
_AS_TEXT = json.JSONEncoder(ensure_ascii=False).encode
_AS_ASCII = json.JSONEncoder().encode
_FORM = re.compile(r"(_[0-9]+)_[A-Z0-9_]+\]\Z")


class Spellings:
    """How deep in JSON strings the values of one request stood in its texts."""

    __slots__ = ("_depths", "_json", "_segments", "_texts")

    def __init__(self, segments: Sequence[Segment] = (), texts: Mapping[int, str] | None = None) -> None:
        """Take the segments, and the scrubbed texts by index of their segment."""
        self._segments = segments
        self._texts = texts or {}
        self._json: list[str] | None = None  # those that are JSON, found when they are needed
        self._depths: dict[str, int] = {}

    def depth(self, placeholder: str) -> int:
        """Return the number of JSON strings, one inside the other, that the value stood in; 0 in plain text."""
        if placeholder not in self._depths:
            # A form of a name (`[PERSON_1_LAST]`) is written like the name.
            depth = self._look_for(placeholder) or self._look_for(_FORM.sub(r"\1]", placeholder))
            self._depths[placeholder] = depth
        return self._depths[placeholder]

    def _look_for(self, placeholder: str) -> int:
        if self._json is None:
            self._json = [text for index, text in self._texts.items() if is_json_container(self._segments[index].text)]
        for text in self._json:
            place = text.find(placeholder)
            if place >= 0:
                strings = Strings()
                strings.read(text[:place])
                return strings.depth
        return 0


def written(value: str, depth: int, *, spelled: int, alone: bool, within: int) -> str:
    """Return `value` for a place in `depth` JSON strings.

    It stood in `spelled` of them; `alone`: it is the whole of its string here. The outermost `within` strings here hold
    texts by themselves.
    """
    if spelled and ("\\" not in value or _unescaped(value) is None):
        spelled = 0
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
