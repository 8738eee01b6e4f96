"""Mixed text is cut between scripts, without losing or doubling a character."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.detect.script import has_other, is_latin, stretches


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello world", [("Hello world", False)]),
        ("привет", [("привет", True)]),
        ("12 34\nпривет", [("12 34\nпривет", True)]),
        ("Name: 王伟", [("Name: 王伟", True)]),
        ("Позвоните John Smith завтра", [("Позвоните John Smith завтра", True)]),
        ("Это для John Smith", [("Это для John Smith", True)]),
        (
            "Позвоните завтра, please call me back when you are there.\nИван",
            [
                ("Позвоните завтра, ", True),
                ("please call me back when you are there.\n", False),
                ("Иван", True),
            ],
        ),
        ("John Smith\nИван", [("John Smith\n", False), ("Иван", True)]),
        ("Let α be 5 µm, as in Ω", [("Let α be 5 µm, as in Ω", False)]),
        ("ὁ λόγος", [("ὁ λόγος", True)]),
        ("شارع 5", [("شارع 5", True)]),
        ("a 字 b", [("a 字 b", True)]),
        ("", []),
    ],
)
def test_stretches(text: str, expected: list[tuple[str, bool]]) -> None:
    """A few words in Latin letters beside others on their line go with them; a single letter of Greek is a sign."""
    assert [(text[part.start : part.end], part.other) for part in stretches(text)] == expected


@given(st.text(alphabet="ab яж字ก 1.\n\u0301α", max_size=60))
def test_stretches_tile(text: str) -> None:
    """And neighbours differ."""
    parts = list(stretches(text))
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert all(one.end == other.start and one.other != other.other for one, other in pairwise(parts))
    assert any(part.other for part in parts) == has_other(text)


@pytest.mark.parametrize(("text", "latin"), [("abc где", False), ("abcd где", True), ("12", False), ("Łódź", True)])
def test_is_latin(text: str, latin: bool) -> None:
    """By the number of letters."""
    assert is_latin(text) is latin
