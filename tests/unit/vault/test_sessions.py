"""Sessions end when they should, not while they are held, and an id that is not yours is no different from none."""

import os
import random

import pytest

from relay.errors import RelayBusy, SessionClosed
from relay.replace.styles.bracketed import Bracketed
from relay.vault.sessions import Session, Sessions


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock, **limits: float) -> Sessions:
    chosen: dict[str, float] = {"idle_s": 100, "max_s": 1000, "max_sessions": 3, **limits}
    return Sessions(random.Random(1).randbytes, clock, Bracketed(), wall=lambda: 1.8e9, **chosen)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_session_is_found_by_its_id(clock: Clock) -> None:
    """Values sealed in one request are there in the next."""
    sessions = make(clock)
    session = sessions.open()
    session.vault.seal("PERSON", "Ann")
    assert sessions.get(session.id) is session
    assert sessions.get(session.id).counts() == {"PERSON": 1}


def test_ids_are_indexed_under_a_key_of_their_own(clock: Clock) -> None:
    """What a look-up compares says nothing about the id, in this process or another."""
    one, other = (Sessions(random.Random(seed).randbytes, clock, Bracketed()) for seed in (1, 2))
    assert one._mark("id", "") == one._mark("id", "")
    assert len({one._mark("id", ""), other._mark("id", ""), one._mark("id", "owner")}) == 3


def test_every_wrong_id_fails_alike(clock: Clock) -> None:
    """Closed, expired, foreign, malformed and invented ids raise one and the same exception."""
    sessions = make(clock, max_sessions=10)
    closed, expired, foreign = sessions.open(), sessions.open(), sessions.open(owner="desktop")
    sessions.close(closed.id)
    expired.used_at -= 200
    wrong = [closed.id, expired.id, foreign.id, "", "0" * 32, "x" * 10_000, "é\ud83d", closed.id.upper()]
    messages = set()
    for session_id in wrong:
        for use in (sessions.get, sessions.close):
            with pytest.raises(SessionClosed) as caught:
                use(session_id)
            messages.add(caught.value.public)
    assert len(messages) == 1
    assert sessions.get(foreign.id, owner="desktop") is foreign


@pytest.mark.parametrize(
    ("passed_s", "touched", "held", "gone"),
    [
        (99, False, False, False),
        (100, False, False, True),
        (150, True, False, False),
        (150, False, True, False),
        (1000, True, False, True),
        (1000, True, True, False),
    ],
)
def test_sweep(clock: Clock, passed_s: float, touched: bool, held: bool, gone: bool) -> None:
    """Idle or old sessions are shredded, never under a running exchange."""
    sessions = make(clock)
    session = sessions.open()
    if held:
        session.hold()
    clock.now += passed_s
    if touched:
        session.touch()
    assert sessions.sweep() == int(gone)
    assert session.closed is gone
    assert len(sessions) == int(not gone)


def test_an_old_session_is_refused_while_held_and_shredded_after(clock: Clock) -> None:
    """No new exchange begins in a session past its age; the running one finishes first."""
    sessions = make(clock)
    session = sessions.open()
    session.hold()
    clock.now += 2000
    with pytest.raises(SessionClosed):
        sessions.get(session.id)
    assert not session.closed
    session.release()
    sessions.sweep()
    assert session.closed


def test_idle_time_starts_when_the_last_exchange_ends(clock: Clock) -> None:
    """A long exchange does not use up the idle time."""
    sessions = make(clock)
    session = sessions.open()
    session.hold()
    clock.now += 500
    assert sessions.get(session.id) is session
    session.release()
    assert sessions.get(session.id) is session
    assert sessions.expires_in(session) == 100


def test_a_clock_that_jumps_back_closes_nothing(clock: Clock) -> None:
    """Nothing expires early, and expiry still comes."""
    sessions = make(clock)
    session = sessions.open()
    clock.now -= 5000
    assert sessions.sweep() == 0
    assert sessions.get(session.id) is session
    clock.now += 10_000
    assert sessions.sweep() == 1


def test_closing_does_not_wait(clock: Clock) -> None:
    """DELETE shreds under a running exchange, which then fails; the receipt counts and holds no value."""
    sessions = make(clock)
    session = sessions.open()
    session.vault.seal("PERSON", "Ann")
    session.hold()
    receipt = sessions.close(session.id)
    assert (receipt.id, receipt.closed_at, receipt.entities, receipt.shredded) == (session.id, 1.8e9, 1, True)
    assert "Ann" not in repr(receipt)
    with pytest.raises(SessionClosed):
        session.vault.open("[PERSON_1]")
    with pytest.raises(SessionClosed):
        session.hold()
    session.release()


def test_an_ephemeral_session_lives_for_its_exchange(clock: Clock) -> None:
    """Nobody finds it, and its last release shreds it."""
    sessions = make(clock)
    session = sessions.ephemeral()
    session.vault.seal("PERSON", "Ann")
    with pytest.raises(SessionClosed):
        sessions.get(session.id)
    assert not session.closed
    session.release()
    assert session.closed
    assert sessions.memory.in_use() == 1  # the key that ids are looked up by


def test_too_many_sessions_are_refused_and_none_is_evicted(clock: Clock) -> None:
    """The limit refuses a new session; expired ones make room."""
    sessions = make(clock)
    opened: list[Session] = [sessions.open() for _ in range(3)]
    with pytest.raises(RelayBusy):
        sessions.open()
    assert not any(session.closed for session in opened)
    clock.now += 100
    sessions.open()
    assert all(session.closed for session in opened)


def test_close_all(clock: Clock) -> None:
    """Shutting down shreds everything, held or not, and frees every key."""
    sessions = make(clock)
    opened = [sessions.open() for _ in range(3)]
    opened[0].hold()
    assert sessions.close_all() == 3
    assert all(session.closed for session in opened)
    assert sessions.memory.in_use() == 1  # the key that ids are looked up by


def test_one_session_does_not_open_what_another_sealed(clock: Clock) -> None:
    """The same placeholder means each session's own value."""
    sessions = make(clock)
    one, other = sessions.open(), sessions.open()
    one.vault.seal("PERSON", "Ann")
    other.vault.seal("PERSON", "Bo")
    assert (one.vault.open("[PERSON_1]"), other.vault.open("[PERSON_1]")) == ("Ann", "Bo")
    sessions.close(one.id)
    assert other.vault.open("[PERSON_1]") == "Bo"


def test_repr_shows_no_id(clock: Clock) -> None:
    """An id is what lets a client in."""
    sessions = make(clock)
    session = sessions.open()
    assert session.id not in repr(session) + repr(sessions)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_opens_nothing_and_the_parent_goes_on(clock: Clock) -> None:
    """The child has no keys: an inherited session is closed there, a new one works."""
    sessions = make(clock)
    session = sessions.open()
    session.vault.seal("PERSON", "Ann")
    child = os.fork()
    if child == 0:
        try:
            session.vault.open("[PERSON_1]")
        except SessionClosed:
            new = sessions.ephemeral().vault
            os._exit(0 if new.open(new.seal("PERSON", "Bo")) == "Bo" else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert session.vault.open("[PERSON_1]") == "Ann"
