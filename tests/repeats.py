"""Texts that are made of a unit again and again: every sign, pairs of signs, and long rests behind an opening."""

from __future__ import annotations

__all__ = ["OPENINGS", "PAIRS", "RESTS", "SIGNS", "repeated"]

ASCII = [chr(code) for code in range(32, 127)] + ["\t", "\n", "\r"]
# Letters of other scripts, marks, what has no width, tags, emoji, fillers, forms, digits, blanks, and what is no text.
OTHERS = [
    *"аеοσßİéñяЖשאعहกคの漢字カ한①٣０＠😀👩🇩",
    *("\u0301", "\u0308", "\u0345", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060", "\ufe0f", "\u3164", "\u115f"),
    *("\U000e0041", "\U000e0020", "\U0001d41a", "\u00a0", "\u2028", "\u0085", "\x00", "\ufdfa"),
]
SIGNS = ASCII + OTHERS
PAIRS = [one + other for one in SIGNS for other in SIGNS if one != other]
# Beginnings of what relay looks for.
OPENINGS = (
    *(
        "[",
        "[PERSON_1",
        "[PERSON_1](",
        "![[PERSON_1](",
        "[a](",
        "[a]: ",
        "https://",
        "https://[PERSON_1]@",
        "<a href='",
    ),
    *("<!--", "&#", "\\", '"\\', '{"a":"', '{"a":', "PERSON_", "-----BEGIN PRIVATE KEY-----", "mailto:", "\\u00", "%5"),
    *("password: ", "password: your", "token=my_", "C:\\Users\\", "/v1", "/openai/", "maria@", "data: ", "data:a;"),
    *(
        "=?utf-8?Q?",
        "=?utf-8?B?a?= ",
        "AB:c\n d",
        "dn: a\nb: c\n d",
        "[-",
        "x [-a-]{+",
        '{"alg":1}.{',
        "MAC=00:",
        "Authorization: Bearer ",
        "-----BEGIN&lt;",
        "sip:+49",
    ),
)
RESTS = (
    "a",
    "1",
    " ",
    "\\",
    '"',
    "/",
    "]",
    "<",
    "@",
    ".",
    "-",
    "_",
    "%4",
    "&",
    "é",
    "me",
    "aB",
    "v1/",
    "\\n",
    "a.b",
    "K7ß",
    "key=1",
)


def repeated(unit: str, size: int, opening: str = "") -> str:
    """Return `size` characters: an opening, and a unit as often as there is room."""
    return opening + (unit * (size // len(unit) + 1))[: size - len(opening)]
