"""A relay in a process of its own: what it writes, and how much memory bombs take."""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from relay.upstream.mirror import Mirror
from tests.e2e.support import PLANTED, PROMPT, chat

KEY = {"authorization": "Bearer sk-test", "content-type": "application/json"}

# Names every file that is opened for writing, on stderr; then is `relay`.
_WATCHED = """
import os, sys
WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
def watch(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & WRITE and args[0] != "/dev/null":
        os.write(2, f"WROTE {args[0]!r}\\n".encode())
    elif event in ("os.mkdir", "os.rename", "shutil.copyfile", "tempfile.mkstemp", "sqlite3.connect"):
        os.write(2, f"WROTE {event}\\n".encode())
sys.addaudithook(watch)
sys.argv = ["relay", *sys.argv[1:]]
from relay.doors.cli import main
main()
"""


@dataclass(frozen=True)
class Process:
    """A running relay."""

    url: str
    pid: int

    def peak_mb(self) -> float:
        """Return the most memory it has ever had."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


@asynccontextmanager
async def _relay(upstream: str, policy: Path, stderr: list[bytes]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WATCHED, "serve", "--port", "0", "--no-harden"),
        *("--upstream", f"{upstream}/v1", "--policy", str(policy)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert line.startswith("ready http://127.0.0.1:")
        yield Process(line.split()[1], process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        stderr.append((await asyncio.wait_for(process.communicate(), 10))[1])


async def test_files_and_memory(mirror: Mirror, tmp_path: Path) -> None:
    """No file is opened for writing, and bombs in both directions stay far below what they would inflate to."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nmodel: none\n")
    stderr: list[bytes] = []
    async with _relay(mirror.base_url, policy, stderr) as relay:
        async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30) as client:
            for stream in (False, True):
                answer = await client.post("/v1/chat/completions", json=chat(PROMPT, stream=stream))
                assert answer.status_code == 200
            before = relay.peak_mb()
            packed = gzip.compress(bytes(200_000_000))
            bomb = await client.post("/v1/chat/completions", content=packed, headers={"content-encoding": "gzip"})
            assert bomb.status_code == 413
            answer = await client.post("/v1/chat/completions", json=chat("mirror: bomb"))
            assert answer.status_code == 502
            deep = b'{"model":"m","messages":' + b"[" * 5_000_000
            assert (await client.post("/v1/chat/completions", content=deep)).status_code == 400
        assert relay.peak_mb() - before < 250
    assert b"WROTE" not in stderr[0], stderr[0].decode()
    assert not any(value.encode() in stderr[0] for value in PLANTED)
