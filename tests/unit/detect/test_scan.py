"""The scan: candidates at exact offsets, with Hyperscan and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import relay.detect.recognizers
from relay.detect import scan, scan_hyperscan
from relay.detect.prebuild import prebuild, shipped
from relay.detect.scan import Found, Scanner, triggers_of
from relay.detect.scan_hyperscan import HyperscanTriggers, Matcher, ScanMode
from relay.detect.scan_re2 import Re2Triggers
from relay.errors import ConfigFault
from relay.registry import collect
from relay.types import Pattern
from tests.counted import CountedPattern

PATTERNS = [pattern for plugin in collect(relay.detect.recognizers).values() for pattern in plugin.patterns]
FAST, SLOW = Scanner(PATTERNS), Scanner(PATTERNS, Re2Triggers)
VECTORS = Path(__file__).parents[2] / "vectors" / "detect"
TEXTS = [row["text"] for path in sorted(VECTORS.glob("*.yaml")) for row in yaml.safe_load(path.read_text("utf-8"))]


def places(found: list[Found]) -> list[tuple[str, int, int]]:
    return sorted((candidate.pattern.name, candidate.start, candidate.end) for _, candidate in found)


def values(patterns: list[Pattern], text: str) -> list[str]:
    return [candidate.value for _, candidate in Scanner(patterns).candidates(text)]


@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.title], ids=["as is", "upper", "lower", "title"])
def test_without_hyperscan_the_same_is_found(change: Callable[[str], str]) -> None:
    """Both kinds of triggers lead to the same candidates on every vector, in any case."""
    for text in map(change, TEXTS):
        assert places(SLOW.candidates(text)) == places(FAST.candidates(text)), text


def test_the_same_is_found_in_program_text() -> None:
    """Nor does a corpus tell them apart: modules of the standard library."""
    for path in sorted(Path(json.__file__).parent.glob("*.py")):
        text = path.read_text("utf-8")
        assert places(SLOW.candidates(text)) == places(FAST.candidates(text)), path.name


def test_a_prebuilt_database_finds_the_same(tmp_path: Path) -> None:
    """What set-up compiled is read, not compiled, and leads to the same candidates."""
    prebuild(tmp_path)
    files = {path.name for path in tmp_path.iterdir()}
    read = HyperscanTriggers(list(triggers_of(shipped())), tmp_path)
    assert files == {half.name for half in read.halves}
    scanner = Scanner(PATTERNS, lambda triggers: HyperscanTriggers(triggers, tmp_path))
    for text in TEXTS:
        assert places(scanner.candidates(text)) == places(FAST.candidates(text)), text


def test_set_up_leaves_only_what_is_current(tmp_path: Path) -> None:
    """Databases of patterns that changed go."""
    (tmp_path / "old.hsdb").write_bytes(b"")
    prebuild(tmp_path)
    assert len({path.name for path in tmp_path.iterdir()} - {"old.hsdb"}) == len([*tmp_path.iterdir()]) > 0


@pytest.mark.parametrize(
    ("kept", "compiled"),
    [
        (lambda data: data, 0),
        (lambda data: data[:-1], 1),
        (lambda data: data[:40], 1),
        (lambda data: b"", 1),
        (lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:], 1),
    ],
    ids=["whole", "one byte short", "header", "empty", "one bit off"],
)
def test_what_cannot_be_read_is_compiled(
    kept: Callable[[bytes], bytes], compiled: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file costs time and no finding; a whole one saves the time."""
    rows = [(b"ab", ScanMode.BYTES), (b"[0-9]{3}", ScanMode.BYTES)]
    built = Matcher(rows)
    (tmp_path / built.name).write_bytes(kept(built.dump()))
    calls: list[int] = []
    compile_rows = scan_hyperscan._compile
    monkeypatch.setattr(scan_hyperscan, "_compile", lambda *args: calls.append(1) or compile_rows(*args))
    matcher = Matcher(rows, prebuilt=tmp_path)
    assert sorted(matcher.ends(b"ab 123")) == [(0, 2), (1, 6)]
    assert len(calls) == compiled


@pytest.mark.parametrize(
    "rows",
    [
        [(b"ac", ScanMode.BYTES)],
        [(b"ab", ScanMode.BYTES | ScanMode.IGNORE_CASE)],
        [(b"ab", ScanMode.BYTES), (b"ab", ScanMode.BYTES)],
        [],
    ],
)
def test_other_expressions_have_another_name(rows: list[tuple[bytes, ScanMode]]) -> None:
    """So that a database is never taken for that of other patterns."""
    ours = [(b"ab", ScanMode.BYTES)]
    assert scan_hyperscan._name(rows, range(len(rows))) != scan_hyperscan._name(ours, [0])
    assert scan_hyperscan._name(ours, [1]) != scan_hyperscan._name(ours, [0])


