"""Secrets on command lines, in files of log-ins, and as the second argument of a log-in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import NOT_A_PASSWORD
from relay.detect.entropy import is_odd, is_program_text, is_stand_in, looks_random
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.detect.secret_names import PASSWORDS
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "CommandSecretRecognizer", "is_password_of_option", "takes_glued", "takes_user"]

_VALUE = r"(?P<q>\\?[\"'])?(?P<value>(?(q)(?:(?!(?P=q))[^\n]){3,128}|[^\s\"'|<>]{3,128}))"
# The programs whose short option takes a password, by option. `-p` alone means a port or a folder elsewhere.
_PROGRAMS = {
    "-p": r"ps(?:exec|info|list|kill|service)(?:64)?|sshpass|(?:docker|podman|helm|oc|cf|az|nerdctl|crane|skopeo)\b"
    r".*\blogin|evil-winrm|crackmapexec|netexec|nxc|cme|xfreerdp|rdesktop|7za?|rar|unrar|ansible-vault|wmiexec"
    r"|mongo(?:sh|dump|restore)?|cqlsh|influx|tsql|ipmitool|rabbitmqadmin|lftp|snowsql",
    "-P": r"(?:un)?zip|sqlcmd|osql|bcp|isql|mosquitto_\w+|ipmitool|rsync|smbmap",
    "-a": r"redis-cli|ipmitool",
    "-c": r"snmp\w+|onesixtyone",
    "-A": r"snmp\w+",
    "-X": r"snmp\w+",
    "-w": r"ldap\w+|dsconf|kinit",
    "-k": r"openssl",
    "-pw": r"plink|pscp|psftp|putty|kitty",
}
_PROGRAM = {
    option: re.compile(rf"(?:^|[\s|;&(/\\$`\"'])(?:{names})(?:\.exe)?\b", re.IGNORECASE)
    for option, names in _PROGRAMS.items()
}
# Those whose `-p` has the password right behind it.
_GLUED = re.compile(r"(?:^|[\s|;&(/\\$`\"'])(?:mysql\w*|mariadb(?:-\w+)?|sshpass|mycli)(?:\.exe)?\s", re.IGNORECASE)
_TAKES_USER = re.compile(r"\b(?:curl|wget|https?|xh|smbclient|rpcclient|smbmap|smbget|cifs|mount|svn|lftp|aria2c)\b")
_HTTPIE = re.compile(r"(?:^|[\s$`\"'])(?:https?|xhs?)\s")
_AUTH = re.compile(r"\s-a[ =]?\\?[\"']?$")
_NEXT_COMMAND = re.compile(r"[;|&]\s")
_OPTION = re.compile(r"\s(-[a-zA-Z]{1,2})[ =]?\\?[\"']?$")
_FLAG = r"-\w{1,8}\s{1,3}(?:\d{1,2}\s{1,3})?"
_WORD = r"[^\s\"'|<>-][^\s\"'|<>]{0,96}\s{1,3}"
_READS = (
    r"sudo\s[^\n|]{0,40}-[a-zA-Z]{0,6}S\b|passwd\s[^\n|]{0,24}--stdin|chpasswd|smbpasswd\s[^\n|]{0,24}-[a-z]{0,4}s"
    r"|[^\n|]{1,80}--(?:password|passphrase|pass|token|secret)-(?:stdin|fd[ =]0)|kinit\b|cryptsetup\s|gh auth login"
    # As a literal: Hyperscan misses `chpasswd` beside one of its endings with a repeat before it.
    r"|sudo chpasswd"
)
_PORTS = re.compile(r"[\d.:/-]+(?:tcp|udp)?")
_LONGEST_LINE = 300


class CommandSecretRecognizer(RuleRecognizer):
    """Takes the password alone; the user's name and the option stay."""

    name = "secrets_commands"
    source = (
        "manual pages of the programs named; curl(1) for -u; netrc(5); PostgreSQL 17 section 32.16 (password file); "
        "constructors of common HTTP and mail libraries; as of 2026-11-29"
    )
    rules = (
        PatternRule(
            # `curl -u user:password`, `smbclient -U user%password`, `curl -u "key:"`.
            entity_type="PASSWORD",
            regex=_VALUE,
            trigger=r"\s(?:-[uUa]|--user|--proxy-user|--auth)(?:[ =]|\b)",
            end="",
            score=0.7,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            # `curl -u user:'password'`
            entity_type="PASSWORD",
            regex=r"[\w.@%+-]{1,64}:(?P<q>[\"'])(?P<value>(?:(?!(?P=q))[^\n]){3,128})(?P=q)",
            trigger=r"\s(?:-[uU]|--user|--proxy-user|--auth)(?:[ =]|\b)",
            end="",
            score=0.82,
            max_chars=210,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"[ =]?" + _VALUE,
            trigger=r"\s-(?:p|P|a|A|c|w|k|X|pw)\b|\s-p",
            end="",
            score=0.65,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"[ =]{1,2}" + _VALUE,
            trigger=r"\s--?[a-z-]{0,24}(?:password|passwd|passphrase|pwd|pass)[ =]?"
            r"|\s-(?:store|key|src|dest)?(?:store)?pass",
            end="",
            score=0.75,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            # `openssl -passin pass:…`, `xfreerdp /p:…`, `cmdkey /pass:…`
            entity_type="PASSWORD",
            regex=_VALUE,
            trigger=r"\s-pass(?:in|out)?[ =]pass:|\s/(?:p|pass|password):",
            end="",
            score=0.8,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            # `openssl -passout "pass:…"`
            entity_type="PASSWORD",
            regex=r"(?P<value>[^\"'\n]{3,128})(?=[\"'])",
            trigger=r"\s-pass(?:in|out)?[ =][\"']pass:",
            end="",
            score=0.8,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            # `htpasswd -b file user password`; with `-n` there is no file.
            entity_type="PASSWORD",
            regex=rf"\s{{1,3}}(?=(?:{_FLAG}){{0,4}}-\w{{0,6}}b)"
            rf"(?:(?=(?:{_FLAG}){{0,4}}-\w{{0,6}}n)(?:{_FLAG}){{1,5}}|(?:{_FLAG}){{1,5}}{_WORD}){_WORD}" + _VALUE,
            trigger=r"\bhtpasswd2?",
            end="",
            score=0.8,
            max_chars=360,
            follows=True,
        ),
        PatternRule(
            # What a program reads from a pipe: `echo … | sudo -S`, `… | docker login --password-stdin`, `… | chpasswd`.
            entity_type="PASSWORD",
            regex=r"\b(?:echo|printf)(?:\s-[neE]{1,3})?(?:\s[\"']%s(?:\\n)?[\"'])?\s{1,4}"
            + _VALUE
            + rf"(?(q)(?P=q))\s{{0,4}}\|\s{{0,4}}(?:{_READS})",
            trigger=rf"\|\s{{0,4}}(?:{_READS})",
            start="",
            end="",
            score=0.81,
            lead_chars=300,
            max_chars=340,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"\s{0,2}" + _VALUE,
            trigger=r"\bsudo\s[^\n|<]{0,40}-[a-zA-Z]{0,6}S\b[^\n|<]{0,80}<<<",
            end="",
            score=0.8,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            # netrc; `ENV PASSWORD …`; `setenv PASSWORD …`; SQL
            entity_type="PASSWORD",
            regex=r"\s{0,8}" + _VALUE,
            trigger=r"\blogin\s{1,8}[^\s]{1,64}\s{1,8}password\s|\b(?:setenv|ENV|setx|set -gx|set -x)\s{1,4}\w{0,40}"
            r"(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD)\s|IDENTIFIED BY "
            r"|ConvertTo-SecureString\s{1,3}(?:-\w{2,16}\s{1,3}){0,3}"
            r"|\bnet user\s{1,4}[\w.-]{1,32}\s"
            r"|\bnet use\s[^\n|]{1,96}/user:[^\s]{1,64}\s|\bmysqladmin\s[^\n|;]{0,64}\spassword\s",
            end="",
            score=0.8,
            max_chars=150,
            follows=True,
        ),
        PatternRule(
            # The user comes first; bundler has both in one word.
            entity_type="PASSWORD",
            regex=_VALUE,
            trigger=r"\brabbitmqctl\s{1,3}(?:-\S{1,32}\s{1,3}(?:\S{1,32}\s{1,3})?)?"
            r"(?:add_user|change_password|authenticate_user)\s{1,3}\S{1,64}\s{1,3}"
            r"|\b(?:composer|poetry)\s[^\n|;]{0,48}\bhttp-basic\.[\w.-]{1,64}\s{1,3}\S{1,64}\s{1,3}"
            r"|\bbundle\s{1,3}config\s{1,3}(?:set\s{1,3})?(?:--\w{1,10}\s{1,3}){0,2}[\w-]{1,48}\.[\w.:/-]{2,64}\s{1,3}[\w.@%+-]{1,64}:"
            r"|\bauth-pass\s{1,3}[\w.-]{1,64}\s{1,3}",
            end="",
            score=0.8,
            max_chars=150,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"(?P<q>')(?P<value>(?:[^'\n]|''){3,128})(?P=q)",
            trigger=r"(?:\b(?:create|alter)\s{1,3}(?:user|role)|\bgrant)\s[^;]{1,200}\sidentified\s{1,3}"
            r"(?:with\s{1,3}[\w\"'`]{1,40}\s{1,3})?(?:by|as)\s{1,3}",
            end="",
            score=0.8,
            max_chars=150,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # What a store of secrets or parameters is given: `--name …/password --value …`, `--secret-string …`.
            entity_type="PASSWORD",
            regex=r"[ =]{1,2}" + _VALUE,
            trigger=r"\s--(?:value|secret-string|body|plaintext)",
            end="",
            score=0.78,
            max_chars=140,
            follows=True,
        ),
        PatternRule(
            # Oracle: `jdbc:oracle:thin:user/password@…`, `sqlplus user/password@…`.
            entity_type="PASSWORD",
            regex=r"[\w.$#-]{1,64}/(?P<value>\"[^\"\n]{3,128}\"|[^\s/@\"'<>$][^\s@\"'<>]{2,127})(?=@)",
            trigger=r"\bjdbc:oracle:(?:thin|oci8?):|\b(?:sqlplus|sqlldr|expdp|impdp|rman) (?:-[A-Za-z]{1,2} )?",
            end="",
            score=0.83,
            max_chars=210,
            follows=True,
        ),
        PatternRule(
            # A line of .pgpass: host:port:database:user:password.
            entity_type="PASSWORD",
            regex=r"[\w*.-]{1,64}:[\w*.@-]{1,64}:(?P<value>(?:\\.|[^\s:\\]){4,128})(?=\s|$)",
            trigger=r":(?:\d{4,5}|\*):",
            end="",
            score=0.6,
            max_chars=270,
            follows=True,
        ),
        PatternRule(
            # `new NetworkCredential("user", "password")`, `HTTPBasicAuth('user', 'password')`
            entity_type="PASSWORD",
            regex=r"(?P<value>[^\"'\n]{3,128})(?=[\"'])",
            trigger=r"(?:credentials?|authentication|basic_?auth|authenticate|auth|log_?in|sign_?in|connect)[\"']?"
            r"[ :=]{0,3}\(\s{0,8}[\"'][^\"'\n]{1,96}"
            r"[\"'],\s{0,12}[\"']",
            end="",
            score=0.85,
            max_chars=140,
            ignore_case=True,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the password unless it stands for one or belongs to an option that takes something else."""
        text, start, end = candidate.text, candidate.start, candidate.end
        rule = self._rules[candidate.pattern.name]
        line = text[max(0, start - _LONGEST_LINE) : start].rpartition("\n")[2]
        if rule.score == _OF_USER:
            user, sign, password = text[start:end].partition(
                "%" if "%" in text[start:end] and ":" not in text[start:end] else ":"
            )
            if not sign or "//" in password or not (_TAKES_USER.search(line) or is_odd(password)):
                return
            # `-a` is another thing for most programs.
            if _AUTH.search(line) and not _HTTPIE.search(_NEXT_COMMAND.split(line)[-1]):
                return
            start, end = (start + len(user) + 1, end) if password else (start, start + len(user))
            if not password and not looks_random(user) and not (is_odd(user) and any(map(str.isdigit, user))):
                return
        if rule.score == _PIPED and ":" in text[start:end] and "chpasswd" in text[end : end + 32]:
            start = text.index(":", start) + 1
        quoted = text[start - 1 : start] in ('"', "'")
        while end > start and not quoted and text[end - 1] in ";,)`":
            end -= 1
        value = text[start:end]
        if (
            len(value) < _LEAST
            or value[0] in ("$<{" if quoted else "$-<{[(")
            or is_stand_in(value)
            or value.lower() in NOT_A_PASSWORD
        ):
            return
        if rule.score == _OF_SHORT_OPTION and value in _COMMUNITIES:
            return
        if rule.score == _OF_SHORT_OPTION and not is_password_of_option(line, value):
            return
        if rule.score == _OF_OPTION and not _is_password_of_long_option(text, start, end, line):
            return
        if rule.score == _STORED and not _is_stored(text, start, end):
            return
        if rule.score == _OF_LINE and not (is_odd(value) and _HOST.fullmatch(line)):
            return
        if rule.score == _OF_CALL and not is_odd(value) and not _NAMES_CREDENTIAL.search(line):
            return
        if rule.score == _SET and is_program_text(value) and not value.isalpha():
            return
        yield Span(rule.entity_type, start, end, rule.score, self.name)


# The scores of the rules, which tell them apart.
_OF_USER, _OF_SHORT_OPTION, _OF_OPTION, _SET, _OF_LINE, _OF_CALL, _PIPED = 0.7, 0.65, 0.75, 0.8, 0.6, 0.85, 0.81
_STORED = 0.78
_LEAST = 4
_COMMUNITIES = ("public", "private")  # what devices are delivered with
_HOST = re.compile(r"\s{0,8}(?:[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}|\*):(?:\d{4,5}|\*):[^:\s]{1,64}:[^:\s]{1,64}:")
_NAMES_CREDENTIAL = re.compile(
    r"(?:credentials?|authentication|auth)[\"']?[ :=]{0,3}\(\s*[\"'][^\"']*[\"'],\s*[\"']$", re.IGNORECASE
)


def _is_stored(text: str, start: int, end: int) -> bool:
    """Tell whether the command that the option is in stores a secret, or something that is named like one."""
    before = _COMMAND_END.split(text[max(0, start - _LONGEST_LINE) : start])[-1]
    behind = _COMMAND_END.split(text[end : end + _LONGEST_LINE])[0]
    return _STORES.search(f"{before} {behind}") is not None


_COMMAND_END = re.compile(r"(?<!\\)\r?\n|[;|&]\s")
_STORES = re.compile(
    r"\bSecureString\b|secretsmanager\s|\bkeyvault\s+secret\b|\b(?:gh|glab)\s+(?:secret|variable)\s|--name[ =]\S{0,96}"
    rf"(?:{PASSWORDS}|secret|token)\b",
    re.IGNORECASE,
)


def _is_password_of_long_option(text: str, start: int, end: int, line: str) -> bool:
    """Tell whether `--passphrase value` is written in a command; in prose and in manuals a word of theirs follows."""
    value = text[start:end]
    if _SOURCE.match(value):
        return False
    if is_odd(value):
        return "/" not in value and not is_program_text(value)
    if line[-1:] in ('"', "'"):
        return text[end : end + 1] == line[-1]
    return value.isalnum() and value.lower() not in _OF_MANUALS and _COMMAND.search(line) is not None


# A command with an option besides, or of a program that takes a passphrase.
_COMMAND = re.compile(
    r"(?:^|[|;&(]|\$)\s{0,8}(?:sudo )?(?:(?:\./)?[a-z][\w./-]{0,40}\s(?:[\w./:@-]{1,64}\s){0,4}--?[a-z]"
    r"|(?:gpg2?|restic|borg|cryptsetup|mysql\w*|pg_\w+|psql|mongo\w*|sqlplus|keytool|jarsigner|duplicity|rclone)\s)"
)
_OF_MANUALS_TEXT = (
    "option options flag flags argument arguments parameter parameters switch and or to for with is instead prompt "
    "file pw pwd word text string val value as on in at by of if when then must may should can will stdin"
)
_OF_MANUALS = frozenset(_OF_MANUALS_TEXT.split())
_SOURCE = re.compile(r"(?:pass|env|file|fd):")  # of openssl


def takes_glued(line: str) -> bool:
    """Tell whether a program in `line` has the password right behind `-p`."""
    return _GLUED.search(line) is not None


def takes_user(line: str) -> bool:
    """Tell whether a program in `line` takes a user and a password in one word."""
    return _TAKES_USER.search(line) is not None


def is_password_of_option(line: str, value: str) -> bool:
    """Tell whether a short option in `line` takes a password; directly behind `-p` stands one that looks like it."""
    line = _NEXT_COMMAND.split(line)[-1]
    option = _OPTION.search(line)
    if option is None or option[1] not in _PROGRAM:
        return False
    if line.rstrip("\\\"'").endswith("-p"):
        if line[-1] in "\"'" and _GLUED.search(line):
            return True
        return (is_odd(value) or _GLUED.search(line) is not None) and not _PORTS.fullmatch(value) and "/" not in value
    return _PROGRAM[option[1]].search(line) is not None and not _PORTS.fullmatch(value)


PLUGINS = (CommandSecretRecognizer,)
