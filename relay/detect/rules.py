"""Recognizers as tables: one row for each shape of a value.

Most recognizers are a list of rows: an expression, the characters that must not stand beside it, a check, and the
scores with and without a passed check. `RuleRecognizer` turns such rows into patterns. A recognizer that needs more
overrides `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from relay.types import Candidate, Pattern, Span

__all__ = ["NUMBER_END", "NUMBER_START", "WORD_END", "WORD_START", "Rule", "RuleRecognizer"]

# What may not stand beside a value that is a word, and beside one that is a number ("1.234", "12-34-56", "1/2").
WORD_START = r"(?<!\w)"
WORD_END = r"(?!\w)"
NUMBER_START = r"(?<!\w)(?<!\d[.,/+-])(?<![-.]\d)"
NUMBER_END = r"(?!\w)(?![.,/+-]\d)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One shape of one entity type.

    `regex` stands between `start` and `end`, the look-around at its borders. `score` counts when `check` passes or
    there is none; `otherwise` when it fails (0: the candidate is nothing). A score under the analyzer's threshold
    waits for context: `words`, with commas between them, are such words in lower case. The rest is as in Pattern.
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


class RuleRecognizer:
    """A recognizer made of rules. Subclasses give `name`, `rules` and `source`; the rest follows from them."""

    name: ClassVar[str]
    entity_types: ClassVar[tuple[str, ...]]
    patterns: ClassVar[tuple[Pattern, ...]]
    context: ClassVar[Mapping[str, tuple[str, ...]]]
    source: ClassVar[str]
    rules: ClassVar[tuple[Rule, ...]]
    _rules: ClassVar[dict[str, Rule]]

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
                regex=f"{rule.start}(?:{rule.regex}){rule.end}",
                score=rule.score,
                # Look-around has no place in a trigger, so the expression without its borders is one.
                trigger=rule.trigger or rule.regex,
                lead_chars=rule.lead_chars,
                max_chars=rule.max_chars,
                ignore_case=rule.ignore_case,
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