PIECES = st.one_of(
    st.sampled_from([word for text in TEXTS for word in text.split()]),
    st.sampled_from([" ", "\n", "\v", "\x85", "\xa0", ": ", "=", "@", "://", ". ", "É", "ß", "ÿ", "\ud800", "日"]),
    st.text(alphabet="0123456789ABCabc-._ /", max_size=6),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_same_is_found_in_any_text(text: str) -> None:
    """Pieces of values in any order, with spaces and letters that engines read differently."""
    assert places(SLOW.candidates(text)) == places(FAST.candidates(text))


def test_letters_outside_of_ascii_have_two_cases() -> None:
    """A trigger with `ignore_case` finds both, whichever the engine."""
    pattern = Pattern(name="key", regex=r": \w+", trigger="contraseña", score=0.5, follows=True, ignore_case=True)
    for triggers in (HyperscanTriggers, Re2Triggers):
        found = Scanner([pattern], triggers).candidates("CONTRASEÑA: Uno contraseña: dos Contraseña: tres")
        assert [candidate.value for _, candidate in found] == [": Uno", ": dos", ": tres"]


@pytest.mark.parametrize("before", ["", "é ", "日本語 ", "😀 ", "\ud800 ", "\x00 ", "a" * 70_000 + " "])
def test_offsets_are_code_points(before: str) -> None:
    """Whatever stands before a candidate, its offsets slice to it."""
    pattern = Pattern(name="id", regex=r"(?<!\w)ID-\d{4}(?!\w)", trigger=r"ID-\d{4}", score=0.5)
    assert values([pattern], f"{before}ID-1234 ID-12345 xID-1234") == ["ID-1234"]


def test_a_group_narrows_the_candidate() -> None:
    """The group `value` is the candidate, and an empty one is none."""
    pattern = Pattern(name="key", regex=r"key=(?P<value>\w*)", trigger="key=", score=0.5)
    assert values([pattern], "key=abc key= ") == ["abc"]


def test_a_pattern_may_follow_its_trigger() -> None:
    """Such a pattern is tried right behind the trigger and nowhere else."""
    pattern = Pattern(name="key", regex=r"\s?\d+", trigger=r"\bno\.?", score=0.5, follows=True)
    assert values([pattern], "no 12, no. 34, 56, nothing 78") == [" 12", " 34"]


def test_a_long_window_is_searched_near_the_trigger_only() -> None:
    """A match must begin within the lead of its trigger, and the next one begins behind it."""
    pattern = Pattern(name="blob", regex=r"<[a-z]{4,300}>", trigger="<[a-z]", score=0.5, lead_chars=2, max_chars=302)
    assert values([pattern], "<abcd><efgh>" + "x" * 400 + "<" + "y" * 300 + ">") == [
        "<abcd>",
        "<efgh>",
        f"<{'y' * 300}>",
    ]


def test_windows_that_touch_are_one() -> None:
    """Many triggers close together give each match once."""
    pattern = Pattern(name="digits", regex=r"\d+", trigger=r"\d", score=0.5, max_chars=8)
    assert values([pattern], "1234 5678") == ["1234", "5678"]


def test_patterns_share_a_trigger() -> None:
    """Two patterns with one trigger both get their candidates."""
    patterns = [Pattern(name=name, regex=rf"{name}\d", trigger=r"[ab]\d", score=0.5) for name in "ab"]
    assert values(patterns, "a1 b2") == ["a1", "b2"]


@pytest.mark.parametrize("trigger", ["(x", r"(x)\1", "(?=x)"])
def test_a_trigger_that_cannot_be_compiled_stops_start_up(trigger: str) -> None:
    """The error is a ConfigFault, whichever the engine."""
    for triggers in (HyperscanTriggers, Re2Triggers):
        with pytest.raises(ConfigFault):
            Scanner([Pattern(name="bad", regex="x", trigger=trigger, score=0.5)], triggers)


def test_hundreds_of_ends_do_not_end_the_process() -> None:
    """Start of match is not asked for, which is not safe in the library."""
    assert len(Matcher([(b"a+b", ScanMode.BYTES)]).ends(b"a" * 5000)) == 0
    assert len(Matcher([(b"a+", ScanMode.BYTES)]).ends(b"a" * 5000)) == 5000


@pytest.mark.parametrize(
    ("pattern", "unit", "most"),
    [
        # windows around triggers that touch are one window
        (Pattern(name="a", regex=r"\d{1,40}X", trigger=r"\d", score=0.5, max_chars=41), "1", 2),
        # of openings each is tried once, however many triggers follow it
        (Pattern(name="b", regex=r"<\d{1,40}>", trigger=r"\d", opens="<", score=0.5, max_chars=42), "<1", 25),
        # behind a trigger one trial, and none inside of what it found
        (Pattern(name="c", regex=r"\d{1,40}", trigger=r"\d", score=0.5, max_chars=40, follows=True), "1", 2),
        # of a long one each beginning is tried once
        (Pattern(name="d", regex=r"(?:ab){1,400}X", trigger="a", score=0.5, max_chars=801, lead_chars=9), "ab", 810),
    ],
    ids=["around", "openings", "behind", "long"],
)
def test_a_character_is_read_a_bounded_number_of_times(
    pattern: Pattern, unit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a trigger ends at every character."""
    made: list[CountedPattern] = []
    compiled = scan._compile

    def counted(pattern: Pattern) -> CountedPattern:
        made.append(CountedPattern(compiled(pattern), pattern.max_chars))
        return made[-1]

    monkeypatch.setattr(scan, "_compile", counted)
    scanner = Scanner([pattern])
    for size in (4_000, 16_000):
        scanner.candidates(unit * (size // len(unit)))
        assert 0 < made[0].characters <= most * size
        made[0].characters = 0
