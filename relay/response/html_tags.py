"""Find the values of HTML attributes, and the contents of `<style>` and `<script>`.

A tag begins at `<` and a letter wherever these stand, also within the attribute of another tag: where Markdown does not
take the outer one for a tag, the inner one counts. From there on it is read as browsers read it. Readings that would go
on alike are one, so their number is bounded.

A `<style>` in a code span is text. It is one for certain only in a few shapes (`html_blocks`); else what follows is
treated as its contents.

Reference: WHATWG HTML, tokenization; CommonMark 0.31, code spans, HTML blocks (read 2026-11-29).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from relay.response.html_blocks import LONGEST_PARAGRAPH, RUN, Paragraph
from relay.response.place import HOST_LIMIT, host_in

__all__ = ["HtmlTags"]

_BLANK = " \t\n\x0c\r"
_BLANKS = re.compile(r"[ \t\n\x0c\r]+")
_PLAIN = re.compile(r"[a-z][a-z0-9:._-]*", re.IGNORECASE)
# What of an element that no browser knows is used all the same, or could be by one that reads its name differently.
_FETCHED = re.compile(
    r"style|on.*|.*href|.*src|.*srcset|srcdoc|action|formaction|background|cite|content|data.*|ping|poster",
    re.IGNORECASE,
)
_RAW = frozenset({"style", "script"})
_LONGEST_NAME = 64
_LINE_BEGUN = re.compile(r"\n[ \t\r>]*\Z")


class _State(Enum):
    """States of WHATWG's tokenizer, those that do not differ here taken together."""

    NAME = auto()
    BEFORE_ATTRIBUTE = auto()
    ATTRIBUTE = auto()
    AFTER_ATTRIBUTE = auto()
    BEFORE_VALUE = auto()
    UNQUOTED = auto()
    DOUBLE = auto()
    SINGLE = auto()


_IN_VALUE = frozenset({_State.BEFORE_VALUE, _State.UNQUOTED, _State.DOUBLE, _State.SINGLE})
# The signs that matter in a state, or begin another tag.
_WORDS_END = re.compile("[=</>]")
_SIGNS = {
    _State.DOUBLE: re.compile('["<]'),
    _State.SINGLE: re.compile("['<]"),
    _State.UNQUOTED: re.compile("[ \t\n\x0c\r<>]"),
    _State.BEFORE_ATTRIBUTE: _WORDS_END,
    _State.ATTRIBUTE: _WORDS_END,
    _State.AFTER_ATTRIBUTE: _WORDS_END,
}


class _Tag:
    """A tag that is open here, if its beginning was one."""

    __slots__ = (
        "attribute",
        "block_end",
        "closes",
        "closing",
        "endless",
        "line_began",
        "merged",
        "mixed",
        "name",
        "state",
        "value",
    )

    def __init__(
        self, letter: str, *, closing: bool, block_end: re.Pattern[str] | None, closes: frozenset[str]
    ) -> None:
        self.state = _State.NAME
        self.name = letter
        self.closing = closing
        self.closes = closes  # the elements that were open where it began: in a tag that opens one, it is an attribute
        self.attribute = ""
        self.value = ""
        self.block_end = block_end  # what ends the HTML block that it may stand in
        self.line_began = False  # the value so far ends with a line end and blanks
        self.endless = False  # Markdown ended the block in the value; whether it writes a later quote is not known
        self.mixed = False  # stands for other attributes, too
        self.merged = False  # stands for other tags, too, whose values may differ

    @property
    def in_value(self) -> bool:
        """True in the value of an attribute that a browser may use."""
        if self.closing or self.state is _State.NAME:
            return False
        if self.state not in _IN_VALUE:
            return self.name.lower() in _RAW  # the > of Markdown's own next tag would end it
        known = self.mixed or len(self.name) >= _LONGEST_NAME or _PLAIN.fullmatch(self.name) is not None
        return known or len(self.attribute) >= _LONGEST_NAME or _FETCHED.fullmatch(self.attribute) is not None

    def goes_on(self, char: str) -> bool:
        """Read a character; return False when it ended the tag."""
        match self.state:
            case _State.DOUBLE | _State.SINGLE:
                if char == ('"' if self.state is _State.DOUBLE else "'") and not self.endless:
                    self.state = _State.BEFORE_ATTRIBUTE
                else:
                    self._keep(char)
                return True
            case _State.BEFORE_VALUE:
                return self._begin_value(char)
            case _State.UNQUOTED:
                if char in _BLANK:
                    self.state = _State.BEFORE_ATTRIBUTE
                else:
                    self._keep(char)
                return char != ">"
            case _:
                return self._between(char)

    def _begin_value(self, char: str) -> bool:
        if char in _BLANK:
            return True
        self.value = ""
        self.state = {'"': _State.DOUBLE, "'": _State.SINGLE}.get(char, _State.UNQUOTED)
        if self.state is _State.UNQUOTED:
            self._keep(char)
        return char != ">"

    def _between(self, char: str) -> bool:
        if char == ">":
            return False
        if self.state is _State.NAME:
            if char in _BLANK or char == "/":
                self.state, self.attribute = _State.BEFORE_ATTRIBUTE, char.strip()
            elif len(self.name) < _LONGEST_NAME:
                self.name += char
        elif char in _BLANK:
            self.state = _State.AFTER_ATTRIBUTE if self.state is _State.ATTRIBUTE else self.state
        elif char == "/":
            self.state, self.attribute = _State.BEFORE_ATTRIBUTE, char
        elif char == "=" and self.state is not _State.BEFORE_ATTRIBUTE:
            self.state, self.value = _State.BEFORE_VALUE, ""
        elif self.state is not _State.ATTRIBUTE:
            # A = that begins a name is part of it.
            self.state, self.attribute, self.mixed = _State.ATTRIBUTE, char, False
        elif len(self.attribute) < _LONGEST_NAME:
            self.attribute += char
        return True

    def skip(self, text: str) -> None:
        """Read text without the signs of the state."""
        if self.state in _IN_VALUE:
            self._keep(text)
            return
        words = [word for word in _BLANKS.split(text) if word]
        if words:
            glued = self.state is _State.ATTRIBUTE and text[0] not in _BLANK and len(words) == 1
            self.attribute = ((self.attribute if glued else "") + words[-1])[:_LONGEST_NAME]
            self.mixed = self.mixed and glued
            self.state = _State.ATTRIBUTE
        if text[-1] in _BLANK and self.state is _State.ATTRIBUTE:
            self.state = _State.AFTER_ATTRIBUTE

    def _keep(self, text: str) -> None:
        if self.block_end is not None and self.state is not _State.UNQUOTED:
            lines = "\n" + text if self.line_began else text
            self.line_began = _LINE_BEGUN.search(lines) is not None
            self.endless = self.endless or self.block_end.search(lines) is not None
        if len(self.value) < HOST_LIMIT:
            self.value += text[:HOST_LIMIT]


