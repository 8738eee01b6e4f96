"""Passwords beside their label without an equals sign or colon: behind a blank, an arrow, the bar of a table, below it.

Where no sign says that a value follows, only what is hardly anything else counts (`entropy.stands_out`); less is
enough where a verb or a command says that a password is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import ARROWS, BARS, NOT_A_PASSWORD, WEAK, bare_end, name_before
from relay.detect.entropy import is_odd, is_program_text, is_stand_in, reads_as_words, stands_out
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.detect.secret_names import PASSWORD_NAME, PASSWORDS, SUFFIX, is_own_part
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "PasswordBesideRecognizer"]

_ONE_WORD = r"(?P<value>[^\s\"'`|<>][^\s\"'`|<>]{3,127})"
_QUOTES = r"[\"'`“”„‘’*]{0,3}"
# Sentences: "set the password to …", "the password was changed to …", "Passwort auf … gesetzt".
_SETS = re.compile(
    r"\b(?:re)?(?:set|chang|updat|switch|rotat|setz|änder|stell)(?:e|en|ed|es|t|ting|ing)?\b[^\n.:;]{0,40}\Z",
    re.IGNORECASE,
)
_IS_SET = re.compile(r"\b(?:re)?(?:set|changed|updated|switched|rotated)\s", re.IGNORECASE)
_SET_BEHIND = re.compile(r"[\"'`”’]?\s(?:um)?(?:ge)?(?:setz|änder|stell)(?:t|en|e)?\b", re.IGNORECASE)
# Commands that give a key the value behind it.
_STORES = re.compile(
    r"(?:^|[\s;|&])(?:SET(?:NX|EX)?|HSET|kv put|etcdctl(?:\s\S{1,32}){0,3} put)\s[^\s]{0,96}\Z|(?:require|auth-)pass\Z"
    r"|masterauth\Z",
    re.IGNORECASE,
)
# A label alone on its line, with marks of lists, quotations and headings.
_ALONE = re.compile(r"[ \t>#*_|\d.)-]{0,12}(?:[^\W\d_][\w'-]{0,15} ){0,2}[\w-]{0,24}\Z")
_VERB = re.compile(r"(?<![\w-])pass\Z", re.IGNORECASE)
_ITEM = re.compile(
    r"[ \t]{0,24}- (?P<q>[\"'])?(?P<value>[^\s\"'#][^\s\"']{3,127})(?(q)(?P=q))[ \t]*(?:#[^\n]*)?(?:\n|\Z)"
)
_MOST_ITEMS = 64
_LONGEST_LINE = 160


class PasswordBesideRecognizer(RuleRecognizer):
    """Takes the password alone."""

    name = "secrets_beside"
    source = "how people and forms write passwords down, own collection; as of 2026-12-01"
    rules = (
        PatternRule(
            entity_type="PASSWORD",
            regex=rf"{SUFFIX}{WEAK}{_QUOTES}{_ONE_WORD}",
            trigger=rf"(?:{PASSWORDS})",
            end="",
            score=0.7,
            max_chars=240,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"(?:\s(?:for|of|für|de)\s[^\s]{1,40})?"
            r"(?:\s(?:(?:was|is|has been|must be)\s)?(?:re)?(?:set|changed|updated|switched|rotated))?"
            rf"\s(?:back )?(?:to|auf|zu)(?: be)?:?\s{_QUOTES}{_ONE_WORD}",
            trigger=rf"(?:{PASSWORDS})",
            end="",
            score=0.71,
            max_chars=240,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"(?:[ \t>]{0,8}\r?\n){0,2}[ \t>]{0,8}"
            rf"{_QUOTES}{_ONE_WORD}(?={_QUOTES}[ \t]{{0,8}}(?:\r?\n|\Z))",
            trigger=rf"(?:{PASSWORDS})[*_:\"?]{{0,3}}[ \t]{{0,3}}\r?\n",
            end="",
            score=0.72,
            max_chars=180,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # A list: `passwords:` and an item a line.
            entity_type="PASSWORD",
            regex=r"[ \t]{0,24}- [\"']?(?P<value>[^\s\"'#][^\s\"']{3,127})",
            trigger=r"(?:passwords|passphrases|passwörter|passwds|pwds|kennwörter)[\"']?:[ \t]{0,4}\r?\n",
            end="",
            score=0.73,
            max_chars=180,
            ignore_case=True,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the value if it is one in this place."""
        text, start, score = candidate.text, candidate.start, candidate.pattern.score
        if score == _LISTED:
            yield from self._items(text, text.rfind("\n", 0, start) + 1)
            return
        end = bare_end(text, start, candidate.end, ".,;:\"'`")
        value = text[start:end]
        if not value or is_stand_in(value) or value.lower() in NOT_A_PASSWORD:
            return
        if not is_own_part(name_before(text, start, PASSWORD_NAME)):
            return
        believed = {_BEHIND: _is_behind, _SET_TO: _is_set_to, _BELOW: _is_below}[score]
        if believed(text, start, end):
            yield Span("PASSWORD", start, end, score, self.name)

    def _items(self, text: str, place: int) -> Iterable[Span]:
        for _ in range(_MOST_ITEMS):
            item = _ITEM.match(text, place)
            if item is None:
                return
            place, value = item.end(), item["value"]
            if is_odd(value) and not is_program_text(value) and not is_stand_in(value) and value[-1] != ":":
                yield Span("PASSWORD", item.start("value"), item.end("value"), _LISTED, self.name)


