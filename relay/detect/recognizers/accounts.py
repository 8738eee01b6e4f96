"""User names, handles, home directories, machines and commit authors."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assistants import names_assistant
from relay.detect.entropy import is_program_text, is_stand_in
from relay.detect.products import SYSTEM_USERS
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "AccountRecognizer"]

# Words that follow a label without being a name; system accounts are not a person's, either.
_NOBODY_TEXT = (
    "user users username admin administrator root ubuntu debian centos ec2-user runner vscode node app web www "
    "www-data "
    "work jovyan public shared default guest test tests testuser demo dev build jenkins gitlab git github docker "
    "vagrant "
    "pi oracle postgres mysql you me yourname your-name your_username name project projects code src workspace opt "
    "the and "
    "for with that this from are was not null none true false string str int field required input label value login "
    "page "
    "form button password email id is must should can cannot already does has home bar foo baz example linuxbrew "
    "nobody "
    "daemon service all account accounts events event"
)
_NOBODY = frozenset(_NOBODY_TEXT.split()) | SYSTEM_USERS
# A description of a field, `username: human-readable identifier`, and a web address, `GitHub: https://…`.
_DESCRIBED = re.compile(r"[a-z]+(?:-[a-z]+)+")
_GOES_ON = re.compile(r"://|[ ,]{1,2}(?:[a-z]+ [a-z]|https?:)")
# Program text that ends in the name of a private domain: `from example.internal import x`.
_IMPORT = re.compile(r"(?:\bimport|\bfrom|\bpackage|\busing|\bmodule)\s{1,4}(?:static\s)?\Z")
# The id that a container runtime gives as the host's name.
_CONTAINER = re.compile(r"[0-9a-f]{12}")
# Hosts that every machine has, and pages of a site that are not a profile.
_HOSTS = frozenset(
    (
        "localhost",
        "example",
        "host",
        "hostname",
        "server",
        "machine",
        "computer",
        "container",
        "local",
        "kubernetes",
        "metadata",
    )
)
_PATHS_TEXT = (
    "about blog features explore home hashtag help i intent jobs login pages p pricing privacy search settings share "
    "shop "
    "signup sponsors terms topics trending watch company groups events marketplace status orgs apps security "
    "collections "
    "reel stories tv legal dialog plugins issues repo repository source docs discussions releases wiki"
)
_PATHS = frozenset(_PATHS_TEXT.split())


class AccountRecognizer(RuleRecognizer):
    """Takes the name only: not the path, the label, the site or the address around it."""

    name = "accounts"
    source = (
        "home directories by the Filesystem Hierarchy Standard 3.0,"
        " Apple and Microsoft conventions; git-commit(1) trailers; "
        "special-use names by RFC 6762 and RFC 9476; account URLs of the sites named; as of 2026-11-21"
    )
    rules = (
        PatternRule(
            entity_type="HOME_PATH",
            regex=r"(?:/home/|/Users/|/export/home/|/var/home/|[A-Za-z]:(?:\\{1,4}|/)(?:Users"
            r"|Documents and Settings)(?:\\{1,4}|/)|/[a-z]/Users/)"
            r"(?P<value>[^\W_][\w.-]{1,31}(?: [A-Z][\w-]{1,31})?)(?=$|[^\w.-])",
            trigger=r"/home/[^/\s]|[/\\]Users[/\\]|Documents and Settings[/\\]",
            start=r"(?:(?<![\w.])|(?<=file://))",
            end="",
            score=0.8,
            lead_chars=40,
            max_chars=96,
        ),
        PatternRule(
            entity_type="USERNAME",
            regex=r"(?:[ _-](?:name|id|handle|account))?[\"']?(?:\s(?:is|ist|est|es|è|é)\s"
            r"|\s{0,2}[:=]\s{0,2})[\"'@]{0,2}"
            r"(?P<value>[^\W_][\w.-]{2,31}(?:#\d{2,6})?)",
            trigger=r"\b(?:user ?name|user-?id|login|screen name|nick ?name|handle|benutzername|identifiant|usuario"
            r"|utente"
            r"|usuário|gebruikersnaam|skype|telegram|discord|twitter|instagram|github|snapchat|tiktok)",
            end=r"(?![\w(@])",
            score=0.6,
            max_chars=80,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # "Merge pull request #12 from mgonzalez/fix-login"
            entity_type="USERNAME",
            regex=r"Merge pull request #\d{1,7} from (?P<value>[A-Za-z0-9](?:-?[A-Za-z0-9]){1,38})(?=/[\w.-])",
            trigger=r"Merge pull request #\d",
            end="",
            score=0.7,
            lead_chars=32,
            max_chars=80,
        ),
        PatternRule(
            # A line of the log of sudo: "sudo: mgonzalez : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/bin/ls"
            entity_type="USERNAME",
            regex=r"\s{1,8}(?P<value>[a-z_][\w.-]{1,31})(?= : (?:TTY|PWD|user NOT|command not|\d{1,2} incorrect))",
            trigger=r"\bsudo(?:\[\d{1,8}\])?:",
            end="",
            score=0.7,
            max_chars=64,
            follows=True,
        ),
        PatternRule(
            # A note to a colleague in program text: "TODO(maria): …"
            entity_type="USERNAME",
            regex=r"(?:TODO|FIXME|XXX|HACK|NOTE|BUG)\((?P<value>@?[A-Za-z][\w.-]{2,31})\)(?=[:\s])",
            trigger=r"(?:TODO|FIXME|XXX|HACK|NOTE|BUG)\(",
            end="",
            score=0.7,
            lead_chars=8,
            max_chars=48,
        ),
        PatternRule(
            entity_type="USERNAME",
            regex=r"@(?P<value>[A-Za-z_][A-Za-z0-9_.]{2,29})(?![\w(/@.])",
            trigger=r"[\s(\"':]@[A-Za-z_]",
            start=r"(?<![\w@/.`])",
            end="",
            words="follow, following, tweet, dm, handle, on twitter, on instagram, on telegram, on github, mention,"
            " cc, ping, thanks, hat tip",
            score=0.15,
            lead_chars=4,
            max_chars=36,
        ),
        PatternRule(
            entity_type="USERNAME",
            regex=r"(?P<value>[a-z_][a-z0-9_-]{1,31})@[A-Za-z0-9][\w-]{1,62}:[~/][^\n$#]{0,80}[$#](?= |$)",
            trigger=r"[a-z0-9_-]@[A-Za-z0-9_-]{2,63}:[~/]",
            start=r"(?<![\w.])",
            end="",
            score=0.7,
            lead_chars=100,
            max_chars=200,
        ),
        PatternRule(
            entity_type="HOST_NAME",
            regex=r"(?<=[a-z0-9_-]@)(?P<value>[A-Za-z0-9][\w-]{1,62})(?=:[~/][^\n$#]{0,80}[$#](?: |$))",
            trigger=r"[a-z0-9_-]@[A-Za-z0-9_-]{2,63}:[~/]",
            start="",
            end="",
            score=0.7,
            lead_chars=70,
            max_chars=180,
        ),
        PatternRule(
            entity_type="HOST_NAME",
            regex=r"(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:local|internal|intranet|corp|lan|home|private"
            r"|localdomain)(?:\.(?:com|net|org|de|fr|uk|nl|es|it|io|eu|ch|at|co))?",
            trigger=r"[a-z0-9]\.(?:local|internal|intranet|corp|lan|private|localdomain)\b",
            start=r"(?:(?<![\w.@/-])|(?<=//))",
            end=r"(?![\w(-])(?!\.\w)",
            score=0.6,
            lead_chars=80,
            max_chars=160,
            ignore_case=True,
        ),
        # `uname -a`: system, machine, kernel release, and its build.
        PatternRule(
            entity_type="HOST_NAME",
            regex=r"(?:Linux|Darwin) (?P<value>[A-Za-z0-9][\w.-]{0,80}) "
            r"\d{1,2}\.\d{1,3}\.\d{1,3}[\w.+-]{0,40} (?:#|Darwin)",
            trigger=r"(?:Linux|Darwin) [A-Za-z0-9]",
            start=r"(?<![\w-])",
            end="",
            score=0.7,
            lead_chars=8,
            max_chars=150,
        ),
        PatternRule(
            # On its label's line: under a file named "hostname" stands the next file.
            entity_type="HOST_NAME",
            regex=r"[\"']?(?: {0,4}[:=] {0,4}| is | {1,40})[\"'`]?(?P<value>[^\W_][\w-]{2,62})",
            trigger=r"\b(?:host ?name|computer name|machine name|rechnername)",
            end=r"(?![\w(.])",
            score=0.6,
            max_chars=96,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="GIT_AUTHOR",
            regex=r"(?:Author|Committer|Commit|Signed-off-by|Co-authored-by|Reviewed-by|Acked-by|Tested-by"
            r"|Reported-by):[ \t]{1,8}"
            r"(?P<value>[^\s<>:@][^\n<>:@]{1,60}?)\s{0,3}<",
            trigger=r"(?:author|committer|commit|[a-z]-by):\s",
            start=r"(?<![\w-])",
            end="",
            score=0.85,
            lead_chars=24,
            max_chars=100,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="PROFILE_URL",
            regex=r"(?:linkedin\.com/(?:in|pub)/|facebook\.com/|fb\.com/|instagram\.com/|(?:twitter|x)\.com/|t\.me/"
            r"|tiktok\.com/@|youtube\.com/(?:@|user/)"
            r"|reddit\.com/(?:u|user)/|medium\.com/@|github\.com/|gitlab\.com/|bsky\.app/profile/|keybase\.io/"
            r"|xing\.com/profile/|threads\.net/@"
            r"|vk\.com/|snapchat\.com/add/|pinterest\.com/|soundcloud\.com/"
            r"|steamcommunity\.com/id/)(?P<value>[A-Za-z0-9_][\w.%-]{1,60})/?(?![\w./-])",
            trigger=r"(?:linkedin\.com/(?:in|pub)/|facebook\.com/|fb\.com/|instagram\.com/|twitter\.com/|\bx\.com/"
            r"|\bt\.me/|tiktok\.com/@|youtube\.com/"
            r"|reddit\.com/u|medium\.com/@|git(?:hub|lab)\.com/|bsky\.app/|keybase\.io/|xing\.com/|threads\.net/@"
            r"|vk\.com/|snapchat\.com/"
            r"|pinterest\.com/|soundcloud\.com/|steamcommunity\.com/)",
            start=r"(?<![\w-])",
            end="",
            score=0.7,
            lead_chars=32,
            max_chars=110,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Skip system accounts, program text and pages that are not a profile."""
        value = candidate.value.rstrip(".")
        rule = self._rules[candidate.pattern.name]
        lower = value.lower()
        if len(value) < 2 or is_stand_in(value):
            return
        plain = not any(char.isdigit() or char == "-" for char in value)
        match rule.entity_type:
            case "GIT_AUTHOR":
                if names_assistant(value):
                    return
            case "HOST_NAME":
                # Behind the label "hostname" only what looks like a machine's name: "web-01", not "and".
                local = plain and value.count(".") == 1  # "threading.local" is a class
                line = candidate.text[max(0, candidate.start - 24) : candidate.start]
                if (
                    (rule.follows and plain)
                    or local
                    or _IMPORT.search(line)
                    or (plain and candidate.text[candidate.end : candidate.end + 7] == " import")
                    or _CONTAINER.fullmatch(lower)
                    or lower.partition(".")[0] in _HOSTS
                ):
                    return
            case "PROFILE_URL":
                if lower in _PATHS:
                    return
            case _:
                if rule.follows and plain and not _is_given(candidate, value):
                    return
                goes_on = _GOES_ON.match(candidate.text, candidate.end, candidate.end + 24)
                if rule.follows and goes_on and (goes_on[0] == "://" or _DESCRIBED.fullmatch(value) or lower in _PATHS):
                    return
                if lower in _NOBODY:
                    return
        yield Span(rule.entity_type, candidate.start, candidate.start + len(value), rule.score, self.name)


def _is_given(candidate: Candidate, value: str) -> bool:
    """Tell whether a plain word behind a label is given as the name: `username: jdoe`, "my username is jdoe"."""
    before = candidate.text[max(0, candidate.start - 32) : candidate.start].lower()
    if before[-1:] in ('"', "'"):
        return True
    if before.rstrip().endswith(("is", "ist", "est", "es", "è", "é")):
        return "my " in before
    # `username = lexer.name` is program text.
    return "=" not in before[-3:] and "." not in value and not ("_" in value and is_program_text(value))


PLUGINS = (AccountRecognizer,)
