"""Credentials inside URLs: user information, tokens in the query, webhooks. Only the value is taken, never the URL."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import bare_end
from relay.detect.entropy import is_stand_in
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "UrlCredentialRecognizer"]

# Common user names; without a password they disclose nothing.
_COMMON_USERS = frozenset({"git", "hg", "svn", "ssh", "anonymous", "ftp", "user", "username", "root", "postgres"})


class UrlCredentialRecognizer(RuleRecognizer):
    """The part before the @ of a URL's host, and the values of query fields that grant access."""

    name = "url_credentials"
    source = "RFC 3986 sections 3.2.1 and 3.4; RFC 6750 section 2.3; webhook forms from the vendors' pages; 2026-11-21"
    rules = (
        PatternRule(
            entity_type="URL_CREDENTIAL",
            # A password may hold `#`, `/` and `@`: it ends at the first @ with a whole host behind it. What
            # has digits and a slash behind the colon is a port and a path.
            regex=r"(?<=://)(?P<value>[^\s/@\"'<>`?#:]{0,96}:(?!\d{1,5}[/?#])[^\s\"'<>`]{1,160}?|[^\s/@\"'<>`?#:]{1,256})@"
            r"(?=(?:[\w-][\w.-]{0,253}|\[[\da-fA-F:.]{2,45}\])(?::\d{1,5})?(?:[/?#\s\"'<>`,;&|)\]}\\]|\.?(?:\s|$)))",
            trigger=r"://[^\s@\"'<>`]+@",
            start="",
            end="",
            score=0.9,
            lead_chars=264,
            max_chars=520,
        ),
        PatternRule(
            entity_type="URL_CREDENTIAL",
            regex=r"(?P<value>[^\s&;#\"'<>`)\]}]{6,2048})",
            trigger=r"[?&;#](?:(?:access|refresh|id|auth)?_?token|api_?key|key|(?:client_)?secret|sig|signature"
            r"|passw(?:or)?d|pwd"
            r"|x-(?:amz|goog)-(?:signature|credential|security-token)|auth|session_?id|sid|jwt|hmac|awsaccesskeyid"
            r"|code|ticket"
            r"|invite|otp|nonce|state)=",
            end="",
            score=0.85,
            max_chars=2064,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="WEBHOOK_URL",
            regex=r"hooks\.slack\.com/(?P<value>(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,120})",
            trigger=r"hooks\.slack\.com/",
            start="",
            score=0.95,
            lead_chars=24,
            max_chars=160,
        ),
        PatternRule(
            entity_type="WEBHOOK_URL",
            regex=r"(?:discord(?:app)?\.com/api/webhooks|outlook\.office(?:365)?\.com/webhook(?:b2)?"
            r"|[\w-]{1,63}\.webhook\.office\.com/webhookb2|hooks\.zapier\.com/hooks/catch|maker\.ifttt\.com/(?:use"
            r"|trigger/\w{1,64})"
            r"|chat\.googleapis\.com/v1/spaces|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook"
            r"|qyapi\.weixin\.qq\.com"
            r"/cgi-bin/webhook/send\?key=|oapi\.dingtalk\.com/robot/send\?access_token=|hook\.[\w.]{1,20}make\.com"
            r"|webhook\.site|events\.pagerduty\.com/integration|[\w.-]{1,60}\.logic\.azure\.com(?::443)?/workflows)"
            r"/?(?P<value>[A-Za-z0-9][\w/@.?=&%+~-]{9,400})",
            trigger=r"discord(?:app)?\.com/api/webhooks|office(?:365)?\.com/webhook|hooks\.zapier\.com"
            r"|maker\.ifttt\.com"
            r"|chat\.googleapis\.com/v1|open-apis/bot|qyapi\.weixin|oapi\.dingtalk|make\.com/|webhook\.site/"
            r"|events\.pagerduty\.com/int|logic\.azure\.com",
            start="",
            score=0.95,
            lead_chars=120,
            max_chars=520,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Pass over stand-ins such as `$TOKEN`, and over common user names without a password."""
        value = candidate.value
        rule = self._rules[candidate.pattern.name]
        if rule.entity_type == "URL_CREDENTIAL" and rule.score >= 0.9:
            user, colon, password = value.partition(":")
            if (_stands_for_one(password) if colon else is_stand_in(user)) or (
                not colon and user.lower() in _COMMON_USERS
            ):
                return
            yield Span(rule.entity_type, candidate.start, candidate.end, rule.score, self.name)
            return
        end = candidate.end
        if rule.entity_type == "URL_CREDENTIAL":
            end = bare_end(candidate.text, candidate.start, end, ".")
            value = candidate.text[candidate.start : end]
        if is_stand_in(value) or (rule.score == 0.85 and not any(map(str.isdigit, value)) and len(value) < 16):
            return
        yield Span(rule.entity_type, candidate.start, end, rule.score, self.name)


# Variables, brackets and dots; and "your password". Weak words are real: many a database has them.
_STANDS_FOR = re.compile(
    r"[$%<{\[(].*|\*+|[xX]{3,}|\.{3}|…|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|(?:your|my)[\W_]?(?:pass|pwd|secret|token).*"
)


def _stands_for_one(password: str) -> bool:
    """Tell whether the part behind the colon stands for a password."""
    return _STANDS_FOR.fullmatch(password) is not None or (is_stand_in(password) and not password.isalnum())


PLUGINS = (UrlCredentialRecognizer,)
