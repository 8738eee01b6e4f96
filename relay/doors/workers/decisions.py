"""One decision log for all workers: the supervisor appends to the chain, a worker waits until it has.

A worker sends what the log may say of a decision and gets a byte back; until then the request does not leave. Packets
keep their borders, so neither side has to find them.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Collection

import orjson

from relay.errors import NotRecorded
from relay.observe.decision_log import DecisionLog
from relay.observe.decision_record import record
from relay.types import Decision

__all__ = ["DecisionDesk", "TaskedLog", "pair"]

_NUMBER_BYTES = 8
_LONGEST_BYTES = 131_072
_TIMEOUT_S = 2.0
_DONE, _REFUSED = b"\x01", b"\x00"


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the supervisor's end and a worker's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class TaskedLog:
    """A worker's side. `models` are the names that the log may hold."""

    def __init__(self, end: socket.socket, models: Collection[str]) -> None:
        self._end = end
        self._end.settimeout(_TIMEOUT_S)
        self._models = models
        self._lock = threading.Lock()
        self._number = 0

    def append(self, decision: Decision) -> None:
        """Have `decision` recorded. Raises NotRecorded when it is not."""
        row = orjson.dumps(record(decision, self._models))
        with self._lock:
            self._number += 1
            number = self._number.to_bytes(_NUMBER_BYTES, "big")
            try:
                self._end.send(number + row)
                while (told := self._end.recv(_NUMBER_BYTES + 1))[:_NUMBER_BYTES] != number:
                    if not told:
                        raise EOFError  # otherwise the answer to one that was not waited for any more
            except (OSError, EOFError):
                raise NotRecorded("the decision log does not answer, so the request is not sent") from None
        if told[_NUMBER_BYTES:] != _DONE:
            raise NotRecorded("the decision log cannot be written, so the request is not sent")


class DecisionDesk:
    """The supervisor's side. The log has no thread; `attend` one end for each worker."""

    def __init__(self, log: DecisionLog, fd: int) -> None:
        self._log = log
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._waiting = False
        self._write()

    def attend(self, end: socket.socket) -> None:
        """Answer what comes over `end`."""
        end.setblocking(False)
        self._loop.add_reader(end.fileno(), self._take, end)

    def leave(self, end: socket.socket) -> None:
        """Close `end`: its worker is gone."""
        self._loop.remove_reader(end.fileno())
        end.close()

    def close(self) -> None:
        """Write what is left, and accept no more."""
        if self._waiting:
            self._loop.remove_writer(self._fd)
        self._log.close()

    def _take(self, end: socket.socket) -> None:
        try:
            data = end.recv(_LONGEST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if len(data) <= _NUMBER_BYTES:
            self._loop.remove_reader(end.fileno())
            return
        answer = _DONE if self._recorded(data[_NUMBER_BYTES:]) else _REFUSED
        try:
            end.send(data[:_NUMBER_BYTES] + answer)
        except OSError:  # the worker is gone, or has stopped reading: it counts this as not recorded
            return
        self._write()

    def _recorded(self, data: bytes) -> bool:
        try:
            row = orjson.loads(data)
            if type(row) is not dict or type(row.get("id")) is not str:
                return False
            self._log.add(row)
        except (ValueError, NotRecorded):
            return False
        return True

    def _write(self) -> None:
        """Write as much as can be written, and the rest when there is room."""
        left = self._log.write_ready()
        if left and not self._waiting:
            self._loop.add_writer(self._fd, self._write)
        elif self._waiting and not left:
            self._loop.remove_writer(self._fd)
        self._waiting = left
