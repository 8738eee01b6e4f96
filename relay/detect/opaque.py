"""Spare the model what is no language at all: base64, long hashes, hexadecimal dumps.

In such a run every two or three characters are a token, and no name can stand in one. Its words become blanks, which
are no tokens, and everything stands where it stood. A run has at least `_LEAST_CHARS`, so a lone hash, key or token,
which may be somebody's, is read. Inside a run a word between two signs that a language could have, and any that holds
what could be read aloud, stay and are read. Patterns read everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.process.slices import end_slice

__all__ = ["without_opaque"]

_LEAST_CHARS = 256
# A run is looked for in parts, which costs nothing but what is left of it at a border.
_PART_CHARS = 1 << 15
# A line of base64 has 64 or 76 characters; of what a language writes without a blank little is longer than 40.
_LINE = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
# What stands between two lines of one run: the break, indentation, quotes, a sign of joining, a break written out.
_JOINT = re.compile(r"[\s\"'`,;+>#*\\]{0,12}n?[\s\"'`]{0,4}")
_WORD = re.compile(r"[A-Za-z0-9]+")
_LEAST_MIXED = 8  # letters with digits among them
_SMALL = re.compile(r"[a-z]{5}")
_CAPITALS = re.compile(r"[A-Z]")
_LEAST_CAPITALS = 4
# What could be read aloud; of random words 15 in 1,000 hold it.
_SPOKEN = re.compile(r"[A-Za-z][a-z]{7}")
# A word as languages write one.
_WRITTEN = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")
_SIGNED = re.compile(r"([A-Za-z0-9]+)[+/=_-]*")
# Full names joined without a blank are shorter.
_LONGEST_READ = 28
_LEAST_SHARE = 0.6  # of a line's characters in such words
# Bytes of a dump, one to four together, eight groups in a row. Numbers alone may be somebody's.
_DUMP = re.compile(r"(?<![\w.])(?:[0-9a-fA-F]{2}(?:[0-9a-fA-F]{2}){0,3}[ \t:]{1,3}){8,}")
_WITH_LETTER = re.compile(r"\b[0-9]*[a-fA-F]")
_WITH_DIGIT = re.compile(r"\b[a-fA-F]*[0-9]")
_DUMP_SHARE = 0.25  # of the groups have a letter, and as many a digit


def without_opaque(text: str) -> str:
    """Return `text` with blanks for what is opaque in it, as long as it was."""
    if len(text) < _LEAST_CHARS:
        return text
    pieces = []
    for start in range(0, len(text), _PART_CHARS):
        part = text[start : start + _PART_CHARS]
        done = 0
        read = []
        for low, high in _runs(part):
            read += [part[done:low], _SIGNED.sub(_blanked, part[low:high])]
            done = high
        pieces.append(_DUMP.sub(_without_bytes, "".join([*read, part[done:]])))
        end_slice()
    return "".join(pieces)


def _runs(part: str) -> Iterator[tuple[int, int]]:
    """Yield where runs of random lines stand that are long enough together."""
    start = end = 0
    size = 0
    for line in _LINE.finditer(part):
        if not _is_random(line[0]):
            continue
        if not size or not _JOINT.fullmatch(part, end, line.start()):
            if size >= _LEAST_CHARS:
                yield start, end
            start, size = line.start(), 0
        end, size = line.end(), size + line.end() - line.start()
    if size >= _LEAST_CHARS:
        yield start, end


def _is_random(line: str) -> bool:
    random = sum([len(word) for word in _WORD.findall(line) if _is_word_random(word)])
    return random >= _LEAST_SHARE * len(line)


def _is_word_random(word: str) -> bool:
    """Tell whether letters have digits among them, or capitals and small letters take turns."""
    if not word.isalpha():
        return len(word) >= _LEAST_MIXED and not word.isdigit()
    return len(_CAPITALS.findall(word)) >= _LEAST_CAPITALS and _SMALL.search(word) is None


def _blanked(signed: re.Match[str]) -> str:
    word = signed[1]
    if len(word) <= _LONGEST_READ and (_WRITTEN.fullmatch(word) or _SPOKEN.search(word)):
        return signed[0]
    return " " * len(signed[0])


def _without_bytes(dump: re.Match[str]) -> str:
    value = dump[0]
    groups = len(value.replace(":", " ").split())
    least = max(2, _DUMP_SHARE * groups)
    if len(_WITH_LETTER.findall(value)) < least or len(_WITH_DIGIT.findall(value)) < least:
        return value
    return " " * len(value)
