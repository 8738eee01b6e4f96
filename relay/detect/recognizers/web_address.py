"""Web addresses. Off unless a policy asks for them, as the Safe Harbor list does."""

from __future__ import annotations

from collections.abc import Iterable

from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "WebAddressRecognizer"]

# A sentence goes on behind an address: these signs at its end belong to the sentence.
_TRAILING = ".,:;!?*_~'’”»…。，、）】"


class WebAddressRecognizer(RuleRecognizer):
    """Takes addresses with a scheme or a `www.` host, whole; machines without a domain (`localhost`) are skipped.

    Whatever a stronger recognizer finds inside, such as a token, stays its own; the rest is a URL.
    """

    name = "web_address"
    source = "RFC 3986 (characters, delimiters in its appendix C); RFC 3987 for letters of any script; as of 2026-11-26"
    rules = (
        PatternRule(
            entity_type="URL",
            regex=r"(?:(?:https?|ftps?|wss?)://|www\.)(?:[^\s<>\"`{}|\\^\[\]@/?#]{1,256}@)?"
            r"[^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){1,12}(?::\d{1,5})?(?:[/?#][^\s<>\"`{}|\\^\[\]]{0,2048})?",
            trigger=r"(?:https?|ftps?|wss?)://|\bwww\.",
            start=r"(?<![\w./@])",
            end="",
            score=0.6,
            lead_chars=8,
            max_chars=3200,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Leave the signs at the end to the sentence, and a bracket that was not opened in the address."""
        value = candidate.value
        while value and (value[-1] in _TRAILING or (value[-1] == ")" and value.count("(") < value.count(")"))):
            value = value[:-1]
        yield Span("URL", candidate.start, candidate.start + len(value), 0.6, self.name)


PLUGINS = (WebAddressRecognizer,)
