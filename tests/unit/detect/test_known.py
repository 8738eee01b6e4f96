"""Known values: the rule, by table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.known import KnownValues, fold, is_unspaced, searchable
from relay.detect.value_list import ValueList
from relay.types import Span


def find(values: list[str], text: str) -> list[str]:
    """Return what both kinds of set find, which is the same."""
    kinds = [kind(("CUSTOM", value) for value in values) for kind in (KnownValues, ValueList)]
    found, again = ([text[span.start : span.end] for span in kind.find(text)] for kind in kinds)
    assert found == again
    assert [bool(kind) for kind in kinds] == [any(map(searchable, values))] * 2
    return found


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ("Will", "Will said he will", ["Will"]),  # a single word: case counts
        ("Will", "Willow, goodWill, Will_x", []),  # inside a word
        ("Maria Gonzalez", "maria gonzalez and MARIA GONZALEZ", ["maria gonzalez", "MARIA GONZALEZ"]),
        ("maria@example.org", "<MARIA@example.org>", ["MARIA@example.org"]),
        ("maria@example.org", "xmaria@example.org maria@example.organic", []),
        ("+1 415 555 2671", "call +1 415 555 2671!", ["+1 415 555 2671"]),
        ("4155552671", "no 41555526710 but 4155552671.", ["4155552671"]),
        ("(415) 555-2671", "(415) 555-2671", ["(415) 555-2671"]),
        ("张伟", "我叫张伟。", ["张伟"]),  # no spaces between words
        ("İzmir 12", "at İzmir 12 now", ["İzmir 12"]),  # lower case of İ is longer
        ("Zoë", "Zoë and Zoëlle", ["Zoë"]),
        ("1234", "1234", []),  # a number of fewer than five digits
        ("ab", "ab", []),  # too short
        ("---", "---", []),  # no letter or digit
        ("Ann Lee", "\ud800 ann lee", ["ann lee"]),  # a lone surrogate beside it
        ("Ann\udfffLee", "Ann\udfffLee", ["Ann\udfffLee"]),
    ],
)
def test_the_rule(value: str, text: str, expected: list[str]) -> None:
    """A value is found exactly where the rule says."""
    assert find([value], text) == expected
    assert bool(KnownValues([("CUSTOM", value)])) is searchable(value)


def test_values_may_overlap() -> None:
    """Different values are found each for itself, the first type stays, and spans come in order."""
    values = KnownValues([("PERSON", "Jane Doe"), ("CUSTOM", "Doe"), ("USERNAME", "Jane Doe")])
    assert values.find("Jane Doe") == [Span("PERSON", 0, 8, 1.0, "known"), Span("CUSTOM", 5, 8, 1.0, "known")]


def test_no_value_is_shown() -> None:
    """The repr tells how many, not which."""
    for kind in (KnownValues, ValueList):
        assert "Doe" not in repr(kind([("PERSON", "Jane Doe")]))


def test_a_list_tells_spellings_apart() -> None:
    """Two single words that differ in case are two values, each with its own type; an empty list finds none."""
    values = ValueList([("PERSON", "Will"), ("CUSTOM", "WILL"), ("USERNAME", "Will")])
    assert values.find("WILL Will will") == [Span("CUSTOM", 0, 4, 1.0, "known"), Span("PERSON", 5, 9, 1.0, "known")]
    assert ValueList([]).find("Will") == []


WORDS = st.sampled_from(["Ann", "ann", "Lee", "İ", "张", "\ud800", "x1", "@", "-", "é", " ", "\n", "12345", "_"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=4).map("".join), max_size=6),
    st.lists(WORDS, max_size=20).map("".join),
)
def test_the_table_finds_what_plain_search_finds(values: list[str], text: str) -> None:
    """The slow obvious implementation, position by position, agrees."""

    def joins(left: str, right: str) -> bool:
        return (left.isalnum() or left == "_") and (right.isalnum() or right == "_")

    expected = set()
    for value in values:
        if not searchable(value):
            continue
        for start in range(len(text) - len(value) + 1):
            end = start + len(value)
            here, wanted = text[start:end], value
            if not value.isalpha() and not is_unspaced(value):
                here, wanted = fold(here), fold(wanted)
            inside = (start > 0 and joins(text[start - 1], text[start])) or (
                end < len(text) and joins(text[end - 1], text[end])
            )
            if here == wanted and (is_unspaced(value) or not inside):
                expected.add((start, end))
    for kind in (KnownValues, ValueList):
        found = {(span.start, span.end) for span in kind(("CUSTOM", value) for value in values).find(text)}
        assert found == expected
