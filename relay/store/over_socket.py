"""Keep sealed sessions and counters in the process that supervises the workers: its side, and that of a worker.

Both ends of the line were made by one process and lead nowhere else. What goes over it is what every store sees: names,
numbers, records.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from relay.errors import RelayBusy, StoreFault, TooManyRequests
from relay.process.line import Answer, Line, LineEnded, LineFault, Message
from relay.protocols import Kept, Lives, Store

__all__ = ["SocketStore", "answers"]

_TIMEOUT_S = 5.0
_NAME_BYTES = 16
_LONGEST_COUNTER = 256
_ODD = "The store of sessions gave an answer of another form."
_REFUSALS = {fault.code: fault for fault in (RelayBusy, TooManyRequests)}


def answers(store: Store) -> Mapping[str, Answer]:
    """Return what a worker may ask of `store`, by name. What has another form raises, and the worker gets a fault."""

    async def opened(message: Message) -> Message:
        name, record = message.parts
        caller, idle_s, max_s, most, most_of_caller = message.arguments
        left_s = await store.open(
            _name(name),
            record,
            _lives(idle_s, max_s),
            caller=_checked(caller, str),
            most=_checked(most, int),
            most_of_caller=_checked(most_of_caller, int),
        )
        return Message((left_s,))

    async def loaded(message: Message) -> Message:
        (name,), (idle_s, max_s) = message.parts, message.arguments
        kept = await store.load(_name(name), _lives(idle_s, max_s))
        return Message((kept.expires_in_s, kept.version), kept.records) if kept is not None else Message((None,))

    async def appended(message: Message) -> Message:
        (name, record), (seen, idle_s, max_s, instead) = message.parts, message.arguments
        lives, instead = _lives(idle_s, max_s), _checked(instead, bool)
        return Message((await store.append(_name(name), _checked(seen, int), record, lives, instead=instead),))

    async def deleted(message: Message) -> Message:
        (name,) = message.parts
        return Message((await store.delete(_name(name)),))

    async def added(message: Message) -> Message:
        counter, amount, expires_in_s = message.arguments
        if len(_checked(counter, str)) > _LONGEST_COUNTER:
            raise ValueError(f"a counter's name of {len(counter)} characters, expected at most {_LONGEST_COUNTER}")
        return Message((await store.add(counter, _number(amount), _number(expires_in_s)),))

    named: Mapping[str, Callable[[Message], Awaitable[Message]]] = {
        "store.open": opened,
        "store.load": loaded,
        "store.append": appended,
        "store.delete": deleted,
        "store.add": added,
    }
    return named


class SocketStore:
    """Implements `Store` with one that another process keeps."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def open(
        self, name: bytes, record: bytes, lives: Lives, *, caller: str, most: int, most_of_caller: int
    ) -> float:
        """See `Store`."""
        arguments = (caller, lives.idle_s, lives.max_s, most, most_of_caller)
        return _figure(await self._ask("store.open", *arguments, parts=(name, record)))

    async def load(self, name: bytes, lives: Lives) -> Kept | None:
        """See `Store`."""
        found = await self._ask("store.load", lives.idle_s, lives.max_s, parts=(name,))
        if found.arguments[0] is None:
            return None
        version = found.arguments[1:]
        if len(version) != 1 or type(version[0]) is not int:
            raise StoreFault(_ODD)
        return Kept(found.parts, version[0], _figure(found))

    async def append(self, name: bytes, seen: int, record: bytes, lives: Lives, *, instead: bool = False) -> bool:
        """See `Store`."""
        found = await self._ask("store.append", seen, lives.idle_s, lives.max_s, instead, parts=(name, record))
        return bool(found.arguments[0])

    async def delete(self, name: bytes) -> bool:
        """See `Store`."""
        return bool((await self._ask("store.delete", parts=(name,))).arguments[0])

    async def add(self, counter: str, amount: float, expires_in_s: float) -> float:
        """See `Store`."""
        return _figure(await self._ask("store.add", counter, amount, expires_in_s))

    async def close(self) -> None:
        """Do nothing: the line is another's."""

    async def _ask(self, what: str, *arguments: Any, parts: tuple[bytes, ...] = ()) -> Message:
        try:
            found = await self._line.call(what, Message(arguments, parts), timeout_s=_TIMEOUT_S)
        except LineFault as fault:
            refusal = _REFUSALS.get(fault.code)
            if refusal is not None:
                raise refusal(fault.said) from None
            raise StoreFault("The store of sessions could not do what was asked.") from None
        except (LineEnded, TimeoutError, ValueError):
            raise StoreFault("The store of sessions does not answer.") from None
        if not found.arguments:
            raise StoreFault(_ODD)
        return found


def _figure(found: Message) -> float:
    try:
        return _number(found.arguments[0])
    except ValueError:
        raise StoreFault(_ODD) from None


def _name(value: bytes) -> bytes:
    if len(value) != _NAME_BYTES:
        raise ValueError(f"a name of {len(value)} bytes, expected {_NAME_BYTES}")
    return value


def _lives(idle_s: Any, max_s: Any) -> Lives:
    return Lives(_number(idle_s), _number(max_s))


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError(f"a {type(value).__name__}, expected a number")
    return float(value)


def _checked(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"a {type(value).__name__}, expected {kind.__name__}")
    return value
