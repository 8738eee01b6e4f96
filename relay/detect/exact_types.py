"""Give a value the type that its label or its shape says, where it was found as something less exact.

A model calls a plate, a passport and an account ID_NUMBER, because only the words beside them tell; and it takes some
labels ("Kontonummer") for names. A pattern may take an IMEI behind its label for a telephone number. Here

* an ID_NUMBER, and a telephone number of bare digits, gets the type that its label says: the nearest one before it, on
  its line and in its sentence, at most REACH words away, or, where none stands before it, the one right behind it ("…
  is my passport number", "(license plate)"); and only when the value looks like one (`value_labels.SHAPES`);
* a person, user name or ID_NUMBER with the shape of an e-mail, hardware or IP address, or of an account's name with
  digits ("mgarcia2", "@anna_k"), gets that type;
* of several types for one place, none of them certain, the one that the label says stays;
* a model's person that is nothing but a label before a value is dropped.

What is covered stays covered otherwise. Work is bounded for each span, and only spans of these types cost any.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from relay.detect.common_names import FAMILY, GIVEN
from relay.detect.context import split_words, words_near
from relay.detect.overlap import CERTAIN, CUSTOM, LOOKALIKE, MODEL
from relay.detect.taxonomy import Group, Method, describe
from relay.detect.value_labels import LABELS, LINKS, LONGEST_LABEL, SHAPES, VOCABULARY
from relay.process.slices import in_slices
from relay.types import Span

__all__ = ["REACH", "exact"]

REACH = 8
_UNNAMED = "ID_NUMBER"
_PHONES = frozenset({"PHONE_NUMBER", "FAX_NUMBER"})
_SHAPED = frozenset({_UNNAMED, "PERSON", "USERNAME"})
_BEHIND_CHARS, _LABEL_CHARS = 40, 48
# Where a sentence ends before a value: not behind an abbreviation ("passport no. ").
_ENDED = re.compile(r"[!?]\s|[^\W\d_]{5}[.]\s|\)\s?[.,]\s")
# A label behind its value begins so.
_OPENED = re.compile(r"\s?[\"'`]?\s?(?:[(\[,]|[-\u2013:=]|is\b|was\b|as\b|ist\b|est\b|es\b|è\b|é\b)\s?", re.IGNORECASE)
# Types for a number of any country. What may be more exact stays beside them: for papers what has a form of its own,
# for the others a number of any authority, bank or health plan.
_PAPERS = {"PASSPORT": "PASSPORT", "DRIVER_LICENSE": "DRIV", "US_DRIVER_LICENSE": "DRIV"}
_WIDE = frozenset({"NATIONAL_ID", "TAX_ID", "BANK_ACCOUNT", "HEALTH_PLAN_NUMBER"})
_HEAD = re.compile(r"(?:[^\W\d_]+[\u00b0.:#]{0,2}\s+)+(?=[^\s]*\d)")
# Of a label and its number nothing else stands between them: no other cell, key or clause.
_NUMBER_AHEAD = re.compile(r"[^\n\d\"',;(]{0,16}\d")
_SERIES = 3
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,24}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_ACCOUNT = re.compile(r"[a-z]{3,20}(?:[._-][a-z]{1,20})?[0-9]{1,4}")
_PLATE = re.compile(r"[A-ZÄÖÜ0-9](?:[ ·-]?[A-ZÄÖÜ0-9])+")
_COUNTRY = re.compile(r"[A-Za-z]{2}\d{2}")
_CARRIER = re.compile(r"\d{6,20}")


def exact(text: str, spans: Sequence[Span], label: str = "") -> list[Span]:
    """Return `spans`, which may overlap, with the types that the text says; `label` is for the text as a whole."""
    result: list[Span] = []
    places: defaultdict[tuple[int, int], list[Span]] = defaultdict(list)
    taken = _Taken(span for span in spans if span.entity_type != _UNNAMED and describe(span.entity_type).default)
    for span in in_slices(spans):
        kind, _, _, score, recognizer, _ = span
        if recognizer == MODEL and kind == "PERSON" and _is_label(text, span):
            continue
        if kind == _UNNAMED and recognizer == MODEL:
            span = _without_label(text, span)
        # Where another span has a part of it, the number's own type is of no use: it is the last resort.
        if (kind in _PHONES and score < CERTAIN) or (kind in _SHAPED and not taken.cuts(span)):
            span = span._replace(entity_type=_by_shape(text, span) or _by_label(text, span, label) or kind)
        if span.score < CERTAIN and span.recognizer != CUSTOM and span.entity_type != LOOKALIKE:
            places[span.start, span.end].append(span)
        else:
            result.append(span)
    for rivals in places.values():
        result.extend(rivals if len(rivals) == 1 else _chosen(text, rivals, label))
    return result


class _Taken:
    """Where spans of named types lie, as disjoint ranges."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted({span[1:3] for span in spans}):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def cuts(self, span: Span) -> bool:
        """Tell whether a range reaches into `span` and is not the same."""
        place = bisect_left(self._starts, span.end) - 1
        return place >= 0 and self._ends[place] > span.start and (self._starts[place], self._ends[place]) != span[1:3]


