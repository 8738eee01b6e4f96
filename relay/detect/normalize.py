"""A normalised, decoded copy of a text in which disguised values can be found, with exact offsets back.

A value may be disguised to evade patterns, or copied from a web page or a log in another form. The copy undoes, in one
pass over the text:

* characters without width, and variation selectors (dropped);
* compatibility forms: full-width, mathematical, circled, superscript letters and digits, ligatures (NFKC);
* decomposed letters (composed), digits of other scripts (their ASCII digit);
* look-alike letters of Cyrillic, Greek and Armenian inside a word that also holds Latin letters or digits;
* `%40`, `&#64;` and `&commat;`, `\\u0040` and `\\n`;
* base64 of at least 16 characters that decodes to text;
* digits and letters spaced out one by one ("5 3 6 - 2 2 ...", "m.a.r.i.a").

Text with nothing to undo has no copy; a fast test decides that, so plain text costs almost nothing. The scan reports
base64 and spaced-out text in its one pass (`HINTS`). Every character of the copy knows the range
of the original that it stands for; a span of the copy is the union of those ranges. Text decoded from base64
stands for the whole base64 text, because replacing a part of it would make the rest unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field
from html import unescape

from relay.types import Pattern, Span

__all__ = ["HINTS", "Normalized", "normalize"]


@dataclass(frozen=True, slots=True)
class Normalized:
    """The copy, and which range of the original each of its characters stands for.

    From `at[i]` up to the next one the characters stand for one of the original each, in a row from `starts[i]` on
    (`ends[i]` is 0), or each of them for the whole of `original[starts[i]:ends[i]]`. Ranges never run backwards.
    """

    text: str = field(repr=False)
    at: tuple[int, ...] = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)

    def back(self, span: Span) -> Span:
        """Return a span of the copy as a span of the original."""
        return Span(span.entity_type, self._low(span.start), self._high(span.end - 1), *span[3:])

    def slice(self, start: int, end: int) -> str:
        """Return the part of the copy that stands for `original[start:end]`."""
        places = range(len(self.text))
        return self.text[bisect_left(places, start, key=self._low) : bisect_right(places, end, key=self._high)]

    def _low(self, place: int) -> int:
        block = bisect_right(self.at, place) - 1
        return self.starts[block] if self.ends[block] else self.starts[block] + place - self.at[block]

    def _high(self, place: int) -> int:
        block = bisect_right(self.at, place) - 1
        return self.ends[block] or self.starts[block] + place - self.at[block] + 1


# Letters that look like a Latin one (Unicode Technical Standard 39, confusables.txt 17.0, the common ones only).
_LOOKALIKES = str.maketrans(
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
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_DROP = re.compile(f"[{_NO_WIDTH}\U000e0000-\U000e0fff]")
# Blocks where NFKC changes most characters, non-ASCII digits, combining marks.
_FORMS = (
    "\u00a0\u00aa\u00b2\u00b3\u00b9\u00ba\u00bc-\u00be\u0300-\u036f\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef"
    "\u0e50-\u0e59\u1e00-\u1e03\u2000-\u200a\u2011\u2024\u202f\u205f\u2070-\u209c\u2100-\u214f\u2150-\u218b\u2460-\u24ff"
    "\u3000\u3200-\u33ff\ufb00-\ufb4f\ufe10-\ufe6f\uff01-\uffee\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff"
    "\U0001fbf0-\U0001fbf9"
)
_UNUSUAL = re.compile(f"[{_NO_WIDTH}{_FORMS}\U000e0000-\U000e0fff]")

# A run of backslashes is read from its first one only: tried from each, it would cost the square of its length. The
# sign that begins an escape stands in front of all, so the search goes from sign to sign: 1 MB takes 5 ms, not 160 ms.
_ESCAPE = re.compile(
    r"[%&\\](?:"
    r"(?P<percent>(?<=%)[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*)"
    r"|(?P<html>(?<=&)(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<unicode>(?<=\\)(?:(?<!\\\\)\\*+u[0-9A-Fa-f]{4}(?:\\++u[0-9A-Fa-f]{4})*"
    r"|x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]{1,6}\}))"
    r"|(?P<control>(?<=\\)(?<!\\\\)\\*+[nrt](?=\w))"
    r")"
)
# A base character with the marks that belong to it, or one unusual character. Putting n marks in order takes n * n
# steps; no word has more than 30 (Unicode Standard Annex 15, Stream-Safe Text Format).
_CLUSTER = re.compile(f"[^{_NO_WIDTH}][\u0300-\u036f]{{1,30}}|[{_NO_WIDTH}{_FORMS}\U000e0000-\U000e0fff]")
_CODE_UNIT = re.compile(r"[0-9A-Fa-f]{4}")


# Patterns for the scan whose matches show that a text needs a copy. Each fires once a run, not once a character.
HINTS = (
    Pattern(
        name="hint/base64",
        regex=r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16}",
        trigger=r"(?:^|[^A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16}",
        score=0.0,
        lead_chars=17,
        max_chars=1,
    ),
    Pattern(
        name="hint/spaced",
        regex=r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[ ._*-]{1,3}[A-Za-z0-9@]){5}(?![A-Za-z0-9])",
        trigger=r"[ ._*-][A-Za-z0-9@][ ._*-]{1,3}[A-Za-z0-9@][ ._*-]{1,3}[A-Za-z0-9@][ ._*-]",
        score=0.0,
        lead_chars=24,
        max_chars=24,
    ),
)

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,65536}={0,2}(?![A-Za-z0-9+/_=-])")
_GAP = re.compile(r"[ _*]+")
_DOT = re.compile(r"[.-]")
_SPACED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[ ._*-]{1,3}[A-Za-z0-9@]){5,255}(?![A-Za-z0-9])")


def normalize(text: str, hints: Collection[str] = ()) -> Normalized | None:
    """Return the copy of `text`, or None when there is nothing to undo.

    `hints` names those of HINTS that matched in it.
    """
    escapes = ("%" in text or "&" in text or "\\" in text) and _ESCAPE.search(text) is not None
    unusual = mixed = False
    if not text.isascii():
        unusual = _UNUSUAL.search(text) is not None
        mixed = _LOOKALIKE.search(text) is not None and _MIXED_HINT.search(text) is not None
    if not (escapes or unusual or mixed or hints):
        return None
    copy = _Copy(text)
    if "hint/base64" in hints:
        copy.decode()
    if "hint/spaced" in hints:
        copy.close_up()
    if escapes:
        copy.unescape()
    # Unescaped text may need further steps.
    if unusual or (escapes and not copy.text.isascii() and _UNUSUAL.search(copy.text)):
        copy.compose()
    if not copy.text.isascii() and _MIXED_HINT.search(copy.text):
        copy.unmix()
    if copy.text == text:
        return None
    return copy.done()


class _Copy:
    """The text as far as it is undone, with the blocks of the copy as in Normalized."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._at, self._starts, self._ends = [0], [0], [0]

    def done(self) -> Normalized:
        """Return the copy."""
        return Normalized(self.text, tuple(self._at), tuple(self._starts), tuple(self._ends))

    def unescape(self) -> None:
        """Decode percent, HTML and JSON escapes."""
        pieces = [(*match.span(), _decode(match)) for match in _ESCAPE.finditer(self.text)]
        self._replace(pieces)

    def decode(self) -> None:
        """Put in what base64 decodes to, where that is text."""
        pieces = []
        for match in _BASE64.finditer(self.text):
            plain = _decode_base64(match.group())
            if plain is not None:
                pieces.append((*match.span(), [(plain, 0, match.end() - match.start())]))
        self._replace(pieces)

    def close_up(self) -> None:
        """Take out what stands between single digits and letters; a dot between letters may be part of an address."""
        pieces: list[tuple[int, int, list[tuple[str, int, int]]]] = []
        for match in _SPACED.finditer(self.text):
            start, run = match.start(), match.group()
            gap = _GAP if _GAP.search(run) else _DOT
            pieces.extend((start + found.start(), start + found.end(), []) for found in gap.finditer(run))
        self._replace(pieces)

    def compose(self) -> None:
        """Drop what has no width, compose and fold compatibility forms."""
        pieces = []
        for match in _CLUSTER.finditer(self.text):
            cluster = match.group()
            plain = _DROP.sub("", unicodedata.normalize("NFKC", cluster))
            folded = "".join(
                str(unicodedata.decimal(char)) if not char.isascii() and char.isdecimal() else char for char in plain
            )
            if folded != cluster:
                pieces.append((*match.span(), [(folded, 0, len(cluster))]))
        self._replace(pieces)

    def unmix(self) -> None:
        """Fold look-alike letters in words that are not of one script."""
        parts = []
        last = 0
        for match in _WORD.finditer(self.text):
            word = match.group()
            if not word.isascii() and _LATIN.search(word) and _LOOKALIKE.search(word):
                parts += [self.text[last : match.start()], word.translate(_LOOKALIKES)]
                last = match.end()
        self.text = "".join([*parts, self.text[last:]])

    def _replace(self, pieces: list[tuple[int, int, list[tuple[str, int, int]]]]) -> None:
        """Put `(new text, start, end)` rows, relative to the piece's start, in the place of each piece."""
        before = self.done()
        parts: list[str] = []
        self._at, self._starts, self._ends = [], [], []
        size = last = block = 0
        for start, end, rows in [*pieces, (len(before.text), len(before.text), [])]:
            if last < start:
                parts.append(before.text[last:start])
                block = self._keep(before, block, last, start, size)
                size += start - last
            for new, low, high in rows:
                if new:
                    parts.append(new)
                    self._block(size, before._low(start + low), before._high(start + high - 1))
                    size += len(new)
            last = end
        self.text = "".join(parts)

    def _keep(self, before: Normalized, block: int, start: int, end: int, size: int) -> int:
        """Take over the blocks of `start` to `end`, from `block` on, to stand at `size`; return the last of them."""
        while block + 1 < len(before.at) and before.at[block + 1] <= start:
            block += 1
        while True:
            first = max(start, before.at[block])
            shift = 0 if before.ends[block] else first - before.at[block]
            self._block(size + first - start, before.starts[block] + shift, before.ends[block])
            if block + 1 == len(before.at) or before.at[block + 1] >= end:
                return block
            block += 1

    def _block(self, at: int, start: int, end: int) -> None:
        self._at.append(at)
        self._starts.append(start)
        self._ends.append(end)


