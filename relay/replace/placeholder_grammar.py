"""The closed grammar of a placeholder as models write it back: which texts stand for which issued placeholder.

A placeholder is `[`, words of ASCII letters and digits joined by `_`, `]`. What models make of it, and nothing more:

    form     opens with              words joined by                             closes with
    bracket  [ ［ 【 &#91; &lsqb;…    _ \\_ - (dashes) space, line wrap, &#95;…     ] ］ 】 &#93; &rsqb;…
    escaped  \\[                      the same                                    \\]
    percent  %5B                     _ - %5F %20                                 %5D
    bare     a word boundary         _ \\_                                        a word boundary
    upper    a word boundary         _ \\_ - or one space, all in capitals        a word boundary

Letter case is free but in the last form. A separator may have blanks around it, so may the words inside brackets. In
the text of a JSON document there are more backslashes, and brackets and lines may be written `\\uXXXX`.

This says what has the shape of a placeholder; what was issued is for the caller to know. Every expression is linear:
repetitions are bounded, and no two of them can share out the same text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from relay.types import Encoding

__all__ = ["WORD_CHARS", "Grammar", "grammar", "key_of"]

# What continues a word: scripts that join letters into words. In others (Chinese, Thai, Hangul with its particles) a
# placeholder without brackets stands directly beside text.
WORD_CHARS: Final = r"0-9A-Za-z_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f"

_WORD = "[0-9A-Za-z]{1,40}+"
_UPPER = "[0-9A-Z]{1,40}+"
_MORE = "{0,8}"  # further words
_DASHES = r"\-\u2010\u2011\u2012\u2013\u2212\uff0d"
_BLANK = r"[ \t\u00a0]"
_FLAGS = re.IGNORECASE | re.ASCII


@dataclass(frozen=True, slots=True)
class Grammar:
    """The expressions for one encoding.

    `full` matches a text with the shape of a complete placeholder; the group that matched is its form and holds its
    words. It takes something to follow where the form ends at a word boundary; `final` is for when nothing more comes.
    `search` also finds, as group `part`, a text that reaches the end and may still become a placeholder. `opening` and
    `separator` take such a text apart.
    """

    search: re.Pattern[str]
    full: re.Pattern[str]
    final: re.Pattern[str]
    opening: re.Pattern[str]
    separator: re.Pattern[str]
    longest_blank: int  # characters
    longest_sign: int  # characters of a bracket or line with its backslashes

    def longest(self, key: str) -> int:
        """Return how many characters a text that stands for the placeholder of `key` can have."""
        return len(key) + (key.count("_") + 2) * (2 * self.longest_blank + self.longest_sign)


@cache
def grammar(encoding: Encoding) -> Grammar:
    """Return the grammar for text as it is, or for the text of a JSON document. The first call takes some 40 ms."""
    return _build(encoding)


def key_of(words: str, expressions: Grammar) -> str:
    """Return the words of a match as they stand between the brackets of the canonical placeholder."""
    return expressions.separator.sub("_", words).upper()


def _either(*choices: str) -> str:
    return f"(?:{'|'.join(choices)})"


def _beginnings(text: str) -> str:
    """Return an expression for the proper, non-empty beginnings of a literal text."""
    nested = ""
    for char in reversed(text[:-1]):
        nested = f"{re.escape(char)}(?:{nested})?" if nested else re.escape(char)
    return nested


def _signs(entities: tuple[str, ...], plain: str, code_points: tuple[str, ...], *, json: bool) -> tuple[str, str]:
    """Return expressions for a sign in all its spellings and for the beginnings of the long ones."""
    full = [f"[{plain}]", *(f"(?-i:{entity})" if entity[1] != "#" else entity for entity in entities)]
    part = [_beginnings(entity) for entity in entities]
    if json:
        full += [rf"\\{{1,8}}+u{code}" for code in code_points]
        part += [r"\\{1,8}+" + f"(?:{_beginnings('u' + code + '.')})?" for code in code_points]
    return _either(*full), _either(*part)


def _build(encoding: Encoding) -> Grammar:
    json = encoding is Encoding.JSON
    backslash = r"\\{1,8}+" if json else r"\\"
    wrap = r"(?:\\{1,8}+[nr]){1,2}+" if json else r"(?:\r\n|\n|\r)"
    blank = rf"(?:{_BLANK}?{wrap}{_BLANK}{{0,8}}+(?:>{_BLANK}?)?|{_BLANK}{{1,2}}+)"

    open_full, open_part = _signs(
        ("&#91;", "&#x5b;", "&lsqb;", "&lbrack;"), r"\[\uff3b\u3010", ("005b", "ff3b", "3010"), json=json
    )
    close_full, close_part = _signs(
        ("&#93;", "&#x5d;", "&rsqb;", "&rbrack;"), r"\]\uff3d\u3011", ("005d", "ff3d", "3011"), json=json
    )
    line_full, line_part = _signs(
        ("&#95;", "&#x5f;", "&lowbar;"), rf"_{_DASHES}\uff3f", ("005f", "ff3f", "2011", "2013"), json=json
    )
    # `blank?` alone is no separator; each alternative begins differently after it, so they share out nothing.
    separator = rf"(?:{blank}?(?:{backslash})?{line_full}{blank}?|{blank})"
    separator_part = rf"{blank}?(?:{backslash}|{line_part})"
    words = rf"{_WORD}(?:{separator}{_WORD}){_MORE}"
    some_words = rf"{_WORD}(?:{separator}{_WORD}){_MORE}(?:{separator})?"

    percent_separator = rf"(?:[_{_DASHES}]|%5f|%20)"
    bare_separator = rf"(?:{backslash})?_"
    upper_separator = rf"(?:(?:{backslash})?[_{_DASHES}]|[ \u00a0])"
    upper = rf"(?-i:{_UPPER})"

    before = rf"(?<![{WORD_CHARS}])"
    if json:  # the n of an escaped line end continues no word
        before = rf"(?:{before}|(?<=\\[nrtbf]))"
    after, goes_on = rf"(?![{WORD_CHARS}])", rf"(?=[^{WORD_CHARS}])"

    def complete(end: str) -> str:
        return "|".join(
            (
                rf"{open_full}{blank}?(?P<bracket>{words}){blank}?{close_full}",
                rf"{backslash}\[{blank}?(?P<escaped>{words}){blank}?{backslash}\]",
                rf"%5b(?P<percent>{_WORD}(?:{percent_separator}{_WORD}){_MORE})%5d",
                rf"{before}(?P<upper>(?-i:[A-Z]){upper}?(?:{upper_separator}{upper}){{1,8}}){end}",
                rf"{before}(?P<bare>[a-z](?:[0-9a-z]{{0,39}}+)(?:{bare_separator}{_WORD}){{1,8}}+){end}",
            )
        )

    partial = "|".join(
        (
            rf"{open_full}(?:{blank}?(?:{some_words})?(?:{separator_part}|{blank}?{close_part})?)\Z",
            rf"{open_part}\Z",
            rf"{backslash}(?:\[(?:{blank}?(?:{some_words})?(?:{separator_part}|{blank}?{backslash})?))?\Z",
            rf"%(?:5(?:b(?:{_WORD}(?:{percent_separator}{_WORD}){_MORE})?(?:{percent_separator}|%[52]?)?)?)?\Z",
            rf"{before}[a-z](?:[0-9a-z]{{0,39}}+)(?:{bare_separator}{_WORD}){_MORE}(?:{bare_separator}|{backslash})?\Z",
            rf"{before}(?-i:[A-Z]){upper}?(?:{upper_separator}{upper}){_MORE}(?:{upper_separator}|{backslash})?\Z",
        )
    )
    return Grammar(
        search=re.compile(rf"(?P<part>{partial})|{complete(goes_on)}", _FLAGS),
        full=re.compile(complete(goes_on), _FLAGS),
        final=re.compile(complete(after), _FLAGS),
        opening=re.compile(rf"(?:{open_full}|{backslash}\[|%5b){blank}?", _FLAGS),
        separator=re.compile(rf"{separator}|%5f|%20", _FLAGS),
        longest_blank=1 + (18 if json else 2) + 8 + 2,
        longest_sign=8 + 13 if json else 1 + 8,
    )
