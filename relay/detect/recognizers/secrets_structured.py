"""Secrets that their structure identifies: web tokens, authorization headers, cookies."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable

from relay.detect.assignments import bare_end
from relay.detect.entropy import is_stand_in
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "StructuredSecretRecognizer"]


_LEAST_BODY = 16
_LEAST_TOKEN = 8


def _is_jwt(value: str) -> bool:
    """Tell whether the first part decodes to a JOSE header: an object with `alg` (RFC 7515 section 4.1.1) or `enc`."""
    head, _, body = value.partition(".")
    try:
        if value.startswith("{"):
            head, _, body = value.partition("}.")
            header = json.loads(head + "}")
            if len(body) < _LEAST_BODY:
                return False
        else:
            header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(header, dict) and ("alg" in header or "typ" in header or "enc" in header)


class StructuredSecretRecognizer(RuleRecognizer):
    """Takes the secret value only: the scheme and the names of headers and cookies stay."""

    name = "secrets_structured"
    source = "RFC 7515 and 7516 (JOSE), RFC 7617 and 6750 (authorization schemes), RFC 6265 (cookies); as of 2026-11-21"
    rules = (
        PatternRule(
            entity_type="JWT",
            # With a signature, encrypted, or without the last part.
            regex=r"eyJ[A-Za-z0-9_-]{8,2000}\.(?:[A-Za-z0-9_-]{0,6000}\.[A-Za-z0-9_-]{0,2000}(?:\.[A-Za-z0-9_-]{1,2000}){0,"
            r"2}|eyJ[A-Za-z0-9_-]{8,6000})",
            trigger=r"eyJ[A-Za-z0-9_-]{6}",
            start=r"(?<![A-Za-z0-9_-])",
            end=r"(?![A-Za-z0-9_-])",
            score=0.95,
            otherwise=0.3,
            check=_is_jwt,
            lead_chars=12,
            max_chars=8192,
        ),
        PatternRule(
            # In a normalised copy: parts of base64 that are text read as such there.
            entity_type="JWT",
            regex=r"\{\"[^{}\n]{2,500}\}\.(?:[^\n]{0,6000}?\}\.)?[A-Za-z0-9_-]{0,2000}",
            trigger=r"\}\.\{\"|\}\.[A-Za-z0-9_-]{16}",
            start="",
            end="",
            score=0.95,
            check=_is_jwt,
            lead_chars=520,
            max_chars=8192,
        ),
        PatternRule(
            entity_type="ACCESS_TOKEN",
            # Any scheme of RFC 9110: "Bearer", "Basic", "Api-Token", "AWS4-HMAC-SHA256".
            regex=r"\s{0,3}(?:\\{0,3}[\"'`])?(?:[a-z][a-z0-9-]{1,31}[ \t]{1,3})?(?P<value>[^\s\"'`,;&<>{}\\]{8,4000})",
            trigger=r"(?:authorization|auth-token|api-key|access-token|private-token|vault-token|security-token"
            r"|csrf-token|subscription-key)\\{0,3}[\"'`]? ? ?[:=,]",
            end="",
            score=0.9,
            max_chars=4100,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="ACCESS_TOKEN",
            regex=r"\s{0,2}(?P<value>[A-Za-z0-9._~+/=-]{16,4000})",
            trigger=r"\bbearer\s",
            end="",
            score=0.9,
            max_chars=4100,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # What a password is stored as: crypt(3), bcrypt, argon2, scrypt, PBKDF2, phpass, LDAP, SCRAM, MySQL.
            entity_type="PASSWORD",
            regex=r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$(?:[156y7]|md5|sha1|apr1|gy)\$(?:[\w=,.]{1,24}\$){0,2}[./A-Za-z0-9]{0,32}"
            r"\$[./A-Za-z0-9]{22,90}|\$(?:argon2(?:id|i|d)|scrypt|s0|pbkdf2(?:-sha\d{1,3})?)\$[\w=,.+/$-]{32,400}"
            r"|(?:pbkdf2|scrypt|bcrypt|argon2)[_:](?:sha\d{1,3}[$:])?[\w:.]{0,24}\$[\w./+=,$-]{32,400}"
            r"|\$[PHS]\$[./A-Za-z0-9]{31,60}|\{(?:S?SHA|SSHA(?:256|512)|SHA(?:256|512)|S?MD5)\}[A-Za-z0-9+/]{20,120}={0,2}"
            r"|SCRAM-SHA-(?:1|256)\$\d{3,7}:[A-Za-z0-9+/=]{16,64}\$[A-Za-z0-9+/=:]{40,140}",
            trigger=r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{16}|\$(?:[156y7]|md5|sha1|apr1|gy)\$[\w./=,]|\$(?:argon2|scrypt|s0|pbkdf2)"
            r"|(?:pbkdf2|scrypt|bcrypt|argon2)[_:][\w:.]{1,32}\$|\$[PHS]\$[./A-Za-z0-9]{16}|\{S?(?:SHA|MD5)(?:256|512)?\}[A-Za-z0-9+/]"
            r"|SCRAM-SHA-(?:1|256)\$\d",
            start=r"(?<![A-Za-z0-9$])",
            end=r"(?![A-Za-z0-9/])",
            score=0.95,
            lead_chars=64,
            max_chars=520,
        ),
        PatternRule(
            entity_type="COOKIE",
            regex=r"(?P<value>[^\s;\"',&<>{}$]{12,2000})",
            trigger=r"(?:sess(?:ion)?(?:_?id)?|\bsid|\bauth|auth_token|remember_token|csrftoken|xsrf-token|_session"
            r"|__(?:secure|host)-[\w.-]+)=",
            end="",
            score=0.85,
            max_chars=2100,
            ignore_case=True,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Pass over stand-ins and over program text after the name of a header."""
        value = candidate.value
        for span in super().check(candidate):
            if span.entity_type in ("ACCESS_TOKEN", "COOKIE"):
                end = bare_end(candidate.text, span.start, span.end, ".:")
                value, span = candidate.text[span.start : end], span._replace(end=end)
                if (
                    len(value) < _LEAST_TOKEN
                    or is_stand_in(value)
                    or "(" in value
                    or value.lower().startswith(("process.env", "os.", "env.", "self."))
                ):
                    continue
                if not any(char.isdigit() for char in value) and (len(value) < 20 or not value.isascii()):
                    continue
            yield span


PLUGINS = (StructuredSecretRecognizer,)
