"""Which names of a request are those of public figures or characters, spoken of for their work: `public_figures: keep`.

A name is kept only if all of this holds; else it is private, because most people who bear such a name are:

* it is listed in `public_figures.txt`, and written in full at least once in the request;
* each time it stands in full, a word of its field or a year of its kind stands within NEAR characters;
* nowhere is it addressed, signed, in a field of a form, or beside a word of private life ("my colleague", "patient");
* no contact, account, identity or health data stands within NEAR_DATA characters of it in its text, and no value
  anywhere in the request that is not a person's holds its family name (a user name, an e-mail address);
* no other person of the request shares its family name.

A family name alone is kept beside the name in full. All places of a name are decided together. Work is linear in the
text; nothing is read unless a policy asks for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from relay.types import Action, Segment, Span, SpanAction

__all__ = ["NEAR", "NEAR_DATA", "Figure", "figures", "public_places", "with_public_figures"]

_DECIDED = "public_figures"  # the name of what decided

NEAR, NEAR_DATA = 160, 400
# Kinds of values that say nothing of a person's life.
_NEUTRAL_TEXT = "PERSON LOCATION ORGANIZATION DATE_TIME NRP TITLE URL UUID AGE GENDER ETHNICITY CONDITION MEDICATION"
_NEUTRAL = frozenset(_NEUTRAL_TEXT.split())
_WORD = re.compile(r"[^\W\d_]+")
_PRIVATE = re.compile(
    r"\b(?:my|our|your)\s(?:\w+\s){0,2}(?:friend|colleague|co-?worker|boss|manager|neighbou?r|brother|sister|mother|father"
    r"|wife|husband|son|daughter|cousin|client|customer|patient|student|teacher|tenant|landlord|lawyer|doctor"
    r"|employee|roommate|partner|team)\b|\b(?:patients?|clients?|customers?|employees?|tenants?|applicants?|claimants?"
    r"|insured|candidates?|diagnos\w{1,8}|appointments?|medical record|prescri\w{1,8}|invoices?|payroll|salary"
    r"|lives at|works at|hired|interviewed|e-?mail|phone|call(?:ed)? me|met with|meetings?|account|accounting|address"
    r"|passport|booking|order|tickets?|HR|the board|council|report|today|tonight|tomorrow|yesterday"
    r"|(?:last|next|this) week|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"(?:\b(?:dear|hi|hello|hey|cc|attn|mr|mrs|ms|miss|dr|herr|frau|sr|sra|mme|i am|i'm|my name is|this is|call me"
    r"|regards|sincerely|signed|thanks|best|name|to|by and between)[\s.,:;-]{1,4}"
    r"|[\w)\"'\]][\"']?[ \t]{0,2}[:=|][ \t]{0,2}[\"']?|^[ \t]{0,8}|@)\Z",
    re.IGNORECASE | re.MULTILINE,
)
_ENDS_LINE = re.compile(r"[ \t]{0,4}(?:[,;|]?[ \t]{0,4}$|@|\"?[ \t]?[:=<|])", re.MULTILINE)
_YEARS = re.compile(r"\(?\b(?:1[0-8]\d\d|19[0-5]\d)\b")


class Figure(NamedTuple):
    """A listed name: its folded words, and the words of its fields."""

    words: tuple[str, ...]
    field: re.Pattern[str]


@cache
def figures() -> Mapping[tuple[str, ...], Figure]:
    """Return the listed names by their folded words."""
    listed: dict[tuple[str, ...], Figure] = {}
    field = re.compile("")
    for line in files("relay.policy").joinpath("public_figures.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = [re.escape(word.strip()) for word in line.partition("]")[2].split(",")]
            field = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
        elif line and not line.startswith("#"):
            for name in line.split(","):
                words = _words(name)
                listed.setdefault(tuple(words), Figure(tuple(words), field))
    return listed


def public_places(segments: Sequence[Segment], rows: Sequence[Sequence[Span]]) -> frozenset[tuple[int, int]]:
    """Return `(segment, start)` of each person's span that is a public figure's, by the rules above."""
    listed = figures()
    named: defaultdict[tuple[str, ...], list[tuple[int, Span]]] = defaultdict(list)
    for place, (segment, row) in enumerate(zip(segments, rows, strict=True)):
        for span in row:
            if span.entity_type == "PERSON":
                named[tuple(_words(segment.text[span.start : span.end]))].append((place, span))
    found = [listed[words] for words in named if words in listed]
    if not found:
        return frozenset()
    others = "".join(
        f"{_fold(segment.text[span.start : span.end])}\n"
        for segment, row in zip(segments, rows, strict=True)
        for span in row
        if span.entity_type not in _NEUTRAL
    )
    public: set[tuple[int, int]] = set()
    for figure in found:
        family = figure.words[-1]
        whole, short = named[figure.words], named.get((family,), [])
        shared = any(family in words and words not in (figure.words, (family,)) for words in named)
        if shared or family in others:
            continue
        at_work = all(_is_at_work(segments[place], span, figure) for place, span in whole)
        if at_work and not any(_is_private(segments[place], span, rows[place]) for place, span in (*whole, *short)):
            public.update((place, span.start) for place, span in (*whole, *short))
    return frozenset(public)


def _is_at_work(segment: Segment, span: Span, figure: Figure) -> bool:
    """Tell whether a word of the figure's field, or a year that is long ago, stands near."""
    before = segment.text[max(0, span.start - NEAR) : span.start]
    behind = segment.text[span.end : span.end + NEAR]
    return any(figure.field.search(side) or _YEARS.search(side) for side in (before, behind))


def _is_private(segment: Segment, span: Span, row: Sequence[Span]) -> bool:
    """Tell whether the name is addressed or in a field, or stands by private data or a word of private life."""
    text = segment.text
    before, behind = text[max(0, span.start - NEAR) : span.start], text[span.end : span.end + NEAR]
    line_begins = not before.rpartition("\n")[2].strip()
    # At the start of a line only what goes on as a sentence is spoken of.
    if segment.label or (_ADDRESSED.search(before) and not line_begins):
        return True
    if line_begins and (not re.match(r"(?:['\u2019]s)? [a-z(]", behind) or _ENDS_LINE.match(behind)):
        return True
    if _PRIVATE.search(before) or _PRIVATE.search(behind):
        return True
    return any(
        other.entity_type not in _NEUTRAL and other.start < span.end + NEAR_DATA and other.end > span.start - NEAR_DATA
        for other in row
    )


def _words(name: str) -> list[str]:
    return _WORD.findall(_fold(name))


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def with_public_figures(
    segments: Sequence[Segment], actions: tuple[tuple[SpanAction, ...], ...]
) -> tuple[tuple[SpanAction, ...], ...]:
    """Return `actions` with the names of public figures kept where nothing but the route's default replaces them."""
    public = public_places(segments, [[item.span for item in row] for row in actions])
    if not public:
        return actions
    return tuple(
        tuple(
            SpanAction(item.span, Action.KEEP, _DECIDED)
            if (place, item.span.start) in public
            and item.span.entity_type == "PERSON"
            and item.rule.startswith("default.")
            else item
            for item in row
        )
        for place, row in enumerate(actions)
    )
