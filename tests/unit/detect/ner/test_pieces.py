"""Pieces tile a text, keep to their size, end where lines and sentences end, and change only around an edit."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.detect.ner.pieces import plan_pieces
from tests.counted import steps

MOST, MARGIN = 420, 80


def document(lines: int, seed: int = 1) -> str:
    """Return lines of five to thirty words of a small vocabulary, some with several sentences."""
    rng = random.Random(seed)
    words = ["order", "number", "the", "of", "late", "Maria", "paid.", "again,", "we", "7714", "when", "home."]
    return "".join(" ".join(rng.choices(words, k=rng.randint(5, 30))) + "\n" for _ in range(lines))


@given(
    st.lists(st.sampled_from(["a", "word ", "\n", ". ", "x" * 90, " " * 70, "\ud800", "\u738b"]), max_size=60).map(
        "".join
    )
)
def test_pieces_tile_the_text(text: str) -> None:
    """Nothing is left out or read twice but the margins, and no piece is longer than it may be."""
    pieces = list(plan_pieces(text))
    assert "".join(text[piece.low : piece.high] for piece in pieces) == text
    assert all(one.high == other.low for one, other in pairwise(pieces))
    for piece in pieces:
        assert 0 < piece.high - piece.low <= MOST
        assert max(0, piece.low - MARGIN) <= piece.start <= piece.low
        assert piece.high <= piece.end <= min(len(text), piece.high + MARGIN)


@pytest.mark.parametrize("text", ["", "a", "x" * 1_000, "word " * 200, "\n" * 900, "\u738b" * 999])
def test_where_nothing_ends(text: str) -> None:
    """Without a line or a sentence the cuts stand behind words, and in a long word anywhere."""
    cuts = [piece.high for piece in plan_pieces(text)]
    assert cuts[-1:] == [len(text)][: len(text)]
    assert all(cut == len(text) or text[cut - 1].isspace() or " " not in text for cut in cuts)


def test_pieces_end_with_lines_and_sentences() -> None:
    """In a text of short ones every piece does."""
    text = document(200)
    assert all(text[: piece.high].rstrip(" ")[-1] in "\n." for piece in plan_pieces(text))


def test_behind_an_edit_the_pieces_are_the_same() -> None:
    """Of 100 edits each leaves all but a few pieces as they were; so does a line at the end or the beginning."""
    text = document(600)
    rng = random.Random(5)
    before = {text[piece.start : piece.end] for piece in plan_pieces(text)}
    edited = [text + "one more line\n", "a first line\n" + text]
    for _ in range(100):
        place = rng.randrange(len(text))
        edited.append(
            text[:place] + rng.choice(["", "x", "one more sentence. ", "\n"]) + text[place + rng.randrange(30) :]
        )
    new = [
        sum(piece.end - piece.start for piece in plan_pieces(one) if one[piece.start : piece.end] not in before)
        for one in edited
    ]
    assert max(new) < len(text) / 20
    assert sum(new) / len(new) < len(text) / 40


@pytest.mark.parametrize("text", ["ab cde f\nghij ", "x", "\n ", ". ", '!!!"', "a b " * 100 + "\n"])
def test_work_is_linear(text: str) -> None:
    """Four times the text is four times the steps."""
    once, four = (steps(lambda times=times: list(plan_pieces(text * times))) for times in (2_000, 8_000))
    assert four <= 4.5 * once
