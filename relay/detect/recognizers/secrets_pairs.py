"""Passwords whose label names a pair or stands behind them: `creds: app / …`, fields of forms, items of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import NOT_A_PASSWORD, bare_end
from relay.detect.entropy import is_odd, is_program_text, is_stand_in, stands_out
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.detect.secret_names import PASSWORDS
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "PairedPasswordRecognizer"]

_INPUT = r"[^<>]{0,300}?\svalue\s?=\s?(?P<q>\\?[\"'])(?P<value>[^\"'<>\n\\]{3,128})(?P=q)"
_IS_FIELD = re.compile(r"[^<>]{0,400}\stype\s?=\s?\\?[\"']?password\b", re.IGNORECASE)
# Another member of the same item, or a remark.
_MEMBER = r"\n[ \t]{1,24}(?:#[^\n]{0,120}|[A-Za-z_]\w{0,32}:[^\n]{0,120})"


class PairedPasswordRecognizer(RuleRecognizer):
    """Takes the password alone; the user's name stays."""

    name = "secrets_pairs"
    source = (
        "how people write log-ins down, own collection; HTML Living Standard (input); Kubernetes EnvVar; "
        "the Wi-Fi code of ZXing; as of 2026-12-01"
    )
    rules = (
        PatternRule(
            # `creds: app / …`, `u/p: app:…`
            entity_type="PASSWORD",
            regex=r"[\"'*)]{0,3}[ \t]{0,2}(?::|=|\sare|\sis|\s[–—-])\*{0,2}[ \t]{1,3}[\"'`*]{0,3}[^\s:/|\"'`<>]{2,64}"
            r"[\"'`*]{0,3}[ \t]{0,3}[/:|][ \t]{0,3}[\"'`*]{0,3}(?P<value>[^\s\"'`<>]{4,128})",
            trigger=r"\b(?:creds?|credentials|log[ -]?ins?|accounts?|access|zugang|zugangsdaten|identifiants|u/p|un/pw"
            r"|user(?:name)?s?\s?(?:/|\+|&|and)\s?(?:pass(?:word)?|pw|pwd)|benutzer\s?/\s?passwort)",
            end="",
            score=0.7,
            max_chars=300,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=_INPUT,
            trigger=r"<input\b",
            end="",
            score=0.8,
            max_chars=480,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # An item of YAML that has its value before its name.
            entity_type="PASSWORD",
            regex=r"\bvalue:[ \t]{1,4}(?P<q>[\"'])?"
            rf"(?P<value>(?(q)(?:(?!(?P=q))[^\n]){{4,96}}|[^\s\"'#]\S{{3,95}}))(?(q)(?P=q))"
            rf"[ \t]{{0,8}}(?:#[^\n]{{0,80}})?(?:{_MEMBER}){{0,2}}?\n[ \t]{{1,24}}name:[ \t]{{1,4}}[\"']?[\w.-]{{0,40}}"
            rf"(?:{PASSWORDS})[\"']?(?=\s|\Z)",
            trigger=rf"\n[ \t]{{1,24}}name:[ \t]{{1,4}}[\"']?[\w.-]{{0,40}}(?:{PASSWORDS})\b",
            start=r"(?<![\w.-])",
            end="",
            opens=r"\bvalue:",
            score=0.81,
            lead_chars=420,
            max_chars=64,
            ignore_case=True,
        ),
        PatternRule(
            # What a phone reads to join a network; signs of the form are escaped in it.
            entity_type="PASSWORD",
            regex=r"(?P<value>(?:\\[^\n]|[^;\\\n]){4,128})(?=;)",
            trigger=r"\bWIFI:(?:[A-Z]:[^;\n]{0,80};){0,4}P:",
            end="",
            score=0.82,
            max_chars=160,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the password unless it stands for one."""
        text, start, end, score = candidate.text, candidate.start, candidate.end, candidate.pattern.score
        if score == _PAIR:
            end = bare_end(text, start, end, ".,;:\"'`")
        value = text[start:end]
        if len(value) < _LEAST or is_stand_in(value) or value.lower() in NOT_A_PASSWORD:
            return
        if score == _PAIR and not stands_out(
            value, alone=_NAMES_PAIR.search(text, max(0, start - _NEAR), start) is not None
        ):
            return
        if score == _FIELD and not _is_password_field(text, start, value):
            return
        if score == _NAMED_LATER and not (text[start - 1] in "\"'" or is_odd(value) or not is_program_text(value)):
            return
        yield Span("PASSWORD", start, end, score, self.name)


_PAIR, _FIELD, _NAMED_LATER = 0.7, 0.8, 0.81
_LEAST = 4
_NEAR = 120
# Others are also what paths and choices stand behind: "login: docs/setup2", "access: read/write2".
_NAMES_PAIR = re.compile(r"(?:\bcred\w{0,10}|\bu/p|\bun/pw|/\s?(?:pass\w{0,4}|pwd?))\b[^\n]{0,80}\Z", re.IGNORECASE)


def _is_password_field(text: str, start: int, value: str) -> bool:
    """Tell whether the element that `value` is in is a field for a password, and no template fills it."""
    begin = text.rfind("<", max(0, start - _WIDEST_ELEMENT), start)
    return begin >= 0 and _IS_FIELD.match(text, begin + 1) is not None and _TEMPLATE.search(value) is None


_WIDEST_ELEMENT = 400
_TEMPLATE = re.compile(r"\{\{|<[%?]|\$\{|#\{|\{%")

PLUGINS = (PairedPasswordRecognizer,)
