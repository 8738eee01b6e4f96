"""A request with too many findings is refused before it takes gigabytes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from relay.detect import analyzer, bounds, everywhere, pattern_layer
from relay.errors import BodyTooLarge
from relay.types import Segment
from tests.support import patterns_only

ANALYZER = patterns_only()


def read(texts: Sequence[str]) -> int:
    """Return how many spans are found in `texts`."""
    rows = ANALYZER.analyze([Segment(pointer=f"/{place}", text=text) for place, text in enumerate(texts)])
    return sum(map(len, rows))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the bounds 40 findings, 20 different ones."""
    for module in (analyzer, pattern_layer, bounds):
        monkeypatch.setattr(module, "MOST_SPANS", 40)
    for module in (everywhere, bounds):
        monkeypatch.setattr(module, "MOST_VALUES", 20)


def addresses(count: int) -> list[str]:
    return [f"u{number}@example.org" for number in range(count)]


@pytest.mark.parametrize(
    "texts",
    [
        addresses(20),
        ["maria@example.org"] * 40,
        [" ".join(["maria@example.org"] * 40)],
        [f"see https://example.com/page{number}" for number in range(40)],  # of a type that is off
    ],
    ids=["different", "in many texts", "in one text", "off"],
)
def test_as_many_are_read(texts: list[str]) -> None:
    """Up to the bound."""
    assert read(texts) >= 20


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (addresses(21), "more than 20 different values"),
        (["maria@example.org"] * 41, "more than 40 values"),
        ([" ".join(["maria@example.org"] * 41)], "more than 40 values"),
        ([" ".join(["maria@example.org"] * 5_000)], "more than 40 values"),  # known before the text has been read
    ],
    ids=["different", "in many texts", "in one text", "in a long text"],
)
def test_more_are_refused(texts: list[str], message: str) -> None:
    """With a message that says the bound, and holds nothing of the texts."""
    with pytest.raises(BodyTooLarge, match=message) as caught:
        read(texts)
    assert "maria" not in str(caught.value)
