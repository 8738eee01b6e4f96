"""Secrets beside their name: `.env` lines, YAML, JSON, program text, connection strings, and passwords in prose."""

from __future__ import annotations

from collections.abc import Iterable

from relay.detect.entropy import is_program_text, is_stand_in, looks_random
from relay.detect.rules import WORD_START, Rule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "NamedSecretRecognizer"]

# What the last part of a name says about its value.
_PASSWORDS = (
    "passw(?:or)?d|passwd|pwd|pass|passphrase|passcode|passwort|kennwort|contrase(?:ñ|n)a|senha|wachtwoord"
    "|mot[ _]?de[ _]?passe"
)
_KEY_NAMES = (
    "secret|secret_?key|api_?key|apikey|access_?key|auth_?key|private_?key|encryption_?key|signing_?key|master_?key"
    "|account_?key"
    "|client_?secret|app_?secret|shared_?secret|token|access_?token|auth_?token|refresh_?token|bearer_?token"
    "|api_?token|bot_?token"
    "|session_?token|credentials?|webhook_?secret|hmac_?key|jwt_?secret|salt|license_?key|connection_?string|dsn"
    "|key_?base|sas"
)
_ASSIGN = r"[\"'`\]]{0,2}\s{0,3}(?::=|=>|=|:)\s{0,3}"
_IN_PROSE = (
    r"(?:password|passphrase|passcode|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord|parola d'ordine"
    r"|pin(?:\scode)?|pwd|passwd)"
)
# Words that follow "password is" without being one.
_WORDS_AFTER_IS = (
    "not the a an my your our their his her its wrong incorrect invalid required missing too very already "
    "still same correct expired reset protected hashed encrypted stored changed needed empty weak strong "
    "secure safe case sensitive at least being set used sent saved shown hidden valid always never only "
    "also that this what when where which who why how and or but for from with without into on in of to "
    "by as if is was are be been has have had will would should can could may must nicht falsch ungültig "
    "erforderlich abgelaufen ist incorrecta incorrecto obligatorio requis errata manager policy field "
    "input reset hash prompt box form page screen login user username email address protected correct"
)
_NOT_A_PASSWORD = frozenset(_WORDS_AFTER_IS.split())