_BEHIND, _SET_TO, _BELOW, _LISTED = 0.7, 0.71, 0.72, 0.73


def _label(text: str, start: int) -> str:
    """Return the text up to the end of the last name of a password before `start`."""
    before = text[max(0, start - _LONGEST_LINE) : start]
    end = 0
    for name in PASSWORD_NAME.finditer(before):
        end = name.end()
    return before[:end]


def _is_behind(text: str, start: int, end: int) -> bool:
    """Tell whether the value stands behind a command that stores it, or stands out behind anything."""
    label = _label(text, start).rpartition("\n")[2]
    value = text[start:end]
    if _STORES.search(label):
        return is_odd(value) and not is_program_text(value) and value[0] not in "-@<"
    if text[start - 1] in " \t" and _VERB.search(label) and text[start - 2] not in _SIGNS:
        return False
    in_cell = _IN_CELL.search(text, max(0, start - _NEAR), start) is not None
    ends = _ENDS_CELL.match(text, end) is not None
    if in_cell and not ends:
        return False  # the first word of a cell of several
    return stands_out(value, alone=in_cell and ends and _NAMED_CELL.search(label) is not None)


_SIGNS = f"{ARROWS}›{BARS}~"
_NAMED_CELL = re.compile(rf"(?:^|[{BARS}])[ \t*_`>-]{{0,12}}(?:[\w-]{{1,16}} ){{0,1}}[\w-]{{0,16}}\Z")
_IN_CELL = re.compile(rf"[{BARS}{ARROWS}›][ \t]{{0,16}}[\"'`*]{{0,3}}\Z")
_ENDS_CELL = re.compile(rf"[\"'`*.,;]{{0,4}}[ \t]{{0,256}}(?:[{BARS}\r\n]|\Z)")
_NEAR = 24


def _is_set_to(text: str, start: int, end: int) -> bool:
    """Tell whether a verb says that the value becomes the password."""
    label = _label(text, start)
    line = text[max(0, start - _LONGEST_LINE) : start].rpartition("\n")[2]
    if not (_SETS.search(label.rpartition("\n")[2]) or _IS_SET.search(line) or _SET_BEHIND.match(text, end, end + 24)):
        return False
    value = text[start:end]
    if text[start - 1] in "\"'`" and text[end : end + 1] == text[start - 1]:
        return True
    words = reads_as_words(value) and _WORD_AND_NUMBER.fullmatch(value) is None
    return is_odd(value) and not words and not is_program_text(value) and any(map(str.isalpha, value))


_WORD_AND_NUMBER = re.compile(r"[A-Za-z]{3,24}\d{1,8}")


def _is_below(text: str, start: int, end: int) -> bool:
    """Tell whether the label stands alone above the value."""
    label = _label(text, start).rpartition("\n")[2]
    return _ALONE.fullmatch(label) is not None and not _VERB.search(label) and stands_out(text[start:end], alone=True)


PLUGINS = (PasswordBesideRecognizer,)
