"""Keys and tokens beside their label without an equals sign: below it, in a fence, behind a bar or an arrow; and the
secret beside the access key id of AWS.

No sign says that a value follows, so only what looks random counts, and only where nothing else is in the cell or on
the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import ARROWS, BARS
from relay.detect.entropy import is_artefact, is_program_text, is_stand_in, looks_random, reads_as_words
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.detect.secret_names import KEY_LABELS
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "KeyBesideRecognizer"]

# The scan sees Latin-1: a curly apostrophe is a question mark to it.
_LABELS = rf"(?:{KEY_LABELS})".replace("’", "?")
_QUOTES = r"[\"'`*]{0,3}"
_KEY = r"(?P<value>[A-Za-z0-9+/_~-][A-Za-z0-9+/=_~-]{15,255})"
_CLOSED = r"(?:[\"'`)*_]|</\w{1,12}>){0,4}"
_IS = r"(?:is|ist|lautet|est|es|è|é)"
# What may follow a label that ends its line: "(prod)", "for the shop", "is below".
_PHRASE = (
    rf"(?:[ \t]value)?(?:[ \t]\([\w .-]{{1,24}}\))?(?:[ \t](?:for|für|pour|per|para)[ \t][\w .-]{{1,24}})?"
    rf"(?:[ \t]{_IS})?(?:[ \t](?:here|below|this|as follows))?"
)
# A label alone on its line, with marks of lists, quotations and headings.
_ALONE = re.compile(r"[ \t>#*_|\d.)-]{0,12}(?:[^\W\d_][\w'’-]{0,15} ){0,3}[\w'’-]{0,24}(?: \([\w .-]{1,24}\))?\Z")
_FENCE = r"(?:[ \t>]{0,8}(?:`{3}|~{3})[\w-]{0,16}[ \t]{0,3}\r?\n)"
_LONGEST_LINE = 160


class KeyBesideRecognizer(RuleRecognizer):
    """Takes the key alone."""

    name = "secrets_keys_beside"
    source = "how people and pages write keys down, own collection; form of AWS's secrets; as of 2026-12-01"
    rules = (
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=rf"(?:[ \t>]{{0,8}}\r?\n){{0,2}}{_FENCE}?[ \t>]{{0,8}}(?:[-*•] )?{_QUOTES}{_KEY}"
            rf"(?={_QUOTES}[ \t]{{0,8}}(?:\r?\n|\Z))",
            trigger=rf"{_LABELS}s?{_PHRASE}[*_:\"?]{{0,3}}[ \t]{{0,3}}\r?\n",
            end="",
            score=0.72,
            max_chars=340,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=rf"{_CLOSED}[ \t]{{0,16}}[{ARROWS}›{BARS}][ \t]{{0,16}}{_QUOTES}{_KEY}"
            rf"(?={_QUOTES}[.,;]?[ \t]{{0,256}}(?:[{BARS}\r\n]|\Z))",
            trigger=_LABELS,
            end="",
            score=0.7,
            max_chars=600,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # "token is [ … ]", "token: <…>"
            entity_type="SECRET_VALUE",
            regex=rf"{_CLOSED}(?:[ \t]{_IS}[ \t]?:?|[ \t]?[:=])[ \t]{{0,2}}[\[<][ \t]{{0,2}}{_QUOTES}{_KEY}"
            rf"(?={_QUOTES}[ \t]{{0,2}}[\]>])",
            trigger=_LABELS,
            end="",
            score=0.71,
            max_chars=320,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            # An access key id and its secret: two words, cells, fields, arguments or lines.
            entity_type="AWS_SECRET_KEY",
            regex=r"[\"'`]{0,2}[ \t]{0,4}(?:[:,;|/]|\r?\n)?[ \t]{0,4}(?<![A-Z0-9])[\"'`]?(?P<value>[A-Za-z0-9/+]{40})",
            trigger=r"A(?:KIA|SIA)[A-Z2-7]{16}",
            end=r"(?![A-Za-z0-9/+=])",
            score=0.94,
            max_chars=80,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the value if it is a key in this place."""
        text, start, score = candidate.text, candidate.start, candidate.pattern.score
        value = candidate.value
        if score == _OF_AWS:
            if looks_random(value) and any(map(str.isupper, value)) and any(map(str.islower, value)):
                yield from super().check(candidate)
            return
        if not looks_random(value) or is_stand_in(value) or is_artefact(value) or is_program_text(value):
            return
        if reads_as_words(value) or _NAME.fullmatch(value):
            return
        if (score == _BELOW and not _is_label(text, start)) or (score == _BEHIND and not _is_cell(text, start)):
            return
        yield from super().check(candidate)


_BELOW, _BEHIND, _OF_AWS = 0.72, 0.7, 0.94
_NAME = re.compile(r"(?:[A-Z]?[a-z]{2,}+\d{0,6})+")  # `Ed25519PublicKey`


def _is_label(text: str, start: int) -> bool:
    """Tell whether the line of text above the value ends in a colon, or is a label and nothing else."""
    before = text[max(0, start - _LONGEST_LINE) : start].rpartition("\n")[0]
    above = [line for line in before.splitlines() if _TEXT.search(line)]
    label = above[-1].rstrip(" \t*_\"'?") if above else ""
    return label.endswith(":") or (label != "" and _ALONE.fullmatch(label) is not None)


def _is_cell(text: str, start: int) -> bool:
    """Tell whether a bar before the value parts two cells, of which the first is a label: `A | B` may be a type."""
    label, bar, _ = _BAR.split(text[max(0, start - _LONGEST_LINE) : start].rpartition("\n")[2])[-3:]
    return bar not in BARS or _ALONE.fullmatch(label.rstrip(" \t*_\"'`)")) is not None


_BAR = re.compile(f"([{ARROWS}›{BARS}])")
_TEXT = re.compile(r"^(?![ \t>]*(?:`{3}|~{3})).*[^\W_]")

PLUGINS = (KeyBesideRecognizer,)
