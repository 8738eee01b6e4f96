"""What the kernel is asked for: no file is opened for writing, and no connection made but to the upstream."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.memory.target import planted, relay, upstream

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strace") is None, reason="needs Linux and strace"
)

_CALL = re.compile(r"\d+ +(\w+)\((.*)")  # whether it succeeded or not, and finished in this line or not
_HARMLESS = re.compile(r'"/dev/(?:null|tty|urandom)"')


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, str]], int]:
    """Return the calls, as (name, arguments), of a relay that did everything, and the upstream's port."""
    directory = tmp_path_factory.mktemp("traced")
    trace = directory / "trace"
    strace = ["strace", "-f", "-qq", "-s", "200", "-o", str(trace), "-e", "trace=open,openat,creat,connect,sendto"]
    with upstream() as server, relay(server, directory, under=strace) as running:
        for stream in (False, True):
            running.chat(f"Write to {planted()} now", stream=stream)
        session = running.call("POST", "/relay/v1/sessions", {})[1].split(b'"id":"')[1][:32].decode()
        running.chat(f"Write to {planted()} now", session=session)
        running.call("DELETE", f"/relay/v1/sessions/{session}")
        running.call("POST", "/v1/chat/completions", b"{bad")
        server.status = 500
        running.chat(f"Write to {planted()} now")
        (relay_process,) = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        os.kill(int(relay_process), signal.SIGTERM)
        running.process.wait(timeout=30)
        port = server.server_address[1]
    lines = trace.read_text(errors="replace").splitlines()
    return [(match[1], match[2]) for line in lines if (match := _CALL.match(line))], port


def test_no_file_is_opened_for_writing(calls: tuple[list[tuple[str, str]], int]) -> None:
    """Nothing that relay works on can reach a disk through it."""
    opened = [arguments for name, arguments in calls[0] if name in ("open", "openat", "creat")]
    assert len(opened) > 100
    writing = [text for text in opened if re.search("O_WRONLY|O_RDWR|O_CREAT", text) and not _HARMLESS.search(text)]
    assert writing == []


def test_connections_go_to_the_upstream_only(calls: tuple[list[tuple[str, str]], int]) -> None:
    """One address, one port: no name look-up, no telemetry, no update check."""
    connected = [arguments for name, arguments in calls[0] if name == "connect" and "AF_UNIX" not in arguments]
    assert connected
    assert [text for text in connected if f"sin_port=htons({calls[1]})" not in text or "127.0.0.1" not in text] == []
    unix = [arguments for name, arguments in calls[0] if name == "connect" and "AF_UNIX" in arguments]
    assert unix == []
