"""Repair what the model cut: pieces of one name are joined, edges put on whole words, titles and signs trimmed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from relay.detect.ner.titles import TITLES, without_titles
from relay.types import Span

__all__ = ["RECOGNIZER", "repair_spans"]

RECOGNIZER = "ner"  # what the model's spans name

_SHORTEST_NUMBER = 4
_SUM = re.compile(r"[*+=<>^×÷\r\n]")

# Lower-case words that stand inside names. Sources: the particles of Dutch, German, French, Iberian, Italian, Nordic,
# Arabic, Hebrew and Celtic names.
_PARTICLE = (
    "van|von|der|den|dem|de|del|della|di|da|dos|das|do|du|des|la|le|las|los|el|al|bin|bint|ibn|abu|ben|zu|zum|zur|ter|ten"
    "|te|op|af|av|y|e|i|san|st|mac|mc"
)
_BRIDGE = re.compile(rf" (?:(?:{_PARTICLE}) ){{0,3}}|[-'’]|(?<=\b\w)\. ?", re.IGNORECASE)
_GAP_LIMIT = 24  # Longest bridge: three particles and their spaces.
_NAME_RIGHT = re.compile(r"(?:[-'’][^\W\d_]{2,})+")
_NAME_LEFT = re.compile(r"(?:(?<![^\W\d_])[A-Z]['’]|[A-Z][^\W\d_]*-)$")
# What stands before a single letter that is a name: "Mrs. B".
_TITLED = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,16})\.?\s\Z")
_POSSESSIVE = re.compile(r"['’`´]s?$", re.IGNORECASE)
_HANDLE = re.compile(r"[\w.@-]")
_SOLID = re.compile(r"[^\s\"'`<>,;(){}\[\]]")
_NUMBERISH = re.compile(r"[\w/-]")
_REACH = 64  # Code points that a span may grow on each side when it is extended to a whole handle or password.


def repair_spans(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return spans with pieces of one name joined, edges on whole words, and punctuation trimmed.

    Input and output are disjoint and sorted; work is linear in the number of spans.
    """
    joined: list[Span] = []
    for span in spans:
        if joined and span.entity_type == joined[-1].entity_type == "PERSON":
            before = joined[-1]
            gap = text[before.end : span.start]
            if len(gap) <= _GAP_LIMIT and _BRIDGE.fullmatch(text, before.end, span.start):
                joined[-1] = Span("PERSON", before.start, span.end, min(before.score, span.score), RECOGNIZER)
                continue
        joined.append(span)
    repaired: list[Span] = []
    for index, span in enumerate(joined):
        low = repaired[-1].end if repaired else 0
        high = joined[index + 1].start if index + 1 < len(joined) else len(text)
        start, end = _edges(text, span, low, high)
        if _is_worth(text[start:end], span.entity_type) or _is_titled(text, start, end, span.entity_type):
            repaired.append(Span(span.entity_type, start, end, span.score, RECOGNIZER))
    return repaired


def _is_worth(value: str, entity_type: str) -> bool:
    """Say whether a value can be an entity: something to read, and for a person more than one Latin letter.

    A short number, a sum or a column of numbers is more often what is asked about than whose it is.
    """
    if entity_type == "ID_NUMBER":
        return sum(map(str.isalnum, value)) >= _SHORTEST_NUMBER and not _SUM.search(value)
    if entity_type != "PERSON":
        return any(character.isalnum() for character in value)
    letters = [character for character in value if character.isalpha()]
    return len(letters) > 1 or any(ord(letter) > 0x2E7F for letter in letters)  # one letter of CJK can be a name


def _is_titled(text: str, start: int, end: int, entity_type: str) -> bool:
    """Say whether a single letter is a person's because a title stands before it."""
    if entity_type != "PERSON" or end - start != 1 or not text[start:end].isupper():
        return False
    title = _TITLED.search(text, max(0, start - 20), start)
    return title is not None and title[1].lower() in TITLES


def _edges(text: str, span: Span, low: int, high: int) -> tuple[int, int]:
    """Return the repaired edges of one span, within `low:high`."""
    start, end = span.start, span.end
    match span.entity_type:
        case "PERSON":
            if (right := _NAME_RIGHT.match(text, end, high)) and right[0][1].isupper():
                end = right.end()
            if left := _NAME_LEFT.search(text[max(low, start - _REACH) : start]):
                start -= len(left[0])
        case "USERNAME":
            start, end = _grow(text, start, end, low, high, _HANDLE)
        case "PASSWORD":
            start, end = _grow(text, start, end, low, high, _SOLID)
        case "ID_NUMBER":
            start, end = _grow(text, start, end, low, high, _NUMBERISH)
    keep = "@" if span.entity_type == "USERNAME" else "!#$%&*+?@^_~=-" if span.entity_type == "PASSWORD" else ""
    while start < end and not (text[start].isalnum() or text[start] in keep):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in keep or _is_mark(text[end - 1])):
        end -= 1
    if span.entity_type in {"PERSON", "ORGANIZATION", "LOCATION"} and (
        tail := _POSSESSIVE.search(text, max(start, end - 2), end)
    ):
        end = tail.start()
    return without_titles(text, start, end) if span.entity_type == "PERSON" else (start, end)


def _grow(text: str, start: int, end: int, low: int, high: int, kind: re.Pattern[str]) -> tuple[int, int]:
    low, high = max(low, start - _REACH), min(high, end + _REACH)
    while start > low and kind.match(text[start - 1]):
        start -= 1
    while end < high and kind.match(text[end]):
        end += 1
    return start, end


def _is_mark(character: str) -> bool:
    """Say whether a character is a combining mark, which belongs to the letter before it."""
    return unicodedata.category(character)[0] == "M"