def _decode(match: re.Match[str]) -> list[tuple[str, int, int]]:
    """Return the characters of one run of escapes with the part of the run that each stands for."""
    whole = match.group()
    match match.lastgroup:
        case "percent":
            return _decode_percent(bytes.fromhex(whole.replace("%", "")))
        case "html":
            return [(unescape(whole), 0, len(whole))]
        case "control":
            return [("\n", 0, len(whole))]
        case _:
            return _decode_units(whole)


def _decode_base64(value: str) -> str | None:
    """Return the text behind `value`, or None when it is not base64 of a text."""
    body = value.rstrip("=").translate(_URL_SAFE)
    if len(body) % 4 == 1 or body.islower() or body.isdigit():
        return None
    try:
        plain = b64decode(body + "=" * (-len(body) % 4)).decode("utf-8")
    except ValueError:
        return None
    return plain if plain.isprintable() or all(char.isprintable() or char.isspace() for char in plain) else None


_URL_SAFE = str.maketrans("-_", "+/")


def _decode_percent(data: bytes) -> list[tuple[str, int, int]]:
    rows = []
    place = 0
    while place < len(data):
        lead = data[place]
        size = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        char = data[place : place + size].decode("utf-8", "replace")
        if len(char) != 1 or char == "\ufffd":
            size, char = 1, chr(lead)
        rows.append((char, 3 * place, 3 * (place + size)))
        place += size
    return rows


def _decode_units(whole: str) -> list[tuple[str, int, int]]:
    if whole.startswith(("\\x", "\\u{")):
        number = int(whole.strip("\\xu{}"), 16)
        return [(chr(number) if number < 0x110000 else "\ufffd", 0, len(whole))]
    units = [(int(match.group(), 16), match.end()) for match in _CODE_UNIT.finditer(whole)]
    rows: list[tuple[str, int, int]] = []
    start = place = 0
    while place < len(units):
        number, end = units[place]
        if 0xD800 <= number < 0xDC00 and place + 1 < len(units) and 0xDC00 <= units[place + 1][0] < 0xE000:
            low, end = units[place + 1]
            number = 0x10000 + ((number - 0xD800) << 10) + (low - 0xDC00)
            place += 1
        rows.append((chr(number), start, end))
        start = end
        place += 1
    return rows
