"""Secrets beside their name: `.env` lines, YAML, JSON, program text, markup, connection strings, prose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import MARKUP, NOT_A_PASSWORD, SET, TOLD, extent, is_setting, name_before, value
from relay.detect.entropy import (
    is_artefact,
    is_digest,
    is_mixed,
    is_odd,
    is_program_text,
    is_random_key,
    is_reference,
    is_stand_in,
    looks_random,
    reads_as_words,
    stands_out,
)
from relay.detect.overlap import CERTAIN
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.detect.secret_names import PASSWORD_NAME, PASSWORDS, SECRET_NAME, SECRETS, SUFFIX, is_own_part
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "NamedSecretRecognizer"]

# In `key="TOKEN" value="…"` and `<key>token</key><string>…` the value of `key` is a name, and read as one.
_NO_PAIR = r"(?!(?<=[\s<\"']key)(?:>|[\"']?[ \t]?[:=][ \t]?[\"'][^\"'\n]{0,64}[\"'],?\s{1,24}[\"']?value))"
# Keys of rows, caches, maps and keyboards are no secrets; nor is a public one.
_OTHER_KEY = re.compile(
    r"(?:primary|foreign|public|pub|sort|partition|cache|row|hash|range|natural|surrogate|index|unique|object|s3|bucket"
    r"|idempotency|translation|i18n|locale|lookup|group|routing|dedup\w*|message|map|dict|json|config|settings?|storage"
    r"|session|registry|host|known|event|query|react|col(?:umn)?|field|data|item|node|tree|order|search|hot|short|arrow"
    r"|tab|enter|escape|function|modifier|meta|feature|flag|metric|trace|kms|state|record|doc(?:ument)?|entity|user"
    r"|mon|tur|don|hoc|joc|whis|answer|legend|store|lock|job|task|parent|child)[ _.-]?keys?$",
    re.IGNORECASE,
)
_OWN_KEY = re.compile(
    r"(?:^|[\W_])(?:my|our|private|wallet|eth\w*|deployer|signing|access|api|secret)[ _.-]?key$", re.IGNORECASE
)
_SECRET_KEY = re.compile(
    r"(?:secret|api|access|auth|private|encryption|signing|master|account|hmac|license)[_-]?key$", re.IGNORECASE
)
# Names whose values are keys and nothing else.
_KEY_ALONE = re.compile(r"(?:api|secret|client|access|auth|private)[ _.-]?(?:key|secret|token)$", re.IGNORECASE)
_BARE_KEY = re.compile(r"(?:[\w.-]* |[\W_]*|.*\.)keys?", re.IGNORECASE)
_CLIENT_ID = re.compile(r"id$", re.IGNORECASE)
_ID = re.compile(r"\d{12,24}")
_BRACED = re.compile(r"\{[A-Za-z0-9+/=_-]{24,256}\}")
# The value of a call's next argument, or quoted directly behind the name.
_LOOSE = re.compile(r"(?:,\s{0,12}|\((?:\w{1,16}=)?\s{0,8}|\w[ \t]{1,4})[brufBRUF@]{0,2}\\{0,3}[\"'`]$")
# An element that is a password; elsewhere in markup stand labels and messages, too.
_ELEMENT = re.compile(
    rf"(?:<[\w:.-]{{0,32}}(?:{PASSWORDS})[\w.-]{{0,16}}>\s{{0,8}}(?:<!\[CDATA\[)?|</key>\s{{0,24}}<string>\s{{0,8}})$",
    re.IGNORECASE,
)
# An element that is a password and says how it is written; and what it says, which is no value.
_DESCRIBED = re.compile(
    rf"<[\w:.-]{{0,32}}(?:{PASSWORDS})[\w.-]{{0,16}}[ \t][^<>]{{1,360}}>\s{{0,8}}(?:<!\[CDATA\[)?$", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"<[\w:.-]{1,64}[ \t]{1,4}(?:type|kind|format|encoding|encrypted|plain|hash|algorithm|id|class|name|lang|style"
    r"|required|hidden|xmlns(?::\w{1,16})?|xsi:\w{1,16})\s?=\s?[\"']$",
    re.IGNORECASE,
)
# The end of a prompt that shows its default.
_PROMPTED = re.compile(r"[ \t](?:\[[^\[\]\n]{1,48}\]|\([^()\n]{1,48}\))[ \t]?:[ \t]{1,4}\S{0,3}$")
# A call that sets a variable or gives what it is without one: there a word is a value, too.
_DEFAULT = re.compile(
    r"(?:getenv|environ\.get|setdefault|\benv|\bdefine|setenv|putenv|setProperty|getProperty|getOrDefault)"
    r"\(\s{0,8}[\"'][\w.]{1,64}[\"'],\s{0,12}[\"']$|\bset_?\w{1,40}\(\s{0,8}[\"']$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"[A-Za-z0-9+/_=.~:-]{14,1024}")
_WORDY_KEY = re.compile(r"[A-Za-z0-9_+/=-]{16,1024}")
_INDEXED = re.compile(r"[A-Za-z_][\w.]*\[[^\]]*\]?")


# Shorter than what `looks_random` judges, behind names that mean nothing else.
_SHORT_SECRET = re.compile(r"[!-~]{8,11}")
_NAMES_SECRET = re.compile(r"(?:secret|token)$", re.IGNORECASE)


class NamedSecretRecognizer(RuleRecognizer):
    """Takes the value that stands under a secret-like name; never the name.

    A password may be anything; any other value must look random, because `token = next(tokens)` is no secret.
    """

    name = "secrets_named"
    source = "naming conventions of .env files, YAML, JSON, markup and program text; own choice, 2026-11-29"
    rules = (
        PatternRule(
            entity_type="PASSWORD",
            regex=SUFFIX + rf"(?:{SET}|[ \t]{{1,3}}(?=[\"'`]))" + value(4, 128),
            trigger=rf"(?:{PASSWORDS})",
            end="",
            score=0.8,
            max_chars=480,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=_NO_PAIR + SUFFIX + SET + value(8, 1024),
            trigger=rf"(?:{SECRETS})",
            end="",
            score=0.8,
            max_chars=1400,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=SUFFIX + MARKUP,
            trigger=rf"(?:{PASSWORDS})",
            end="",
            score=0.85,
            max_chars=1000,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=_NO_PAIR + SUFFIX + MARKUP,
            trigger=rf"(?:{SECRETS})",
            end="",
            score=0.85,
            max_chars=1000,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=SUFFIX + TOLD + value(14, 512),
            trigger=rf"(?:{SECRETS})",
            end="",
            score=0.7,
            max_chars=560,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # `"value" == password`
            entity_type="PASSWORD",
            regex=r"(?P<q>[\"'`])(?P<value>(?:(?!(?P=q))[^\n]){6,96})(?P=q) ?(?:={2,3}|!={1,2}) ?[\w.$>-]{0,32}"
            rf"(?:{PASSWORDS}|token|secret|api_?key)\b",
            trigger=rf"[\"'`] ?[=!]={{1,2}} ?[\w.$>-]{{0,32}}(?:{PASSWORDS}|token|secret|api_?key)",
            start="",
            end="",
            score=0.65,
            lead_chars=170,
            max_chars=170,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="AWS_SECRET_KEY",
            regex=SET + r"(?:\\{0,3}[\"'`])?(?P<value>[A-Za-z0-9/+]{40})",
            trigger=r"secret[_ ]?(?:access[_ ]?)?key",
            end=r"(?![A-Za-z0-9/+=])",
            score=0.95,
            max_chars=400,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"(?:\s(?:for|to|of|für|de|para|per|voor)\s[^\n.:;]{1,48}?)?(?:\s{0,2}(?:is|was|ist|lautet|war|est"
            r"|es|era|è|é|son"
            r"|are|->|-|–|—))(?:\s(?:now|set to|just|simply|still"
            r"|currently))?\s{1,2}[\"'`“”‘’«„*]{0,3}(?P<value>[^\s\"'`“”‘’»*]{4,64})",
            trigger=r"\b(?:password|passphrase|passcode|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord"
            r"|pin|pin code"
            r"|pwd|pw|passwd|parola d'ordine)",
            end="",
            score=0.75,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            # ODBC and JDBC write what holds a semicolon in braces.
            regex=r" {0,2}(?P<b>\{)?(?P<value>(?(b)[^}\"'\n]|[^;\"'\s]){4,128})(?(b)\})(?=;)",
            trigger=r"[;\"' ](?:pwd|password) ?=",
            end="",
            score=0.85,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # `${db.password:…}` of Spring, `${PASSWORD:-…}` of a shell: what it is when nothing sets it.
            entity_type="PASSWORD",
            regex=r":(?:-|(?![-?+=]))(?P<value>[^{}$\n](?:[^{}$\n]|\$(?!\{)){2,127})(?=\})",
            trigger=rf"\$\{{[\w.-]{{0,64}}(?:{PASSWORDS})",
            end="",
            score=0.84,
            max_chars=140,
            ignore_case=True,
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
        text, rule = candidate.text, self._rules[candidate.pattern.name]
        if rule.entity_type in ("AWS_SECRET_KEY", "TOTP_SEED"):
            yield from super().check(candidate)
            return
        start, end, quoted = candidate.start, candidate.end, True
        if rule.score not in (_IN_MARKUP, _IN_VARIABLE):
            if any(expression.search(text, max(0, start - 100), start) for expression in (_VARIABLE, _ATTRIBUTE)):
                return
            start, end, quoted = extent(text, start, end)
        if _BRACED.fullmatch(text, start, end) and looks_random(text[start + 1 : end - 1]):
            start, end, quoted = start + 1, end - 1, True
        found = text[start:end]
        if len(found) < 3 or is_stand_in(found) or is_artefact(found) or _is_next_setting(text, start, found):
            return
        if rule.entity_type == "PASSWORD":
            yield from self._password(text, start, end, quoted, rule)
        else:
            yield from self._secret(text, start, end, quoted, rule)

    def _password(self, text: str, start: int, end: int, quoted: bool, rule: PatternRule) -> Iterable[Span]:
        found = text[start:end]
        if found.lower() in NOT_A_PASSWORD or _is_other(text, start, found):
            return
        told = rule.score == _PROSE
        code = is_program_text(found) or _INDEXED.fullmatch(found) is not None
        if code and not (told or quoted or (is_setting(text, start, end) and not is_reference(found))):
            return
        in_label = rule.score == _IN_MARKUP and _is_in_label(text, start, found)
        in_call = quoted and _is_in_call(text, start)
        if in_label or rule.score == _COMPARED or in_call:
            # In a call, a comparison or a label of a form a word is no value: `put("password", "hint")`.
            if not is_odd(found) or code or " " in found or reads_as_words(found):
                return
            if in_call and rule.score != _COMPARED and not is_own_part(name_before(text, start, PASSWORD_NAME)):
                return
        elif told:
            if not is_odd(found):
                # A plain word right behind "password is" may be one; behind a longer phrase it is prose.
                if found[0] in "([{<" or text[start - 2] in "-–—" or found.endswith(("ed", "ing", "ly")):
                    return
                if quoted or not found.isalpha() or len(text[:start].rpartition("\n")[2].rpartition("assw")[2]) < 12:
                    yield Span(rule.entity_type, start, end, 0.5, self.name)
                return
        elif not is_own_part(name_before(text, start, PASSWORD_NAME)):
            return
        # A password that holds a mail address is none, and is covered whole.
        score = CERTAIN if "@" in found and (quoted or is_setting(text, start, end)) else rule.score
        yield Span(rule.entity_type, start, end, score, self.name)

    def _secret(self, text: str, start: int, end: int, quoted: bool, rule: PatternRule) -> Iterable[Span]:
        found = text[start:end]
        name = name_before(text, start, SECRET_NAME)
        key = _is_key_alone(name, found)
        random = key or _is_random(text, start, end, quoted)
        if " " in found or not (random or _ID.fullmatch(found)) or (is_program_text(found) and not key):
            return
        if not quoted and _INDEXED.fullmatch(found):
            return
        if not name or not is_own_part(name):
            return
        if _CLIENT_ID.search(name):
            if not reads_as_words(found) and _COMPACT.fullmatch(found):
                yield Span("ID_NUMBER", start, end, rule.score, self.name)
            return
        if _ID.fullmatch(found):
            return
        loose = rule.score == _NAMED_IN_PROSE or (quoted and _LOOSE.search(text, max(0, start - 24), start) is not None)
        if loose and (reads_as_words(found) or not _COMPACT.fullmatch(found)):
            return
        if name.lower().endswith(("key", "keys")) and not (key or _SECRET_KEY.search(name) or _opens(name, found)):
            return
        yield Span(rule.entity_type, start, end, rule.score, self.name)


# The scores of the rules whose values are judged more strictly.
_IN_MARKUP, _IN_VARIABLE, _PROSE, _NAMED_IN_PROSE, _COMPARED = 0.85, 0.84, 0.75, 0.7, 0.65
# What stands behind a colon there is an operator and its operand: `${PASSWORD:-…}`, `${PASSWORD:?…}`.
_VARIABLE = re.compile(r"\$\{[\w.-]{1,96}:\Z")


def _is_in_label(text: str, start: int, found: str) -> bool:
    """Tell whether the value in markup is the text of a form: in no element that is a password, or words in one."""
    if _ELEMENT.search(text, max(0, start - 80), start):
        return False
    described = _DESCRIBED.search(text, max(0, start - 420), start) is not None
    return not described or not is_odd(found) or " " in found


def _is_in_call(text: str, start: int) -> bool:
    """Tell whether the quoted value is an argument of a call that does not set it, or behind a word."""
    return (
        _LOOSE.search(text, max(0, start - 24), start) is not None
        and _DEFAULT.search(text, max(0, start - 120), start) is None
    )


def _is_key_alone(name: str, found: str) -> bool:
    """Tell whether the value is a key where `name` means nothing else, though it may not look random elsewhere."""
    return is_random_key(found) and _KEY_ALONE.search(name) is not None


def _is_random(text: str, start: int, end: int, quoted: bool) -> bool:
    return looks_random(text[start:end]) or _is_short_secret(text, start, end, quoted)


def _is_short_secret(text: str, start: int, end: int, quoted: bool) -> bool:
    """Tell whether what is too short for `looks_random` is plainly random, under a name that means nothing else."""
    return (
        _SHORT_SECRET.fullmatch(text, start, end) is not None
        and is_mixed(text[start:end])
        and (quoted or is_setting(text, start, end))
        and _NAMES_SECRET.search(name_before(text, start, SECRET_NAME)) is not None
    )


def _opens(name: str, found: str) -> bool:
    """Tell whether a key called `name` opens something: it does not name a row, a file or a digest."""
    if _OTHER_KEY.search(name) or reads_as_words(found) or not _COMPACT.fullmatch(found):
        return False
    if _BARE_KEY.fullmatch(name) and not _OWN_KEY.search(name):
        return _WORDY_KEY.fullmatch(found) is not None and not is_digest(found) and "-" not in found
    return True


def _is_next_setting(text: str, start: int, value: str) -> bool:
    """Tell whether the value stands below its name and is itself a name with a sign: the setting is empty."""
    return _SETTING.match(value) is not None and "\n" in text[max(0, start - 4) : start]


_SETTING = re.compile(r"[\w.-]{1,64}[:=]")


def _is_other(text: str, start: int, value: str) -> bool:
    """Tell whether a name means another thing here: PASS a test, PWD a folder, a prompt its hint."""
    return _is_outcome(text, start, value) or _is_folder(text, start, value) or _is_hint(text, start, value)


def _is_hint(text: str, start: int, value: str) -> bool:
    """Tell whether words stand behind what looks like a prompt: `password [required]: at-least-8`."""
    prompted = _PROMPTED.search(text, max(0, start - 72), start) is not None
    return prompted and not (looks_random(value) or stands_out(value))


def _is_folder(text: str, start: int, value: str) -> bool:
    """Tell whether `value` is the folder that a shell is in, or was: `PWD=/srv/app`, `"OLDPWD": "/"`."""
    return _PATH.match(value) is not None and _WORKING.search(text, max(0, start - 24), start) is not None


_PATH = re.compile(r"~?/(?:[\w.~ @+-]+(?:/|$|[;:,\"' ])|$)|[A-Za-z]:[\\/]")
_WORKING = re.compile(r"(?<![\w.-])(?:OLD)?PWD[\"'\])]{0,2}\s{0,3}(?::|={1,2}|=>)\s{0,3}[\"']?$", re.IGNORECASE)


def _is_outcome(text: str, start: int, value: str) -> bool:
    """Tell whether `value` is the name of a test behind the word PASS, as test runners print it."""
    return _OUTCOME.search(text, max(0, start - 12), start) is not None and not any(map(_SPECIAL.__contains__, value))


_OUTCOME = re.compile(r"(?<![\w-])PASS[\"']?:\s{0,4}\Z")
_SPECIAL = frozenset("!@$%^&*?")


PLUGINS = (NamedSecretRecognizer,)
