"""What the model is timed on has the size that it is said to have, and joined texts keep their labels in place."""

from __future__ import annotations

import pytest

from benchmarks.accuracy.score import Row
from benchmarks.model.__main__ import joined
from benchmarks.model.texts import edited, texts


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("300 characters", 300),
        ("2 KB support chat full of names", 2_000),
        ("20 KB logs", 20_000),
        ("100 KB base64", 100_000),
    ],
)
def test_texts_have_their_size(name: str, size: int) -> None:
    """And are the same each time."""
    assert len(texts()[name]) == size
    assert texts()[name] == texts()[name]


def test_an_edit_is_one_sentence_in_the_middle() -> None:
    """Both halves stay."""
    text = texts()["20 KB logs"]
    changed = edited(text)
    assert 20 < len(changed) - len(text) < 100
    assert (changed[:9_000], changed[-9_000:]) == (text[:9_000], text[-9_000:])


def test_joined_rows_keep_their_labels() -> None:
    """Each label covers in the long text what it covered in its row."""
    rows = [Row(text=f"{'x' * 1_000} Maria {n}", labels=((1_001, 1_006, "PERSON"),)) for n in range(7)]
    long = list(joined(rows))
    assert [len(row.labels) for row in long] == [3, 3, 1]
    assert {row.text[start:end] for row in long for start, end, _ in row.labels} == {"Maria"}