class NamedSecretRecognizer(RuleRecognizer):
    """Takes the value that stands under a secret-like name; never the name.

    A password may be anything; any other value must look random, because `token = next(tokens)` is no secret.
    """

    name = "secrets_named"
    source = "naming conventions of .env files, YAML, JSON and common connection strings; own choice, 2026-11-21"
    rules = (
        Rule(
            entity_type="PASSWORD",
            regex=rf"(?:[\w.-]{{0,40}}?)(?:{_PASSWORDS}){_ASSIGN}(?P<value>\"[^\"\n]{{3,128}}\"|'[^'\n]{{3,128}}'"
            rf"|`[^`\n]{{3,128}}`"
            r"|[^\s\"'`,;<>]{4,128})",
            trigger=r"(?:passw(?:or)?d|passwd|pwd|pass|passphrase|passcode|passwort|kennwort|contraseña|senha"
            r"|wachtwoord"
            r"|mot_?de_?passe)[\"'`\]]{0,2}\s?\s?(?:=|:)",
            start=r"(?<![A-Za-z0-9])",
            end="",
            score=0.8,
            lead_chars=56,
            max_chars=200,
            ignore_case=True,
        ),
        Rule(
            entity_type="SECRET_VALUE",
            regex=rf"(?:[\w.-]{{0,40}}?)(?:{_KEY_NAMES}){_ASSIGN}(?P<value>\"[^\"\n]{{8,1024}}\"|'[^'\n]{{8,1024}}'"
            rf"|`[^`\n]{{8,1024}}`"
            r"|[^\s\"'`,;<>&]{8,1024})",
            trigger=r"(?:secret|key|token|credentials?|salt|connection_?string|dsn|key_?base"
            r"|sas)[\"'`\]]{0,2}\s?\s?(?:=|:)",
            start=r"(?<![A-Za-z0-9])",
            end="",
            score=0.8,
            lead_chars=64,
            max_chars=1100,
            ignore_case=True,
        ),
        Rule(
            entity_type="AWS_SECRET_KEY",
            regex=rf"(?:aws_?)?secret_?(?:access_?)?key(?:_?id)?{_ASSIGN}[\"']?(?P<value>[A-Za-z0-9/+]{{40}})",
            trigger=r"secret_?(?:access_?)?key[\"'`\]]{0,2}\s?\s?(?:=|:)",
            start=r"(?<![A-Za-z0-9])",
            end=r"(?![A-Za-z0-9/+=])",
            score=0.95,
            lead_chars=40,
            max_chars=110,
            ignore_case=True,
        ),
        Rule(
            entity_type="PASSWORD",
            regex=rf"{_IN_PROSE}(?:\s(?:for|to|of|für|de|para|per|voor)\s[^\n.:;]{{1,48}}?)?(?:\s{{0,2}}(?:is|was|ist"
            rf"|lautet|war|est|es|era|è|é|son|are"
            r"|->))(?:\s(?:now|set to|just|simply|still|currently))?\s{0,2}[\"'`“”‘’«„*]{0,"
            r"3}(?P<value>[^\s\"'`“”‘’»*]{4,64})",
            trigger=r"(?:password|passphrase|passcode|passwort|kennwort|contrase.a|mot de passe|senha|wachtwoord|pin"
            r"|pin code|pwd|passwd"
            r"|parola d'ordine)[ :=-]",
            start=WORD_START,
            end="",
            score=0.75,
            lead_chars=24,
            max_chars=160,
            ignore_case=True,
        ),
        Rule(
            entity_type="PASSWORD",
            regex=r"(?:pwd|password|user id|uid)\s{0,2}=\s{0,2}(?P<value>[^;\"'\s]{4,128})(?=;)",
            trigger=r"(?:pwd|password)\s?\s?=\s?\s?[^;\s]{1,64};",
            start=r"(?<=[;\"'\s])",
            end="",
            score=0.85,
            lead_chars=90,
            max_chars=150,
            ignore_case=True,
        ),
        Rule(
            entity_type="PASSWORD",
            regex=r"(?:-p|--password[ =]|--pass[ =]|-u\s?[\w.@-]{1,40}:|sshpass -p\s?)[\"']?(?P<value>[^\s\"']{6,64})",
            trigger=r"\s(?:-p ?[^\s-]|--pass|-u ?[\w.@-]+:)",
            start=r"(?<=\s)",
            end="",
            score=0.6,
            lead_chars=64,
            max_chars=140,
        ),
        Rule(
            entity_type="TOTP_SEED",
            regex=r"(?:otpauth://[^\s\"']{0,200}?[?&]secret=|(?:totp|otp|2fa|mfa|authenticator)(?:[ _-](?:secret|seed"
            r"|key|code))?\s{0,2}(?:is|[:=])\s{0,2})"
            r"(?P<value>(?:[A-Z2-7]{4}[ -]?){4,16}=*)",
            trigger=r"(?:otpauth://|(?:totp|otp|2fa|mfa|authenticator)(?:[ _-](?:secret|seed|key|code))? ? ?(?:is"
            r"|[:=]))",
            start=r"(?<![A-Za-z0-9])",
            end=r"(?![A-Z0-9])",
            score=0.85,
            lead_chars=48,
            max_chars=320,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the value without its quotes when it is a value, not a stand-in or a piece of program text."""
        text, start, end = candidate.text, candidate.start, candidate.end
        quoted = text[start] in "\"'`" and text[end - 1] == text[start]
        if quoted:
            start, end = start + 1, end - 1
        else:
            while end > start and text[end - 1] in ".,;:!?)]}\"'":
                end -= 1
        value = text[start:end]
        rule = self._rules[candidate.pattern.name]
        if len(value) < 3 or is_stand_in(value):
            return
        prose = rule.score == 0.75
        if rule.entity_type == "PASSWORD":
            if value.lower() in _NOT_A_PASSWORD or (not prose and not quoted and is_program_text(value)):
                return
            if prose and not _odd(value):
                # A plain word right behind "password is" may be one; behind a longer phrase it is prose.
                if quoted or not value.isalpha() or len(text[:start].rpartition("\n")[2].rpartition("assw")[2]) < 12:
                    yield Span(rule.entity_type, start, end, 0.5, self.name)
                return
        elif rule.entity_type == "SECRET_VALUE" and (not looks_random(value) or is_program_text(value) or " " in value):
            return
        yield Span(rule.entity_type, start, end, rule.score, self.name)


def _odd(value: str) -> bool:
    """Tell whether `value` is unlike a word of prose: it mixes letters with digits or signs."""
    return not value.isalpha() and (any(map(str.isdigit, value)) or any(char in "!@#$%^&*_+=~?" for char in value))


PLUGINS = (NamedSecretRecognizer,)
