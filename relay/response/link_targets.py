"""Find the targets of Markdown's links, images and reference definitions.

    link        from `](`                                   to the `)` that closes it, or the end of a line
    definition  from `[label]:` where a paragraph may begin to white space after the target; in <…>, to the >

A target in <…> holds any sign but <, > and line ends. Without, it ends at a space, tab or line end (other white space
is part of it) or, in a link, at a `)` that no `(` in it opened. A backslash takes a sign its meaning. What looks like a
target inside another target may be one, so both are followed.

Reference: CommonMark 0.31, links, link reference definitions, container blocks (read 2026-11-29).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from relay.response.mail_links import Addressee
from relay.response.place import HOST_LIMIT, host_in

__all__ = ["LinkTargets"]

_ADDRESSEES = frozenset({"mailto:", "tel:", "sms:"})
# A file in a home folder: no host, and no second slash that would begin one.
_HOME = re.compile(r"(?:(?:file://)?/(?:home|Users)/|[A-Za-z]:[\\/]Users[\\/])(?![\\/])")
_BLANK = " \t\n\r"
_LINE_END = "\n\r"
_CONTAINER = " \t>*+-0123456789.)"  # quotations, lists, tasks and their indentation consist of these
_TITLE = {'"': '"', "'": "'", "(": ")"}
_SIGN = re.compile(r"[\\\[\]\n\r]")
_SIGN_IN_TARGET = re.compile(r"[\x00-\x20\\\[\]()<>!:]")


class _Part(Enum):
    LEAD = auto()  # blanks before the target
    POINTY = auto()  # in <…>
    RAW = auto()
    TITLE = auto()  # after the target, before the link's end


class _Target:
    """A target that is open here, if its beginning was one."""

    __slots__ = ("defines", "line_ends", "part", "size", "text", "titled", "unclosed")

    def __init__(self, *, defines: bool) -> None:
        self.defines = defines
        self.part = _Part.LEAD
        self.text = ""  # so far, as far as its host needs it
        self.size = 0  # of it, before restoring
        self.line_ends = 0
        self.titled = ""  # what closes a definition's title that has begun
        self.unclosed = 0  # parentheses

    def goes_on(self, char: str, *, escaped: bool) -> bool:
        """Read a character; return False when it ended the target."""
        match self.part:
            case _Part.LEAD:
                return self._leads(char)
            case _Part.POINTY:
                if char in _LINE_END and not escaped:
                    return False
                if char == ">" and not escaped:
                    self.part, self.line_ends = _Part.TITLE, 0
                    return True
            case _Part.RAW:
                # markdown-it takes what is escaped into the target, but for a space.
                if char in _BLANK and (char == " " or not escaped):
                    self.part, self.line_ends = _Part.TITLE, int(char == "\n")
                    return self.defines or char not in _LINE_END
                if not escaped:
                    self.unclosed += (char == "(") - (char == ")")
                    if self.unclosed < 0 and not self.defines:
                        return False
            case _Part.TITLE if self.defines and not self.titled:
                self.titled = _TITLE.get(char, "")
                self.line_ends += char == "\n"
                return (
                    bool(self.titled)
                    or (char in _BLANK and self.line_ends < 2)
                    or (char == ">" and self.line_ends == 1)
                )
            case _Part.TITLE if self.defines:
                self.line_ends = self.line_ends + (char == "\n") if char in _BLANK else 0
                return self.line_ends < 2 and (char != self.titled or escaped)
            case _Part.TITLE:
                return char not in _LINE_END and (char != ")" or escaped)
        self._keep(char)
        return True

    def _leads(self, char: str) -> bool:
        if char in _LINE_END:
            self.line_ends += char == "\n"
            return self.line_ends < 2
        if char in _BLANK or (char == ">" and self.line_ends) or (char in "\x0b\x0c" and not self.defines):
            return True
        if char == ")" and not self.defines:
            return False
        if char == "<":
            self.part = _Part.POINTY
            return True
        self.part, self.unclosed = _Part.RAW, int(char == "(")
        self._keep(char)
        return True

    def skip(self, text: str) -> None:
        """Read text without signs."""
        if self.part is not _Part.TITLE:
            self._keep(text)

    def _keep(self, text: str) -> None:
        self.size += len(text)
        if len(self.text) < HOST_LIMIT:
            self.text += text[:HOST_LIMIT]


class _Line(Enum):
    """What of a definition the line so far can be."""

    START = auto()  # nothing but containers
    LABEL = auto()
    CLOSED = auto()  # directly after the label
    OTHER = auto()


class LinkTargets:
    """Follow a text. `inside` is true in a target, and after it to the end of its link."""

    __slots__ = ("_bare", "_crowded", "_escaped", "_image", "_label", "_last", "_line", "_open")

    def __init__(self) -> None:
        self._image = False  # the text has the beginning of an image
        self.reset()

    def reset(self) -> None:
        """Forget all but images: what follows is another text."""
        self._open: list[_Target] = []
        self._crowded = False  # there are more
        self._line = _Line.START
        self._label = 0  # its length
        self._bare = True  # the line has nothing but containers so far
        self._escaped = False
        self._last = ""  # character

    @property
    def inside(self) -> bool:
        """True in a target."""
        return any(bool(target.titled) or not target.defines or target.part is not _Part.TITLE for target in self._open)

    @property
    def hosts(self) -> set[str | None]:
        """The hosts of all targets that are open here, None for one that names none."""
        hosts = {host_in(target.text) for target in self._open}
        return hosts | {None} if self._crowded else hosts

    @property
    def _link(self) -> _Target | None:
        """The one target that is open here, if it is that of a link."""
        if len(self._open) != 1 or self._crowded or self._image or self._open[0].defines:
            return None
        return self._open[0] if self._open[0].part in (_Part.POINTY, _Part.RAW) else None

    @property
    def addressee(self) -> Addressee | None:
        """The link to a mailbox or telephone whose address would begin here."""
        link = self._link
        scheme = link.text.lower() if link is not None else ""
        if link is None or scheme not in _ADDRESSEES:
            return None
        return Addressee(scheme[:-1], ">" if link.part is _Part.POINTY else ")")

    @property
    def in_home_folder(self) -> bool:
        """True in a link to a file below a home folder."""
        link = self._link
        return link is not None and _HOME.match(link.text) is not None

    @property
    def begins_definition(self) -> bool:
        """True where all that could make this a destination is `[label]: ` before it."""
        return all(target.defines and target.part is _Part.LEAD for target in self._open)

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url` is the target of the link so far."""
        link = self._link
        return link is not None and link.size == len(url)

    def follow_value(self, value: str, came: int) -> None:
        """Read a value that replaced `came` characters."""
        link = self._link
        size = link.size if link is not None else 0
        self.follow(value)
        if link is not None:
            link.size = size + came

    def follow(self, text: str) -> None:
        """Read text."""
        position = 0
        while position < len(text):
            several = len(self._open) > 1 or (self._open and self._open[0].part in (_Part.LEAD, _Part.TITLE))
            if several or self._escaped or self._last == "]":
                self._step(text[position])
                position += 1
                continue
            sign = (_SIGN_IN_TARGET if self._open else _SIGN).search(text, position)
            stop = sign.start() if sign is not None else len(text)
            if stop > position:
                for target in self._open:
                    target.skip(text[position:stop])
                self._pass(text[position:stop])
            if sign is not None:
                self._step(text[stop])
                stop += 1
            position = stop

    def _pass(self, text: str) -> None:
        """Read text without signs."""
        self._last = text[-1]
        self._label += len(text)
        if self._bare and text.strip(_CONTAINER):
            self._bare = False
        if self._line is _Line.START and not self._bare:
            self._line = _Line.OTHER

    def _step(self, char: str) -> None:
        escaped, self._escaped = self._escaped, False
        last, self._last = self._last, "" if escaped else char
        if self._open:
            self._open = [target for target in self._open if target.goes_on(char, escaped=escaped)]
            self._crowded = self._crowded and bool(self._open)
        if char in _LINE_END:
            # A label goes on over line ends, not over a blank line.
            if self._line is not _Line.LABEL or (self._bare and char == "\n"):
                self._line = _Line.START
            self._bare = True
            return
        if escaped:
            self._line = self._line if self._line is _Line.LABEL else _Line.OTHER
            self._bare = False
            return
        self._escaped = char == "\\"
        if last == "]" and char == "(":
            self._begin(_Target(defines=False))
        elif char == "[" and last == "!":
            self._image = True
        self._define(char)

    def _define(self, char: str) -> None:
        """Look for `[label]:`."""
        line, bare = self._line, self._bare
        self._bare = bare and char in _CONTAINER
        match line:
            case _Line.START:
                if char == "[":
                    self._line, self._label = _Line.LABEL, 0
                elif not self._bare:
                    self._line = _Line.OTHER
            case _Line.LABEL:
                self._label += 1
                if char == "[":
                    self._label = 0
                elif char == "]":
                    self._line = _Line.CLOSED
            case _Line.CLOSED:
                if char == ":":
                    self._begin(_Target(defines=True))
                # A footnote's text and a task's are paragraphs of their own.
                goes_on = char == ":" or (char in " \t" and self._label <= 2)
                self._line, self._bare = (_Line.START, True) if goes_on else (_Line.OTHER, False)
            case _Line.OTHER:
                pass

    def _begin(self, target: _Target) -> None:
        """Follow one more target; of those that will end alike, the oldest goes on for all."""
        kinds = {(other.part, other.defines) for other in self._open}
        if (target.part, target.defines) in kinds or len(self._open) > 4:
            self._crowded = True
        else:
            self._open.append(target)
