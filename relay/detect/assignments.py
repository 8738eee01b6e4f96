"""One grammar of assignments: how a name is joined to its value in settings, program text, markup and prose.

The grammar is independent of languages. Between the end of a name and its value stand, in this order: what closes the
name (quotes, brackets), perhaps a type, a sign (`=`, `:=`, `?=`, `::=`, `=>`, `:`, `==`, …), and what opens the value.
Instead of a sign there may be markup (`>`, `</key><string>`), the other half of a pair (`" value="`), the default of a
block (`variable "x" { default = `), or the comma or bracket of a call. All expressions begin where a name ends, are
bounded, and have no repeat inside an unbounded one.
"""

from __future__ import annotations

import re

from relay.detect.entropy import is_odd

__all__ = [
    "ARROWS",
    "BARS",
    "JOINT",
    "MARKUP",
    "NOT_A_PASSWORD",
    "SET",
    "TOLD",
    "WEAK",
    "bare_end",
    "extent",
    "is_setting",
    "name_before",
    "value",
    "widened",
]

# Members of a character class: arrows between a label and its value, and the bars of tables.
ARROWS = "→⇒➜➔⟶"
BARS = "|│┃"
# What closes a name: quotes, as they are or escaped, brackets, signs of Markdown, the end of an element.
_CLOSED = r"(?:\\{0,3}[\"'`]|[\])}*]|__|</\w{1,12}>){0,4}"
# What text is dressed in between a label's sign and its value: tags of text in HTML, the end of emphasis that the label
# is in, emphasis around the value.
_DRESS = (
    r"(?:(?:</?(?:b|strong|i|em|u|code|kbd|tt|samp|span|font|mark|pre|small|div|p|td|dd|br|a)(?:\s[^<>\n]{0,120})?/?>"
    r"|(?<=[:=])(?:\*{1,3}|__)(?=[ \t])|\*\*(?=[^\s*][^*\n]{2,128}\*\*))[ \t]{0,4}){0,4}"
)
# `: &str`, ` string`, `: Optional[str]`, `[32]`: only where an equals sign follows.
_TYPE = (
    r"(?:\[\d{0,4}\])?(?:(?::[ \t]?|[ \t])&?(?:'\w{1,12}[ \t])?(?:mut[ \t])?"
    r"[A-Za-z_][\w.:<>\[\]?&*|]{0,30}(?:[ \t]\|[ \t]\w{1,12})?)?"
)
# Between a call or a look-up and what counts if it has nothing: `get("password") or "…"`.
_OR = r"[ \t]{1,2}(?:or|\?\?|\|\|)[ \t]{1,2}(?=[\"'])"
_SIGN = (
    rf"(?:(?:(?<![\"'`]){_TYPE})?[ \t]{{0,16}}(?:[:?.+|&~]{{0,3}}={{1,3}}>?|!={{1,2}})"
    r"|[ \t]{0,16}(?:->|:{1,2}|\|\|))"
    r"(?:[ \t]{0,24}|\s{0,3})(?:[|>][+-]?\n[ \t]{1,24}|\\\r?\n[ \t]{0,24})?"
    rf"{_DRESS}"
    # `config.get("password") or "…"`
    rf"(?:[A-Za-z_][\w.]{{0,40}}[(\[][^()\[\]\n]{{0,60}}[)\]]{_OR}"
    # `SecretStr("…")`, `Field(default="…")`, `environ.get("NAME", "…")`
    r"|[A-Za-z_][\w.:]{0,40}\((?:\w{1,16}=)?(?:[\"'][^\"'\n]{0,40}[\"'],[ \t]?)?(?=[\"']))?"
)
_CALL = r"(?<=[\"'`])[ \t]{0,4},\s{0,12}(?=\\{0,3}[brufBRUF@]{0,2}\\{0,3}[\"'`])|\(\s{0,8}(?=[\"'`])"
# Between the members `name` and `value` of YAML: remarks and other members, but no next item.
_BETWEEN = r"(?:\n[ \t]{1,24}(?:#[^\n]{0,120}|(?!value)[A-Za-z_]\w{0,32}:[^\n]{0,120})){1,4}"
_PAIR = (
    rf"(?:{_BETWEEN})?"
    r"[ \t]{0,4},?\s{0,24}\\?[\"']?(?:(?:simple_?|string_?)?value|default|content|val)\\?[\"']?[ \t]{0,4}[:=][ \t]{0,4}"
)
_BLOCK = r"[ \t]{0,4}\{[^{}]{0,240}?\bdefault[ \t]{0,16}=[ \t]{0,8}"
# Attributes of the element that is named: `<password type="text">`. A name in quotes is one itself.
_ATTRIBUTES = r"(?:(?<=[\w])(?:[ \t]{1,4}[\w:.-]{1,32}=(?:\"[^\"<>\n]{0,160}\"|'[^'<>\n]{0,160}')){1,3})?"
_MARKUP = rf"{_ATTRIBUTES}[ \t]{{0,4}}(?:</\w{{2,16}}>\s{{0,24}}<\w{{2,16}})?>\s{{0,8}}(?:<!\[CDATA\[)?"

