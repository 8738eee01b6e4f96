r"""Tell where words and numbers end: between scripts, not between `\w` and `\W`.

One rule for recognizers, known values and the check of outbound bytes. Two neighbouring characters belong to one
word when both are

* Latin letters or ASCII digits, or
* letters or digits of other scripts that are written with spaces between words.

Everything else is a border: signs, an underscore, an emoji, a change between those two kinds, and every character of a
script that is written without spaces or glues endings to its words (Thai, Lao, Khmer, Myanmar, kana, Han, Hangul).

A value in fixed form (an address, a number with its own separators, a key with a prefix) is found beside every sign:
only a letter or digit goes on with it, and what `START`, `END` and the names below them say. Recognizers write these in
their look-arounds; `tests/unit/detect/test_surroundings.py` lists the exceptions.

A value of nine digits or more, and an address in four numbers, is nothing else by accident. Where it begins or ends
with a digit, a letter is a border, too: `v203.0.113.77`, `4111 1111 1111 1111and`.
"""

from __future__ import annotations

import re
from typing import Final

from relay.detect.expressions import walk

__all__ = [
    "BEHIND_A_SIGN",
    "BESIDE_PLUS",
    "END",
    "ESCAPE",
    "LATIN",
    "NO_DECIMAL",
    "NO_ESCAPE",
    "PIECE",
    "RUN",
    "START",
    "UNSPACED",
    "WORD",
    "is_all_unspaced",
    "is_bounded",
    "is_firm",
    "is_unspaced",
    "narrowed",
]

# Members of a character class: Latin letters and ASCII digits, by Unicode block.
LATIN: Final = "A-Za-z0-9\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
# By Unicode block: Thai, Lao, Tibetan to Myanmar, Hangul, Khmer, kana, Han, and the planes of rarer Han.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
_OTHER: Final = rf"[^\W_{LATIN}{_UNSPACED}]"
UNSPACED: Final = f"[{_UNSPACED}]"
_ANY_UNSPACED = re.compile(UNSPACED)
# A word within the borders above, and one with whatever stands between words, sign by sign.
WORD: Final = re.compile(f"[{LATIN}]+|{_OTHER}+")
PIECE: Final = re.compile(f"(?s:[{LATIN}]+|{_OTHER}+|.)")
_JOINED = re.compile(f"[{LATIN}]{{2}}|{_OTHER}{{2}}")
# Look-arounds of a value in fixed form, read as `narrowed` says.
START: Final = r"(?<!\w)"
END: Final = r"(?!\w)"
# Behind a percent sign, what is an escape of a URL (`%22maria`), and not the beginning of a word (`%daniel%` of SQL).
ESCAPE: Final = r"(?:0[09ADad]|[2-7][0-9A-Fa-f]|[C-F][0-9A-F](?=%))"
NO_ESCAPE: Final = rf"(?!(?<=%){ESCAPE})"
# A dot behind a digit makes a decimal of what comes, unless that has gaps: the item of a list, `1.4111 1111 1111 1111`.
NO_DECIMAL: Final = r"(?:(?<!\d\.)|(?=\d{4}[ -]\d{4}[ -]\d{4}))"
# A plus sign belongs to the digits behind it, but not where it joins them to a word or number.
BESIDE_PLUS: Final = r"(?:(?<!\+)|(?<=\w\+))"
# A colon that neither a word nor a colon stands before is none of the value behind it: `'ip':2001:db8::1`.
BEHIND_A_SIGN: Final = r"(?:(?<=:)(?<![0-9A-Za-z:]:))"
# A run of digits, by which such values are looked up.
RUN: Final = re.compile("[0-9]+")
_DIGITS: Final = "0123456789"
_FIRM: Final = re.compile(r"(?:[^0-9]*+[0-9]){9}")
_IN_FOUR: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def is_unspaced(text: str) -> bool:
    """Tell whether `text` holds letters of a script without spaces between words: it has no borders of its own."""
    return not text.isascii() and _ANY_UNSPACED.search(text) is not None


def is_all_unspaced(text: str) -> bool:
    """Tell whether `text` is nothing but letters of scripts without spaces between words."""
    return all(map(_ANY_UNSPACED.match, text))


def is_bounded(text: str, start: int, end: int) -> bool:
    """Tell whether the characters just outside of `text[start:end]` do not continue the words at its ends."""
    before = start > 0 and _JOINED.match(text, start - 1, start + 1)
    behind = end < len(text) and _JOINED.match(text, end - 1, end + 1)
    if not before and not behind:
        return True
    return is_firm(text[start:end]) and not (
        (before and (text[start] not in _DIGITS or text[start - 1] in _DIGITS))
        or (behind and (text[end - 1] not in _DIGITS or text[end] in _DIGITS))
    )


def is_firm(value: str) -> bool:
    """Tell whether `value` is nothing else by accident, whatever letters stand beside its digits."""
    # A value may be long, and be asked about wherever it stands.
    return _FIRM.match(value) is not None or _IN_FOUR.fullmatch(value) is not None


def narrowed(border: str) -> str:
    r"""Return a look-around with the Latin class for its `\w`, for values of Latin letters and digits.

    An underscore is no part of it. An expression whose value may hold underscores says so itself.
    """
    return walk(border, lambda sign, inside: (LATIN if inside else f"[{LATIN}]") if sign == r"\w" else sign)
