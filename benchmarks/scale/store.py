"""What sessions cost in a store: bytes for each, and the time that a turn takes longer than in memory."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from statistics import median

from benchmarks.scale.store_server import ValkeyProcess
from relay.protocols import Lives
from relay.replace.styles.bracketed import Bracketed
from relay.store.valkey_store import ValkeyStore
from relay.vault.sessions import Sessions
from relay.vault.stored_sessions import StoredSessions

__all__ = ["measured"]

_TURNS = 3
_AT_ONCE = 16
_MANY = 10_000_000


async def measured(folder: Path, sessions: int) -> dict[str, float]:
    """Open `sessions` of three turns with eight values; return the bytes of one, and what a turn takes more."""
    server = ValkeyProcess(folder)
    store = ValkeyStore(server.url)
    try:
        stored = StoredSessions(store, os.urandom, time.monotonic, Bracketed(), lives=Lives(900, 14_400))
        room = asyncio.Semaphore(_AT_ONCE)
        before = await _used(store)

        async def one(number: int) -> None:
            async with room:
                await _talk(stored, number)

        for begin in range(0, sessions, 1000):
            await asyncio.gather(*(one(number) for number in range(begin, min(begin + 1000, sessions))))
        used = await _used(store) - before
        alone = [seconds for number in range(100) for seconds in await _talk(stored, sessions + number)]
        memory = Sessions(os.urandom, time.monotonic, Bracketed())
        plain = [seconds for number in range(100) for seconds in _plain_talk(memory, number)]
        added_ms = 1000 * (median(alone) - median(plain))
        return {"sessions": sessions, "bytes_each": used / sessions, "added_ms": added_ms}
    finally:
        await store.close()
        server.stop()


async def _used(store: ValkeyStore) -> int:
    return int((await store._client.info("memory"))["used_memory"])


def _values(number: int) -> list[tuple[str, str]]:
    return [("PERSON", "Maria Gonzalez"), *(("EMAIL_ADDRESS", f"u{number}.{k}@example.org") for k in range(7))]


def _said(number: int, turn: int) -> tuple[str, str]:
    """Return what the client received in a turn, and what the upstream wrote: some hundred characters."""
    rest = f", this is answer {turn} of {number}. " + "All is well. " * 30
    return f"Dear Maria Gonzalez{rest}", f"Dear [PERSON_1]{rest}"


async def _talk(stored: StoredSessions, number: int) -> list[float]:
    """Have a conversation; return the seconds that each turn took."""
    session_id, _ = await stored.open(owner="a", caller=f"c{number % 50}", most=_MANY, most_of_caller=_MANY)
    times = []
    for turn in range(_TURNS):
        begun = time.perf_counter()
        session = stored.read(await stored.fetch(session_id, owner="a"))
        for value in _values(number):
            session.vault.seal(*value)
        assert await stored.append(session, stored.addition(session))
        session.vault.note_turn("u", *_said(number, turn))
        await stored.add(session)
        session.release()
        times.append(time.perf_counter() - begun)
    return times


def _plain_talk(memory: Sessions, number: int) -> list[float]:
    session = memory.open(owner="a")
    times = []
    for turn in range(_TURNS):
        begun = time.perf_counter()
        session = memory.get(session.id, owner="a")
        for value in _values(number):
            session.vault.seal(*value)
        session.vault.note_turn("u", *_said(number, turn))
        times.append(time.perf_counter() - begun)
    memory.close(session.id, owner="a")
    return times
