"""Read lines without what tools write before them.

Diffs, lists, quotations and searches put signs or a line's number right before its first word: `-bob@…`, `...bob@…`,
`12:+44 …`, `notes.txt-7-203.0.…`. Inside of a line they would make one word with what follows, and recognizers ask that
they do not stand beside a value. So a text with such lines is read once more with blanks in the place of the signs, and
once with blanks in the place of the numbers. Everything stands where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from relay.process.slices import end_slice

__all__ = ["blanks", "without_marks"]

_PART_CHARS = 1 << 16

_SIGNS: Final = r"\-+*#>|.…•/"
_VALUE: Final = r"(?=\S{0,256}[\d@])"  # a word in which a value can be
# A plus sign behind other signs belongs to the number: "-+44 20 …".
_SIGNED = re.compile(rf"(?m)^(?:[ \t{_SIGNS}]*[{_SIGNS}](?=\+\d)|[ \t{_SIGNS}]*+(?<=[{_SIGNS}])){_VALUE}")
# Alone, behind the name of a file, or as in a list, where a point before a digit is a decimal's. A line of a log begins
# with a date or a time.
_NUMBERED = re.compile(
    r"(?m)^[ \t]*+(?!\d{4}-\d\d-\d\d|\d\d:\d\d)"
    rf"(?:(?:[^\s:@]{{0,160}}?[:-])??\d{{1,6}}[:-]|\d{{1,4}}(?:\)|\.(?!\d))[ \t]?){_VALUE}"
)


def without_marks(text: str) -> Iterator[str]:
    """Yield `text` without each kind of mark that touches the first word of a line."""
    for marks in (_SIGNED, _NUMBERED):
        plain = "".join([marks.sub(blanks, part) for part in _parts(text)])
        if plain != text:
            yield plain


def _parts(text: str) -> Iterator[str]:
    """Yield `text` in parts of whole lines: one call for all would hold the interpreter."""
    start = 0
    while (end := text.find("\n", start + _PART_CHARS) + 1) > 0:
        yield text[start:end]
        end_slice()
        start = end
    yield text[start:]


def blanks(mark: re.Match[str]) -> str:
    """Return as many blanks as a mark is long: for `re.sub`, which then moves nothing."""
    return " " * (mark.end() - mark.start())
