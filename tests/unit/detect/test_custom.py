"""An operator's own patterns and lists."""

from __future__ import annotations

import time

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.custom import CustomPattern, CustomRules, load
from relay.detect.recognizers.email import EmailRecognizer
from relay.errors import ConfigFault
from relay.types import Segment

RULES = """
patterns:
  - {entity: STAFF_NUMBER, regex: 'E-\\d{6}'}
  - {entity: PLAYER, regex: 'größe\\w*', ignore_case: true}
deny:
  - {entity: PROJECT, values: [Blue Heron, Red Kite]}
allow: [Support@Example.com]
"""


def find(rules: CustomRules, text: str) -> list[tuple[str, str]]:
    analyzer = Analyzer([EmailRecognizer()], None, custom=rules)
    (spans,) = analyzer.analyze([Segment(pointer="/0", text=text)])
    return [(text[span.start : span.end], span.entity_type) for span in spans]


def test_patterns_and_lists() -> None:
    """Patterns and denied values are found, allowed values are not, at offsets in code points."""
    text = "😀 E-123456 GRÖßEN on blue heron, ask support@example.com or me@example.com \ud800 E-654321"
    assert find(load(RULES, "rules.yaml"), text) == [
        ("E-123456", "STAFF_NUMBER"),
        ("GRÖßEN", "PLAYER"),
        ("blue heron", "PROJECT"),
        ("me@example.com", "EMAIL_ADDRESS"),
        ("E-654321", "STAFF_NUMBER"),
    ]


def test_the_longest_match_of_each_start() -> None:
    """A repeat takes as much as it can, and the rest is searched behind it."""
    assert find(CustomRules([CustomPattern(entity_type="RUN", regex="ab+")]), "abbb ab") == [
        ("abbb", "RUN"),
        ("ab", "RUN"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("patterns:\n  - {entity: A, regex: '(x'}", "rules.yaml:2"),
        ("patterns:\n  - {entity: A, regex: 'x*'}", "rules.yaml:2"),  # matches the empty text
        ("patterns:\n\n  - {entity: A, regex: '(?=x)y'}", "rules.yaml:3"),
        ("patterns:\n  - {entity: A, regex: '(x)\\1'}", "rules.yaml:2"),
        ("patterns:\n  - {entity: a, regex: 'x'}", "upper-case"),
        ("patterns:\n  - {entity: A, regex: 'x', scor: 1}", "'scor'"),
        ("patterns:\n  - {entity: A}", "no 'regex'"),
        ("patterns:\n  - {entity: A, regex: x, score: 2}", "0 to 1"),
        ("deny:\n  - {entity: A, values: [ab]}", "too short"),
        ("deny: {}", "expected a list"),
        ("denied: []", "'denied'"),
        ("allow: [abc]\nallow: [abd]", "twice"),
        ("allow: [", "not valid YAML"),
        ("- x", "mapping"),
    ],
)
def test_what_cannot_be_used_is_refused(text: str, complaint: str) -> None:
    """The complaint names file, line and reason."""
    with pytest.raises(ConfigFault) as caught:
        load(text, "rules.yaml")
    assert complaint in str(caught.value)
    assert str(caught.value).startswith("rules.yaml:")


def test_a_catastrophic_pattern_is_matched_in_linear_time() -> None:
    """What takes a backtracking matcher for ever takes no time here."""
    rules = CustomRules([CustomPattern(entity_type="A", regex="(a+)+b")])
    start = time.process_time()
    assert find(rules, "a" * 20_000) == []
    assert time.process_time() - start < 1


def test_a_long_deny_list_costs_a_text_nothing() -> None:
    """A hundred thousand names are looked up by table."""
    rules = CustomRules(deny=[("PERSON", f"Name{number} Surname{number}") for number in range(100_000)])
    start = time.process_time()
    assert find(rules, "ask name77 surname77 about it") == [("name77 surname77", "PERSON")]
    assert time.process_time() - start < 0.1
