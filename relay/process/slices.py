"""Let long work give way and end early, without knowing who runs it.

Work in a thread calls `end_slice` wherever it may stop for a moment: between two texts, two windows of the model, two
hundred candidates of a pattern. Whoever runs the work says with `sliced` what happens there; by itself nothing does.
A slice holds no lock that others wait for, and should stay below 20 ms.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["Abandoned", "end_slice", "in_slices", "sliced"]

T = TypeVar("T")

_ITEMS = 256


class Abandoned(BaseException):
    """The work is not wanted any more. Like a cancellation it is no Exception: nothing on its way handles it."""


class _Current(threading.local):
    between: Callable[[], None] | None = None


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


@contextmanager
def sliced(between: Callable[[], None]) -> Iterator[None]:
    """Call `between` at the end of every slice that this thread runs inside the block."""
    before, _current.between = _current.between, between
    try:
        yield
    finally:
        _current.between = before
