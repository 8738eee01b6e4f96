"""Read a request once more before it leaves, for any value that was taken out.

This is the second lock on the door: formats, detection and operators have done their work, and a mistake in any of them
ends here. Read are all strings that leave, by position: what belongs to the protocol, or was signed by the provider
that gets it back, may be the same word as a value and is no leak (`relay.wire.outgoing`). A value counts by the same
rule as in `relay.detect.known` (between word boundaries; letter case matters only for a single plain word; nothing
that is not distinctive), in these spellings, also one inside the other in this order: UTF-8, JSON escapes at any
depth, percent-encoding or HTML references, the quoting of `relay.request.quoting`. Base64, at all three alignments and
in both alphabets, and hexadecimal are searched for the exact bytes of values of at least 8 bytes.

Not promised: compressed, encrypted or otherwise transformed copies; base64 with line breaks in it.
"""

from __future__ import annotations

import html
import re
from binascii import b2a_base64
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from ahocorasick_rs import AhoCorasick

from relay.detect.borders import is_bounded, is_firm, is_unspaced
from relay.detect.distinctive import distinctive
from relay.process.slices import end_slice, in_slices
from relay.request.quoting import is_quotable, unquoted
from relay.types import Span

__all__ = ["EGRESS", "holding", "holds", "left", "private", "uncovered", "without"]

EGRESS = "egress"  # the recognizer that spans name which only this check found

# A text that looks like a placeholder is vaulted as itself, and its replacement may read just like it.
_NOT_PRIVATE: Final = frozenset({"PLACEHOLDER_LOOKALIKE"})
_LEAST_BASE64_BYTES: Final = 8
_LEAST_BASE64_CHARS: Final = 9  # of 8 bytes, without the ends that depend on neighbours
_LONG_WORD_CHARS: Final = 16
_PART_BYTES: Final = 65_536
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile("%[0-9a-fA-F]{2}")
_REFERENCE = re.compile("&(?:#[0-9xX]|[a-zA-Z])")
_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\S+")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TO_BASE64: Final = bytes.maketrans(b"-_", b"+/")
# What a byte can be in base64: a capital or digit (B), a small letter or sign of either alphabet (a), or none.
_TO_KINDS: Final = bytes(
    ord("B")
    if code < 128 and (chr(code).isupper() or chr(code).isdigit())
    else ord("a")
    if code < 128 and (chr(code).islower() or code in b"+/-_")
    else ord(" ")
    for code in range(256)
)
_TO_WORDS: Final = b"\n" + bytes(code if code < 128 and chr(code).isalnum() else ord(" ") for code in range(1, 256))
# What stands glued to letters is looked up by its digits.
_TO_DIGITS: Final = b"\n" + bytes(code if 48 <= code < 58 else ord(" ") for code in range(1, 256))
# Up to so many values are searched for one by one.
_FEW: Final = 12
# So many are looked for in one pass: making ready for them takes some 10 ms.
_TOGETHER: Final = 2_000
_WINDOW_CHARS: Final = 1 << 21
_MOST_SPELLING: Final = 12  # characters for one: an escape of UTF-16, twice over
_MOST_BORDER_CHARS: Final = 4_096  # how far a border between words is looked for
_BLANK = re.compile(r"[\0\s]")
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
_CODEC: Final = ("utf-8", "surrogatepass")


