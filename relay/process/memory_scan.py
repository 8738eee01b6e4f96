"""Read another process's memory and count the copies of a planted value, in every encoding it may have.

Needs ptrace rights over that process; for a process that is not dumpable, root.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ScanRefused", "scan", "spellings"]

_CHUNK = 8 * 1024 * 1024
_LEAST = 6  # bytes: a shorter piece could be chance
_MAP = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+\s*(.*)")


class ScanRefused(Exception):
    """The system does not allow reading that process's memory."""


def spellings(value: str) -> dict[str, bytes]:
    """Return the byte strings whose presence shows that `value`, or half of it, is in memory."""
    raw = value.encode()
    half = len(value) // 2
    forms = {
        "utf-8": raw,
        "utf-16": value.encode("utf-16-le"),
        "utf-32": value.encode("utf-32-le"),
        "json": json.dumps(value)[1:-1].encode(),
        "first half": raw[:half],
        "second half": raw[half:],
        "utf-32 half": value[half:].encode("utf-32-le"),
    }
    for before in range(3):
        size = before + len(raw)
        forms[f"base64, {before}"] = base64.b64encode(bytes(before) + raw)[(8 * before + 5) // 6 : 8 * size // 6]
    return {name: form for name, form in forms.items() if len(form) >= _LEAST}


def scan(process: int, values: Iterable[str]) -> Mapping[str, int]:
    """Return how often each spelling of any of `values` occurs in the memory of `process`.

    Spellings without hits are left out. A copy of a whole value counts as its two halves, too.
    """
    wanted = [(name, form) for value in values for name, form in spellings(value).items()]
    longest = max(len(form) for _, form in wanted)
    found: dict[str, int] = {}
    for block in _memory(process, overlap=longest - 1):
        for name, form in wanted:
            count = block.count(form)
            if count:
                found[name] = found.get(name, 0) + count
    return found


def _memory(process: int, *, overlap: int) -> Iterator[bytes]:
    try:
        with open(f"/proc/{process}/maps", encoding="utf-8") as maps:
            regions = [match.groups() for line in maps if (match := _MAP.match(line))]
        memory = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    except OSError as error:
        raise ScanRefused(str(error)) from None
    try:
        for first, last, permissions, name in regions:
            if "r" not in permissions or name in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            start, end = int(first, 16), int(last, 16)
            while start < end:
                try:
                    block = os.pread(memory, min(_CHUNK, end - start), start)
                except OSError:  # EIO: a secret page, or one that was unmapped
                    break
                if not block:
                    break
                yield block
                start += len(block) if start + len(block) >= end else max(1, len(block) - overlap)
    finally:
        os.close(memory)
