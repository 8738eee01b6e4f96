"""What only repeats itself is not read by the model, and nothing moves."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.detect.repeats import without_repeats


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("-" * 300, "--" + " " * 298),
        ("Ann Lee\n" + "=" * 300 + "\nBo", "Ann Lee\n==" + " " * 298 + "\nBo"),
        ("a1" * 200, "a1a1" + " " * 396),
        ("李明" * 150, "李明李明" + " " * 296),
    ],
)
def test_a_run(text: str, read: str) -> None:
    """Its first two units stay."""
    assert without_repeats(text) == read


@pytest.mark.parametrize("text", ["-" * 200, "Ann " * 200, "Maria" * 100, "ab" * 60 + "x" * 140, "\n" * 300])
def test_near_misses(text: str) -> None:
    """Short texts, units with a blank or of five characters, runs of fewer than 64."""
    assert without_repeats(text).replace(" ", "")[:60] == text.replace(" ", "")[:60]
    assert len(without_repeats(text)) == len(text)


@given(st.lists(st.sampled_from(["-" * 70, "ab" * 64, "Maria Gonzalez ", "\n", "x"]), max_size=12).map("".join))
def test_nothing_moves(text: str) -> None:
    """A character is itself or a blank."""
    read = without_repeats(text)
    assert len(read) == len(text)
    assert all(one in (other, " ") for one, other in zip(read, text, strict=True))
    assert read.count("Maria Gonzalez") == text.count("Maria Gonzalez")


def test_work_is_linear() -> None:
    """A megabyte of signs that nearly repeat."""
    begun = time.process_time()
    without_repeats("ab" * 63 + "x" + "abc" * 333_000)
    without_repeats("abcdx" * 200_000)
    assert time.process_time() - begun < 2
