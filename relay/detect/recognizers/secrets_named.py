"""Secrets beside their name: `.env` lines, YAML, JSON, program text, connection strings, and passwords in prose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.entropy import is_artefact, is_program_text, is_stand_in, looks_random
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "NamedSecretRecognizer"]

# What the last part of a name says about its value; the short ones must be a part of their own.
_PASSWORDS = (
    r"passw(?:or)?d|passphrase|passcode|passwort|kennwort|contraseña|senha|wachtwoord|mot[ _]?de[ _]?passe|(?:\b"
    r"|_)(?:pass|pwd)"
)
_KEYS = (
    r"secret|secret_?key|api[_-]?key|access_?key|auth_?key|private_?key|encryption_?key|signing_?key|master_?key"
    r"|account_?key"
    r"|hmac_?key|license_?key|key_?base|client_?secret|token|credentials?|connection_?string|(?:\b|_)(?:salt|dsn|sas)"
)
_ASSIGN = r"[\"'`\]]{0,2} ? ?(?::=|=>|=|:)"
_QUOTED = r"\"[^\"\n]{%d,%d}\"|'[^'\n]{%d,%d}'|`[^`\n]{%d,%d}`"
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
    "sometimes usually often probably easy hard simple long short good bad new old different same own"
)
_NOT_A_PASSWORD = frozenset(_WORDS_AFTER_IS.split())


_INDEXED = re.compile(r"[A-Za-z_][\w.]*\[[^\]]*\]?")


class NamedSecretRecognizer(RuleRecognizer):
    """Takes the value that stands under a secret-like name; never the name.

    A password may be anything; any other value must look random, because `token = next(tokens)` is no secret.
    """

    name = "secrets_named"
    source = "naming conventions of .env files, YAML, JSON and common connection strings; own choice, 2026-11-21"
    rules = (
        PatternRule(
            entity_type="PASSWORD",
            regex=r"\s{0,3}(?P<value>" + _QUOTED % (3, 128, 3, 128, 3, 128) + r"|[^\s\"'`,;<>]{4,128})",
            trigger=rf"(?:{_PASSWORDS}){_ASSIGN}",
            end="",
            score=0.8,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=r"\s{0,3}(?P<value>" + _QUOTED % (8, 1024, 8, 1024, 8, 1024) + r"|[^\s\"'`,;<>&]{8,1024})",
            trigger=rf"(?:{_KEYS}){_ASSIGN}",
            end="",
            score=0.8,
            max_chars=1040,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="AWS_SECRET_KEY",
            regex=r"\s{0,3}[\"']?(?P<value>[A-Za-z0-9/+]{40})",
            trigger=rf"secret_?(?:access_?)?key{_ASSIGN}",
            end=r"(?![A-Za-z0-9/+=])",
            score=0.95,
            max_chars=64,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"(?:\s(?:for|to|of|für|de|para|per|voor)\s[^\n.:;]{1,48}?)?(?:\s{0,2}(?:is|was|ist|lautet|war|est"
            r"|es|era|è|é|son"
            r"|are|->))(?:\s(?:now|set to|just|simply|still"
            r"|currently))?\s{1,2}[\"'`“”‘’«„*]{0,3}(?P<value>[^\s\"'`“”‘’»*]{4,64})",
            trigger=r"\b(?:password|passphrase|passcode|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord"
            r"|pin|pin code"
            r"|pwd|passwd|parola d'ordine)",
            end="",
            score=0.75,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r" {0,2}(?P<value>[^;\"'\s]{4,128})(?=;)",
            trigger=r"[;\"' ](?:pwd|password) ?=",
            end="",
            score=0.85,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # On a command line: `-psecret`, `--password secret`, `-u name:secret`.
            entity_type="PASSWORD",
            regex=r"(?P<value>[^\s\"':]{6,64})",
            trigger=r"\s(?:-p|--pass(?:word)?[ =]|-u ?[\w.@-]+:)[\"']?",
            end=r"(?=[\s\"'@]|$)",
            score=0.6,
            max_chars=80,
            follows=True,
        ),
        PatternRule(
            entity_type="TOTP_SEED",
            regex=r"\s{0,2}[\"']?(?P<value>(?:[A-Z2-7]{4}[ -]?){4,16}=*)",
            trigger=r"otpauth://[^\s\"']*[?&]secret=|\b(?:totp|otp|2fa|mfa|authenticator)(?:[ _-](?:secret|seed|key"
            r"|code))? ? ?(?:is|[:=])",
            end=r"(?![A-Z0-9])",
            score=0.85,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the value without its quotes when it is a value, not a stand-in or a piece of program text."""
        text, start, end = candidate.text, candidate.start, candidate.end
        quoted = text[start] in "\"'`" and text[end - 1] == text[start]
        if quoted:
            start, end = start + 1, end - 1
        else:
            field = _NEXT_FIELD.search(text, start, end)
            end = end if field is None else field.start()
            while end > start and text[end - 1] in ".,;:!?)]}\"'":
                end -= 1
        value = text[start:end]
        rule = self._rules[candidate.pattern.name]
        if len(value) < 3 or is_stand_in(value) or _is_next_setting(candidate.text, candidate.start, value):
            return
        if is_artefact(value) or _is_outcome(candidate.text, candidate.start, value):
            return
        prose = rule.score == 0.75
        if rule.entity_type == "PASSWORD":
            if value.lower() in _NOT_A_PASSWORD:
                return
            code = is_program_text(value) or _INDEXED.fullmatch(value) is not None
            if code and not (prose or quoted or _is_setting(text, start, end)):
                return
            if rule.score == 0.6 and not _odd(value):
                return
            if prose and not _odd(value):
                # A plain word right behind "password is" may be one; behind a longer phrase it is prose.
                if value[0] in "([{<" or value.endswith(("ed", "ing", "ly")):
                    return
                if quoted or not value.isalpha() or len(text[:start].rpartition("\n")[2].rpartition("assw")[2]) < 12:
                    yield Span(rule.entity_type, start, end, 0.5, self.name)
                return
        elif rule.entity_type == "SECRET_VALUE" and (not looks_random(value) or is_program_text(value) or " " in value):
            return
        yield Span(rule.entity_type, start, end, rule.score, self.name)


