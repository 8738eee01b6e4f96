"""Read an answer with the question before it: "What's your password?" ends one message, the next one is the password.

A text of one line is read once more below the last line of the text before it, as if both were one text, and behind its
last sentence, as if that were a label. The text before is the part of the message before it, or stands in the message
before: its last text, and its last one that asks. Only patterns read, and only what has a digit counts, for most short
answers ("continue") are words. What an answer means depends on earlier texts alone, so later turns find the same. The
work is linear: each short text is read with two lines at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from relay.detect.entropy import stands_out
from relay.detect.split_values import are_parts
from relay.process.slices import end_slice
from relay.types import Segment, Span

__all__ = ["answers"]

_LONGEST_ANSWER, _LONGEST_QUESTION = 80, 160
# An answer is among the first texts of its message; tools ask in one of a few.
_FIRST, _LAST = 4, 12
_SHORTEST_CODE = 8
_MARKS = " \t\r\n*_`\"'"
_ASKS = re.compile(
    r"[?？:：]\Z|\b(?:please|enter|paste|give|provide|send|share|type|tell|need|bitte|indiquez|introduzca)\b",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.!?:;,]\s")
_CLOSES = "?？:：.! "
# What people say before the value: "here you go: …", "sure, it's …".
_PREFACE = re.compile(
    r"(?:[^\W\d][^\n:]{0,40}:|(?:[^\W\d_][\w'’,.!-]{0,12} ){0,4}(?:is|it[’']s|its|that[’']s))\s{1,3}(?=\S)"
)
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


def answers(segments: Sequence[Segment], find: Callable[[str], Iterable[Span]]) -> Iterator[tuple[int, Span]]:
    """Yield `(segment's place, span)` for what `find` sees in a short text below what asks for it."""
    for place, questions in _asked(segments):
        text = segments[place].text
        stripped = text.strip()
        if not stripped or len(stripped) > _LONGEST_ANSWER or "\n" in stripped or not _DIGIT.search(stripped):
            continue
        end_slice()
        for question in dict.fromkeys(filter(None, questions)):
            yield from ((place, span) for span in _below(question, text, find))


def _below(question: str, text: str, find: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    preface = _PREFACE.match(text, start)
    for first in (start,) if preface is None else (start, preface.end()):
        value = text[first:end]
        labels = [f"{question}\n"]
        if _ASKS.search(question) and _is_no_word(value):
            labels.append(f"{_SENTENCE_ENDS.split(question.rstrip(_CLOSES))[-1]}: ")
        for label in labels:
            shift = first - len(label)
            for span in find(label + value):
                if span.start >= len(label) and _DIGIT.search(text, span.start + shift, span.end + shift):
                    yield span._replace(start=span.start + shift, end=span.end + shift)


def _is_no_word(value: str) -> bool:
    """Tell whether a value is nothing that people answer to "shall I?": a number, a code, what stands out."""
    if not _LETTER.search(value) or stands_out(value):
        return True
    return len(value) >= _SHORTEST_CODE and value.isalnum() and 2 * sum(map(str.isdigit, value)) >= len(value)


def _asked(segments: Sequence[Segment]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the places of what may be answers, with the lines that may ask for them."""
    before: list[int] = []  # the texts of the message before, and of this one
    here: list[int] = []
    for place, segment in enumerate(segments):
        if segment.message < 0 or segment.contract or segment.is_id or not segment.text.strip():
            continue
        if here and segments[here[-1]].message != segment.message:
            before, here = here, []
        if here and are_parts(segments[here[-1]], segment):
            yield place, (_last_line(segments[here[-1]].text),)
        if before and len(here) < _FIRST:
            lines = [_last_line(segments[other].text) for other in before[-_LAST:]]
            asking = [line for line in lines if line.endswith(("?", "？", ":", "："))]
            yield place, (lines[-1], *asking[-1:])
        here.append(place)


def _last_line(text: str) -> str:
    """Return the last line that says something, without the marks around it."""
    line = text[-2 * _LONGEST_QUESTION :].rstrip(_MARKS).rpartition("\n")[2]
    return line.strip(_MARKS)[-_LONGEST_QUESTION:]
