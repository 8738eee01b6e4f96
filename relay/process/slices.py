"""Let long work give way and end early, without knowing who runs it.

Work in a thread calls `end_slice` wherever it may stop for a moment: between two texts, two windows of the model, two
hundred candidates of a pattern. Whoever runs the work says with `sliced` what happens there; by itself nothing does.
A slice holds no lock that others wait for, and should stay below 20 ms.

Work that falls into parts which release the interpreter hands them to `spread`: whoever runs it may let other threads
take some.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

__all__ = ["Abandoned", "Assist", "end_slice", "in_parts", "in_slices", "sliced", "spread"]

T = TypeVar("T")

# Offers a step, which does one part and tells whether it did any, to other threads. What it returns takes the offer
# back: afterwards no other thread is in a step.
Assist = Callable[[Callable[[], bool]], Callable[[], None]]

_ITEMS = 256
_PART_CHARS = 4096  # what takes ten microseconds a character is done with them in 40 ms


class Abandoned(BaseException):
    """The work is not wanted any more. Like a cancellation it is no Exception: nothing on its way handles it."""


class _Current(threading.local):
    between: Callable[[], None] | None = None
    assist: Assist | None = None


_current = _Current()


def end_slice() -> None:
    """Give way to other work if whoever runs this says so. Raises Abandoned when the result is not wanted any more."""
    between = _current.between
    if between is not None:
        between()


def in_slices(items: Iterable[T]) -> Iterator[T]:
    """Yield `items`, with the end of a slice after every 256: what a loop does with that many takes milliseconds."""
    for number, item in enumerate(items, 1):
        yield item
        if not number % _ITEMS:
            end_slice()


def in_parts(text: str) -> Iterator[str]:
    """Yield `text` part by part, and end a slice after each."""
    for start in range(0, len(text), _PART_CHARS):
        yield text[start : start + _PART_CHARS]
        end_slice()


@contextmanager
def sliced(between: Callable[[], None], assist: Assist | None = None) -> Iterator[None]:
    """Call `between` at the end of every slice that this thread runs inside the block; `assist` with what is spread."""
    before = _current.between, _current.assist
    _current.between, _current.assist = between, assist
    try:
        yield
    finally:
        _current.between, _current.assist = before


def spread(work: Callable[[T], None], items: Sequence[T]) -> None:
    """Call `work` once with each of `items`, a slice each, in this thread and in those that whoever runs it lends.

    The order is open. Returns when all are done; the first error ends the rest and is raised here.
    """
    assist = _current.assist if len(items) > 1 else None
    if assist is None:
        for item in items:
            end_slice()
            work(item)
        return
    parts = _Parts(work, items)
    _current.assist = None  # what a part spreads in turn stays in its thread
    take_back = assist(parts.step)
    try:
        while True:
            end_slice()
            if not parts.step():
                break
    finally:
        parts.end()
        take_back()
        _current.assist = assist
    if parts.error is not None:
        raise parts.error


class _Parts(Generic[T]):
    """What is left of a work that several threads do."""

    def __init__(self, work: Callable[[T], None], items: Sequence[T]) -> None:
        self._work = work
        self._items = items
        self._next = 0
        self._lock = threading.Lock()
        self.error: BaseException | None = None

    def step(self) -> bool:
        """Do one part. Tell whether there was one; never raises."""
        with self._lock:
            place = self._next
            if place >= len(self._items):
                return False
            self._next += 1
        try:
            self._work(self._items[place])
        except BaseException as error:
            self.error = self.error or error
            self.end()
            return False
        return True

    def end(self) -> None:
        """Let no more parts begin."""
        with self._lock:
            self._next = len(self._items)