# `Password { get; set; } = "…"`
_PROPERTY = r"[ \t]{1,4}\{[ \t]{0,2}(?:get|set|init)\b[^{}\"'\n]{0,40}\}[ \t]{0,4}=[ \t]{0,4}(?=[@$]?\")"

# Whose it is: "Password for app@db: …", "[sudo] password for nora: …".
_OF = (
    r"[ \t](?:for|of|für|de|para|per|voor)[ \t][^\n:={}()<>;,]{1,64}:[ \t]{1,3}"
    rf"{_DRESS}"
)

# What a prompt stands for without an answer: "Secret Access Key [None]: …".
_PROMPT = (
    r"[ \t]{1,2}(?:\[[^\[\]\n]{1,48}\]"
    r"|\((?:none|empty|blank|default|optional|current|hidden|leave|enter)[^()\n]{0,40}\))"
    rf"[ \t]?:[ \t]{{1,4}}{_DRESS}"
)

# A name is set to what follows.
SET = rf"{_CLOSED}(?:{_SIGN}|{_PAIR}|{_CALL}|{_BLOCK}|{_PROPERTY}|{_OF}|{_PROMPT}|(?<=[)\]]){_OR})"
# What stands between a name and a value without saying that one follows: a blank, an arrow, the bar of a table.
WEAK = rf"{_CLOSED}(?:[ \t]{{0,16}}(?:[{ARROWS}›~]|[{BARS}])[ \t]{{0,16}}|[ \t]{{1,3}}){_DRESS}"
# What joins a label to a short number: a plain sign, an arrow, a bar; or the number is on the line below.
JOINT = (
    rf"(?:{_CLOSED}[ \t]{{0,4}}(?::=?|=>?|[{ARROWS}]|[{BARS}])[ \t]{{0,4}}{_DRESS}[\"'`]{{0,2}}"
    r"|[*_:]{0,3}[ \t]{0,3}\r?\n[ \t]{0,4})"
)
# A name is an element, or the text of one, and the value the text of that or the next: `<password>…</password>`.
MARKUP = rf"{_CLOSED}{_MARKUP}(?P<value>[^<\n]{{3,512}}?)(?=\s{{0,8}}(?:\]\]>)?</)"
# A sentence, a log or a command names a value: "the token is …", "token - …", "token …".
TOLD = (
    rf"{_CLOSED}(?:[ \t](?:for|in|on|of|für|para|pour)[ \t][\w.-]{{1,24}})?(?:[ \t]\([\w .-]{{1,24}}\))?"
    r"(?:[ \t](?:is|was|are|ist|lautet|war|est|es|era|è|é|to|of)"
    r"(?:[ \t](?:now|set to|just|simply|still|currently))?:?|[ \t][-–—=]{1,2}|[ \t]?:)?[ \t]{1,4}"
)


