"""User names, handles, home directories, machines and commit authors."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assistants import names_assistant
from relay.detect.entropy import is_program_text, is_stand_in
from relay.detect.rules import Rule, RuleRecognizer, labelled
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "AccountRecognizer"]

# Accounts that stand for nobody, and words that follow a label without being a name.
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
_NOBODY = frozenset(_NOBODY_TEXT.split())
# The id that a container runtime gives as the host's name.
_CONTAINER = re.compile(r"[0-9a-f]{12}")
# Hosts that everybody has, and pages of a site that are no profile.
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
    "reel stories tv legal dialog plugins"
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
        Rule(
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
        Rule(
            entity_type="USERNAME",
            regex=r"(?:[ _-](?:name|id|handle|account))?[\"']?(?:\s(?:is|ist|est|es|è|é)\s"
            r"|\s{0,2}[:=]\s{0,2})[\"'@]{0,2}"
            r"(?P<value>[^\W_][\w.-]{2,31})",
            trigger=r"\b(?:user ?name|user-?id|login|screen name|nick ?name|handle|benutzername|identifiant|usuario"
            r"|utente"
            r"|usuário|gebruikersnaam|skype|telegram|discord|twitter|instagram|github|snapchat|tiktok)",
            end=r"(?![\w(@])",
            score=0.6,
            max_chars=80,
            ignore_case=True,
            follows=True,
        ),
        Rule(
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
        Rule(
            entity_type="USERNAME",
            regex=r"(?P<value>[a-z_][a-z0-9_-]{1,31})@[A-Za-z0-9][\w-]{1,62}:[~/][^\n$#]{0,80}[$#](?= |$)",
            trigger=r"[a-z0-9_-]@[A-Za-z0-9_-]{2,63}:[~/]",
            start=r"(?<![\w.])",
            end="",
            score=0.7,
            lead_chars=100,
            max_chars=200,
        ),
        Rule(
            entity_type="HOST_NAME",
            regex=r"(?<=[a-z0-9_-]@)(?P<value>[A-Za-z0-9][\w-]{1,62})(?=:[~/][^\n$#]{0,80}[$#](?: |$))",
            trigger=r"[a-z0-9_-]@[A-Za-z0-9_-]{2,63}:[~/]",
            start="",
            end="",
            score=0.7,
            lead_chars=70,
            max_chars=180,
        ),
        Rule(
            entity_type="HOST_NAME",
            regex=r"(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:local|internal|intranet|corp|lan|home|private"
            r"|localdomain)(?:\.(?!example)[a-z]{2,10})?",
            trigger=r"[a-z0-9]\.(?:local|internal|intranet|corp|lan|private|localdomain)\b",
            start=r"(?:(?<![\w.@/-])|(?<=//))",
            end=r"(?![\w(-])(?!\.\w)",
            score=0.6,
            lead_chars=80,
            max_chars=160,
            ignore_case=True,
        ),
        # `uname -a`: system, machine, kernel release, and its build.
        Rule(
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
        labelled(
            "HOST_NAME",
            r"host ?name|computer name|machine name|rechnername",
            r"[^\W_][\w-]{2,62}",
            score=0.6,
            end=r"(?![\w(.])",
        ),
        Rule(
            entity_type="GIT_AUTHOR",
            regex=r"(?:Author|Committer|Commit|Signed-off-by|Co-authored-by|Reviewed-by|Acked-by|Tested-by"
            r"|Reported-by):\s{1,8}"
            r"(?P<value>[^\s<>:@][^\n<>:@]{1,60}?)\s{0,3}<",
            trigger=r"(?:author|committer|commit|[a-z]-by):\s",
            start=r"(?<![\w-])",
            end="",
            score=0.85,
            lead_chars=24,
            max_chars=100,
            ignore_case=True,
        ),
        Rule(
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
        """Pass over accounts of nobody, program text and pages that are no profile."""
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
                if (
                    (rule.follows and plain)
                    or local
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
