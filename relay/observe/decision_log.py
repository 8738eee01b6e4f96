"""Write the decision log to a file descriptor that relay was started with: JSON lines with a hash chain.

A separate thread writes, so a slow reader delays no request. No record is dropped silently: when the reader is
`LIMIT_LINES` behind or gone, `append` raises, and the request whose decision cannot be recorded is refused.

Not promised: lines that are queued in memory when the process is killed are lost, although their requests may have
been sent.
"""

from __future__ import annotations

import os
import queue
import select
import threading
from collections.abc import Callable

from relay.errors import ConfigFault, NotRecorded
from relay.observe.decision_record import Chain
from relay.types import Decision

__all__ = ["LIMIT_LINES", "DecisionLog"]

# Lines that may wait for a slow reader: some 500 bytes each.
LIMIT_LINES = 10_000


class DecisionLog:
    """Appends decisions to the chain, in one order for all threads. `clock` gives seconds since 1970."""

    def __init__(self, fd: int, clock: Callable[[], float], *, limit_lines: int = LIMIT_LINES) -> None:
        """Begin a chain on `fd`, which `close` leaves open. Raises ConfigFault when nothing can be written to it."""
        try:
            os.write(fd, b"")
        except OSError as error:
            raise ConfigFault(f"decision_log: nothing can be written to descriptor {fd} ({error.strerror})") from None
        self._fd = fd
        self._clock = clock
        self._chain = Chain()
        self._lock = threading.Lock()
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._limit = limit_lines
        self._broken = False
        self._thread = threading.Thread(target=self._write_all, name="decision-log", daemon=True)
        self._thread.start()

    def append(self, decision: Decision) -> None:
        """Queue `decision`. Raises NotRecorded when it cannot be written; the chain stays valid."""
        with self._lock:
            if self._broken:
                raise NotRecorded("the decision log cannot be written, so the request is not sent")
            if self._lines.qsize() >= self._limit:
                raise NotRecorded("the reader of the decision log is too slow, so the request is not sent")
            self._lines.put(self._chain.append(decision, self._clock()).encode("ascii") + b"\n")

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what is queued, for at most `timeout_s`, and accept no more."""
        with self._lock:
            self._broken = True
            self._lines.put(None)
        self._thread.join(timeout_s)

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._write(line)
            except OSError:
                self._broken = True
                return

    def _write(self, line: bytes) -> None:
        while line:
            try:
                line = line[os.write(self._fd, line) :]
            except BlockingIOError:  # another process made the descriptor non-blocking
                waiting = select.poll()
                waiting.register(self._fd, select.POLLOUT)
                waiting.poll()
