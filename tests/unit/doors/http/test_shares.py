"""What one client may have, and what all may have together."""

from __future__ import annotations

import pytest

from relay.doors.serving.shares import Shares, share
from relay.errors import RelayBusy, TooManyRequests


@pytest.mark.parametrize(("limit", "part"), [(0, 0), (1, 1), (2, 2), (4, 3), (256, 192), (10_000, 7_500)])
def test_share(limit: int, part: int) -> None:
    """One client may have three quarters, and the only one of few all."""
    assert share(limit) == part


@pytest.mark.parametrize(
    ("taken", "client", "fault"),
    [
        ([("a", 5)], "a", None),
        ([("a", 6)], "a", TooManyRequests),
        ([("a", 6)], "b", None),
        ([("a", 6), ("b", 2)], "b", RelayBusy),
        ([("a", 4), ("b", 4)], "c", RelayBusy),
        ([("a", 6), ("a", -6)], "a", None),
        ([("a", 4), ("b", 4), ("b", -1)], "c", None),
    ],
)
def test_take(taken: list[tuple[str, int]], client: str, fault: type[RelayBusy] | None) -> None:
    """A client is refused at its share, everybody at the limit, and what was given back is there again."""
    shares = Shares(8, "many things", "eight")
    for name, amount in taken:
        if amount > 0:
            shares.take(name, amount)
        else:
            shares.give_back(name, -amount)
    if fault is None:
        shares.take(client)
        return
    with pytest.raises(RelayBusy) as caught:
        shares.take(client)
    assert type(caught.value) is fault
    assert "eight" in caught.value.public


def test_who_has_nothing_is_forgotten() -> None:
    """Addresses of clients that are gone are not kept."""
    shares = Shares(8, "many things", "eight")
    shares.take("a", 3)
    shares.give_back("a", 3)
    shares.give_back("b", 0)
    assert not shares._taken
