"""Recognizers as tables: one row for each shape of a value.

Most recognizers are a list of rows: an expression, the characters that must not stand beside it, a check, and the
scores with and without a passed check. `RuleRecognizer` turns such rows into patterns. A recognizer that needs more
overrides `check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from relay.detect.borders import LATIN, narrowed
from relay.detect.expressions import walk
from relay.types import Candidate, Pattern, Span

__all__ = [
    "LINK",
    "NO_FRACTION",
    "NUMBER_END",
    "NUMBER_START",
    "WORD_END",
    "WORD_START",
    "PatternRule",
    "RuleRecognizer",
    "field",
    "labelled",
    "number",
]

# Characters that must not stand beside a word, and beside a number ("1.234", "12-34-56", "1/2"). Borders are read as
# `borders.narrowed` says: `\w` is a Latin letter or a digit.
WORD_START = r"(?<!\w)"
WORD_END = r"(?!\w)"
NUMBER_START = r"(?<!\w)(?<!\d[.,/+-])(?<![-.]\d)"
# A column of whole numbers with a gap in it is written with ".0" behind each, as by pandas: no decimals.
NO_FRACTION = r"(?!\.0(?!\.?\d))"
NUMBER_END = rf"(?!\w)(?!{NO_FRACTION}[.,/+-]\d)"

# Between a label and its value: "number", "no.", "is", signs, in any order, at most five of them.
LINK = (
    r"(?:[\s_-]{0,2}(?:numbers?|nos?\.?|num\.?|nr\.?|nummer|número|numero|numéro|n[º°.]|id|code|#|is|was|ist|lautet"
    r"|est|es|è|é"
    r"|[:=(\"'`*-])){0,5}(?:[ \t]{0,40}|\s{0,3})[\"'`#*]{0,2}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRule:
    """One shape of one entity type.

    `regex` stands between `start` and `end`, the look-around at its borders. `score` counts when `check` passes or
    there is none; `otherwise` when it fails (0: the candidate is dropped). A score under the analyzer's threshold
    needs context: `words`, with commas between them, are such words in lower case. The rest is as in Pattern.
    """

    entity_type: str
    regex: str
    score: float
    words: str = ""
    otherwise: float = 0.0
    check: Callable[[str], bool] | None = None
    trigger: str = ""
    start: str = WORD_START
    end: str = WORD_END
    lead_chars: int = -1
    max_chars: int = 64
    ignore_case: bool = False
    follows: bool = False
    opens: str = ""
    within: str = ""


class RuleRecognizer:
    """A recognizer made of rules. Subclasses give `name`, `rules` and `source`; the rest follows from them."""

    name: ClassVar[str]
    entity_types: ClassVar[tuple[str, ...]]
    patterns: ClassVar[tuple[Pattern, ...]]
    context: ClassVar[Mapping[str, tuple[str, ...]]]
    source: ClassVar[str]
    rules: ClassVar[tuple[PatternRule, ...]]
    _rules: ClassVar[dict[str, PatternRule]]

    def __init_subclass__(cls) -> None:
        """Derive entity types and patterns from the rows."""
        super().__init_subclass__()
        cls.entity_types = tuple(dict.fromkeys(rule.entity_type for rule in cls.rules))
        words: dict[str, tuple[str, ...]] = {}
        for rule in cls.rules:
            if rule.words:
                own = tuple(word.strip() for word in rule.words.split(","))
                words[rule.entity_type] = words.get(rule.entity_type, ()) + own
        cls.context = words
        cls._rules = {f"{cls.name}/{index}/{rule.entity_type}": rule for index, rule in enumerate(cls.rules)}
        cls.patterns = tuple(
            Pattern(
                name=name,
                regex=f"{'' if rule.follows else narrowed(rule.start)}(?:{rule.regex}){narrowed(rule.end)}",
                score=rule.score,
                # A trigger cannot have look-around, so it is the expression without its borders.
                trigger=(rule.trigger or rule.regex).replace(r"\b", _WORD_BORDER),
                lead_chars=rule.lead_chars + (rule.lead_chars >= 0),  # a border may take a character
                max_chars=rule.max_chars,
                ignore_case=rule.ignore_case,
                follows=rule.follows,
                opens=rule.opens or _opens(rule),
                within=rule.within,
            )
            for name, rule in cls._rules.items()
        )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the candidate as a span of its rule's type, with the score that the rule's check gives it."""
        rule = self._rules[candidate.pattern.name]
        passed = rule.check is None or rule.check(candidate.value)
        score = rule.score if passed else rule.otherwise
        if score:
            yield Span(rule.entity_type, candidate.start, candidate.end, score, self.name)


