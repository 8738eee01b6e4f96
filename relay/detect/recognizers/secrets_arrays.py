"""Passwords among the words of a command that an array or a list holds: `["--password", "…"]`, `- -p…`.

The quotes, commas and dashes between the words are what blanks are on a command line, and the same programs and
options count (`secrets_commands`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import NOT_A_PASSWORD
from relay.detect.entropy import is_odd, is_program_text, is_stand_in
from relay.detect.recognizers.secrets_commands import is_password_of_option, takes_glued, takes_user
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "ArraySecretRecognizer"]

_LONG = r"--?[a-z-]{0,24}(?:password|passwd|passphrase|pwd|pass|masterauth)"
# From one word to the next: in a flow of JSON, YAML or a program; in a list of YAML, an item a line.
_NEXT = r"(?:\\?[\"']?[ \t]{0,4},\s{0,16}|[\"']?[ \t]{0,4}\r?\n[ \t]{0,24}-[ \t]{1,3})"
_WORD = r"(?P<q>\\?[\"'])?(?P<value>(?(q)(?:(?!(?P=q))[^\n]){3,128}|[^\s\"',\[\]{}]{3,128}))(?(q)(?P=q)|(?=\s|,|\]|\Z))"
_GLUED = r"(?P<value>[^\s\"',\\\[\]][^\"'\n\\]{2,127}?)(?=\\?[\"']|[ \t]{0,4}[,\]\n]|\Z)"
_BETWEEN = re.compile(rf"{_NEXT}\\?[\"']?|\[\s{{0,12}}\\?[\"']?|(?:^|\n)[ \t]{{0,24}}- \\?[\"']?|[\"']|\s+")
_FARTHEST = 300


class ArraySecretRecognizer(RuleRecognizer):
    """Takes the password alone; the option and the user's name stay."""

    name = "secrets_arrays"
    source = (
        "the commands of Dockerfiles, Compose and Kubernetes files, and arguments of subprocesses; as of 2026-12-01"
    )
    rules = (
        PatternRule(
            entity_type="PASSWORD",
            regex=r"\s{0,16}" + _WORD,
            trigger=rf"[\"' \t\[,]{_LONG}\\?[\"']?[ \t]{{0,4}}(?:,|\r?\n[ \t]{{0,24}}-[ \t])",
            end="",
            score=0.75,
            max_chars=180,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=r"\s{0,16}" + _WORD,
            trigger=r"[\"' \t\[,]-(?:p|P|a|A|c|w|k|X|pw|u|U|-user|-proxy-user)\\?[\"']?[ \t]{0,4}"
            r"(?:,|\r?\n[ \t]{0,24}-[ \t])",
            end="",
            score=0.65,
            max_chars=180,
            follows=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=_GLUED,
            trigger=r"[\"' ]-p",
            end="",
            score=0.66,
            max_chars=140,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the password if the words before it are an array's and their option takes one."""
        text, start, end, score = candidate.text, candidate.start, candidate.end, candidate.pattern.score
        line = _command(text, start)
        if line is None:
            return
        option = line.split()[-1]
        if option in _USERS:
            user, sign, _ = text[start:end].partition(":")
            start += len(user) + len(sign)
            if not sign or not takes_user(line):
                return
        value = text[start:end]
        if len(value) < _LEAST or value[0] in "-$<{/[" or is_stand_in(value) or value.lower() in NOT_A_PASSWORD:
            return
        if score == _BEHIND_LONG:
            quoted = text[start - 1] in "\"'"
            believed = (quoted and len(value) > _WORD_CHARS) or (
                is_odd(value) and (quoted or not is_program_text(value))
            )
        elif score == _GLUED_ON:
            believed = takes_glued(line) and is_password_of_option(line, value)
        else:
            believed = option in _USERS or is_password_of_option(line, value)
        if believed:
            yield Span("PASSWORD", start, end, score, self.name)


_BEHIND_LONG, _GLUED_ON = 0.75, 0.66
_USERS = ("-u", "-U", "--user", "--proxy-user")
_LEAST, _WORD_CHARS = 4, 5


def _command(text: str, start: int) -> str | None:
    """Return the words of the array before `start` as a command line; None where there is no array."""
    before = text[max(0, start - _FARTHEST) : start]
    begin = before.rfind("[")
    if begin < before.rfind("]"):
        begin = -1
    if begin < 0 and not _LISTED.search(before):
        return None
    begin = begin if begin >= 0 else _first_item(before)
    return " " + _BETWEEN.sub(" ", before[begin:]).lstrip()


# An item of YAML that is an option, or the value of the one above.
_LISTED = re.compile(r"(?:^|\n)[ \t]{0,24}- [\"']?(?:-[^\n]{0,80}\n[ \t]{0,24}- [\"']?|-p)\Z")


def _first_item(before: str) -> int:
    """Return where the items begin that stand line by line before the end of `before`."""
    lines = before.splitlines(keepends=True)
    begin = len(before)
    for line in reversed(lines):
        if not line.lstrip().startswith("- "):
            break
        begin -= len(line)
    return begin


PLUGINS = (ArraySecretRecognizer,)
