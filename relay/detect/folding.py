"""Characters that are another form of a letter, digit or sign, or that only look like one.

Compatibility forms, digits of all scripts and letters in circles and squares are folded one by one, so that nothing
moves (`fold`); what is of several characters, or stands for several or for none, is a cluster (`clusters`). A letter
that looks like a Latin one is folded only in a word that also holds Latin letters or digits (`unmix`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from relay.process.slices import end_slice, in_slices

__all__ = ["clusters", "fold", "has_lookalikes", "is_unusual", "unmix", "without_width"]

# Letters that look like a Latin one (Unicode Technical Standard 39, confusables.txt 17.0, the common ones only).
_LOOKALIKES: Mapping[int, int | str] = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԌԚԜ" + "асеѕіјорухԁԛԝһӏґьтнкмпгв" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "αεικνορτυχγω" + "օսոցհզԲՕՏ",
    "ABESIJKMHOPCTYXYGQW" + "acesijopyxdqwhlrbthkmnrb" + "ABEZHIKMNOPTYX" + "aeikvoptuxyw" + "ounghqFOS",
)
_CONFUSABLE = "".join(map(chr, _LOOKALIKES))
# A word, and what stands beside a look-alike in one that is not simply Cyrillic, Greek or Armenian.
_WORD = re.compile(r"[\w@.+-]+")
_LATIN = re.compile(r"[A-Za-z0-9@]")
_LOOKALIKE = re.compile(f"[{_CONFUSABLE}]")
_MIXED_HINT = re.compile(rf"[A-Za-z0-9@._+-][{_CONFUSABLE}]|[{_CONFUSABLE}][A-Za-z0-9@._+-]")

_NO_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Small capitals of the phonetic alphabets; letters in a circle or a square, light on dark or as of flags.
_SMALL_CAPITALS = dict(zip(map(ord, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"), "abcdefghijklmnoprstuvwyz", strict=True))
_ENCLOSED = {first + place: chr(ord("A") + place) for first in (0x1F150, 0x1F170, 0x1F1E6) for place in range(26)}


def _ranges(codes: list[int]) -> str:
    """Return `codes`, in order, as members of a character class."""
    rows: list[list[int]] = []
    for code in codes:
        if rows and code == rows[-1][1] + 1:
            rows[-1][1] = code
        else:
            rows.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in rows)


_KINDS = [(code, unicodedata.category(chr(code))) for code in range(0x300, 0x1FC00)]
# Digits of all scripts, and marks that stand on another character.
_DIGITS = _ranges([code for code, kind in _KINDS if kind == "Nd"])
_MARKS = _ranges([code for code, kind in _KINDS if kind in ("Mn", "Me", "Mc")])
_MARK = re.compile(f"[{_MARKS}]")
_DROP = re.compile(f"[{_NO_WIDTH}]")
# Blocks where NFKC changes most characters, combining marks.
_FORMS = (
    f"{_DIGITS}{''.join(map(chr, _SMALL_CAPITALS))}\u20d0-\u20ff"
    "\u00a0\u00aa\u00b2\u00b3\u00b9\u00ba\u00bc-\u00be\u0300-\u036f"
    "\u1e00-\u1e03\u2000-\u200a\u2011\u2024\u202f\u205f\u2070-\u209c\u2100-\u214f\u2150-\u218b\u2460-\u24ff\u2776-\u2793"
    "\u3000\u3200-\u33ff\ufb00-\ufb4f\ufe10-\ufe6f\uff01-\uffee\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff"
    "\U0001fbf0-\U0001fbf9"
)
# Every expression that looks for them first asks for a character outside of ASCII, which is fast; long classes are not.
_ODD = re.compile(f"[{_NO_WIDTH}{_FORMS}]")
_MARKED = re.compile(rf"[!-~](?=[^\x00-\x7f])[{_MARKS}]")
# Full stops of China and dashes of every length, where they stand for those of ASCII: between letters and digits.
_STOPS = {**dict.fromkeys("\u3002\uff61", "."), **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u30fc", "-")}
_STOP = re.compile(rf"(?<=[0-9A-Za-z])[{''.join(_STOPS)}](?=[0-9A-Za-z])")
# A base character with the marks that belong to it, or one unusual character, or what has no width. Putting n marks in
# order takes n * n steps (UAX 15, 13.1: 30 are enough for every language).
_CLUSTER = re.compile(
    rf"[{''.join(_STOPS)}](?<=[0-9A-Za-z].)(?=[0-9A-Za-z])|[!-~](?=[^\x00-\x7f])[{_MARKS}]{{1,30}}|[^{_NO_WIDTH}][\u0300-\u036f]{{1,30}}"
    rf"|[^\x00-\x7f](?<=[{_NO_WIDTH}])[{_NO_WIDTH}]{{0,4096}}|[^\x00-\x7f](?<=[{_FORMS}])"
)
_BESIDE = re.compile(
    "[0-9#*](?=[^\\x00-\\x7f])\\ufe0f?\\u20e3|[\u00aa\u00b2\u00b3\u00b9\u00ba\u00bc-\u00be\u2070-\u209c\u2100-\u218b]"
)
# One call for so many characters holds the interpreter for some milliseconds.
_PART_CHARS = 1 << 16
_NOT_MARK = re.compile(f"[^{_MARKS}{_NO_WIDTH}]")


def is_unusual(text: str) -> bool:
    """Tell whether there is anything in `text` that `fold` or `clusters` would change, or nearly."""
    kinds = _kinds(text)
    each = "".join(kinds)
    if _ODD.search(each) is not None:
        return True
    if _MARK.search(each) is not None and any(_MARKED.search(text, *part) for part in _parts(text)):
        return True
    return not kinds.isdisjoint(_STOPS) and _STOP.search(text) is not None


def has_lookalikes(text: str) -> bool:
    """Tell whether a letter that looks like a Latin one stands beside a Latin letter, a digit or a sign."""
    return not _kinds(text).isdisjoint(_CONFUSABLE) and any(_MIXED_HINT.search(text, *part) for part in _parts(text))


def with_borders(text: str) -> str:
    """Return `text`, as long as it was, with blanks for what folds to letters and digits and may stand beside a value.

    Such as `™`, `¹` and keycaps.
    """
    return _BESIDE.sub(lambda signs: " " * len(signs[0]), text)


def fold(text: str) -> str:
    """Return `text` with every character folded that stands for one other."""
    return _translated(text, _one_for_one())


def clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield `(start, end, plain)` of everything that is read otherwise than it is written, in order."""
    for part in _parts(text):
        end_slice()
        for match in in_slices(_CLUSTER.finditer(text, *part)):
            cluster = match.group()
            plain = _STOPS.get(cluster) or _folded(cluster)
            if plain != cluster:
                yield *match.span(), plain