def _is_next_setting(text: str, start: int, value: str) -> bool:
    """Tell whether the value stands below its name and is itself a name with a sign: the setting is empty."""
    return _SETTING.match(value) is not None and "\n" in text[max(0, start - 4) : start]


_SETTING = re.compile(r"[\w.-]{1,64}[:=]")


def _is_outcome(text: str, start: int, value: str) -> bool:
    """Tell whether `value` is the name of a test behind the word PASS, as test runners print it."""
    return _OUTCOME.search(text, max(0, start - 12), start) is not None and not any(map(_SPECIAL.__contains__, value))


_OUTCOME = re.compile(r"(?<![\w-])PASS[\"']?:\s{0,4}$")
_SPECIAL = frozenset("!@$%^&*?")


def _is_setting(text: str, start: int, end: int) -> bool:
    """Tell whether the value is set as in a file of settings, where a word is a value and no variable.

    A name in capitals with an equals sign or, on a line of its own, a colon; a line `name=value` without a space.
    """
    if text[start - 1 : start] == "=" and text[start - 2 : start - 1].isupper():
        return True
    before = text[max(0, start - _LONGEST_NAME) : start].rpartition("\n")[2]
    behind = text[end : end + 1]
    return (not behind or behind in "\r\n") and _NAMED.fullmatch(before) is not None


_LONGEST_NAME = 80
_NAMED = re.compile(r"[ \t]{0,16}(?:- )?[A-Z][A-Z0-9_]{2,48}: ?|[a-z][\w.-]{2,48}=")
# Of a form or the query of a URL.
_NEXT_FIELD = re.compile(r"&[A-Za-z_]\w{0,32}=")


def _odd(value: str) -> bool:
    """Tell whether `value` is unlike a word of prose: it mixes letters with digits or signs."""
    return not value.isalpha() and (any(map(str.isdigit, value)) or any(char in "!@#$%^&*_+=~?" for char in value))


PLUGINS = (NamedSecretRecognizer,)
