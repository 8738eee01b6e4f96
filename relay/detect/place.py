"""Describe a span within its line, and classify lines: sentence, technical text, or neither."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cached_property
from typing import Final

from relay.types import Span

__all__ = ["WORD", "LineContext", "LineKind", "line_kind"]

# Characters that are read on each side of a span, within its line.
_REACH = 160


class LineKind(Enum):
    """The kind of a line."""

    SENTENCE = auto()
    TECHNICAL = auto()
    BARE = auto()  # neither: a heading, a cell of a table, a name by itself


WORD = re.compile(r"[^\W\d_]+")
# Signs of program text, paths and versions that are rare in sentences.
_SIGN = re.compile(r"\"\s?:|[{}\[\]<>=;|\\/_$#*+~^&@%`]|\w\(|\w\.\w|::|->|\d[.:]\d")
# Signs that sentences have, too: markup tags, addresses, handles, hash tags, quotation marks.
_NO_SIGN = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|https?://\S{1,200}|(?<!\S)[#@]\w+|^\s{0,8}>\s?|\*\*")
# A listing's number, a date or level of a log, a patch, a prompt, a frame of a stack, a test runner, a key of JSON.
_OPENING = re.compile(
    r"\s{0,12}(?:\d{1,6}(?:\t|→|\s?[│|])|\[?\d{4}-\d\d-\d\d[T ]\d\d:|\[?\d\d:\d\d:\d\d|[\[<]?(?:DEBUG|INFO|WARN|WARNING"
    r"|ERROR|FATAL|TRACE)\b|[-+]\S|@@ |={3}|-{3}|[$%] |File \"|at [\w.$<>]{1,80}\(|[0-9a-f]{7,40} "
    r"|[{\[, ]{0,3}\"[\w .@/-]{1,60}\"\s?:)"
)
_SENTENCE_TEXT = (
    "the a an is are was were be been am of and or in on at for with from my your our his her their its it i you "
    "we he she they this that not have has had will would can could should do does did but if so who what when "
    "where how there hi hello hey dear please thanks thank yes no ok okay sure me him them us call called named "
    "der die das ein eine ist und mit von für ich sie er wir nicht zu auf le la les un une est et avec pour je "
    "vous il elle el los las una es y con por para mi su il lo gli e di che sono per o os as um uma com de em ik "
    "het een van "
)
_SENTENCE_WORDS: Final = frozenset(_SENTENCE_TEXT.split())
# One of these words in so many makes a sentence; one sign in so many characters rules it out.
_WORDS_FOR_ONE = 7
_CHARS_FOR_ONE = 12
_LISTED_WORDS = 3
# The reach of a span's neighbourhood, and the number of characters per sign that make it technical.
_AROUND = 320
_AROUND_FOR_ONE = 25


def _has_signs(text: str, chars_for_one: int) -> bool:
    """Tell whether there is a sign for each so many characters."""
    if len(_SIGN.findall(text)) * chars_for_one <= len(text):
        return False
    text = _NO_SIGN.sub(" ", text)
    return len(_SIGN.findall(text)) * chars_for_one > len(text)


def line_kind(line: str) -> LineKind:
    """Tell how `line` reads."""
    if _OPENING.match(line):
        return LineKind.TECHNICAL
    if _has_signs(line, _CHARS_FOR_ONE):
        return LineKind.TECHNICAL
    words = WORD.findall(_NO_SIGN.sub(" ", line).lower())
    if sum(word in _SENTENCE_WORDS for word in words) * _WORDS_FOR_ONE >= len(words) > 1:
        return LineKind.SENTENCE
    return LineKind.BARE


class LineContext:
    """A span's value, with the text before and behind it on its line, the lines above and below, and more around.

    before, behind, above, below: at most 160 characters each. Work is bounded, however long the text.
    """

    def __init__(self, text: str, span: Span) -> None:
        """Cut the place of `span` out of `text`."""
        self.score = span.score
        self.value = text[span.start : span.end]
        low, high = max(0, span.start - _REACH), min(len(text), span.end + _REACH)
        begin = max(text.rfind("\n", low, span.start), text.rfind("\r", low, span.start)) + 1
        self.before = text[max(low, begin) : span.start]
        behind = text[span.end : high]
        self.behind = behind[: min((place for place in map(behind.find, "\r\n") if place >= 0), default=len(behind))]
        self.around = text[max(0, span.start - _AROUND) : span.end + _AROUND]
        self.above = text[max(0, low - _REACH) : begin].rstrip("\r\n").rpartition("\n")[2] if begin > 0 else ""
        self.below = text[span.end + len(self.behind) : high].strip("\r\n").partition("\n")[0]

    @cached_property
    def line(self) -> LineKind:
        """How the line reads."""
        # A value of several lines is judged by the first.
        return line_kind(self.before + self.value.partition("\n")[0] + self.behind)

    @cached_property
    def is_technical(self) -> bool:
        """Tell whether the line is technical, or what stands around it."""
        if self.line is LineKind.TECHNICAL:
            return True
        return _has_signs(self.around, _AROUND_FOR_ONE)

    @property
    def is_listed(self) -> bool:
        """Tell whether another line of a few lower-case words stands above or below: a list."""
        return any(line and line.islower() and len(line.split()) <= _LISTED_WORDS for line in (self.above, self.below))

    @property
    def words(self) -> list[str]:
        """The lower-case words right before, nearest last."""
        return WORD.findall(_CAMEL.sub(" ", self.before[-48:]).lower())


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