def _opens(rule: PatternRule) -> str:
    """Return where a match of `rule` can begin: at a run of digits or a word, where its expression guarantees it."""
    if rule.follows or not rule.start.startswith(_NOT_INSIDE_A_WORD) or _has_alternatives(rule.regex):
        return ""
    first = _LOOKS_BEHIND.sub("", rule.regex)
    if _DIGIT_FIRST.match(first):
        return r"\d+"
    return f"[{LATIN}]+" if _WORD_FIRST.match(first) else ""


def _has_alternatives(regex: str) -> bool:
    """Tell whether there is a `|` outside every group."""
    depth = 0
    for sign in _SIGNS.findall(regex):
        if sign == "|" and not depth:
            return True
        depth += (sign == "(") - (sign == ")")
    return False


# Borders that begin so let no match begin inside a word; a number is part of one.
_NOT_INSIDE_A_WORD = (WORD_START, NUMBER_START, r"(?<![\w")
_SIGNS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]")
_LOOKS_BEHIND = re.compile(r"^(?:\(\?<[!=][^()]*\))+")
# A first sign that is required: a digit or a class of digits; a letter or a class of letters and digits.
_MUST = r"(?![?*]|\{0)"
_DIGIT_FIRST = re.compile(rf"(?:\\d|\[(?:\d(?:-\d)?)+\]){_MUST}")
_WORD_FIRST = re.compile(rf"(?:\[[A-Za-z0-9-]+\]|[A-Za-z]){_MUST}")
# The word border of a trigger, which takes an underscore for a part of the word.
_WORD_BORDER = r"(?:\b|_)"

# Scores of a national number: with its usual separators and a right check digit; bare digits with a right one; and with
# a wrong or no check digit, which needs a word beside it.
WRITTEN = 0.6
BARE = 0.15
DOUBTFUL = 0.05


def _digits_trigger(bare: str) -> str:
    """Return a trigger that only counts digits, so that numbers of one length share it."""
    lengths = _BARE.fullmatch(bare)
    if lengths is None:
        return rf"\b{bare}\b"
    first = 1 if lengths["first"] else 0
    return rf"\b\d{{{int(lengths['length']) + first}}}\b"


# One digit or class of digits, then a fixed number of digits.
_BARE = re.compile(r"(?P<first>\d|\[\d-]+\]|\[\d-\d\])?\\d\{(?P<length>\d+)\}")


def _spelled(labels: str) -> str:
    """Let each label also be written as one name: `license plate`, `license_plate`, `license-plate`, `licensePlate`."""
    return walk(labels, lambda sign, inside: "[ _-]?" if sign == " " and not inside else sign)


def labelled(
    entity_type: str, labels: str, value: str, *, score: float, end: str = WORD_END, max_chars: int = 96
) -> PatternRule:
    """Return the rule of a `value` after one of `labels`, with the usual words and signs between them."""
    return PatternRule(
        entity_type=entity_type,
        regex=rf"(?![^\W\d_]){LINK}(?P<value>{value})",
        trigger=rf"(?:\b|_)(?:{_spelled(labels)})",
        end=end,
        score=score,
        max_chars=max_chars,
        ignore_case=True,
        follows=True,
    )


def field(entity_type: str, labels: str, value: str, *, end: str = WORD_END) -> PatternRule:
    """Return the rule of a `value` in a form's field: one of `labels`, a colon or equals sign, then the value.

    Stricter than `labelled`, for labels that also occur in sentences: the sign is required.
    """
    return PatternRule(
        entity_type=entity_type,
        regex=rf"[\"'*]{{0,2}}\s{{0,2}}[:=]\s{{0,2}}[\"'*]{{0,2}}(?P<value>{value})",
        trigger=rf"\b(?:{_spelled(labels)})",
        end=end,
        score=0.6,
        max_chars=64,
        ignore_case=True,
        follows=True,
    )


def number(
    entity_type: str,
    written: str,
    check: Callable[[str], bool] | None,
    words: str,
    *,
    bare: str = "",
    written_trigger: str = "",
    score: float = WRITTEN,
    ignore_case: bool = False,
) -> tuple[PatternRule, ...]:
    """Return the rules of a number that is written with separators, or `bare` without.

    `check` gets the letters and digits only, in capitals. A wrong check digit gives a low score.
    """

    def passes(value: str) -> bool:
        bare_value = "".join(char for char in value if char.isalnum()).upper()
        return check is None or (bare_value.isascii() and check(bare_value))

    forms = [(written, written_trigger, score, 0.1)] if written else []
    if bare:
        forms.append((bare, _digits_trigger(bare), BARE, DOUBTFUL))
    return tuple(
        PatternRule(
            entity_type=entity_type,
            regex=regex,
            trigger=trigger,
            start=NUMBER_START,
            end=NUMBER_END,
            score=worth,
            otherwise=otherwise,
            check=passes,
            words=words,
            lead_chars=28,
            max_chars=28,
            ignore_case=ignore_case,
        )
        for regex, trigger, worth, otherwise in forms
    )
