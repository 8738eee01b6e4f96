"""A normalised, decoded copy of a text in which disguised values can be found, with exact offsets back.

A value may be disguised to evade patterns, or copied from a web page or a log in another form. The copy undoes, in one
pass over the text:

* characters without width, variation selectors and tags (dropped);
* compatibility forms: full-width, mathematical, circled, squared, superscript letters and digits, small capitals,
  ligatures (NFKC and more);
* decomposed letters (composed), marks that no letter is composed of (dropped), digits of all scripts (ASCII digits);
* look-alike letters of Cyrillic, Greek and Armenian inside a word that also holds Latin letters or digits;
* escapes of URLs and forms, HTML, JSON, CSS, RTF, program text, quoted-printable, fields of mail and Unicode's own
  notation; dots and colons in brackets (`203[.]0`); the escaped quotes of JSON in a string; the folds of lines in
  calendars, cards, directories and mail; colours of a terminal and tags of HTML inside a word (dropped);
* base64 of at least 16 characters with padding, base32 and hexadecimal, of text in UTF-8, UTF-16 or UTF-32, or of a
  message that is mostly text;
* digits and letters spaced out one by one ("5 3 6 - 2 2 ...", "m.a.r.i.a").

They may stand one inside the other, up to four deep.

Text with nothing to undo has no copy; a fast test decides that, so plain text costs almost nothing. The scan reports
base64 and spaced-out text in its one pass (`HINTS`). Every character of the copy knows the range
of the original that it stands for; a span of the copy is the union of those ranges. Text decoded from base64
stands for the whole base64 text, because replacing a part of it would make the rest unreadable.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from relay.detect import encoded
from relay.detect.escapes import Piece, escapes, folds, form_blanks, has_escapes
from relay.detect.folding import clusters, fold, has_lookalikes, is_unusual, unmix, with_borders
from relay.process.slices import in_slices
from relay.types import Pattern, Span

__all__ = ["HINTS", "Normalized", "legible", "normalize"]


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
    others: tuple[Normalized, ...] = field(default=(), repr=False)
    """Other readings of the same text; see `normalize`."""

    def back(self, span: Span) -> Span:
        """Return a span of the copy as a span of the original."""
        return Span(span.entity_type, self._low(span.start), self._high(span.end - 1), *span[3:])

    def trim(self, span: Span, original: str) -> Span:
        """Return a span of the original without what the copy drops at either end, such as colours of a terminal.

        A tag stays: it may hold the value.
        """
        places = range(len(self.text))
        first = bisect_left(places, span.start, key=self._low)
        last = bisect_right(places, span.end, key=self._high)
        if first >= last:
            return span  # inside of what is decoded as a whole
        start, end = span.start, span.end
        if not first or self._high(first - 1) <= start:
            start = self._low(first)
        if last == len(self.text) or self._low(last) >= end:
            end = self._high(last - 1)
        if "<" in original[span.start : start]:
            start = span.start
        if "<" in original[end : span.end]:
            end = span.end
        return span._replace(start=start, end=end)

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


# Encodings and disguises are undone one inside the other, as often.
_ROUNDS = 4
HINTS = (
    encoded.HINT,
    Pattern(
        name="hint/spaced",
        regex=r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[ ._*-]{1,3}[A-Za-z0-9@]){5}(?![A-Za-z0-9])",
        trigger=r"[ ._*-][A-Za-z0-9@][ ._*-]{1,3}[A-Za-z0-9@][ ._*-]{1,3}[A-Za-z0-9@][ ._*-]",
        score=0.0,
        lead_chars=24,
        max_chars=24,
    ),
)
"""Patterns for the scan whose matches show that a text needs a copy."""

_GAP = re.compile(r"[ _*]+")
_DOT = re.compile(r"[.-]")
_SPACED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[ ._*-]{1,3}[A-Za-z0-9@]){5,255}(?![A-Za-z0-9])")


def normalize(text: str, hints: Collection[str] = ()) -> Normalized | None:
    """Return the copy of `text`, or None when there is nothing to undo.

    `hints` names those of HINTS that matched in it. What is undone for one value may hide another: a tag that parts a
    word may itself hold an address, the line end of `\\nina` is none, `203.0.113.77¹` ends in a digit too many. So the
    copy brings `others`: the text after each step, with escapes read literally, and with characters as they are.
    """
    read = _Reader(text, hints)
    rounds = read.rounds(folding=True, literal=False)
    usual = rounds.pop()
    has_literal = any(map(has_escapes, (text, usual.text, *(copy.text for copy in rounds))))
    if has_literal:
        rounds += read.rounds(folding=True, literal=True)
    if read.has_folded:
        if (apart := with_borders(text)) != text:
            rounds += _Reader(apart, hints).rounds(folding=True, literal=False)
        for way in (False, True) if has_literal else (False,):
            rounds += read.rounds(folding=False, literal=way)
    different = {copy.text: copy for copy in rounds if copy.text != text and copy.text != usual.text}
    if usual.text == text and not different:
        return None
    return replace(usual, others=tuple(different.values()))


class _Reader:
    """Reads one text in several ways, and decodes once what stands in more than one of them."""

    def __init__(self, text: str, hints: Collection[str]) -> None:
        self._text, self._hints = text, frozenset(hints)
        self._decoded: dict[str, list[Piece]] = {}
        self.has_folded = False

    def rounds(self, *, folding: bool, literal: bool) -> list[Normalized]:
        """Return the copy after each step of each round, the last one at the end. At least one."""
        copy = _Copy(self._text)
        hinted = self._hints
        done: list[Normalized] = []
        for _ in range(_ROUNDS):
            before = copy.text
            if folding:
                copy.compose()
                self.has_folded |= copy.text != before
            copy.unescape(literal=literal)
            if copy.text != before:
                done.append(copy.done())
            # What a round has changed was not scanned for hints.
            if encoded.HINT.name in hinted or copy.text != before:
                if copy.text not in self._decoded:
                    self._decoded[copy.text] = list(_whole(encoded.encoded(copy.text)))
                copy.replace(iter(self._decoded[copy.text]))
            if copy.text == before:
                break
            hinted = _HINTED
            done.append(copy.done())
        if "hint/spaced" in hinted:
            copy.close_up()
        if folding and not copy.text.isascii() and has_lookalikes(copy.text):
            copy.unmix()
            self.has_folded = True
        return [*done, copy.done()]


def legible(text: str) -> str:
    """Return `text` as its copy reads, where it has one, and otherwise as it is.

    For who has not scanned the text: finding out by oneself whether there is anything to decode takes longer.
    """
    copy = normalize(text, _HINTED)
    return text if copy is None else copy.text


_HINTED = frozenset(pattern.name for pattern in HINTS)


def _whole(found: Iterator[tuple[int, int, str]]) -> Iterator[Piece]:
    """Yield pieces that stand for what was found as a whole."""
    return ((start, end, ((plain, 0, end - start),)) for start, end, plain in found)


def _gaps(text: str) -> Iterator[Piece]:
    """Yield what stands between characters that are spaced out."""
    for match in in_slices(_SPACED.finditer(text)):
        start, run = match.start(), match.group()
        gap = _GAP if _GAP.search(run) else _DOT
        for found in gap.finditer(run):
            yield start + found.start(), start + found.end(), ()


class _Copy:
    """The text as far as it is undone, with the blocks of the copy as in Normalized."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._at, self._starts, self._ends = [0], [0], [0]

    def done(self) -> Normalized:
        """Return the copy."""
        return Normalized(self.text, tuple(self._at), tuple(self._starts), tuple(self._ends))

    def compose(self) -> None:
        """Fold other forms of characters, compose letters and drop what has no width."""
        if self.text.isascii() or not is_unusual(self.text):
            return
        self.text = fold(self.text)
        self.replace(_whole(clusters(self.text)))

    def unescape(self, *, literal: bool) -> None:
        """Decode escapes once."""
        self.replace(folds(self.text))
        self.replace(form_blanks(self.text, literal=literal))
        self.replace(escapes(self.text, literal=literal))

    def close_up(self) -> None:
        """Take out what stands between single digits and letters; a dot between letters may be part of an address."""
        self.replace(_gaps(self.text))

    def unmix(self) -> None:
        """Fold look-alike letters in words that are not of one script."""
        self.text = unmix(self.text)

    def replace(self, pieces: Iterator[Piece]) -> None:
        """Put rows in the place of each piece. They come one by one: all at once are much for the garbage collector."""
        one = next(pieces, None)
        if one is None:
            return
        before = self.done()
        length = len(before.text)
        parts: list[str] = []
        self._at, self._starts, self._ends = [], [], []
        size = last = block = 0
        for start, end, rows in in_slices(chain((one,), pieces, ((length, length, ()),))):
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
