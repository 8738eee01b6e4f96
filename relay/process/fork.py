"""Fork a process that serves from one that supervises, and end in the child what must not be inherited.

The caller must have no thread but its own, and no event loop that is running: a lock that another thread holds would
stay locked in the child for ever. Memory is shared until one of the two writes to it, so freeze the garbage collector
before (`gc.freeze`): otherwise its first collection writes to every object.

    descriptors   those that are not kept lead to the null device: objects of the parent that own them may close them
    signals       SIGINT and SIGHUP are the supervisor's; SIGTERM ends the child until it has a handler of its own
    supervisor    when it dies the child is killed (Linux), so that no child serves alone

Not inherited by themselves: pages of keys (`relay.vault.secret_memory`) and the state of `random`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection

__all__ = ["fork"]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_FAILED = 70  # EX_SOFTWARE in sysexits.h
_STANDARD = (0, 1, 2)


def fork(child: Callable[[], int], keep: Collection[int]) -> int:
    """Return the process id of a new child, which runs `child` and ends with the status that it returns.

    `keep` are the descriptors that it has besides the standard ones.
    """
    assert threading.active_count() == 1, "a lock that another thread holds would stay locked in the child"
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = _FAILED
    try:
        _begin(parent, keep)
        status = child()
    finally:
        # Whatever was raised: its text may hold anything, and nothing of the parent's may be run here.
        os._exit(status)


def _begin(parent: int, keep: Collection[int]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before this was set
            os._exit(_FAILED)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    _leave_descriptors({*keep, *_STANDARD})


def _leave_descriptors(keep: Collection[int]) -> None:
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for number in map(int, os.listdir("/dev/fd")):
        if number not in keep and number != null:
            try:
                os.fstat(number)
            except OSError:  # that of the folder
                continue
            os.dup2(null, number, inheritable=False)
    os.close(null)
