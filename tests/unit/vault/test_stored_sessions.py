"""A session that is kept elsewhere is the same one on every machine, and opens for its client only."""

import asyncio
import os
import random
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.errors import RelayBusy, ScrubFailed, SessionClosed, TooManyRequests
from relay.protocols import Kept, Lives
from relay.replace.styles.bracketed import Bracketed
from relay.store.memory import MemoryStore
from relay.vault import journal
from relay.vault.stored_sessions import StoredSessions

T = TypeVar("T")
LIVES = Lives(idle_s=100, max_s=1000)
NAMES = ("Maria Gonzalez", "Maria", "Ms. Gonzalez", "John Smith", "John Miller", "John", "J. Smith", "M. Gonzalez")
ADDRESSES = (
    "maria.gonzalez@example.org",
    "maria@example.com",
    "office@example.org",
    "j.smith@example.net",
    "\udc80@x.org",
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def node(store: MemoryStore, **limits: int) -> StoredSessions:
    """Return what one machine has: nothing in common with another one but the store."""
    return StoredSessions(store, os.urandom, Clock(), Bracketed(), lives=LIVES, **limits)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


def run(call: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(call)


async def opened(sessions: StoredSessions, owner: str = "") -> str:
    return (await sessions.open(owner=owner, caller=owner, most=100, most_of_caller=100))[0]


async def turn(sessions: StoredSessions, session_id: str, *values: tuple[str, str], owner: str = "") -> list[str]:
    """Seal values in a session, as one exchange does, and return their placeholders."""
    session = sessions.read(await sessions.fetch(session_id, owner=owner))
    found = [session.vault.seal(entity_type, value) for entity_type, value in values]
    assert await sessions.append(session, sessions.addition(session))
    session.release()
    return found


async def contents(sessions: StoredSessions, session_id: str) -> dict[str, str]:
    session = sessions.read(await sessions.fetch(session_id, owner=""))
    found = {placeholder: session.vault.open(placeholder) for placeholder in session.vault.placeholders()}
    session.release()
    return found


def test_what_one_node_seals_another_one_opens(store: MemoryStore) -> None:
    """The number of a value is the same on both, and new ones go on from there."""

    async def story() -> None:
        first, second = node(store), node(store)
        session_id = await opened(first)
        assert await turn(first, session_id, ("PERSON", "Maria Gonzalez")) == ["[PERSON_1]"]
        assert await turn(second, session_id, ("PERSON", "John Smith"), ("PERSON", "Maria")) == [
            "[PERSON_2]",
            "[PERSON_1_FIRST]",
        ]
        assert await contents(first, session_id) == {
            "[PERSON_1]": "Maria Gonzalez",
            "[PERSON_2]": "John Smith",
            "[PERSON_1_FIRST]": "Maria",
        }

    run(story())


value = st.one_of(
    st.tuples(st.just("PERSON"), st.sampled_from(NAMES)),
    st.tuples(st.just("EMAIL_ADDRESS"), st.sampled_from(ADDRESSES)),
    st.tuples(st.just("ID_NUMBER"), st.text(min_size=1, max_size=5)),
)


@given(st.lists(st.lists(value, max_size=4), max_size=40), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_session_on_many_nodes_is_as_one_vault(turns: list[list[tuple[str, str]]], rng: random.Random) -> None:
    """Law: whichever nodes the exchanges reach, placeholders are those that one vault would have issued."""

    async def story() -> None:
        store = MemoryStore(Clock())
        nodes = [node(store) for _ in range(3)]
        alone = node(MemoryStore(Clock()))
        session_id, other_id = await opened(nodes[0]), await opened(alone)
        whole = alone.read(await alone.fetch(other_id, owner=""))
        for values in turns:
            expected = [whole.vault.seal(*item) for item in values]
            assert await turn(rng.choice(nodes), session_id, *values) == expected
        loaded = nodes[0].read(await nodes[0].fetch(session_id, owner=""))
        assert loaded.vault.placeholders() == whole.vault.placeholders()
        assert sorted(loaded.vault.forms()) == sorted(whole.vault.forms())
        assert list(loaded.vault.values()) == list(whole.vault.values())
        assert loaded.vault.keyed_digest("X", "y") == loaded.vault.keyed_digest("X", "y")

    run(story())


def test_forms_turns_and_digests_are_kept(store: MemoryStore) -> None:
    """What an answer opened, what an upstream wrote, and what `hash` shows are the same on another node."""

    async def story() -> None:
        first, second = node(store), node(store)
        session_id = await opened(first)
        session = first.read(await first.fetch(session_id, owner=""))
        session.vault.seal("PERSON", "Maria Gonzalez")
        assert session.vault.open("[PERSON_1_LAST]") == "Gonzalez"
        session.vault.note_turn("a", "Dear Maria Gonzalez", "Dear [PERSON_1]")
        session.vault.note_turn("a", "Hello", "Hello")
        digest = session.vault.keyed_digest("PERSON", "Maria Gonzalez")
        await first.add(session)
        session.release()
        other = second.read(await second.fetch(session_id, owner=""))
        assert "[PERSON_1_LAST]" in other.vault.placeholders()
        assert other.vault.recall_turn("a", "Dear Maria Gonzalez") == "Dear [PERSON_1]"
        assert other.vault.recall_turn("a", "Hello") == "Hello"
        assert other.vault.recall_turn("b", "Hello") is None
        assert other.vault.keyed_digest("PERSON", "Maria Gonzalez") == digest

    run(story())


def test_two_exchanges_at_once_give_no_number_twice(store: MemoryStore) -> None:
    """The second one is told, reads anew and goes on from what the first one issued."""

    async def story() -> None:
        nodes = node(store), node(store)
        session_id = await opened(nodes[0])
        loaded = [each.read(await each.fetch(session_id, owner="")) for each in nodes]
        assert [session.vault.seal("PERSON", name) for session, name in zip(loaded, NAMES[2:4], strict=True)] == [
            "[PERSON_1]",
            "[PERSON_1]",
        ]
        assert await nodes[0].append(loaded[0], nodes[0].addition(loaded[0]))
        assert not await nodes[1].append(loaded[1], nodes[1].addition(loaded[1]))
        assert await turn(nodes[1], session_id, ("PERSON", NAMES[3])) == ["[PERSON_2]"]

    run(story())


def test_what_an_answer_adds_gives_way(store: MemoryStore) -> None:
    """It is kept whatever others did meanwhile, and left out where it contradicts them."""

    async def story() -> None:
        nodes = node(store), node(store)
        session_id = await opened(nodes[0])
        slow = nodes[0].read(await nodes[0].fetch(session_id, owner=""))
        slow.vault.seal("PERSON", "Invented Person")
        slow.vault.note_turn("a", "said", "written")
        await turn(nodes[1], session_id, ("PERSON", "John Smith"))
        await nodes[0].add(slow)
        assert await contents(nodes[1], session_id) == {"[PERSON_1]": "John Smith"}
        loaded = nodes[1].read(await nodes[1].fetch(session_id, owner=""))
        assert loaded.vault.recall_turn("a", "said") == "written"

    run(story())


def test_hundreds_of_turns_are_few_records(store: MemoryStore) -> None:
    """They are written anew as one, by whoever comes along, and nothing is lost."""

    async def story() -> None:
        nodes = [node(store) for _ in range(3)]
        session_id = await opened(nodes[0])
        for number in range(200):
            await turn(nodes[number % 3], session_id, ("ID_NUMBER", f"id {number}"))
            assert len(store.records()) <= 33
        assert list((await contents(nodes[1], session_id)).values()) == [f"id {number}" for number in range(200)]

    run(story())


def test_long_answers_do_not_pile_up(store: MemoryStore) -> None:
    """What the vault has forgotten of them is not kept for ever; letters of other scripts take two bytes, not six."""

    async def story() -> None:
        sessions = node(store)
        session_id = await opened(sessions)
        await turn(sessions, session_id, ("PERSON", "Ann"))
        for number in range(12):
            session = sessions.read(await sessions.fetch(session_id, owner=""))
            session.vault.note_turn("a", f"{number} Ann " + "д" * 1_000_000, f"{number} [PERSON_1] " + "д" * 1_000_000)
            await sessions.add(session)
            session.release()
            assert sum(map(len, store.records())) < 14_000_000
        assert await contents(sessions, session_id) == {"[PERSON_1]": "Ann"}

    run(story())


@pytest.mark.parametrize("session_id", ["", "x", "A" * 42, "A" * 44, "A" * 43 + "\n", "é" * 43, "A" * 43, "0" * 32])
def test_what_is_no_id_opens_nothing(store: MemoryStore, session_id: str) -> None:
    """All are answered alike."""
    with pytest.raises(SessionClosed, match="no open session has this id"):
        run(node(store).fetch(session_id, owner=""))


def test_a_session_is_its_owners(store: MemoryStore) -> None:
    """The id alone, with another client's key, finds nothing; neither do two clients' names that run together."""

    async def story() -> None:
        sessions = node(store)
        session_id = await opened(sessions, "desktop")
        await sessions.fetch(session_id, owner="desktop")
        for other in ("", "Desktop", "desktop\0", "desktopx"):
            with pytest.raises(SessionClosed):
                await sessions.fetch(session_id, owner=other)

    run(story())


def test_a_deleted_session_is_gone_everywhere(store: MemoryStore) -> None:
    """Also for an exchange that still runs, which then cannot bring it back."""

    async def story() -> None:
        nodes = node(store), node(store)
        session_id = await opened(nodes[0])
        running = nodes[1].read(await nodes[1].fetch(session_id, owner=""))
        running.vault.seal("PERSON", "Ann")
        await nodes[0].delete(await nodes[0].fetch(session_id, owner=""))
        assert not await nodes[1].append(running, nodes[1].addition(running))
        with pytest.raises(SessionClosed):
            await nodes[1].add(running)
        assert not store.records()
        with pytest.raises(SessionClosed):
            await nodes[1].fetch(session_id, owner="")

    run(story())


def test_sessions_end_by_the_stores_clock(store: MemoryStore, clock: Clock) -> None:
    """Idle too long or too old; a use begins the idle time anew."""

    async def story() -> None:
        sessions = node(store)
        session_id = await opened(sessions)
        for _ in range(11):
            clock.now += 90
            assert (await sessions.fetch(session_id, owner="")).kept.expires_in_s <= 100
        clock.now += 11
        with pytest.raises(SessionClosed):
            await sessions.fetch(session_id, owner="")
        idle = await opened(sessions)
        clock.now += 101
        with pytest.raises(SessionClosed):
            await sessions.fetch(idle, owner="")

    run(story())


def test_there_are_so_many_sessions_and_no_more(store: MemoryStore, clock: Clock) -> None:
    """In all, and of one client; those that ended make room."""

    async def story() -> None:
        sessions = node(store)
        for caller in ("a", "b"):
            await sessions.open(owner="", caller=caller, most=3, most_of_caller=1)
        with pytest.raises(TooManyRequests):
            await sessions.open(owner="", caller="a", most=3, most_of_caller=1)
        await sessions.open(owner="", caller="c", most=3, most_of_caller=1)
        with pytest.raises(RelayBusy):
            await sessions.open(owner="", caller="d", most=3, most_of_caller=1)
        clock.now += 101
        await sessions.open(owner="", caller="a", most=3, most_of_caller=1)

    run(story())


class Lying(MemoryStore):
    """A store that gives other records than it got, from its second answer on."""

    def __init__(self, lie: Callable[[list[bytes]], list[bytes]], number: Callable[[int, int], int]) -> None:
        super().__init__(Clock())
        self.lie, self.number = lie, number
        self.lying = False

    async def load(self, name: bytes, lives: Lives) -> Kept | None:
        kept = await super().load(name, lives)
        if kept is None or not self.lying:
            return kept
        records = self.lie(list(kept.records))
        return Kept(records, self.number(kept.version, len(records) - len(kept.records)), kept.expires_in_s)


OTHER: list[bytes] = []
LIES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "one bit": lambda records: [*records[:-1], records[-1][:-1] + bytes([records[-1][-1] ^ 1])],
    "a bit of the salt": lambda records: [
        *records[:-1],
        records[-1][:6] + bytes([records[-1][6] ^ 1]) + records[-1][7:],
    ],
    "swapped": lambda records: [records[0], records[2], records[1], *records[3:]],
    "one left out": lambda records: [records[0], *records[2:]],
    "the first left out": lambda records: records[1:],
    "twice": lambda records: [*records, records[-1]],
    "the last left out": lambda records: records[:-1],
    "of another session": lambda records: [*records[:-1], OTHER[-1]],
    "all of another session": lambda records: list(OTHER),
    "empty": lambda records: [*records[:-1], b""],
    "cut": lambda records: [*records[:-1], records[-1][:30]],
    "of another version of relay": lambda records: [*records[:-1], b"\x02" + records[-1][1:]],
    "renumbered": lambda records: [*records[:-1], records[-1][:4] + b"\x09" + records[-1][5:]],
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("number", [lambda version, more: version, lambda version, more: version + more])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_lying_store_is_found_out(lie: str, number: Callable[[int, int], int], fresh: bool) -> None:
    """Records that are altered, moved, missing or of elsewhere open nothing, on the node that wrote them or another."""

    async def story() -> None:
        store = Lying(LIES[lie], number)
        sessions = node(store)
        session_id, other_id = await opened(sessions), await opened(sessions)
        for name in NAMES[:4]:
            await turn(sessions, session_id, ("PERSON", name))
            await turn(sessions, other_id, ("PERSON", name))
        OTHER[:] = (await sessions.fetch(other_id, owner="")).kept.records
        store.lying = True
        reader = node(store) if fresh else sessions
        session = reader.read(await reader.fetch(session_id, owner=""))
        session.release()

    if lie == "the last left out" and fresh and number(5, -1) == 4:
        run(story())  # an older state as a whole: only who has seen the newer one can tell
        return
    with pytest.raises(ScrubFailed):
        run(story())


def test_a_store_that_went_back_is_found_out_by_who_has_seen_more(store: MemoryStore) -> None:
    """Restored from an old copy, or told another story of the same length."""

    async def story() -> None:
        sessions, other = node(store), node(store)
        session_id = await opened(sessions)
        await turn(other, session_id, ("PERSON", "John Smith"))
        copy = {name: (list(item.records), item.version) for name, item in store._sessions.items()}
        await turn(sessions, session_id, ("PERSON", "Maria Gonzalez"))
        for name, (records, version) in copy.items():
            store._sessions[name].records, store._sessions[name].version = records, version
        with pytest.raises(ScrubFailed, match="older state"):
            await sessions.fetch(session_id, owner="")
        await turn(other, session_id, ("PERSON", "Somebody Else"))
        with pytest.raises(ScrubFailed, match="older state"):
            await sessions.fetch(session_id, owner="")

    run(story())


def test_a_store_that_was_emptied_has_no_session(store: MemoryStore) -> None:
    """As one that expired."""

    async def story() -> None:
        sessions = node(store)
        session_id = await opened(sessions)
        await turn(sessions, session_id, ("PERSON", "Ann"))
        await store.close()
        with pytest.raises(SessionClosed):
            await sessions.fetch(session_id, owner="")

    run(story())


def test_the_store_has_no_value_and_no_key(store: MemoryStore) -> None:
    """Not in records, names or counters; and equal values of two sessions, or of one, look different."""

    async def story() -> None:
        sessions = node(store)
        ids = [await opened(sessions) for _ in range(2)]
        for session_id in ids:
            await turn(sessions, session_id, ("PERSON", "Maria Gonzalez"))
            await turn(sessions, session_id, ("PERSON", "Canary"), ("ID_NUMBER", "Canary"))
        dump = repr(store._sessions).encode() + b"".join(store.records())
        for secret in (b"Maria", b"Gonzalez", b"Canary", b"PERSON", *(session_id.encode() for session_id in ids)):
            assert secret not in dump
        records = store.records()
        assert len({record[-40:] for record in records}) == len(records)
        assert {len(record) for record in records[1:3]} == {len(record) for record in records[4:6]}

    run(story())


def test_what_is_loaded_is_shredded_with_its_exchange(store: MemoryStore) -> None:
    """The node keeps nothing: no value and no key."""

    async def story() -> None:
        sessions = node(store)
        session_id = await opened(sessions)
        session = sessions.read(await sessions.fetch(session_id, owner=""))
        session.hold()
        session.vault.seal("PERSON", "Ann")
        session.release()
        assert session.vault.open("[PERSON_1]") == "Ann"
        session.release()
        with pytest.raises(SessionClosed):
            session.vault.open("[PERSON_1]")
        assert sessions._memory.in_use() == 0

    run(story())


def test_a_full_session_refuses(store: MemoryStore) -> None:
    """One more value than it may hold; what it holds stays."""
    from relay.errors import VaultFull

    async def story() -> None:
        sessions = node(store, max_entities=2)
        session_id = await opened(sessions)
        await turn(sessions, session_id, ("ID_NUMBER", "1"), ("ID_NUMBER", "2"))
        with pytest.raises(VaultFull):
            await turn(sessions, session_id, ("ID_NUMBER", "3"))
        assert len(await contents(sessions, session_id)) == 2

    run(story())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        b'["v"]',
        b'[["v"]]',
        b'[["x","a"]]',
        b'[["f",1]]',
        b'[["t","zz",null]]',
        b'[["t","00",1]]',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_is_no_journal_is_refused_without_its_words(data: bytes) -> None:
    """A record that opens and says something else was written by another version of relay."""
    with pytest.raises(ScrubFailed) as caught:
        journal.read(data)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_journals_are_read_as_they_were_written() -> None:
    """Halves of surrogate pairs included."""
    numbers = count()
    entries = [
        journal.Value("A", "[A_1]", next(numbers), False, "", True, "\ud800 \u0000 'x'"),
        journal.Form("[A_1_LAST]"),
        journal.Turn(b"\x00\xff", "text"),
        journal.Turn(b"\x01"),
    ]
    assert journal.read(journal.write(entries)) == entries
