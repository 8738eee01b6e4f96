"""An operator's own patterns and lists."""

from __future__ import annotations

import time

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.custom import CustomPattern, CustomRules
from relay.detect.recognizers.email import EmailRecognizer
from relay.errors import ConfigFault
from relay.types import Segment

RULES = CustomRules(
    [
        CustomPattern(entity_type="STAFF_NUMBER", regex=r"E-\d{6}"),
        CustomPattern(entity_type="PLAYER", regex=r"größe\w*", ignore_case=True),
        CustomPattern(entity_type="BADGE", regex=r"\d{4}", score=0.2, context=("badge", "door pass")),
    ],
    [("PROJECT", "Blue Heron"), ("PROJECT", "Red Kite")],
    ["Support@Example.com"],
)


def find(rules: CustomRules, text: str) -> list[tuple[str, str]]:
    analyzer = Analyzer([EmailRecognizer()], None, custom=rules)
    (spans,) = analyzer.analyze([Segment(pointer="/0", text=text)])
    return [(text[span.start : span.end], span.entity_type) for span in spans]


def test_patterns_and_lists() -> None:
    """Patterns and denied values are found, allowed values are not, at offsets in code points."""
    text = "😀 E-123456 GRÖßEN on blue heron, ask support@example.com or me@example.com \ud800 E-654321"
    assert find(RULES, text) == [
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


def test_words_near_a_pattern_raise_its_score() -> None:
    """A weak pattern waits for one of its words."""
    assert find(RULES, "badge 1234, door-pass: 4321") == [("1234", "BADGE"), ("4321", "BADGE")]
    assert find(RULES, "year 1234") == []


@pytest.mark.parametrize("regex", ["(x", "x*", "(?=x)y", r"(x)\1", ""])
def test_what_cannot_be_matched_in_linear_time_is_refused(regex: str) -> None:
    """So is what matches the empty text; the complaint says where the pattern stands."""
    with pytest.raises(ConfigFault, match=r"^rules\.yaml:7: the pattern cannot be matched in linear time"):
        CustomRules([CustomPattern(entity_type="A", regex=regex, place="rules.yaml:7")])


def test_a_catastrophic_pattern_is_matched_in_linear_time() -> None:
    """What takes a backtracking matcher for ever takes no time here."""
    rules = CustomRules([CustomPattern(entity_type="A", regex="(a+)+b")])
    start = time.process_time()
    assert find(rules, "a" * 20_000) == []
    assert time.process_time() - start < 1
