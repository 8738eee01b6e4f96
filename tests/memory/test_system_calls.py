"""What the kernel is asked for: no file is opened for writing, and no connection made but to the upstream."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.certificate import self_signed
from tests.memory.target import main_job, relay, upstream

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strace") is None, reason="needs Linux and strace"
)

_CALL = re.compile(r"\d+ +(\w+)\((.*)")  # whether it succeeded or not, and finished in this line or not
TRACED = "trace=open,openat,creat,connect,sendto,sendmsg,sendmmsg"
_HARMLESS = re.compile(r'"/dev/(?:null|tty|urandom)"')


def read_calls(trace: Path) -> list[tuple[str, str]]:
    lines = trace.read_text(errors="replace").splitlines()
    return [(match[1], match[2]) for line in lines if (match := _CALL.match(line))]


def strangers(calls: list[tuple[str, str]], port: int) -> list[str]:
    """Return the connections that are not to the upstream."""
    connected = [arguments for name, arguments in calls if name == "connect"]
    assert connected
    return [text for text in connected if f"sin_port=htons({port})" not in text or "127.0.0.1" not in text]


def look_ups(calls: list[tuple[str, str]]) -> list[str]:
    """Return what only the resolver of names does: read its configuration, or speak to port 53 or its daemon."""
    signs = r"/etc/(?:resolv\.conf|nsswitch\.conf|hosts|host\.conf)|htons\(53\)|nscd|/resolve/"
    return [arguments for _, arguments in calls if re.search(signs, arguments)]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, str]], int]:
    """Return the calls, as (name, arguments), of a relay that did everything over TLS, and the upstream's port."""
    directory = tmp_path_factory.mktemp("traced")
    certificate = self_signed(tmp_path_factory.mktemp("tls") / "certificate.pem")
    trace = directory / "trace"
    strace = ["strace", "-f", "-qq", "-s", "200", "-o", str(trace), "-e", TRACED]
    with upstream(certificate) as server, relay(server, directory, under=strace) as running:
        main_job(running, server)
        assert len(server.seen) >= 4
        (relay_process,) = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        os.kill(int(relay_process), signal.SIGTERM)
        running.process.wait(timeout=30)
        port = server.server_address[1]
    return read_calls(trace), port


def test_no_file_is_opened_for_writing(calls: tuple[list[tuple[str, str]], int]) -> None:
    """Nothing that relay works on can reach a disk through it."""
    opened = [arguments for name, arguments in calls[0] if name in ("open", "openat", "creat")]
    assert len(opened) > 100
    writing = [text for text in opened if re.search("O_WRONLY|O_RDWR|O_CREAT", text) and not _HARMLESS.search(text)]
    assert writing == []


def test_connections_go_to_the_upstream_only(calls: tuple[list[tuple[str, str]], int]) -> None:
    """One address, one port: no name look-up, no telemetry, no update check, no revocation list."""
    assert strangers(calls[0], calls[1]) == []
    assert look_ups(calls[0]) == []


# Does the main job between an upstream and a relay that share a namespace with nothing but loopback.
_NAMESPACE = """
import fcntl, socket, struct, sys
from pathlib import Path
with socket.socket() as any:
    request = struct.pack("16sH14x", b"lo", 1 | 64)  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING: netdevice(7)
    fcntl.ioctl(any, 0x8914, request)
sys.path.insert(0, sys.argv[1])
from tests.memory.target import main_job, relay, upstream
directory = Path(sys.argv[2])
with upstream() as server, relay(server, directory, under=sys.argv[3:]) as running:
    main_job(running, server)
    (child,) = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    import os, signal
    os.kill(int(child), signal.SIGTERM)
    running.process.wait(timeout=30)
    assert len(server.seen) >= 4
    print(server.server_address[1], socket.if_nameindex())
"""


def test_loopback_is_all_that_is_needed(tmp_path: Path) -> None:
    """In a network namespace that has only loopback everything works, and no name is looked up."""
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this process may not make a network namespace")
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-qq", "-s", "200", "-o", str(trace), "-e", TRACED]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [*unshare, sys.executable, "-c", _NAMESPACE, root, str(tmp_path), *strace],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    port, _, interfaces = done.stdout.partition(" ")
    assert interfaces.strip() == "[(1, 'lo')]"
    seen = read_calls(trace)
    assert strangers(seen, int(port)) == []
    assert look_ups(seen) == []


def test_a_look_up_would_be_seen(tmp_path: Path) -> None:
    """The count is not blind: resolving a name leaves a trace."""
    trace = tmp_path / "trace"
    program = "import socket\ntry: socket.getaddrinfo('relay.invalid', 1)\nexcept OSError: pass"
    command = ["strace", "-f", "-qq", "-s", "200", "-o", str(trace), "-e", TRACED, sys.executable, "-c", program]
    subprocess.run(command, check=True, timeout=60)
    assert look_ups(read_calls(trace))
