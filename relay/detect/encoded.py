"""Words that are a text in base64 (RFC 4648), base32 or hexadecimal, and that text."""

from __future__ import annotations

import re
from base64 import b32decode, b64decode
from collections.abc import Iterator

from relay.detect.folding import without_width
from relay.detect.long_runs import LongRun
from relay.process.slices import in_slices
from relay.types import Pattern

__all__ = ["HINT", "encoded"]

# Fires once a run, not once a character.
HINT = Pattern(
    name="hint/base64",
    # What follows a quotation mark ends at one; any other before one is the name of an attribute.
    regex=r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{16}|[A-Za-z0-9+/_-]{10,15}={1,2}(?![\w=\"'$\[({])"
    r"|(?<=[\"'])[A-Za-z0-9+/_-]{10,15}={1,2}(?=\\?[\"']))",
    trigger=r"(?:^|[^A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16}|[A-Za-z0-9+/_-]{10}={1,2}(?:$|[^A-Za-z0-9_=\"'$\[({])"
    r"|[\"'][A-Za-z0-9+/_-]{10,15}={1,2}\\?[\"']",
    score=0.0,
    lead_chars=19,
    max_chars=4,
)
# Every word of these signs, whole. One that ends in no padding has 16 of them or is none.
_RUN = re.compile(r"[A-Za-z0-9+/_-]{10,}+={0,6}(?!=)")
_UNPADDED_CHARS = 16
# A run may be glued to a path or to a name by what is also a digit of base64.
_PART = re.compile(r"[A-Za-z0-9]{16,}={0,6}")
_HEX = re.compile(r"(?:0x)?([0-9A-Fa-f]{16,}+)")
_LONGER_THAN_CARDS = 20
_NUMBER = re.compile(r"[0-9\s()+./-]+")
_BASE32 = re.compile(r"[A-Z2-7]{16,}")
# A part that another encoding may begin in, behind fewer than _SKIPS characters.
_SKIPS = 4
_OTHER = re.compile(r"[A-Za-z0-9]{0,3}?(?:[0-9A-Fa-f]+|[A-Z2-7]+)={0,6}")
_URL_SAFE = str.maketrans("-_", "+/")
# A longer run is not tried from its second character on: it is an image, and each try would cost its length.
_SHORT_CHARS = 2_048
# From here on it is found out first which parts may be a text.
_LONG_CHARS = 256
_LATIN = bytes([9, 10, 13, *range(32, 127), *range(160, 256)])  # text of ISO 8859-1
_WORDS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \n@._-:/"
_BLANKS = bytes(code if 32 < code < 127 or code in b"\t\n\r" else 32 for code in range(256))
_LEAST_CHARS = 8
_PIECE = re.compile(rb"[A-Za-z0-9 \n@._:/-]{8}")


def encoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield `(start, end, text)` of every word that is a text in one of the encodings, in order."""
    for match in in_slices(_RUN.finditer(text)):
        run, start = match.group(), match.start()
        if len(run) < _UNPADDED_CHARS and run[-1] != "=":
            continue
        plain = _decode(run)
        if plain is not None:
            yield start, match.end(), plain
            continue
        whole = LongRun(run.translate(_URL_SAFE)) if len(run) >= _LONG_CHARS else None
        for part in in_slices(_PART.finditer(run)):
            tried = whole is None or whole.may_be_text(*part.span(), _SKIPS) or _OTHER.fullmatch(part.group())
            if not tried:
                continue
            if (found := _inside(part.group())) is not None:
                skip, plain = found
                yield start + part.start() + skip, start + part.end(), plain


def _inside(part: str) -> tuple[int, str] | None:
    """Return where in a part of a run a text begins, and the text: behind up to three other letters."""
    if len(part) > _SHORT_CHARS:
        return None
    # Small letters and digits alone are hexadecimal or nothing, which stands by itself.
    tries = 1 if part.islower() or part.isdigit() else _SKIPS
    for skip in range(min(tries, len(part) - 15)):
        plain = _decode(part[skip:])
        if plain is not None:
            return skip, plain
    return None


def _decode(value: str) -> str | None:
    """Return the text behind `value`, or None when it is none."""
    body = value.rstrip("=").translate(_URL_SAFE)
    if (digits := _HEX.fullmatch(body)) is not None and not len(digits[1]) % 2:
        plain = _text(bytes.fromhex(digits[1]), sure=True)
        # The number of a card may be hexadecimal by accident, unless it stands for a number, too.
        accident = digits[1].isdigit() and len(digits[1]) < _LONGER_THAN_CARDS
        if plain is not None and (not accident or _NUMBER.fullmatch(plain) is not None):
            return plain
    if body.isupper() and _BASE32.fullmatch(body) is not None and len(body) % 8 in (0, 2, 4, 5, 7):
        plain = _text(b32decode(body + "=" * (-len(body) % 8)), sure=True)
        if plain is not None:
            return plain
    if len(body) % 4 == 1 or body.islower() or body.isdigit():
        return None
    return _text(b64decode(body + "=" * (-len(body) % 4)), sure=False)


def _text(data: bytes, *, sure: bool) -> str | None:
    """Return what `data` says as text, or None; when not `sure`, other bytes may stand between."""
    codec, width = _codec(data)
    try:
        plain = data[: len(data) - len(data) % width].decode(codec)
    except ValueError:
        return None if sure else _strings(data)
    plain = without_width(plain)
    legible = "".join(char if char.isprintable() or char.isspace() else " " for char in plain)
    if legible == plain:
        return plain
    return None if sure else legible if width > 1 and _is_worded(legible) else _strings(data)


def _is_worded(text: str) -> bool:
    """Tell whether `text` is of words rather than of the signs that random bytes give."""
    return 5 * sum(char.isalnum() or char in " \n@._-:/" for char in text) >= 3 * len(text)


def _codec(data: bytes) -> tuple[str, int]:
    """Return the encoding and its width, by where most bytes are zero: of Latin text in UTF-16 every other one."""
    if b"\0" not in data:
        return "utf-8", 1
    zeros = tuple(data[place::4].count(0) * 8 > len(data) for place in range(4))
    return _CODECS.get(zeros, ("utf-8", 1))


_CODECS: dict[tuple[bool, ...], tuple[str, int]] = {
    (False, True, False, True): ("utf-16-le", 2),
    (True, False, True, False): ("utf-16-be", 2),
    (False, True, True, True): ("utf-32-le", 4),
    (True, True, True, False): ("utf-32-be", 4),
}


def _strings(data: bytes) -> str | None:
    """Return what is legible of a message that is mostly words of ASCII; of random bytes one in four is of a word."""
    words = len(data) - len(data.translate(None, _WORDS))
    if words < _LEAST_CHARS or 5 * words < 3 * len(data):
        return None
    if not data.translate(None, _LATIN):
        return data.decode("latin-1")
    # A value stands in one piece. A key of random bytes has legible ones here and there, and stays as it is.
    return None if _PIECE.search(data) is None else data.translate(_BLANKS).decode("ascii")
