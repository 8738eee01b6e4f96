"""Read lines without what tools write before them and their words.

Diffs, lists, quotations and searches put signs or a line's number right before its first word: `-bob@…`, `...bob@…`,
`12:+44 …`, `notes.txt-7-203.0.…`. Inside of a line they would make one word with what follows, and recognizers ask that
they do not stand beside a value. So a text with such lines is read once more with blanks in the place of the signs, and
once with blanks in the place of the numbers. Everything stands where it stood.

Inside of a line the same is done to signs before a word that are no part of a value there: `--bob@…`, `..bob@…`, and
the brackets of a diff of words, `[-bob@…-]{+ann@…+}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from relay.process.slices import end_slice

__all__ = ["blanks", "without_marks"]

_PART_CHARS = 1 << 16

_SIGNS: Final = r"\-+*#>|.…•/"
_VALUE: Final = r"(?=\S{0,256}[\d@])"  # a word in which a value can be
# A plus sign behind other signs belongs to the number: "-+44 20 …".
_SIGNED = re.compile(rf"(?m)^(?:[ \t{_SIGNS}]*[{_SIGNS}](?=\+\d)|[ \t{_SIGNS}]*+(?<=[{_SIGNS}])){_VALUE}")
# Before a word of a line. The shortest first word of a value has four characters (`DE89 3704 …`).
_IN_LINE = re.compile(rf"(?:-(?<=\s-)(?:-|(?=[A-Za-z]))|\.(?<=\s\.)\.{{1,2}}|…(?<=\s…))(?=[^\s.-]\S{{3}}){_VALUE}")
# `git diff --word-diff`: both brackets of a pair.
_IN_BRACKETS = re.compile(r"\[-(?=[^\s\]])|\{\+(?=[^\s}])|-\](?<=\S-\])(?![\w\]])|\+\}(?<=\S\+\})(?!\w)")
# Alone, behind the name of a file, or as in a list, where a point before a digit is a decimal's. A line of a log begins
# with a date or a time.
_NUMBERED = re.compile(
    r"(?m)^[ \t]*+(?!\d{4}-\d\d-\d\d|\d\d:\d\d)"
    rf"(?:(?:[^\s:@]{{0,160}}?[:-])??\d{{1,6}}[:-]|\d{{1,4}}(?:\)|\.(?!\d))[ \t]?){_VALUE}"
)


def without_marks(text: str) -> Iterator[str]:
    """Yield `text` without each kind of mark that touches the first word of a line."""
    signs = (_SIGNED, _IN_LINE, _IN_BRACKETS) if _has_brackets(text) else (_SIGNED, _IN_LINE)
    for kinds in (signs, (_NUMBERED,)):
        plain = "".join([_blanked(part, kinds) for part in _parts(text)])
        if plain != text:
            yield plain


def _has_brackets(text: str) -> bool:
    return ("[-" in text and "-]" in text) or ("{+" in text and "+}" in text)


def _blanked(part: str, kinds: Iterable[re.Pattern[str]]) -> str:
    for marks in kinds:
        part = marks.sub(blanks, part)
    return part


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
