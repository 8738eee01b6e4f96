"""E-mail addresses, internationalised ones too."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.borders import ESCAPE, LATIN, NO_ESCAPE, START, WORD
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "EmailRecognizer"]

# "icon@2x.png", "style@1.css": files, not mailboxes.
_AT = r"\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\s(?:at|arroba|arobase|chiocciola)\s|\s?@\s?"
_DOT = r"\s?[\[({<]\s?(?:dot|\.|punkt|punto|point|ponto)\s?[\])}>]\s?|\s(?:dot|punkt|punto|point|ponto)\s|\."
_FILE_ENDINGS = frozenset(
    (
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "ico",
        "css",
        "scss",
        "less",
        "js",
        "mjs",
        "ts",
        "tsx",
        "jsx",
        "json",
        "xml",
        # Units of systemd: "getty@tty1.service"
        "service",
        "socket",
        "timer",
        "target",
        "slice",
        "scope",
        "mount",
    )
)
# Mailboxes that belong to no person: repositories and no-reply senders.
_NOBODY = frozenset(("git", "hg", "svn", "noreply", "no-reply", "donotreply", "do-not-reply"))
_SPELT = re.compile(
    r"[\[({<]\s?(?:at|@)\s?[\])}>]|(?:\sat\s|@).{1,80}(?:[\[({<]\s?(?:dot|\.)|\sdot\s)|arroba|arobase|chiocciola|\s(?:punkt|punto"
    r"|ponto)\s",
    re.IGNORECASE,
)
# The user info of a URL stands before its path, query and fragment. A password in it may hold their signs, too; what is
# a number or a variable behind the colon, with such a sign behind it, is the port. What ends a URL in every text ends
# its user info: `url_credentials` takes no more than this either.
_NO_URL = r"\s\"'<>`\x00-\x1f\x7f"
_USER_INFO_BEFORE = re.compile(
    rf"://[^{_NO_URL}/?#@:\[]{{0,128}}(?::(?!(?:\d{{1,5}}|[$%<{{\[(][^\s/?#@]{{0,64}})[/?#])[^{_NO_URL}@]{{0,160}})?\Z"
)


# What stands before the first letter or digit, escapes included; a plus sign begins a number.
_SIGNS_BEFORE = re.compile(rf"\A(?:%{ESCAPE}?|[^\w%+]|_|\+(?!\d))*+")
_ESCAPES = ("n", "r", "t")
_VERSIONED = re.compile(r"\d+\.\d+\.")  # "package@1.2.3.tgz"
_BYTES = re.compile(r"[brufBRUF]{1,2}'")  # a string of a program: b'…'

_LOCAL = r"\w.+%'&*=/!#$?^{}~-"  # what a mailbox's name may hold

_BARE = 0.6
_BARE_PROVIDERS = "gmail|googlemail|hotmail|yahoo|yahoomail|outlook|icloud|rediffmail|aol|protonmail"


class EmailRecognizer(RuleRecognizer):
    """An address with a domain of at least two labels, whose last one is letters; not one that only programs use."""

    name = "email"
    source = (
        "RFC 5322 section 3.4.1 and RFC 6531 section 3.3, without quoted local parts and comments; as of 2026-11-21"
    )
    rules = (
        PatternRule(
            entity_type="EMAIL_ADDRESS",
            # A number with its plus sign is a mailbox, too, as in `sip:+49…@…`.
            regex=rf"(?:\+(?=\d))?[^\W_][{_LOCAL}]{{0,63}}@{{1,2}}(?:[^\W_](?:[^\W_]|-){{0,62}}\.){{1,8}}"
            r"(?:xn--[a-z0-9-]{2,59}|[A-Za-z]{2,24}|[^\W\d_A-Za-z]{2,24})",
            trigger=r"[^\s@]@{1,2}[^\s@]",
            # The first letter or digit of a run: signs before it, as in `+maria@…`, are none of the address.
            start=START + NO_ESCAPE,
            # One run for each kind of letters: an address may be glued to a word of another script.
            opens=rf"(?:\+(?=\d))?[{LATIN}][{LATIN}_.+%-]*+(?=[{_LOCAL}]{{0,63}}+@)|[^\W{LATIN}_]++(?=[{_LOCAL}]{{0,63}}+@)",
            end=r"(?![A-Za-z])(?!\d{1,2}(?!\d))",
            score=0.9,
            lead_chars=66,
            max_chars=128,
        ),
        PatternRule(
            # "jane dot doe at example dot org", "jane [at] example.org"
            entity_type="EMAIL_ADDRESS",
            regex=rf"[\w+-]{{1,32}}(?:(?:{_DOT})[\w+-]{{1,32}}){{0,3}}(?:{_AT})[^\W_][\w-]{{0,40}}(?:(?:{_DOT})[^\W_][\w-]{{0,30}}){{0,3}}"
            rf"(?:{_DOT})[^\W\d_]{{2,12}}",
            trigger=r"[\[({<] ?(?:at|@|dot|\.|punkt|punto|point|ponto) ?[\])}>]"
            r"|(?: (?:at|arroba|arobase) |@)[^ \n]{1,40} (?:dot|punkt|punto|point|ponto) "
            r"|[a-z0-9] at [a-z0-9-]{1,40}\.[a-z]",
            score=0.7,
            lead_chars=110,
            max_chars=160,
            ignore_case=True,
        ),
        PatternRule(
            # As chats have it that lose their signs: "jane 45 gmailcom", "janedoegmailcom"
            entity_type="EMAIL_ADDRESS",
            regex=rf"[a-z0-9]{{1,32}}(?: \d{{1,5}})? (?:{_BARE_PROVIDERS})com"
            rf"|[a-z0-9]{{2,32}}?(?:{_BARE_PROVIDERS})com",
            trigger=rf"[a-z0-9] ?(?:{_BARE_PROVIDERS})com\b",
            score=_BARE,
            lead_chars=64,
            max_chars=80,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Skip file names, the user part of a URL and the accounts of programs, such as `git@host:path`."""
        value = candidate.value
        if candidate.pattern.score < 0.9:
            # "look at example.com" is no address: either sign must be spelt out or bracketed beside the other.
            bare = candidate.pattern.score == _BARE
            if bare or _SPELT.search(value) is not None or _is_mailbox(candidate):
                yield Span("EMAIL_ADDRESS", candidate.start, candidate.end, candidate.pattern.score, self.name)
            return
        text, start, end = candidate.text, candidate.start, candidate.end
        if value.rpartition(".")[2].lower() in _FILE_ENDINGS:
            value = _without_ending(value)
            if not value:
                return
            end = start + len(value)
        # "email=me@example.com" and "'me@example.com'": what stands before the last sign is not the mailbox.
        local, _, host = value.partition("@")
        if _VERSIONED.match(host):
            return
        skip = max(
            *map(local.rfind, "=/?#"),
            local.rfind("'") if text[start - 1 : start] == "'" else -1,
            local.find("'") if _BYTES.match(local) and text[end : end + 1] == "'" else -1,
        )
        if local[skip + 1 : skip + 2] == "'":  # author_email='me@example.com'
            skip += 1
        skip += len(local[skip + 1 :]) - len(_SIGNS_BEFORE.sub("", local[skip + 1 :], count=1))
        mailbox = start + skip + 1
        name = local[skip + 1 :].lower()
        if text[mailbox - 1 : mailbox] == "\\" and name[:1] in _ESCAPES and name[1:] in _NOBODY:
            return  # `\ngit@host:path` in a string
        if name in _NOBODY or _USER_INFO_BEFORE.search(text, max(0, mailbox - 300), mailbox):
            return
        # "邮箱maria@example.org": letters right before those of another script are a word of the sentence.
        for word in WORD.finditer(local, skip + 1):
            place = word.start()
            if place > skip + 1 and local[place - 1].isalpha() and not word.group().isdecimal():
                skip = place - 1
        yield Span("EMAIL_ADDRESS", start + skip + 1, end, candidate.pattern.score, self.name)


