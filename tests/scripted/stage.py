"""A conversation on two stages at once: with the upstream, and with relay before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from relay.exchange import Core, Exchange
from relay.types import Request
from tests.scripted.compare import Account, account
from tests.scripted.model import Plan, note, speak
from tests.scripted.turn import Call, Pieces, Turn
from tests.scripted.voices import Row, Voice

__all__ = ["Beat", "Refused", "Through", "in_process", "perform"]

_HEADERS = (("content-type", "application/json"), ("authorization", "Bearer sk-test"), ("x-goog-api-key", "k"))


class Refused(Exception):
    """A turn did not come through."""


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One turn: the notes that the client brings, what the model means to say, and how the answer travels."""

    notes: Sequence[str] = field(repr=False)
    plan: Plan
    stream: bool = True
    pieces: Pieces = field(default=lambda text: [text], repr=False)
    step: int = 1_000_000  # bytes of a chunk


# Sends a request through relay; returns what came out, and what the upstream had said.
Through = Callable[[dict[str, Any], int, Beat], tuple[list[Row], list[Row]]]


def perform(voice: Voice, beats: Sequence[Beat], through: Through) -> list[tuple[Account, Account]]:
    """Return, for each turn, what the client has directly and what it has through relay, for `assert` to compare.

    Raises Refused when relay or the provider refuses a turn, or when a note did not arrive as one.
    """
    direct: list[Any] = []
    behind: list[Any] = []
    waiting: tuple[Call, ...] = ()
    found = []
    number = 0
    for place, beat in enumerate(beats):
        notes = []
        for text in beat.notes:
            notes.append(note(number, text))
            number += 1
        prompt = _prompts(voice, waiting, "\n".join(notes))
        direct += prompt
        behind += prompt
        turn = speak(beat.plan, voice.seen(voice.request(direct, stream=beat.stream)), place)
        rows = said_in(voice, turn, place, beat)
        waiting = turn.calls
        restored, sent = through(voice.request(behind, stream=beat.stream), place, beat)
        one, other = account(voice, rows), account(voice, restored)
        # Signed text must come as the provider wrote it, and that is where a client may tell that relay is there.
        found.append((replace(one, signed=account(voice, sent).signed), other))
        direct += voice.said(rows)
        behind += voice.said(restored)
    return found


def said_in(voice: Voice, turn: Turn, number: int, beat: Beat) -> list[Row]:
    """Return an answer's events, or its one whole body."""
    return list(voice.events(turn, number, beat.pieces)) if beat.stream else [Row(None, voice.whole(turn, number))]


def _prompts(voice: Voice, waiting: Sequence[Call], text: str) -> list[Any]:
    if not waiting:
        return voice.user(text)
    first, *others = waiting
    return voice.results([(first, text), *((call, "done") for call in others)])


@contextmanager
def in_process(core: Core, voice: Voice, *, session: bool) -> Iterator[Through]:
    """Give a way through relay without sockets, with or without a session."""
    opened = core.sessions.open() if session else None
    yield lambda body, number, beat: _exchanged(core, voice, body, number, beat, opened)
    if opened is not None:
        core.sessions.close(opened.id)


def _exchanged(
    core: Core, voice: Voice, body: dict[str, Any], number: int, beat: Beat, session: Any
) -> tuple[list[Row], list[Row]]:
    path, _, query = (voice.stream_path() if beat.stream else voice.path).partition("?")
    matched = core.directory.find(path, _HEADERS)
    assert matched is not None
    exchange = Exchange(core, session, *matched, exchange_id="transparent")
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        outbound = exchange.open(Request(method="POST", path=path, query=query, headers=_HEADERS, body=raw))
        received = json.loads(outbound.body)
        fault = voice.fault(received)
        if fault:
            raise Refused(fault)
        turn = speak(beat.plan, voice.seen(received), number)
        sent = said_in(voice, turn, number, beat)
        if not beat.stream:
            exchange.start(200, (("content-type", "application/json"),))
            out = _fed(exchange, json.dumps(sent[0].tree, ensure_ascii=False).encode(), beat.step)
            return [Row(None, json.loads(out))], sent
        # Whoever wants an array of Gemini, relay asks for events.
        spoken, kind = (_EVENTS, "text/event-stream") if "sse" in outbound.path else (voice, voice.stream_type)
        exchange.start(200, (("content-type", kind),))
        return voice.parse(_fed(exchange, spoken.frame(sent), beat.step)), sent
    except Refused:
        raise
    except KeyError as error:
        raise Refused(f"the upstream sees no note {error}") from None
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    finally:
        exchange.close()


_EVENTS = Voice()


def _fed(exchange: Exchange, data: bytes, step: int) -> bytes:
    out = b"".join(exchange.feed(data[at : at + step]) for at in range(0, len(data), step))
    return out + exchange.finish()
