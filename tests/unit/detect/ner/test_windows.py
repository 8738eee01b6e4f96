"""Windows tile the sequence, respect the limit and keep context around what counts."""

from __future__ import annotations

import pytest

from relay.detect.ner.windows import Window, around, narrowest, plan_windows

SIZES = [(limit, overlap) for limit in (1, 2, 5, 16, 126) for overlap in (0, 1, 4, 32) if overlap < limit]


@pytest.mark.parametrize(("limit", "overlap"), SIZES)
def test_kept_parts_tile_the_sequence(limit: int, overlap: int) -> None:
    """Every token is kept exactly once, in order, whatever the length."""
    for tokens in range(1, 4 * limit + 7):
        kept = [
            place
            for w in plan_windows(tokens, limit=limit, overlap=overlap)
            for place in range(w.keep_start, w.keep_end)
        ]
        assert kept == list(range(tokens))


@pytest.mark.parametrize(("limit", "overlap"), SIZES)
def test_windows_keep_to_limit_and_context(limit: int, overlap: int) -> None:
    """A window reads at most the limit, and a kept token has half the overlap around it unless the text ends there."""
    for tokens in range(1, 4 * limit + 7):
        for window in plan_windows(tokens, limit=limit, overlap=overlap):
            assert 0 < window.end - window.start <= limit
            assert window.start <= window.keep_start < window.keep_end <= window.end
            assert window.start == 0 or window.keep_start - window.start >= overlap // 2
            assert window.end == tokens or window.end - window.keep_end >= overlap // 2


def test_result_is_the_whole_result_when_context_suffices() -> None:
    """A function of a token and two neighbours gives the same over windows as over the whole."""

    def shadow(values: list[int]) -> list[int]:
        return [sum(values[max(0, place - 1) : place + 2]) for place in range(len(values))]

    values = [(7 * place) % 13 for place in range(1000)]
    merged: list[int] = []
    for window in plan_windows(len(values), limit=50, overlap=2):
        seen = shadow(values[window.start : window.end])
        merged += seen[window.keep_start - window.start : window.keep_end - window.start]
    assert merged == shadow(values)


@pytest.mark.parametrize(
    ("tokens", "windows"),
    [
        (0, []),
        (-1, []),
        (10, [Window(start=0, end=10, keep_start=0, keep_end=10)]),
        (11, [Window(start=0, end=10, keep_start=0, keep_end=5), Window(start=1, end=11, keep_start=5, keep_end=11)]),
    ],
)
def test_plans(tokens: int, windows: list[Window]) -> None:
    """Short sequences need no second window; one token too many needs one."""
    assert plan_windows(tokens, limit=10, overlap=4) == windows


def test_work_is_linear() -> None:
    """The tokens read grow with the text, by the share of the overlap at most."""
    for tokens in (1_000, 10_000, 100_000):
        read = sum(w.end - w.start for w in plan_windows(tokens, limit=126, overlap=32))
        assert read <= tokens * 126 / 94 + 126


@pytest.mark.parametrize(("limit", "overlap"), [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_impossible_sizes_are_refused(limit: int, overlap: int) -> None:
    """An overlap that leaves no progress is an error, not an endless loop."""
    with pytest.raises(ValueError, match="overlap"):
        plan_windows(5, limit=limit, overlap=overlap)


@pytest.mark.parametrize(("limit", "overlap"), SIZES)
def test_the_narrowest_windows_are_as_few(limit: int, overlap: int) -> None:
    """With the limit lowered there are as many windows, none above it, and a token less would be one more."""
    for tokens in range(1, 4 * limit + 7):
        least = narrowest(tokens, limit=limit, overlap=overlap)
        assert least <= limit
        inside = min(overlap, least - 1)
        windows = plan_windows(tokens, limit=least, overlap=inside)
        assert len(windows) == len(plan_windows(tokens, limit=limit, overlap=overlap))


@pytest.mark.parametrize(
    ("first", "last", "widened"), [(0, 1, (0, 4)), (4, 6, (2, 10)), (6, 10, (4, 10)), (0, 10, (0, 10)), (2, 4, (0, 6))]
)
def test_a_range_is_widened_to_words(first: int, last: int, widened: tuple[int, int]) -> None:
    """By two tokens on either side, then to words of the tokens 0, 1, 2 to 3, 4 to 5 and 6 to 9."""
    assert around(first, last, 2, [0, 1, 2, 4, 6, 10]) == widened
