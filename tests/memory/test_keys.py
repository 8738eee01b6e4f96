"""Keys and sealed values cannot be read in a live process: only the secret page holds the one, nothing the other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from relay.process.memory_scan import ScanRefused, scan

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

# Reads a key and values from its input into buffers that it overwrites, seals, and waits in the state it is told to.
PROGRAM = """
import gc, json, sys, time
from relay import harden
from relay.replace.styles.bracketed import Bracketed
from relay.vault.sessions import Sessions
harden.reexec_if_needed()

def main():
    state = sys.argv[1]
    key = bytearray(32)
    sys.stdin.buffer.raw.readinto(key)
    def random_bytes(size):
        return bytearray(key) if size == 32 else bytearray(size)
    sessions = Sessions(random_bytes, time.monotonic, Bracketed())
    session = sessions.open()
    values = sys.stdin.buffer.raw.read(4096).decode().split("|")
    for value in values:
        session.vault.seal("PERSON", value)
    for placeholder in session.vault.placeholders():
        session.vault.open(placeholder)
    key[:] = bytes(32)
    if state == "closed":
        sessions.close(session.id)
    return sessions, sessions.memory.protection().value

kept = main()
gc.collect()
json.loads("[" * 400 + "]" * 400)
print(kept[1], flush=True)
sys.stdin.buffer.raw.read(1)
"""


@pytest.mark.parametrize("state", ["open", "closed"])
def test_neither_key_nor_values_are_readable(state: str) -> None:
    """In an open, idle session and in a closed one, a scan finds no value, no session key and no half of either."""
    key = "".join(chr(97 + (index * 7) % 26) for index in range(32))
    values = ["Xanthippe Quillfeather", "Bartholomew Zwiebelkuchen", "ottoline.grubenhagen@example.org"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(key.encode())
        process.stdin.write("|".join(values).encode())
        protection = process.stdout.readline().decode().strip()
        try:
            found = scan(process.pid, [key, *values])
        except ScanRefused:
            pytest.skip("this process may not read another's memory")
        if protection != "memfd_secret":
            # A locked page can be read by whoever may read the process; it still holds no session key.
            pytest.skip(f"keys are only {protection} here")
        assert found == {}
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
