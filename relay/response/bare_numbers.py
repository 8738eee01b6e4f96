"""Restore a number of the request as a number: scrubbing made it a string, since a placeholder is not a number.

Where a placeholder that stands for a JSON number is the whole value of a string in the arguments of a tool, the string
becomes that number again. In JSON text its quotes are removed before the rest is restored; in a tree the leaf is
marked. A placeholder that was the whole text of a string in the same request stays a string.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Container, Mapping, Sequence

from relay.protocols import Writer
from relay.response.json_strings import Mark, Strings
from relay.types import Segment

__all__ = ["BareNumbers", "numbers_in"]

_LONGEST = 80  # characters of a placeholder with a minus before it
_BODY = re.compile(rf"[^\"\\]{{0,{_LONGEST + 1}}}")
_BLANKS = re.compile(r"(?:[ \t\r\n]|\\+[nrt]){0,64}+")
_BLANK_BEGUN = re.compile(r"\\*\Z")


def numbers_in(segments: Sequence[Segment], texts: Mapping[int, str], issued: Container[str]) -> frozenset[str]:
    """Return the scrubbed texts that stand for a number wherever they are a whole text of a request.

    `texts` are the changed texts by index of their segment; `issued` placeholders and stand-ins can be restored.
    """
    numbers = {text for index, text in texts.items() if segments[index].number and text.removeprefix("-") in issued}
    if numbers:
        numbers -= {text for index, text in texts.items() if not segments[index].number}
    return frozenset(text for text in numbers if len(text) <= _LONGEST)


class BareNumbers:
    """A writer for JSON text that removes the quotes of `numbers` before `writer` gets them."""

    __slots__ = ("_carry", "_numbers", "_opening", "_sorted", "_strings", "_writer")

    def __init__(self, writer: Writer, numbers: Collection[str]) -> None:
        self._writer = writer
        self._numbers = frozenset(numbers)
        self._sorted = sorted(self._numbers)
        self._strings = Strings()
        self._opening = ""  # the quote of a string that may be a number, with its backslashes
        self._carry = ""

    def feed(self, text: str) -> str:
        """Return what can be let go now."""
        return self._writer.feed(self._run(text, final=False))

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest; with `cut_off` the end of the text is missing."""
        return self._writer.feed(self._run("", final=True)) + self._writer.finish(cut_off=cut_off)

    def restore(self, text: str) -> str:
        """Return what becomes of a whole text."""
        return self._writer.restore(self._run(text, final=True))

    def _run(self, text: str, *, final: bool) -> str:
        data, self._carry = self._carry + text, ""
        out: list[str] = []
        position = 0
        while True:
            if self._opening:
                size = self._size(data, position, final=final)
                if size is None:
                    self._carry = data[position:]
                    return "".join(out)
                quote, self._opening = self._opening, ""
                if size:
                    self._strings.read(data[position : position + size] + quote)
                    out.append(data[position : position + size])
                    position += size + len(quote)
                    continue
                out.append(quote)
            place = data.find('"', position)
            if place < 0:
                rest = data[position:]
                # Backslashes before a quote are held back with it.
                stop = len(rest) if final else len(rest.rstrip("\\"))
                self._strings.read(rest[:stop])
                self._carry = rest[stop:]
                out.append(rest[:stop])
                return "".join(out)
            pieces = self._strings.read(data[position : place + 1])
            if pieces[-1][1] is Mark.OPENS:
                slashes = 2 ** (self._strings.depth - 1) - 1
                out.append(data[position : place - slashes])
                self._opening = data[place - slashes : place + 1]
            else:
                out.append(data[position : place + 1])
            position = place + 1

    def _size(self, data: str, start: int, *, final: bool) -> int | None:
        """Return the length of the number that the open string consists of; 0 for none, None while undecided."""
        match = _BODY.match(data, start)
        assert match is not None, "the expression matches the empty text"
        body, end = match.group(), match.end()
        if end == len(data) and not final:
            return None if self._begins(body) else 0
        if body not in self._numbers:
            return 0
        if not data.startswith(self._opening, end):
            return None if not final and self._opening.startswith(data[end:]) else 0
        blanks = _BLANKS.match(data, end + len(self._opening))
        assert blanks is not None, "the expression matches the empty text"
        if _BLANK_BEGUN.match(data, blanks.end()) is not None:
            return 0 if final else None
        return len(body) if data[blanks.end()] in ",]}" else 0

    def _begins(self, body: str) -> bool:
        place = bisect_left(self._sorted, body)
        return place < len(self._sorted) and self._sorted[place].startswith(body)
