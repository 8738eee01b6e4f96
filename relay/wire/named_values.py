"""What the values of a JSON tree are called where their own key says little.

Four things call a value by a name that is not its key:

* an object that describes it: `{"name": "DB_PASSWORD", "value": "…"}`, in any order, with any of the usual words for
  the two, alone or at the end of a key (`ParameterKey`, `defaultValue`);
* the key above, behind words that say little: `{"adminPassword": {"value": "…"}}`, `{"passwords": ["…"]}`;
* the option before it, with its command: `["sshpass", "-p", "…"]`;
* the first of two items: `["X-Api-Key", "…"]`.

All of them are read off pointers, so trees, JSON text and JSON inside of text are read alike. What a name means is not
known here: most mean nothing. Work is linear in the size of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from relay.types import Segment
from relay.wire.columns import NAME, heads
from relay.wire.pointer import BLANK

__all__ = ["beside", "labelled", "says_little", "told"]

# The last words of keys that hold a name, and of keys that hold what is called so.
_NAMING = frozenset(
    {
        *("name", "key", "label", "id", "identifier", "setting", "field", "path", "selector", "locator", "element"),
        *("title", "header", "heading", "type", "kind", "property", "prop", "attribute", "attr", "variable", "var"),
        *("param", "parameter", "argument", "arg", "option", "column", "caption", "placeholder", "xpath", "system"),
    }
)
_NAMED = (BLANK - {"id"}) | {
    *("val", "values", "contents", "content", "default", "string", "literal", "plaintext", "input", "answer"),
    *("new", "old", "before", "after"),
}
# What also holds sentences: there a value is one word.
_SPEAKING = frozenset({"text", "content", "contents", "data", "raw", "full", "string", "input", "answer"})
_LAST_WORD = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+)\Z")
_LONGEST_WORD = 16
# Words for a place on a page, behind its name.
_ON_PAGES = frozenset({"textbox", "field", "input", "box", "control", "entry", "searchbox", "edit", "textfield"})
_WORD = re.compile(r"[^\W\d][\w.-]{0,63}")
_LONGEST_NAME = 200
_MOST_WORDS = 3
_MOST_NAMES = 4
_LEVELS = 5
_SENTENCE = 2  # words
_OPTION = re.compile(r"--?[A-Za-z][\w.-]{0,40}")
_ARGUMENT = re.compile(r"[^\s\"'`|;&<>]{1,40}")
_ARGUMENTS_BEFORE = 5
_LONGEST_PLACE = 6  # digits of an index


def told(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the names of each value of `(pointer, text)` that has some besides its key, one a line."""
    leaves = [(pointer, *pointer.rpartition("/")[::2], text) for pointer, text in texts]
    last: dict[str, str] = {}  # words, by key
    items: dict[str, str] = {}
    names: dict[str, list[str]] = {}  # by the pointer of the object that they stand in
    for pointer, above, step, text in leaves:
        if step.isdecimal():
            items[pointer] = text
        elif _word(step, last) in _NAMING and (name := _name(text)):
            own = names.setdefault(above, [])
            if len(own) < _MOST_NAMES:
                own.append(name)
    found: dict[str, str] = {}
    for pointer, above, step, text in leaves:
        called = [*_climbed(pointer, text, names, last)]
        if step.isdecimal() and len(step) <= _LONGEST_PLACE and not _OPTION.fullmatch(text):
            called[:0] = _of_item(above, int(step), items)
        if called:
            found[pointer] = "\n".join([*dict.fromkeys(called)][:_MOST_NAMES])
    return found


def _word(key: str, last: dict[str, str]) -> str:
    """Return the last word of `key`, without case."""
    word = last.get(key)
    if word is None:
        match = _LAST_WORD.search(key[-_LONGEST_WORD:])
        word = last[key] = match[0].lower() if match is not None else ""
    return word


def _name(text: str) -> str:
    """Return the name in a text of a few words, a path or a selector: what stands last in it, but for its kind."""
    if len(text) > _LONGEST_NAME:
        return ""
    text = text.strip().rstrip(":*")
    is_plain = NAME.fullmatch(text) is not None
    if not is_plain and len(text.split(None, _MOST_WORDS)) > _MOST_WORDS:
        return ""
    words = text.split(" ") if is_plain else _WORD.findall(text)
    while len(words) > 1 and words[-1].lower() in _ON_PAGES:
        words.pop()
    return " ".join(words if is_plain else words[-1:])


def _climbed(pointer: str, text: str, names: Mapping[str, list[str]], last: dict[str, str]) -> Iterator[str]:
    """Yield what objects around a value call it, and the first key above that says something."""
    at, is_item, is_own = pointer, False, True
    for _ in range(_LEVELS):
        at, _, step = at.rpartition("/")
        if not step or step.endswith("#"):
            return
        if step.isdecimal():
            is_item = True
        elif (word := _word(step, last)) in _NAMED:
            if at in names and (word not in _SPEAKING or len(text.split(None, 1)) < _SENTENCE):
                yield from names[at]
        else:
            if is_item and step.endswith("s"):
                yield step[:-1]
            elif not is_own:
                yield step
            return
        is_own = False


def _of_item(above: str, place: int, items: Mapping[str, str]) -> Iterator[str]:
    """Yield what the items before an item of the array at `above` call it."""
    before = items.get(f"{above}/{place - 1}")
    if before is None:
        return
    if _OPTION.fullmatch(before):
        first = max(1, place - _ARGUMENTS_BEFORE)
        row = [items.get(f"{above}/{number}", "") for number in (0, *range(first, place))]
        yield " ".join(["$", *filter(_ARGUMENT.fullmatch, row if place > 1 else row[:1])])
        if before.startswith("--"):
            yield before[2:]
    elif place == 1 and f"{above}/2" not in items:
        yield _name(before)


def says_little(key: str) -> bool:
    """Tell whether the value under `key` may be called by a name beside or above it."""
    return key.lower() in _NAMED


def beside(holder: Any, key: str | int) -> str:
    """Return what `holder` calls its number at `key`, as far as its plainest keys say it, one name a line."""
    if type(holder) is not dict or type(key) is not str or not says_little(key):
        return ""
    named = [holder.get(word) for plain in _PLAINEST for word in (plain, plain.capitalize())]
    return "\n".join([_name(name) for name in named if type(name) is str])


_PLAINEST = ("name", "key", "label", "type", "field")


def labelled(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Give the values among `segments` the names of their columns, and those that are told, as labels."""
    segments = list(segments)
    free = [
        (segment.pointer, segment.text)
        for segment in segments
        if (segment.label or "#/" in segment.pointer) and not segment.pointer.endswith("#")
    ]
    names = told(free) if free else {}
    columns: dict[str, str] = {}
    if any(segment.pointer[-1:].isdigit() for segment in segments):  # most requests have no arrays of texts
        columns = heads((segment.pointer, segment.text) for segment in segments)
    for segment in segments:
        name, column = names.get(segment.pointer), columns.get(segment.pointer)
        if name is None and column is None:
            yield segment
        else:
            lines = [*(name or "").split("\n"), column or segment.label]
            yield replace(segment, label="\n".join(dict.fromkeys(filter(None, lines))))