def _chosen(text: str, rivals: list[Span], label: str) -> Iterable[Span]:
    """Return those of the spans of one place that have the type which its label says; all where it says none."""
    on = {span.entity_type for span in rivals if describe(span.entity_type).default}
    if len(on) < 2:
        return rivals
    told = _told(text, rivals[0], label)
    if told not in on:
        return rivals
    kept = {name for name in on if name == told or _is_more_exact(name, told)}
    return [span for span in rivals if span.entity_type in kept or span.entity_type not in on]


def _is_more_exact(entity_type: str, told: str) -> bool:
    """Tell whether a number of `entity_type` may be the `told` one of a certain country."""
    info = describe(entity_type)
    if told in _PAPERS:
        return _PAPERS[told] in entity_type and info.method in (Method.CHECKSUM, Method.PATTERN)
    return told in _WIDE and info.group in (Group.GOVERNMENT, Group.FINANCE, Group.HEALTH)


def _without_label(text: str, span: Span) -> Span:
    """Return a model's number without the label that it was taken together with: "MAC 001b44113ab7"."""
    head = _HEAD.match(text, span.start, span.end)
    if head is None:
        return span
    words = split_words(head[0])
    # "E 12345678": the letters of a series are a part of the number.
    is_series = head[0].strip().isupper() and len(head[0].strip()) <= _SERIES
    if is_series or VOCABULARY.isdisjoint(words) or not all(word in VOCABULARY or word in LINKS for word in words):
        return span
    return span._replace(start=head.end())


def _by_shape(text: str, span: Span) -> str:
    """Return the type that the value shows by itself, or ""."""
    value = text[span.start : span.end]
    if span.entity_type in _PHONES:
        return ""
    if "@" in value and _MAIL.fullmatch(value):
        return "EMAIL_ADDRESS"
    if _MAC.fullmatch(value):
        return "MAC_ADDRESS"
    if _IP.fullmatch(value) and all(int(part) < 256 for part in value.split(".")):
        return "IP_ADDRESS"
    if span.entity_type == "PERSON" and (text[span.start - 1 : span.start] == "@" or _ACCOUNT.fullmatch(value)):
        return "USERNAME"
    return ""


def _by_label(text: str, span: Span, label: str) -> str:
    """Return the type that the label of a number says, or "" where it says none or the value cannot be one."""
    value = text[span.start : span.end]
    if span.entity_type not in {_UNNAMED, *_PHONES} or (span.entity_type in _PHONES and not _CARRIER.fullmatch(value)):
        return ""
    told = _told(text, span, label)
    if not told or told == span.entity_type or not SHAPES[told].fits(value):
        return ""
    match told:
        case "LICENSE_PLATE" | "SWIFT_CODE":
            return told if _PLATE.fullmatch(value) else ""
        case "MAC_ADDRESS":
            return told if _HEX.fullmatch(value) else ""
        case "IBAN_CODE":
            return told if _COUNTRY.match(value) else ""
        case _:
            return told


def _told(text: str, span: Span, label: str) -> str:
    """Return the type of the nearest label of a value; "" when there is none, or one of another kind."""
    before, _ = words_near(text, span.start, span.end)
    line = text[max(0, span.start - 64) : span.start]
    ended = [found.end() for found in _ENDED.finditer(line)]
    if ended:
        left = len(split_words(line[ended[-1] :]))
        before = before[-left:] if left else []
    if not before and label:
        before = split_words(label)
    for end in range(len(before), max(0, len(before) - REACH), -1):
        found = _row(before, end)
        if found is not None:
            return found
    opened = _OPENED.match(text, span.end, span.end + _BEHIND_CHARS)
    if opened is None:
        return ""
    behind = split_words(re.split(r"[\n;.]", text[opened.end() : span.end + _BEHIND_CHARS], maxsplit=1)[0])
    for start, word in enumerate(behind[: LONGEST_LABEL + 1]):
        for end in range(min(len(behind), start + LONGEST_LABEL), start, -1):
            found = LABELS.get(tuple(behind[start:end]))
            if found is not None:
                return found
        if word not in LINKS:
            return ""
    return ""


# The words in which labels end.
_LAST = frozenset(row[-1] for row in LABELS)


def _row(words: list[str], end: int) -> str | None:
    """Return the type of the longest label that ends before `words[end]`; None for none."""
    if words[end - 1] not in _LAST:
        return None
    for size in range(min(LONGEST_LABEL, end), 0, -1):
        found = LABELS.get(tuple(words[end - size : end]))
        if found is not None:
            return found
    return None


def _is_label(text: str, span: Span) -> bool:
    """Tell whether what was taken for a person is the label of the number behind it."""
    if span.end - span.start > _LABEL_CHARS or not _NUMBER_AHEAD.match(text, span.end):
        return False
    words = split_words(text[span.start : span.end])
    if not words or VOCABULARY.isdisjoint(words):
        return False
    return all((word in VOCABULARY or word in LINKS) and word not in GIVEN and word not in FAMILY for word in words)
