"""Every piece of a text in any script has its place, and the tokenizer keeps nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.detect.ner.unigram import BARE, FIRST, LAST, UNKNOWN, UnigramCoder

PIECES = [FIRST, LAST, UNKNOWN, BARE, *"abАня王伟ไทยก,.5", f"{BARE}a", f"{BARE}Ан", "王伟", "ไทย", f"{BARE}ab"]
CODER = UnigramCoder([f"{piece}\t{-1.0 - place / 100}" for place, piece in enumerate(PIECES)])


def words(text: str) -> list[str]:
    encoded = CODER.encode(text)
    return [text[start:end] for start, end in zip(encoded.starts, encoded.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Аня, ab", ["Аня", ",", "ab"]),
        ("王伟ab 5", ["王伟", "ab", "5"]),
        ("ab王伟", ["ab", "王伟"]),
        ("ไทยก", ["ไทย", "ก"]),
        ("  \n ,a", [",", "a"]),
        ("Ｆａ", ["Ｆａ"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """Words with spaces between them are whole; without, and beside other scripts, each piece is one."""
    assert words(text) == expected


@given(st.text(max_size=60))
def test_places(text: str) -> None:
    """In order, within the text, none empty and no two overlap."""
    encoded = CODER.encode(text)
    places = list(zip(encoded.starts.tolist(), encoded.ends.tolist(), strict=True))
    assert all(start < end <= len(text) for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    assert len(encoded.ids) == len(encoded.types)
    assert len(encoded.heads) == len(places)


def test_nothing_is_kept() -> None:
    """A word that was read takes no longer afterwards to be other than new: the cache of the library has no room."""
    import pickle

    CODER.encode("Аня王伟")
    assert "Аня王伟".encode() not in pickle.dumps(CODER._tokenizer)
    assert CODER._tokenizer.model._resize_cache(0) is None
