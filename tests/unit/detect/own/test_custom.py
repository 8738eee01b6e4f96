"""An operator's own patterns and lists."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.own.custom import CustomPattern, CustomRules, Matching, with_hyperscan, with_re2
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


BOTH = pytest.mark.parametrize("compile_all", [with_hyperscan, with_re2])
Compile = Callable[[Sequence[CustomPattern]], Matching]


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


@BOTH
def test_the_longest_match_of_each_start(compile_all: Compile) -> None:
    """A repeat takes as much as it can, and the rest is searched behind it."""
    assert find(CustomRules([CustomPattern(entity_type="RUN", regex="ab+")], compile_all=compile_all), "abbb ab") == [
        ("abbb", "RUN"),
        ("ab", "RUN"),
    ]


def test_words_near_a_pattern_raise_its_score() -> None:
    """A weak pattern waits for one of its words."""
    assert find(RULES, "badge 1234, door-pass: 4321") == [("1234", "BADGE"), ("4321", "BADGE")]
    assert find(RULES, "year 1234") == []


@BOTH
@pytest.mark.parametrize(
    "regex", [r"E-\d{2,4}", r"\w+é", r"\bab?\b", "a|ab|abc", r"[^\s\d]{2}", r"\D\s\S", r"(?:x+x+)+y", "[]a]b", "日."]
)
@pytest.mark.parametrize("caseless", [False, True])
def test_both_engines_find_the_same(compile_all: Compile, regex: str, caseless: bool) -> None:
    """Classes, borders and letter case mean the same in both."""
    text = "E-12345 e-12 caféé CAFÉ ab abc AB b xxxy ]b ab日本 \u0660 \x85\v٣ é\ud800a"
    patterns = [CustomPattern(entity_type="A", regex=regex, ignore_case=caseless)]
    found = {(s.start, s.end) for s in CustomRules(patterns, compile_all=compile_all).find(text)}
    assert found == {(s.start, s.end) for s in CustomRules(patterns, compile_all=with_hyperscan).find(text)}


@BOTH
@pytest.mark.parametrize("regex", ["(x", "x*", "(?=x)y", r"(x)\1", ""])
def test_what_cannot_be_matched_in_linear_time_is_refused(compile_all: Compile, regex: str) -> None:
    """So is what matches the empty text; the complaint says where the pattern stands."""
    with pytest.raises(ConfigFault, match=r"^rules\.yaml:7: the pattern "):
        CustomRules([CustomPattern(entity_type="A", regex=regex, place="rules.yaml:7")], compile_all=compile_all)


@BOTH
def test_a_catastrophic_pattern_is_matched_in_linear_time(compile_all: Compile) -> None:
    """What takes a backtracking matcher for ever takes no time here."""
    rules = CustomRules([CustomPattern(entity_type="A", regex="(a+)+b")], compile_all=compile_all)
    start = time.process_time()
    assert find(rules, "a" * 20_000) == []
    assert time.process_time() - start < 1
