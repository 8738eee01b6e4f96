"""A forked process: what it keeps and what ends in it. Forked from a process of its own, which has no thread."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="relay forks on Linux only")

_SCRIPT = """
import os, random, signal, socket, sys, time
from relay.process.fork import fork
signal.signal(signal.SIGTERM, lambda *_: None)
ours, theirs = socket.socketpair()
other = open("/etc/hostname", "rb")
number = random.random

def child():
    kept = os.fstat(theirs.fileno()).st_ino != os.stat("/dev/null").st_ino
    left = os.fstat(other.fileno()).st_rdev == os.stat("/dev/null").st_rdev == os.fstat(ours.fileno()).st_rdev
    ignored = all(signal.getsignal(n) is signal.SIG_IGN for n in (signal.SIGINT, signal.SIGHUP))
    ends = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    theirs.send(repr((kept, left, ignored, ends, random.random())).encode())
    %s

pid = fork(child, [theirs.fileno()])
theirs.close()
told = eval(ours.recv(1000))
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(told[:4], told[4] == random.random(), status)
"""


def ran(end: str) -> str:
    """Return what a process says of a child that ends with `end`."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT % end], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert "maria" not in done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("end", "status"), [("return 3", 3), ("raise ValueError('maria@example.org')", 70), ("sys.exit(0)", 70)]
)
def test_what_a_child_has(end: str, status: int) -> None:
    """Its descriptor, none of the others, its own signals and randomness; its status, and no text of what it raised."""
    assert ran(end) == f"(True, True, True, True) False {status}"


def test_no_child_outlives_its_parent() -> None:
    """When the process that forked it is killed, a child ends."""
    script = """
import os, sys, time
from relay.process.fork import fork
fork(lambda: time.sleep(60) or 0, [])
print("forked", flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"forked\n"
    parent.kill()
    assert parent.stdout.read() == b""  # ends when both have ended: the child has standard output, too
    parent.wait()
    parent.stdout.close()