class HtmlTags:
    """Follow a text. `inside` is true in an attribute's value, and in `<style>` and `<script>`."""

    __slots__ = ("_begun", "_block_end", "_paragraph", "_raw", "_span", "_tags")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all: what follows is another text."""
        self._tags: list[_Tag] = []
        self._begun = ""  # `<` or `</`
        self._block_end: re.Pattern[str] | None = None  # what ends the HTML block that this may stand in
        self._raw: dict[str, int] = {}  # how many of the elements are open
        self._paragraph = Paragraph()
        # Elements that began in what may be a code span: its backticks, the text since, and what was open before.
        self._span: tuple[int, str, dict[str, int]] | None = None

    @property
    def inside(self) -> bool:
        """True in the value of an attribute, or in the contents of an element that is no text."""
        return bool(self._raw) or any(tag.in_value for tag in self._tags)

    @property
    def hosts(self) -> set[str | None]:
        """The hosts of all attributes that are open here, None for one that names none."""
        hosts = {None if tag.merged else host_in(tag.value) for tag in self._tags if tag.in_value}
        return hosts | {None} if self._raw else hosts

    def follow(self, text: str) -> None:
        """Read text."""
        position = noted = 0
        while position < len(text):
            stop = self._next_sign(text, position)
            if stop > position and self._tags:
                self._tags[0].skip(text[position:stop])
            if stop < len(text):
                if text[stop] in "<>":
                    self._note(text[noted:stop])
                    noted = stop
                self._step(text[stop])
                stop += 1
            position = stop
        self._note(text[noted:])

    def _next_sign(self, text: str, position: int) -> int:
        """Return where the next character stands that has to be read by itself."""
        if self._begun or len(self._tags) > 1:
            return position
        if not self._tags:
            found = text.find("<", position)
            return found if found >= 0 else len(text)
        signs = _SIGNS.get(self._tags[0].state)
        if signs is None:
            return position
        sign = signs.search(text, position)
        return sign.start() if sign is not None else len(text)

    def _step(self, char: str) -> None:
        begun, self._begun = self._begun, ""
        ended = [tag for tag in self._tags if not tag.goes_on(char)]
        if ended:
            self._tags = [tag for tag in self._tags if tag not in ended]
            for tag in ended:
                self._finish(tag)
        if begun and char.isascii() and char.isalpha():
            closing, closes = begun == "</", frozenset(self._raw)
            self._tags.append(_Tag(char, closing=closing, block_end=self._block_end, closes=closes))
        elif char == "<":
            self._begun = "<"
            self._block_end = self._paragraph.end_of_block()
        elif begun == "<" and char == "/":
            self._begun = "</"
        if len(self._tags) > 1:
            self._merge()

    def _merge(self) -> None:
        """Keep one of the tags that go on alike."""
        kept: dict[tuple[object, ...], _Tag] = {}
        for tag in self._tags:
            known = _PLAIN.fullmatch(tag.name) is not None
            matters = tag.state is _State.NAME or tag.name.lower() in _RAW
            key = (
                tag.state,
                tag.closing,
                tag.closes if tag.closing else None,
                tag.block_end,
                tag.endless,
                tag.line_began,
                known,
                tag.name.lower() if known and matters else "",
            )
            other = kept.setdefault(key, tag)
            if other is not tag:
                other.merged = True
                other.mixed = other.mixed or tag.mixed or other.attribute != tag.attribute
        self._tags = list(kept.values())

    def _finish(self, tag: _Tag) -> None:
        """Open or close an element whose contents are no text."""
        name = tag.name.lower()
        if name not in _RAW:
            return
        if not tag.closing:
            span = self._paragraph.span_open()
            if span and self._span is None:
                self._span = (span, "", dict(self._raw))
            self._raw[name] = self._raw.get(name, 0) + 1
        elif name in tag.closes & self._raw.keys() and not tag.attribute and not self._paragraph.in_code():
            self._raw[name] -= 1
            if not self._raw[name]:
                del self._raw[name]

    def _note(self, text: str) -> None:
        """Keep the paragraph, and look for the end of a code span."""
        if self._span is not None:
            self._follow_span(text)
        self._paragraph.read(text)

    def _follow_span(self, text: str) -> None:
        assert self._span is not None, "the caller looks"
        run, since, before = self._span
        line, *more = (since + text).split("\n", 1)
        for ticks in RUN.finditer(line):
            if len(ticks[2]) == run and (ticks.end() < len(line) or more):
                self._raw, self._span = before, None
                return
        self._span = None if more or len(line) > LONGEST_PARAGRAPH else (run, line, before)