def left(
    texts: Iterable[str], head: str, values: Iterable[tuple[str, str]], *, issued: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return those of `values` ((entity type, value) pairs) that stand in what is about to leave.

    `texts` are the strings of the body that are not the protocol's own, `head` is the rest: path, query and headers.
    `issued` are the session's placeholders and stand-ins: a moved date may read just like another real one, which then
    cannot be told from it and is not looked for.
    """
    listed = private(values, issued=issued)
    if not listed:
        return []
    text = "\0".join((head, *texts))
    found = _found(text, listed)
    if found:
        # A stand-in may hold a real name or host of somebody else's: what was issued is no leak.
        for own in sorted(issued, key=len, reverse=True):
            text = text.replace(own, "\0")
        found = _found(text, found)
    return found


def private(values: Iterable[tuple[str, str]], *, issued: Container[str]) -> list[tuple[str, str]]:
    """Return the pairs of `values` that `left` looks for."""
    return [pair for pair in values if pair[0] not in _NOT_PRIVATE and pair[1] not in issued and distinctive(*pair)]


def holds(text: str, values: list[tuple[str, str]]) -> bool:
    """Tell whether `left` would find any of `values`, which are `private`, in `text`."""
    return bool(_found(text, values))


def holding(texts: Sequence[str], values: list[tuple[str, str]]) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield the place of each text in which `left` would find some of `values`, with these, in order.

    Texts are searched together and halved where something stands in them, for what was found there only. So the work
    does not grow with texts times values.
    """
    halves = [(0, len(texts), values)]
    while halves:
        low, high, wanted = halves.pop()
        found = _found("\0".join(texts[low:high]), wanted) if low < high else []
        if found and high - low == 1:
            yield low, found
        elif found:
            middle = (low + high) // 2
            halves += ((middle, high, found), (low, middle, found))


def uncovered(text: str, covered: Iterable[tuple[int, int]], values: list[tuple[str, str]]) -> list[Span]:
    """Return spans for what still holds one of `values` outside of the `covered` ranges, disjoint and in order.

    Used where a value was found again in a spelling that detection does not read: the whole word, else the line, else
    everything up to the next covered range is then taken for the value.
    """
    return [
        Span(rest[0][0], first, last, 1.0, EGRESS)
        for start, end, found in _holding(text, _outside(text, covered), values)
        for first, last, rest in _narrowed(text, start, end, found)
    ]


def without(text: str, covered: Iterable[tuple[int, int]]) -> str:
    """Return `text` less the `covered` ranges, each a border that no value crosses."""
    return "\0".join([text[start:end] for start, end in _outside(text, covered)])


def _outside(text: str, covered: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    done = 0
    for start, end in (*sorted(covered), (len(text), len(text))):
        if done < start:
            gaps.append((done, start))
        done = max(done, end)
    return gaps


_Held = tuple[int, int, list[tuple[str, str]]]


def _narrowed(text: str, start: int, end: int, values: list[tuple[str, str]]) -> Iterator[_Held]:
    """Yield the words that hold a value, else the lines, else the whole range, each with what it holds."""
    lines = list(_holding(text, _pieces(_LINE, text, start, end), values))
    for first, last, found in lines or [(start, end, values)]:
        yield from list(_holding(text, _pieces(_WORD, text, first, last), found)) or [(first, last, found)]


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [piece.span() for piece in pattern.finditer(text, start, end)]


def _holding(text: str, ranges: Sequence[tuple[int, int]], values: list[tuple[str, str]]) -> Iterator[_Held]:
    for place, found in holding([text[start:end] for start, end in ranges], values):
        yield (*ranges[place], found)


def _found(text: str, values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for window in _windows(text, values):
        readings = _readings(window)
        found.update(_standing_in(_likely(values, readings), readings))
        found.update(_quoted([pair for pair in values if pair not in found and is_quotable(pair[1])], readings))
        found |= _in_base64_or_hex(window.encode("utf-8", "replace"), values)
    return [pair for pair in values if pair in found]


def _windows(text: str, values: list[tuple[str, str]]) -> Iterator[str]:
    """Yield `text` in windows, because each is read in several ways at once, which takes memory.

    They overlap by more than any spelling of a value takes, and end between words.
    """
    if len(text) <= 2 * _WINDOW_CHARS:
        yield text
        return
    overlap = max(2 * _MOST_BORDER_CHARS, _MOST_SPELLING * max(len(value) for _, value in values))
    start = 0
    while (least := start + _WINDOW_CHARS + overlap) < len(text):
        stop = _border(text, least)
        yield text[start:stop]
        end_slice()
        start = _border(text, stop - overlap)
    yield text[start:]


def _border(text: str, start: int) -> int:
    """Return where the next blank stands, or sign where no blank is near, as in base64."""
    for border in (_BLANK, _SIGN):
        if (found := border.search(text, start, start + _MOST_BORDER_CHARS)) is not None:
            return found.start()
    return start


def _readings(text: str) -> list[tuple[str, str]]:
    """Return the text with its escapes undone in each way that changes it, each also in lower case."""
    plain = _unescape(text)
    readings = [plain]
    if "%" in plain and _PERCENT.search(plain):
        readings.append(unquote(plain))
    if "&" in plain and _REFERENCE.search(plain):
        readings.append(html.unescape(plain))
    return [(reading, reading.lower()) for reading in readings]


def _unescape(text: str) -> str:
    """Undo JSON escapes, however many times they were applied. A lone backslash stays."""
    if "\\" not in text:
        return text
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    if "\\u" in text:
        text = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        text = _PAIR.sub(lambda match: match.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)
    for escape, char in (("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ('\\"', '"'), ("\\/", "/")):
        text = text.replace(escape, char)
    return text


def _likely(values: list[tuple[str, str]], readings: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of `values` that may stand in a reading: for many values, one pass over its words.

    A value stands between word boundaries, so each of its words is a whole word of the text. Words are of ASCII, and
    whatever else is a border, which is the same on both sides.
    """
    if len(values) <= _FEW:
        return values
    likely: list[tuple[str, str]] = []
    firm = [pair for pair in values if is_firm(pair[1])]
    for some, table in ((firm, _TO_DIGITS), ([pair for pair in values if not is_firm(pair[1])], _TO_WORDS)):
        by_word: dict[bytes, list[tuple[str, str]]] = {}
        joined = "\0".join([value.replace("\0", " ") for _, value in some])
        lines = _words(_unescape(joined).lower(), table).split(b"\n")
        for pair, line in zip(some, lines, strict=bool(some)):
            word = max(line.split(), key=len, default=b"")
            unbounded = not word or is_unspaced(pair[1])
            (likely if unbounded else by_word.setdefault(word, [])).append(pair)
        for _, lower in readings if by_word else ():
            for words in _parts(_words(lower, table)):
                for word in by_word.keys() & words:
                    likely += by_word.pop(word)
    return likely


def _quoted(values: list[tuple[str, str]], readings: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield those of `values` that stand in a reading with other signs around theirs, or without those they have."""
    if not values:
        return
    bare = [(reading, unquoted(reading)) for reading, _ in readings]
    other = [(text, text.lower()) for reading, text in bare if text != reading]
    same = [reading for reading, (text, _) in zip(readings, bare, strict=True) if reading[0] == text]
    changed = [pair for pair in values if unquoted(plain := _unescape(pair[1])) != plain]
    for some, texts in ((values, other), (changed, same)):
        if some and texts:
            yield from _standing_in(_likely(some, texts), texts, unquoted)


def _parts(words: bytes) -> Iterator[list[bytes]]:
    """Yield the words between blanks, part by part: all of them at once take eight times the memory of their text."""
    start = 0
    while start < len(words):
        end_slice()
        blank = words.find(b" ", start + _PART_BYTES)
        end = len(words) if blank < 0 else blank
        yield words[start:end].split()
        start = end


def _words(text: str, table: bytes) -> bytes:
    """Return the words of `text`, or its runs of digits, with blanks between them, and a line end for each zero."""
    return text.encode("utf-8", "surrogatepass").translate(table)


def _standing_in(
    values: list[tuple[str, str]], readings: list[tuple[str, str]], as_read: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    """Yield those of `values` that stand in a reading: a few are looked for one by one, many together.

    `as_read` does to a value what was done to the texts beside undoing their escapes.
    """
    if len(values) <= _FEW:
        yield from (pair for pair in values if _stands_in(pair[1], readings, as_read))
        return
    spelled = [(pair, *_spelled(pair[1], as_read)) for pair in values]
    for which in (0, 1):
        some = [(pair, wanted) for pair, place, wanted in spelled if place == which]
        for start in range(0, len(some), _TOGETHER):
            part = some[start : start + _TOGETHER]
            automaton = AhoCorasick([wanted for _, wanted in part])
            for reading in readings:
                end_slice()
                text = reading[which]
                for number, low, high in in_slices(automaton.find_matches_as_indexes(text, overlapping=True)):
                    pair, wanted = part[number]
                    if is_unspaced(wanted) or is_bounded(text, low, high):
                        yield pair


def _stands_in(value: str, readings: list[tuple[str, str]], as_read: Callable[[str], str]) -> bool:
    which, wanted = _spelled(value, as_read)
    return any(_occurs(wanted, reading[which]) for reading in readings)


def _spelled(value: str, as_read: Callable[[str], str]) -> tuple[int, str]:
    """Return which text of a reading a value is looked for in, as it is (0) or in lower case (1), and its spelling."""
    return (0, value) if value.isalpha() else (1, as_read(_unescape(value)).lower())


def _occurs(wanted: str, text: str) -> bool:
    if is_unspaced(wanted):
        return wanted in text
    return any(is_bounded(text, start, start + len(wanted)) for start in in_slices(_places(wanted, text)))


def _places(wanted: str, text: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


def _in_base64_or_hex(data: bytes, private: list[tuple[str, str]]) -> set[tuple[str, str]]:
    words = _base64_words(data)
    if not words:
        return set()
    text = b" ".join(words).translate(_TO_BASE64)
    longest = max(map(len, words))
    looked = [(pair, raw) for pair in private for raw in _meant(pair[1]) if _LEAST_BASE64_BYTES <= len(raw) <= longest]
    if len(looked) <= _FEW:
        return {pair for pair, raw in looked if any(part in text for part in _encodings_of(raw))}
    # Many in one pass: a log of commits has as many addresses as hashes.
    found: set[tuple[str, str]] = set()
    plain = text.decode("ascii")
    for start in range(0, len(looked), _TOGETHER // 4):
        end_slice()
        some = looked[start : start + _TOGETHER // 4]
        parts = [(part.decode("ascii"), pair) for pair, raw in some for part in _encodings_of(raw)]
        automaton = AhoCorasick([part for part, _ in parts])
        found.update(parts[number][1] for number, _, _ in automaton.find_matches_as_indexes(plain, overlapping=True))
    return found


def _meant(value: str) -> set[bytes]:
    """Return the bytes of a value as it was found, and as its escapes and quoting mean it."""
    plain = _unescape(value)
    return {text.encode(*_CODEC) for text in (value, plain, unquoted(plain))}


def _base64_words(data: bytes) -> set[bytes]:
    """Return the words that may be base64 or hexadecimal of a value.

    Ordinary words are left out: base64 of text has no capital or digit behind its first character about once in 10**5
    values of the least length, and less often the longer it is.
    """
    data = b" " + data
    kinds = data.translate(_TO_KINDS).replace(b" B", b" a")
    words: set[bytes] = set()
    find = kinds.find
    for sign in (b"B", b"a" * _LONG_WORD_CHARS):
        place = find(sign)
        while place >= 0:
            end = find(b" ", place)
            if end < 0:
                end = len(kinds)
            start = kinds.rfind(b" ", 0, place) + 1
            if end - start >= _LEAST_BASE64_CHARS:
                words.add(data[start:end])
            place = find(sign, end)
    return words


def _encodings_of(raw: bytes) -> tuple[bytes, ...]:
    """Return what is certain of the base64 of `raw` behind 0, 1 and 2 unknown bytes, and its hexadecimal."""
    # Each character is 6 bits: those that hold bits of the neighbours on either side are cut off.
    size = len(raw)
    return (
        b2a_base64(raw)[: 8 * size // 6],
        b2a_base64(b"\0" + raw)[2 : 8 * (size + 1) // 6],
        b2a_base64(b"\0\0" + raw)[3 : 8 * (size + 2) // 6],
        digits := raw.hex().encode(),
        digits.upper(),
    )
