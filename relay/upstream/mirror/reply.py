"""What the mirror says: pure functions from a prompt to an answer, to tool arguments, and to awkward pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from relay.wire.speech import Ask, Tool, Turn, pieces, sliced

__all__ = ["Ask", "Tool", "Turn", "answer", "cut", "fill", "pieces", "read_rules"]

# Anything an answer could take for a stand-in: [PERSON_1], [PERSON_1_LAST], <EMAIL_ADDRESS_2>.
_PLACEHOLDER = re.compile(r"[\[<]([A-Z][A-Z_]*)_\d+(?:_([A-Z]+))?[\]>]")
_RULE = re.compile(r"\bmirror: ?([a-z]+)(?: (\d+(?:\.\d+)?))?", re.IGNORECASE)
_ASKS_FOR_TOOL = re.compile(r"\b(?:call|use|invoke|look up|run|tool|weather)\b", re.IGNORECASE)

# Sizes that share no factor with placeholders or events, so that every position is cut sooner or later.
_BYTE_SIZES = (1, 7, 64, 3, 190, 13, 2, 31, 500)

_SENTENCES = {
    "PERSON": "I would speak to {} first.",
    "EMAIL": "A short message to {} should do.",  # a form of another entity
    "EMAIL_ADDRESS": "A short message to {} should do.",
    "PHONE_NUMBER": "The number to call is {}.",
    "STREET_ADDRESS": "The address on file is {}.",
    "LOCATION": "Everything else can be settled in {}.",
    "CREDIT_CARD": "The card {} should be blocked and replaced.",
    "IBAN_CODE": "The refund goes to {}.",
    "US_SSN": "Please keep {} out of the reply.",
    "DATE_OF_BIRTH": "The date of birth is {}.",
    "ORGANIZATION": "The other side is {}.",
    "IP_ADDRESS": "The machine at {} needs a look.",
}


def read_rules(text: str) -> dict[str, float]:
    """Return the misbehaviour that a prompt asks for: `mirror: slow 2` gives {"slow": 2.0}; no number gives 0."""
    return {name.lower(): float(number or 0) for name, number in _RULE.findall(text)}


def answer(ask: Ask, rules: Mapping[str, float]) -> Turn:
    """Return the answer to `ask`."""
    placeholders = (not ask.after_tool and _placeholders(ask.text)) or _placeholders(ask.prompt)
    called = _called(ask)
    if called:
        count = 2 if "parallel" in rules else 1
        return Turn(text="", calls=tuple((called.name, fill(called.schema, placeholders)) for _ in range(count)))
    if ask.json_schema is not None:
        filled = fill(ask.json_schema, placeholders) if ask.json_schema else {"answer": _compose(ask, placeholders)}
        return Turn(text="", calls=(("", filled),))
    if "echo" in rules:
        return Turn(text=_RULE.sub("", ask.text).strip())
    text = _compose(ask, placeholders)
    return Turn(text=_mangle(text) if "mangle" in rules else text)


def fill(schema: Mapping[str, Any], placeholders: Sequence[str]) -> Any:
    """Return a value that satisfies a JSON schema, with placeholders for its strings, best fit by name first."""
    return _Filler(placeholders).value(schema, "")


def cut(data: bytes) -> Iterator[bytes]:
    """Yield `data` cut at positions that respect neither events nor characters."""
    yield from sliced(data, _BYTE_SIZES)


def _placeholders(text: str) -> list[str]:
    return list(dict.fromkeys(match.group() for match in _PLACEHOLDER.finditer(text)))


def _called(ask: Ask) -> Tool | None:
    if not ask.tools or ask.after_tool or not ask.may_use:
        return None
    for tool in ask.tools:
        if ask.must_use in (tool.name, "*"):
            return tool
    for tool in ask.tools:
        if tool.name in ask.text:
            return tool
    return ask.tools[0] if _ASKS_FOR_TOOL.search(ask.text) else None


def _compose(ask: Ask, placeholders: Sequence[str]) -> str:
    lead = "The tool has answered." if ask.after_tool else "Understood, and thank you — here is what I make of it."
    if not placeholders:
        shown = " ".join(_RULE.sub("", ask.text).split())[:200]
        return f"{lead} You wrote: {shown}" if shown else lead
    body = " ".join(
        _SENTENCES.get(_kind(placeholder), "I have noted {}.").format(placeholder) for placeholder in placeholders
    )
    return f"{lead} {body} Shall I draft the reply for {placeholders[0]}?"


def _kind(placeholder: str) -> str:
    """Return the form that a placeholder names where there is a sentence for it, else its entity type."""
    found = _PLACEHOLDER.fullmatch(placeholder)
    assert found is not None
    return found[2] if found[2] in _SENTENCES else found[1]


def _mangle(text: str) -> str:
    """Alter placeholders as models do: markdown escapes, lower case, a possessive, full-width brackets."""
    count = 0

    def alter(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        placeholder = match.group()
        match count % 4:
            case 1:
                return re.sub(r"([\[\]_])", r"\\\1", placeholder)
            case 2:
                return placeholder.lower()
            case 3:
                return f"{placeholder}'s"
            case _:
                return placeholder.replace("[", "［").replace("]", "］")

    return _PLACEHOLDER.sub(alter, text)


class _Filler:
    def __init__(self, placeholders: Sequence[str]) -> None:
        self._placeholders = list(placeholders)
        self._next = cycle(self._placeholders or ["example"])

    def value(self, schema: Mapping[str, Any], name: str) -> Any:
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("anyOf", "oneOf", "allOf"):
            if schema.get(key):
                return self.value(schema[key][0], name)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = kind[0]
        if kind == "object" or "properties" in schema:
            return {key: self.value(child, key) for key, child in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.value(schema.get("items", {}), name)]
        simple = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
        return simple[kind] if kind in simple else self._text(name)

    def _text(self, name: str) -> str:
        wanted = name.upper()
        for placeholder in self._placeholders:
            kind = _kind(placeholder)
            if wanted and (wanted in kind or kind in wanted or wanted.split("_")[-1] in kind.split("_")):
                return placeholder
        # Quotes and a backslash, so that restoring inside JSON text has something to escape.
        return f'{next(self._next)} "as asked" \\ soon'
