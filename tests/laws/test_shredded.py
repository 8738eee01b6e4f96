"""Law 7: after close every look-up raises SessionClosed, and no key or record remains.

That a scan of the process's memory finds no planted value is shown in `tests/memory`.
"""

import gc
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.errors import SessionClosed
from relay.replace.styles.bracketed import Bracketed
from relay.response.restore import Restorer
from relay.vault.sessions import Session, Sessions

Closing = Callable[[Sessions, Session], object]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


def expire(sessions: Sessions, session: Session) -> None:
    CLOCK.now += 1e6
    sessions.sweep()


CLOSINGS: dict[str, Closing] = {
    "deleted": lambda sessions, session: sessions.close(session.id),
    "expired": expire,
    "shut down": lambda sessions, session: sessions.close_all(),
    "shredded": lambda sessions, session: session.vault.shred(),
}
VALUES = st.lists(st.tuples(st.sampled_from(["PERSON", "EMAIL_ADDRESS"]), st.text(min_size=1, max_size=30)), max_size=8)


@settings(deadline=None, max_examples=40)
@given(VALUES)
@pytest.mark.parametrize("closing", CLOSINGS.values(), ids=CLOSINGS)
def test_after_close_nothing_answers(closing: Closing, values: list[tuple[str, str]]) -> None:
    """However a session ends, all that it could do raises SessionClosed and its keys' place is zero."""
    sessions = Sessions(random.Random(1).randbytes, CLOCK, Bracketed())
    session = sessions.open()
    vault = session.vault
    vault.keyed_digest("PERSON", "Ann")  # keys are made when they are first needed
    issued = [vault.seal(*pair) for pair in values]
    restorer = Restorer(vault)
    slot = vault._keys._slot  # type: ignore[union-attr]
    page = sessions.memory._pages[0]
    offset = slot._offset

    closing(sessions, session)

    uses: list[Callable[[], object]] = [
        lambda: vault.seal("PERSON", "Ann"),
        lambda: vault.open("[PERSON_1]"),
        lambda: vault.keyed_digest("PERSON", "Ann"),
        lambda: list(vault.values()),
        vault.placeholders,
        session.hold,
    ]
    uses += [lambda text=text: restorer.restore(text) for text in issued]  # type: ignore[misc]
    for use in uses:
        with pytest.raises(SessionClosed):
            use()
    assert bytes(page.cut(offset)) == bytes(128)
    assert sessions.memory.in_use() == 1  # the key that ids are looked up by
    assert not vault._records
    assert not vault._index


def test_no_object_holds_what_was_sealed() -> None:
    """No string, byte string or container that the collector can reach holds a planted value, open or closed."""
    sessions = Sessions(random.Random(1).randbytes, CLOCK, Bracketed())
    session = sessions.open()
    planted = "-".join(["planted", "value", "0815"])
    session.vault.seal("PERSON", planted)
    for _ in range(2):
        gc.collect()
        holders = [
            item
            for item in gc.get_objects()
            if type(item) in (tuple, list, dict, set)
            and any(type(part) is str and planted in part and part is not planted for part in item)
        ]
        assert holders == []
        sessions.close_all()


def test_one_exchange_of_many_sessions_crosses_nothing() -> None:
    """Five hundred sessions interleaved: each restores its own value and none of another's."""
    sessions = Sessions(random.Random(1).randbytes, CLOCK, Bracketed())
    opened = [sessions.open() for _ in range(500)]
    for turn in range(20):
        for number, session in enumerate(opened):
            session.vault.seal("PERSON", f"person {turn} of {number}")
    restorers = [Restorer(session.vault) for session in opened]
    outputs = [""] * len(opened)
    text = " ".join(f"[PERSON_{turn + 1}]" for turn in range(20))
    for start in range(0, len(text), 3):
        for number, restorer in enumerate(restorers):
            outputs[number] += restorer.feed(text[start : start + 3])
    for number, restorer in enumerate(restorers):
        assert outputs[number] + restorer.finish() == " ".join(f"person {turn} of {number}" for turn in range(20))
