"""Write the decision log to a file descriptor that relay was started with: JSON lines with a hash chain.

A separate thread writes, so a slow reader delays no request; a process that must have no threads calls `write_ready`
instead. No record is dropped silently: when the reader is `LIMIT_LINES` behind or gone, `append` raises, and the
request whose decision cannot be recorded is refused.

The chain goes on where the one of the run before ended: relay reads that from the end of the file behind the
descriptor. Behind a pipe it cannot, and a run begins a chain of its own unless it is told the hash.

Not promised: lines that are queued in memory when the process is killed are lost, although their requests may have
been sent.
"""

from __future__ import annotations

import logging
import os
import queue
import select
import stat
import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any

from relay.errors import ConfigFault, NotRecorded
from relay.observe import logs
from relay.observe.decision_record import Chain, Link, last_record, record
from relay.types import Decision

__all__ = ["LIMIT_LINES", "DecisionLog"]

# Lines that may wait for a slow reader: some 500 bytes each.
LIMIT_LINES = 10_000
_BLOCK_BYTES = 65_536


class DecisionLog:
    """Appends decisions to the chain, in one order for all threads. `clock` gives seconds since 1970."""

    def __init__(
        self,
        fd: int,
        clock: Callable[[], float],
        *,
        after: str | None = None,
        models: Collection[str] = (),
        limit_lines: int = LIMIT_LINES,
        threaded: bool = True,
    ) -> None:
        """Go on with the chain on `fd`, which `close` leaves open. `models` are the names that the log may hold.

        `after` is the hash that the log must end with. Raises ConfigFault when it does not, and when nothing can be
        written.
        """
        try:
            os.write(fd, b"")
        except OSError as error:
            raise ConfigFault(f"decision_log: nothing can be written to descriptor {fd} ({error.strerror})") from None
        link, ends_line = _end_of(fd)
        if after is not None:
            if link is not None and link.previous != after:
                raise ConfigFault(
                    "decision_log.after: the log does not end with this hash; its end was cut off, or the hash is old"
                )
            link = link or Link(previous=after)
        self._fd = fd
        self._clock = clock
        self._chain = Chain(link)
        self._models = models
        self._lock = threading.Lock()
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._rest = b""  # of the line that is being written without a thread
        if not ends_line:
            self._lines.put(b"\n")  # a record that was cut short keeps its line
        self._limit = limit_lines
        self._broken = False
        self._thread: threading.Thread | None = None
        if threaded:
            self._thread = threading.Thread(target=self._write_all, name="decision-log", daemon=True)
            self._thread.start()

    def append(self, decision: Decision) -> None:
        """Queue `decision`. Raises NotRecorded when it cannot be written; the chain stays valid."""
        self.add(record(decision, self._models))

    def add(self, row: dict[str, Any]) -> None:
        """Queue what `record` made of a decision, like `append`."""
        with self._lock:
            if self._broken:
                raise NotRecorded("the decision log cannot be written, so the request is not sent")
            if self._lines.qsize() >= self._limit:
                raise NotRecorded("the reader of the decision log is too slow, so the request is not sent")
            self._lines.put(self._chain.add(row, self._clock()).encode("ascii") + b"\n")

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what is queued, for at most `timeout_s`, and accept no more."""
        with self._lock:
            self._broken = True
            self._lines.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)
        else:
            while self.write_ready() and _writable(self._fd, timeout_s):
                pass
        logs.event(logs.LogEvent.DECISIONS_END, head=logs.Id(self._chain.head))

    def write_ready(self) -> bool:
        """Write what the descriptor takes at once; return whether something is left. Only without a thread."""
        try:
            while self._rest or not self._lines.empty():
                self._rest = self._rest or self._lines.get_nowait() or b""
                while self._rest:
                    if not _writable(self._fd, 0):
                        return True
                    # A pipe that is writable takes so many bytes without waiting: poll(2), pipe(7).
                    self._rest = self._rest[os.write(self._fd, self._rest[: select.PIPE_BUF]) :]
        except OSError:
            self._break()
        return False

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._write(line)
            except OSError:
                self._break()
                return

    def _break(self) -> None:
        with self._lock:
            self._broken = True  # nothing is queued from now on
            lost = 1 + self._lines.qsize()
            while not self._lines.empty():
                self._lines.get_nowait()
            self._rest = b""
        logs.event(logs.LogEvent.DECISIONS_LOST, logging.ERROR, count=lost)

    def _write(self, line: bytes) -> None:
        while line:
            try:
                line = line[os.write(self._fd, line) :]
            except BlockingIOError:  # another process made the descriptor non-blocking
                _writable(self._fd, None)


def _writable(fd: int, timeout_s: float | None) -> bool:
    """Wait until something can be written to `fd`, or its reader is gone; tell whether that is so."""
    waiting = select.poll()
    waiting.register(fd, select.POLLOUT)
    return bool(waiting.poll(None if timeout_s is None else timeout_s * 1000))


def _end_of(fd: int) -> tuple[Link | None, bool]:
    """Return where the log behind `fd` goes on, None when that cannot be read, and whether its last line is whole."""
    try:
        # The descriptor itself is for writing; this one is of the same file.
        reader = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None, True
    try:
        size = os.fstat(reader).st_size if stat.S_ISREG(os.fstat(reader).st_mode) else 0
        if not size:
            return None, True
        return last_record(_backwards(reader, size)), os.pread(reader, 1, size - 1) == b"\n"
    finally:
        os.close(reader)


def _backwards(reader: int, size: int) -> Iterator[str]:
    """Yield the lines of a file, last one first."""
    rest = b""
    while size:
        start = max(0, size - _BLOCK_BYTES)
        rest = os.pread(reader, size - start, start) + rest
        size = start
        first, *lines = rest.split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in reversed(lines))
        rest = first
    yield rest.decode("utf-8", "replace")