def without_width(text: str) -> str:
    """Return `text` less what has no width."""
    return text if text.isascii() else _DROP.sub("", text)


def unmix(text: str) -> str:
    """Return `text` with look-alike letters folded in words that are not of one script."""
    parts = []
    last = 0
    for match in in_slices(_WORD.finditer(text)):
        word = match.group()
        if not word.isascii() and _LATIN.search(word) and _LOOKALIKE.search(word):
            parts += [text[last : match.start()], _translated(word, _LOOKALIKES)]
            last = match.end()
    return "".join([*parts, text[last:]])


def _folded(cluster: str) -> str:
    """Return what a cluster is read as: without what has no width, composed, and in compatibility form."""
    plain = without_width(unicodedata.normalize("NFKC", cluster))
    if plain and (plain[0].isascii() or "\u00c0" <= plain[0] < "\u0250"):
        plain = _MARK.sub("", plain)  # what no letter is composed of: a keycap, a stroke through
    return "".join([char if char.isascii() else _digit(char) for char in plain])


def _digit(char: str) -> str:
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


@cache
def _one_for_one() -> Mapping[int, int | str]:
    """Return what each character is folded to that stands for one other: some 3,000, in a few milliseconds."""
    table: dict[int, int | str] = {}
    for code in range(0x80, 0x1FC00):
        char = chr(code)
        if _ODD.match(char) is not None and _MARK.match(char) is None:
            digit = _digit(char)
            plain = digit if digit != char else unicodedata.normalize("NFKC", char)
            if len(plain) == 1 and plain != char and _DROP.match(plain) is None:
                table[code] = plain
    return {**table, **_SMALL_CAPITALS, **_ENCLOSED}


def _kinds(text: str) -> set[str]:
    """Return each character of `text` once. The work for each is a fraction of what a long class takes."""
    kinds: set[str] = set()
    for start in range(0, len(text), _PART_CHARS):
        kinds.update(text[start : start + _PART_CHARS])
    return kinds


def _translated(text: str, table: Mapping[int, int | str]) -> str:
    if len(text) <= _PART_CHARS:
        return text.translate(table)
    pieces = []
    for start in range(0, len(text), _PART_CHARS):
        pieces.append(text[start : start + _PART_CHARS].translate(table))
        end_slice()
    return "".join(pieces)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield ranges of `text` that cut no cluster."""
    start = 0
    while start < len(text):
        stop = start + _PART_CHARS
        base = _NOT_MARK.search(text, stop) if stop < len(text) else None
        stop = len(text) if base is None else base.start()
        yield start, stop
        start = stop