def _without_ending(value: str) -> str:
    """Return the address that the name of a file begins with, or "": "icon@2x.min.js" has none."""
    while (parts := value.rpartition("."))[2].lower() in _FILE_ENDINGS:
        value = parts[0]
    host = value.partition("@")[2]
    return value if _HOST.fullmatch(host) and host.rpartition(".")[2].lower() not in _PARTS_OF_NAMES else ""


# A host before the ending of a file; versions have no letters in them, sizes one ("2x").
_HOST = re.compile(r"(?:[^\W_](?:[^\W_]|-){0,62}\.){0,7}(?=[^.]*[^\W\d_]{2})[^\W_](?:[^\W_]|-){0,62}\.[^\W\d_]{2,24}")
_PARTS_OF_NAMES = frozenset(
    ("min", "bundle", "module", "test", "spec", "config", "prod", "dev", "dark", "light", "tar", "d")
)


def _is_mailbox(candidate: Candidate) -> bool:
    """Tell whether `w.kessler at fastmail.com` is an address: it has a label, or is no word and at a provider."""
    local, *host = _SAID_AT.split(candidate.value)
    if len(host) != 1:
        return False
    labelled = _LABEL.search(candidate.text, max(0, candidate.start - 32), candidate.start) is not None
    return labelled or (host[0].lower() in _PROVIDERS and not local.isalpha())


_SAID_AT = re.compile(r"\sat\s", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:mail|contact|reach|write)(?: (?:me|us|to|address|is)){0,2}\s?[:=]\s{0,2}[\"']?$", re.IGNORECASE
)
_PROVIDERS_TEXT = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com "
    "mac.com aol.com proton.me protonmail.com pm.me fastmail.com fastmail.fm zoho.com gmx.com gmx.de gmx.net "
    "web.de t-online.de posteo.de mailbox.org freenet.de orange.fr laposte.net free.fr libero.it wp.pl o2.pl "
    "seznam.cz mail.ru yandex.ru yandex.com qq.com 163.com 126.com naver.com hey.com tutanota.com mail.com "
    "yahoo.co.uk yahoo.fr yahoo.de hotmail.fr "
)
_PROVIDERS = frozenset(_PROVIDERS_TEXT.split())


PLUGINS = (EmailRecognizer,)