def value(least: int, most: int) -> str:
    """Return the expression of a value of `least` to `most` characters: inside quotes, or up to a space."""
    return (
        r"(?:[brufnBRUFN@]{1,2}(?=\\{0,3}[\"'`])|[\"'`](?=\\{1,3}[\"'`]))?"
        # Of three quotation marks the last opens a value that is one word.
        r"(?:\"\"(?=\"[^\s\"]{4,512}\"{3})|''(?='[^\s']{4,512}'{3}))?(?P<q>\\{0,3}[\"'`])?"
        rf"(?P<value>(?(q)(?:(?!(?P=q))(?:\\.|[^\n\\])){{{min(least, 3)},{most}}}"
        rf"|[^\s\"'`<][^\s<]{{{least - 1},{most}}}))(?(q)(?P=q))"
    )


# Where an unquoted value may end before the next space.
_DELIMITER = re.compile(r"[\"'`,;>]")
# The next field of a form, a URL or a connection string.
_NEXT_FIELD = re.compile(r"[&;,][A-Za-z_][\w .-]{0,32}=|\\+[nrt]|\]\]$|</?[A-Za-z][A-Za-z0-9]{0,9}[ />]")
# A label of up to three words, in any script, alone before its value.
_NAME_PART = r"[^\s:=\"'`(){}<>,;|&?]"
_OWN_LINE = re.compile(
    rf"[ \t]{{0,24}}(?:[-*] |export |set |ENV |ARG )?{_NAME_PART}{{2,64}}(?: {_NAME_PART}{{1,32}}){{0,2}}"
    r"[ \t]{0,8}[:=：＝][ \t]{0,8}"
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LONGEST_LINE = 120


def extent(text: str, start: int, end: int, *, code: bool = True) -> tuple[int, int, bool]:
    """Return where the value at `start` to `end`, as the grammar found it, really ends, and whether it is quoted.

    A value alone on its line goes to the end of the line; another one ends at the first sign that may end it. A full
    stop, comma or bracket behind a value is no part of it, nor is a question mark in prose; an exclamation mark is.
    `code`: the text may be a program's.
    """
    opening = text[start - 1 : start]
    if opening and opening in "\"'`" and text[end : end + 1] in (opening, "\\"):
        return start, end, True
    field = _NEXT_FIELD.search(text, start, end)
    end = end if field is None else field.start()
    no_part = ".,;:\"'`?" if " " in _line(text, start).strip(" \t-*") else ".,;:\"'`"
    if not _is_own_line(text, start, end):
        for delimiter in _DELIMITER.finditer(text, start, end):
            # A comma or semicolon may stand inside of a password; in program text, of one that is one without the rest.
            odd = is_odd(text[start : delimiter.start() if code else end])
            if delimiter.group() not in ",;" or not odd:
                end = delimiter.start()
                break
    end = bare_end(text, start, end, no_part)
    if is_odd(text[start:end]) and text[start - 1 : start] != "=" and _OWN_LINE.fullmatch(_line(text, start)):
        end = widened(text, end)
    return start, end, False


def bare_end(text: str, start: int, end: int, no_part: str) -> int:
    """Return where an unquoted value ends without what stands behind it.

    That is: signs of `no_part`, marks that are on no keyboard, a bracket that the value does not open, and what closes
    emphasis, a cell or a comment that opens on the line before it.
    """
    line = _line(text, start)
    while end > start:
        last = text[end - 1]
        closer = _CLOSER.match(text, max(start, end - 3), end)
        unpaired = last in _PAIRS and text.count(_PAIRS[last], start, end) < text.count(last, start, end)
        if unpaired or last in no_part or last in _MARKS:
            end -= 1
        elif closer is not None and _OPENER[closer.lastgroup or ""].search(line) is not None:
            end = closer.start(closer.lastgroup or 0)
        else:
            break
    return end


_MARKS = "…“”„‘’«»「」『』《》（）【】。、，；：！？"
_CLOSER = re.compile(
    r".{0,2}?(?:(?P<strong>\*\*)|(?P<emphasis>\*)|(?P<gone>~~)|(?P<cell>\|)|(?P<c>\*/)|(?P<html>-->?))\Z"
)
_OPENER = {
    "strong": re.compile(r"(?<![^\s|])\*\*(?=\w)"),
    "emphasis": re.compile(r"(?<![^\s|])\*(?=\w)"),
    "gone": re.compile(r"(?<![^\s|])~~(?=\w)"),
    "cell": re.compile(r"^\s*\|"),
    "c": re.compile(r"/\*"),
    "html": re.compile(r"<!--"),
}


def widened(text: str, end: int, *, ascii_only: bool = False) -> int:
    """Return where an unquoted value of several words ends: those of its line that have digits or signs, too.

    With `ascii_only` all words of ASCII go on, and a word ends where another script begins.
    """
    expression = _ASCII_WORD if ascii_only else _NEXT_WORD
    while word := expression.match(text, end):
        if not (ascii_only or is_odd(word[1])) or not any(map(str.isalnum, word[1])) or word[1][-1] == ":":
            break
        end = word.end(1)
    return end


_NEXT_WORD = re.compile(r"[ \t]{1,3}([^\s\"'`<>|()\[\]{},;=]{1,64})(?![^\s.,;])")
_ASCII_WORD = re.compile(r"[ \t]{1,3}([!#-&*-+\--:?-Z^_a-z~]{1,64})(?![=(\[{|<>\"'`])")


def _is_own_line(text: str, start: int, end: int) -> bool:
    return text[end : end + 1] in ("", "\r", "\n") and _OWN_LINE.fullmatch(_line(text, start)) is not None


def _line(text: str, start: int) -> str:
    """Return what stands on the line before `start`."""
    return text[max(0, start - _LONGEST_LINE) : start].rpartition("\n")[2]


def is_setting(text: str, start: int, end: int) -> bool:
    """Tell whether the value is set as in a file of settings, where a word is a value and no variable.

    A name in capitals with an equals sign or, on a line of its own, a colon; a line `name=value` without a space.
    """
    if text[start - 1 : start] == "=" and text[start - 2 : start - 1].isupper():
        return True
    before = _line(text, start)
    behind = text[end : end + 1]
    return (not behind or behind in "\r\n") and _NAMED.fullmatch(before) is not None


_NAMED = re.compile(r"[ \t]{0,16}(?:- )?[A-Z][A-Z0-9_]{2,48}: ?|[a-z][\w.-]{2,48}=")


def name_before(text: str, start: int, words: re.Pattern[str]) -> str:
    """Return the last name before the value at `start` that ends in one of `words`, with the word before it if a space
    parts them; empty when there is none near.
    """
    begin = end = -1
    for match in words.finditer(text, max(0, start - _FARTHEST), start):
        if text[match.start() - 2 : match.start()] != "</":  # the end of an element names nothing
            begin, end = match.span()
    if begin < 0:
        return ""
    first = max(0, begin - _LONGEST_NAME)
    parts = 0
    while begin > first:
        before = text[begin - 1]
        if before == " " and not parts and text[begin - 2 : begin - 1].isalpha():
            parts = 1
        elif not (before.isalnum() or before in "_.$-"):
            break
        begin -= 1
    return text[begin:end]


_FARTHEST = 320
_LONGEST_NAME = 40


# Words that follow "password is" without being one.
_WORDS_AFTER_IS = (
    "not the a an my your our their his her its wrong incorrect invalid required missing too very already "
    "still same correct expired reset protected hashed encrypted stored changed needed empty weak strong "
    "secure safe case sensitive at least being set used sent saved shown hidden valid always never only "
    "also that this what when where which who why how and or but for from with without into on in of to "
    "by as if is was are be been has have had will would should can could may must nicht falsch ungültig "
    "erforderlich abgelaufen ist incorrecta incorrecto obligatorio requis errata manager policy field "
    "input reset hash prompt box form page screen login user username email address protected correct "
    "only just given unknown here there then shown blank none null about between because until while when now "
    "await lambda yield typeof sizeof sometimes usually often probably easy hard simple long short good bad new old "
    "different same own"
)
NOT_A_PASSWORD = frozenset(_WORDS_AFTER_IS.split())
