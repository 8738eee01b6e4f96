"""A hardened process is closed to others of its own user, and a crash leaves no core."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from relay.process import harden

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux, and root to become somebody else"
)

_NOBODY = 65_534
_PR_SET_DUMPABLE = 4  # linux/prctl.h


def _fork_as_nobody(run: Callable[[], int]) -> int:
    """Run in a child of another user, whose exit status is what `run` returns; return its process id."""
    child = os.fork()
    if child:
        return child
    status = 99
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        # Becoming somebody else closes a process; an ordinary one is open to its user.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        status = run()
    finally:
        os._exit(status)


def _others_read(target: Callable[[], object]) -> bool:
    """Tell whether another process of its user may read a process that did `target`."""
    ready, done = os.pipe(), os.pipe()

    def wait() -> int:
        target()
        os.write(ready[1], b"x")
        os.close(done[1])
        return len(os.read(done[0], 1))

    def read() -> int:
        try:
            for name in ("mem", "environ"):
                os.close(os.open(f"/proc/{waiting}/{name}", os.O_RDONLY))
        except PermissionError:
            return 1
        return 0

    waiting = _fork_as_nobody(wait)
    try:
        assert os.read(ready[0], 1) == b"x"
        _, status = os.waitpid(_fork_as_nobody(read), 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, 1)
        return code == 0
    finally:
        os.close(done[1])
        os.waitpid(waiting, 0)
        for end in (*ready, done[0]):
            os.close(end)


def test_another_process_of_the_same_user_cannot_read_it() -> None:
    """Not its memory and not its environment, which an ordinary process shows."""
    if not _others_read(lambda: None):
        pytest.skip("this system shows no process to another")
    assert not _others_read(harden.apply)


@pytest.mark.parametrize("hardened", [True, False])
def test_a_crash_leaves_no_core(tmp_path: Path, hardened: bool) -> None:
    """The kernel says of an ordinary process that it dumped a core, of a hardened one that it did not."""
    program = "import os, signal; from relay.process import harden;"
    program += "harden.apply();" if hardened else ""
    program += "os.kill(os.getpid(), signal.SIGSEGV)"
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    before = resource.getrlimit(resource.RLIMIT_CORE)
    child = os.fork()
    if child == 0:
        try:
            os.chdir(tmp_path)
            resource.setrlimit(resource.RLIMIT_CORE, unlimited)
            environ = {**os.environ, "PYTHONPATH": str(Path(harden.__file__).parents[2])}
            os.execve(sys.executable, [sys.executable, "-c", program], environ)
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    assert resource.getrlimit(resource.RLIMIT_CORE) == before
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGSEGV
    if not hardened:
        if not os.WCOREDUMP(status):
            pytest.skip("this system writes no cores")
        return
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.iterdir()) == []


def test_a_relay_that_serves_is_closed(tmp_path: Path) -> None:
    """What `serve` starts is hardened unless it is told not to be: it says so when it is ready."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nmodel: none\n")
    for options, expected in (([], True), (["--no-harden"], False)):
        command = [sys.executable, "-m", "relay", "serve", "--port", "0", "--policy", str(policy), *options]
        process = subprocess.Popen(
            [*command, "--upstream", "http://127.0.0.1:9"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline().startswith("ready ")
            line = process.stderr.readline()
            assert ('"not_dumpable":true' in line) is expected
            assert ('"allocator":true' in line) is expected
            assert '"keys":"' in line
        finally:
            process.terminate()
            process.communicate(timeout=30)
