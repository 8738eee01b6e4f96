"""Escapes of languages and formats, and what they stand for: one expression that finds a run of them, and its decoders.

Rows are `(new text, start, end)`: what a part of the run stands for, and that part, relative to the run's start. What
stands for nothing (the colours of a terminal, a tag inside a word) has no row.

Many escapes can be read in two ways: `\\x22` before sixteen digits is a quotation mark or begins a word in hexadecimal,
`\\f` is a form feed or a part of a path, a tag parts two halves of a word or holds a value itself. So there are two
readings: the usual one believes only what stands where such an escape would, and `literal` reads every sign by itself,
drops no tag, and takes a colour for a border.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from html import unescape

from relay.process.slices import end_slice, in_slices

__all__ = ["Piece", "escapes", "folds", "form_blanks", "has_escapes"]

Row = tuple[str, int, int]
Piece = tuple[int, int, Sequence[Row]]  # start and end of a run, and its rows

_TAGS = "a|b|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|tt|u|wbr"
# A run of backslashes is read from its first one only: tried from each, it would cost the square of its length. Each
# branch begins with its sign, so that the search goes from sign to sign: 1 MB takes 5 ms, not 160.
_BRANCHES = (
    r"%(?:(?P<percent>[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*)|(?P<percent_units>u[0-9A-Fa-f]{4}(?:%u[0-9A-Fa-f]{4})*))"
    r"|&(?P<html>#0{0,9}\d{1,7};?|#[xX]0{0,9}[0-9A-Fa-f]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)"
    r"|\\(?:(?P<bytes>x[0-9A-Fa-f]{2}(?:\\x[0-9A-Fa-f]{2})*)|(?P<code>u\{[0-9A-Fa-f]{1,8}\}|U[0-9A-Fa-f]{8})"
    r"|(?P<css>00[0-9A-Fa-f]{4}(?: (?=\\))?)"
    r"|(?P<octal>[0-3][0-7]{2}(?:\\[0-3][0-7]{2})+|033(?=\[)|(?:05[56]|100)(?=\w)|e(?=\[[0-9;]{0,32}[A-Za-z]))"
    # RTF (1.9.1, "Unicode and character sets"), where the text says that it is.
    r"|'(?P<rtf>[89A-Fa-f][0-9A-Fa-f])"
    r"|(?P<markdown>(?<!\\\\)[_@](?=\w))"
    r"|(?<!\\\\)\\*+(?:(?P<units>u[0-9A-Fa-f]{4}(?:\\++u[0-9A-Fa-f]{4})*)|(?P<control>[nrt](?=(?:\\++[nrt]){0,8}[\w+({[<-]))|(?P<slash>/)"
    # Quotes of JSON in a string, those beside what only JSON has.
    r"|(?P<quote>\"(?:(?=\s{0,2}[:,}\]])|(?<=[:,{\[ ]\\\")))))"
    r"|=(?P<printable>[0-9A-F]{2}(?:=[0-9A-F]{2})+|[0-9a-f]{2}(?:=[0-9a-f]{2})+|(?:40|2[DE])(?=\w)|\r?\n"
    # One letter of ISO 8859-1 in a word.
    r"|[C-F][0-9A-F](?<=[\sA-Za-z]=..)(?<!\b[a-z]=..)(?<![DF]7)(?<!FF)(?=[a-z\s]))"
    # RFC 2047; a blank between two of them is none of the text.
    r"|=\?(?P<word>[A-Za-z0-9_-]{3,24}\?[QqBb]\?[!->@-~]{1,512}\?=(?:\s{1,3}(?==\?[A-Za-z0-9_-]{3,24}\?[QqBb]\?))?)"
    r"|\+(?P<point>(?<=[Uu]\+)[0-9A-Fa-f]{4,6}(?: ?[Uu]\+[0-9A-Fa-f]{4,6})*(?![0-9A-Za-z]))"
    # Select Graphic Rendition and its relatives (ECMA-48, 5.4), and the choice of a set of characters (ECMA-35).
    r"|\x1b(?P<terminal>\[[0-?]{0,64}[ -/]?[@-~]|\([AB0])|\x9b(?P<terminal_8>[0-?]{0,64}[!-/]?[@-~])"
    # A sign in brackets, so that an address is no link: `203[.]0[.]113[.]77`, `hxxp[:]//`.
    r"|\[(?:(?P<defanged>(?<=\w\[)(?:[.:]|dot)\](?=[\w/]))"
    # A colour that lost its first sign on the way, or has another one for it: `[36m`, `^[[36m`.
    r"|(?P<terminal_bare>[0-9]{1,3}(?:;[0-9]{1,3}){0,4}m(?!\])))"
)
_USUAL = re.compile(
    r"\\(?P<hex>x(?:[0-9A-Fa-f]{2}){8,}+)"
    rf"|{_BRANCHES}"
    rf"|<(?P<tag>(?<=[^\s<>]<)(?:/?(?:{_TAGS})(?:\s[^<>]{{0,200}})?/?|!--[^<>]{{0,200}}--)>(?=[^\s<]))"
)
_LITERAL = re.compile(
    rf"{_BRANCHES}"
    r"|\\(?:(?P<single_octal>[0-3][0-7]{2})|(?P<single_control>[abfv](?=[\w+({[<-])|0(?![0-7])))"
    r"|=(?P<single_printable>[0-9A-Fa-f]{2})"
)
_SIGNS = ("%", "&", "\\", "\x1b", "\x9b", "U+", "u+", "[.]", "[:]", "[dot]")
_COLOUR = re.compile(r"\[[0-9;]{1,16}m")
_PRINTABLE = re.compile(
    r"=(?:[0-9A-F]{2}=|[0-9a-f]{2}=|3[Dd]|(?:40|2[DE])\w|\r?\n|[C-F][0-9A-F][a-z\s]|\?[\w-]{3,24}\?[QqBb]\?)"
)
# Of printable signs, quoted-printable has to escape its own alone (RFC 2045, 6.7); some programs escape more.
_EQUALS = ("3D", "3d")
_DECLARED = "quoted-printable"
_TAG = re.compile(rf"[^\s<>]<(?:!--|/?(?:{_TAGS})[\s/>])")
_CODE_UNIT = re.compile(r"u([0-9A-Fa-f]{4})")
_POINT = re.compile(r"\+([0-9A-Fa-f]{4,6})")
_OCTAL = re.compile(r"[0-3][0-7]{2}")

_FIELD = re.compile(r"=[^\s&\"'<>=+]{1,100}(?:\+[^\s&\"'<>=+]{1,100}){1,20}")
_WORDS = re.compile(r"[^\W\d_]\+[^\W\d_]")
_NAME = re.compile(r"[?&][\w.%\[\]-]{1,64}\Z")
_NAME_CHARS = 66

# A text is searched in parts of about so many characters: one search holds the interpreter while it lasts. It is cut
# where no escape can be: between two words, or behind as many characters as hold none. A text of nothing but signs is
# cut anywhere.
_PART_CHARS = 1 << 16
_LONGEST_PART_CHARS = 1 << 18
_CUT = re.compile(r"[0-9A-Za-z]\s(?=[0-9A-Za-z])|[^%&\\=+<\[\x1b\x9b]{96}")


def has_escapes(text: str) -> bool:
    """Tell whether there may be an escape in `text`, in either reading."""
    return (
        any(sign in text for sign in _SIGNS)
        or ("=" in text and "+" in text and _FIELD.search(text) is not None)
        or ("=" in text and (_PRINTABLE.search(text) is not None or _DECLARED in text.lower()))
        or ("<" in text and _TAG.search(text) is not None)
        or ("[" in text and _COLOUR.search(text) is not None)
    )


def escapes(text: str, *, literal: bool = False) -> Iterator[Piece]:
    """Yield every run of escapes in `text`, in order, in the usual reading or in the literal one."""
    if not has_escapes(text):
        return
    expression = _LITERAL if literal else _USUAL
    is_rtf, is_printable = "\\rtf" in text, literal and _DECLARED in text.lower()
    start = 0
    while start < len(text):
        stop = _cut(text, start)
        for match in in_slices(expression.finditer(text, start, stop)):
            first, last = match.span()
            if match.lastgroup == "point":
                first -= 1
            elif match.lastgroup == "rtf" and not is_rtf:
                continue  # an apostrophe in the string of a program
            elif match.lastgroup == "printable" and text[last - 1] == "\n" and _is_padding(text, first):
                continue
            elif match.lastgroup == "single_printable" and not is_printable and text[first + 1 : last] not in _EQUALS:
                continue  # the value of an option that is a number
            elif literal and (match.lastgroup or "").startswith("terminal"):
                yield first, last, ((" ", 0, last - first),)
                continue
            yield first, last, _decode(match.lastgroup or "", text[first:last])
        start = stop
        end_slice()


def _is_padding(text: str, at: int) -> bool:
    """Tell whether the equals sign at `at` ends a text in base64, and no line of quoted-printable."""
    if text[at - 1 : at] == "=":
        return True  # quoted-printable writes no equals sign by itself
    word = _PADDED.search(text, max(0, at - _LONGEST_PADDED), at + 1)
    if word is None or len(word.group()) % 4:
        return False
    try:
        # Without the zeros of UTF-16.
        return b64decode(word.group(), b"-_").replace(b"\0", b"").decode().isprintable()
    except ValueError:
        return False


_LONGEST_PADDED = 512
_PADDED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{10,}+=\Z")


def folds(text: str) -> Iterator[Piece]:
    """Yield where a line goes on in the next one, behind one blank (RFC 5545, 3.1; RFC 6350, 3.2; RFC 2849, note 2).

    Only below a property of a calendar or card, or anywhere in a text with an entry of a directory: in a diff, a log or
    a list a blank before a line means another thing, and in mail it stays.
    """
    if "\n " not in text or _FOLD.search(text) is None:
        return
    lines_of = _ATTRIBUTES if _ENTRY.search(text) is not None else _PROPERTIES
    for lines in in_slices(lines_of.finditer(text)):
        for fold in in_slices(_FOLD.finditer(text, lines.start(), lines.end())):
            yield fold.start(), fold.end(), ()


_FOLD = re.compile(r"\r?\n (?=\S)")
_ENTRY = re.compile(r"(?m)^dn::? ?\S")
_GOES_ON = r"[^\r\n]{0,8192}(?<=\S)(?:\r?\n [^\s][^\r\n]{0,8192})++"
_PROPERTIES = re.compile(rf"(?m)^(?:\w{{1,16}}\.)?[A-Z][A-Z0-9-]{{1,63}}(?:;[^\n:]{{1,512}})?:(?=\S){_GOES_ON}")
_ATTRIBUTES = re.compile(rf"(?m)^[A-Za-z][\w.;-]{{0,63}}::? {{0,8}}(?=\S){_GOES_ON}")


def form_blanks(text: str, *, literal: bool = False) -> Iterator[Piece]:
    """Yield the plus signs that stand for blanks in the fields of a form (WHATWG URL, 5.1), as rows of `escapes`.

    The usual reading wants another field beside it, for `a=b+c` is also a sum; the literal one two signs or words, for
    `=+1 415` is a telephone number.
    """
    if "+" not in text or not (literal or "&" in text or "?" in text):
        return
    for match in in_slices(_FIELD.finditer(text)):
        start, end = match.span()
        alone = literal and (match.group().count("+") > 1 or _WORDS.search(match.group()) is not None)
        if alone or text.startswith("&", end) or _NAME.search(text, max(0, start - _NAME_CHARS), start) is not None:
            for place in range(start, end):
                if text[place] == "+":
                    yield place, place + 1, [(" ", 0, 1)]


def _cut(text: str, start: int) -> int:
    """Return where the part that begins at `start` ends."""
    if len(text) - start <= _PART_CHARS:
        return len(text)
    most = start + _LONGEST_PART_CHARS
    cut = _CUT.search(text, start + _PART_CHARS, most)
    return min(most, len(text)) if cut is None else cut.end()


def _decode(kind: str, run: str) -> list[Row]:
    size = len(run)
    match kind:
        case "percent":
            return _octets(bytes.fromhex(run.replace("%", "")))
        case "printable" | "single_printable":
            return _octets(bytes.fromhex(run.replace("=", ""))) if "\n" not in run else []
        case "bytes":
            return _octets(bytes.fromhex(run.replace("\\x", "")), 4)
        case "rtf":
            return [(bytes.fromhex(run[2:]).decode("cp1252", "replace"), 0, size)]
        case "word":
            return _encoded_word(run)
        case "html":
            return [(unescape(run), 0, size)]
        case "hex":
            return [(bytes.fromhex(run[2:]).decode("utf-8", "replace"), 0, size)]
        case "code":
            return [(_char(run.strip("\\uU{}")), 0, size)]
        case "css":
            return [(_char(run[1:7]), 0, size)]
        case "octal" | "single_octal":
            octets = bytes(int(found, 8) for found in _OCTAL.findall(run)) or b"\x1b"
            return [(octets.decode("utf-8", "replace"), 0, size)]
        case "markdown":
            return [(run[1:], 0, size)]
        case "defanged":
            return [(":" if ":" in run else ".", 0, size)]
        case "control" | "single_control":
            return [("\n", 0, size)]
        case "slash" | "quote":
            return [(run[-1], 0, size)]
        case "units" | "percent_units":
            return _units(run)
        case "point":
            return [(_char(found[1]), max(0, found.start() - 1), found.end()) for found in _POINT.finditer(run)]
        case "terminal" | "terminal_8":
            # Where the cursor goes to, another word begins; a colour changes inside of words, too.
            return [(" ", 0, size)] if run[-1] in _MOVES and "(" not in run else []
        case _:  # tags
            return []


_MOVES = frozenset("ABCDEFGHIZ`adef")  # ECMA-48, 8.3: CUU to CUP, HPA, VPA and their like


def _char(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else "\ufffd"


def _encoded_word(run: str) -> list[Row]:
    """Return the characters of an encoded word (RFC 2047); none of it where the set of characters is unknown."""
    size = len(run)
    _, charset, how, text, *_ = run.split("?")
    if _CHARSETS.fullmatch(charset) is None:
        return [(run, 0, size)]
    begin = len(charset) + 5  # =?…?Q?
    whole = begin, begin + len(text)
    if how in "Bb":
        try:
            return [(b64decode(text + "=" * (-len(text) % 4)).decode(charset, "replace"), *whole)]
        except (ValueError, LookupError):
            return [(run, 0, size)]
    signs = list(_QUOTED.finditer(text))
    data = bytes(int(found[1], 16) if found[1] else ord(found[0].replace("_", " ")) for found in signs)
    try:
        plain = data.decode(charset, "replace")
    except LookupError:
        return [(run, 0, size)]
    rows: list[Row] = []
    place = 0
    for char in plain:
        # Of the characters of one octet each, and of those in UTF-8, it is known where they stand.
        octets = len(char.encode()) if len(plain) != len(data) and char != "\ufffd" else 1
        last = min(place + octets, len(signs)) - 1
        if place > last:
            return [(plain, *whole)]
        rows.append((char, begin + signs[place].start(), begin + signs[last].end()))
        place += octets
    return rows if place == len(signs) else [(plain, *whole)]


_CHARSETS = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr)|iso-2022-jp",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"=([0-9A-Fa-f]{2})|.")


def _octets(data: bytes, signs: int = 3) -> list[Row]:
    """Return the characters of octets that are written with so many signs each."""
    rows = []
    place = 0
    while place < len(data):
        lead = data[place]
        size = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        char = data[place : place + size].decode("utf-8", "replace")
        if len(char) != 1 or char == "\ufffd":
            size, char = 1, chr(lead)
        rows.append((char, signs * place, signs * (place + size)))
        place += size
    return rows


def _units(run: str) -> list[Row]:
    """Return the characters of UTF-16 code units; two surrogates are one."""
    units = [(int(match[1], 16), match.end()) for match in _CODE_UNIT.finditer(run)]
    rows: list[Row] = []
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
