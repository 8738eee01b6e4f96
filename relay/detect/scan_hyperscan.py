"""The scan with Hyperscan: the door to it, and the databases that set-up compiled.

Compiling the triggers of relay's own recognizers takes 0.45 s of processor time (0.6 s in a hardened process), reading
them compiled 10 ms. So set-up compiles them into the folder `prebuilt` beside this module (`python -m
relay.detect.prebuild`), and a process reads what it finds there. A file's name is a digest of everything that its
content depends on: expressions, flags, version of Hyperscan, kind of machine. A changed pattern thus has another name,
and what has no file is compiled as ever; nothing is written when relay runs. Wheels of Hyperscan for one kind of
machine all compile for the least of them, so a file works on another processor; Hyperscan checks version, platform and
check sum of what it reads.
"""

from __future__ import annotations

import platform
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import IntFlag
from hashlib import sha256
from pathlib import Path
from typing import Any

from relay.detect.expressions import both_cases
from relay.errors import ConfigFault

try:
    import hyperscan
except ImportError:  # a platform without a wheel of it
    hyperscan = None  # type: ignore[assignment]

__all__ = ["PREBUILT", "HyperscanTriggers", "Matcher", "ScanMode", "has_hyperscan"]

PREBUILT = Path(__file__).parent / "prebuilt"


def has_hyperscan() -> bool:
    """Tell whether this platform has Hyperscan."""
    return hyperscan is not None


class ScanMode(IntFlag):
    """How one expression of a Matcher is read."""

    # The values of HS_FLAG_DOTALL, _UTF8, _UCP and _CASELESS in hs_compile.h.
    BYTES = 2
    UTF8 = 32
    UNICODE = 32 | 64
    IGNORE_CASE = 1


_Rows = Sequence[tuple[bytes, ScanMode]]


class Matcher:
    """One Hyperscan database, kept in memory only. Immutable, thread-safe.

    It reports the ends of matches only. Starts are not safe: in 0.9.1 `a+b` with start of match crashes the process on
    500 letters a.
    """

    def __init__(self, rows: _Rows, numbers: Sequence[int] | None = None, prebuilt: Path | None = None) -> None:
        """Compile expressions, known by their place or by `numbers`, unless `prebuilt` is a folder that holds them.

        Raises ConfigFault when Hyperscan refuses one.
        """
        if hyperscan is None:
            raise ConfigFault("cannot be matched in linear time without Hyperscan, which is not installed")
        numbers = list(range(len(rows)) if numbers is None else numbers)
        self.name = _name(rows, numbers)
        database = _read(prebuilt / self.name) if prebuilt is not None else None
        self._database = _compile(rows, numbers) if database is None else database
        self._local = threading.local()

    def dump(self) -> bytes:
        """Return the database for a file called `name`."""
        data: bytes = hyperscan.dumpb(self._database)
        return data

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(number, end offset)` of every match."""
        # Scratch space belongs to one scan at a time, and Hyperscan releases the interpreter lock while it scans.
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        hits: list[tuple[int, int]] = []
        add = hits.append

        def report(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((number, end))

        self._database.scan(data, report, scratch=scratch)
        return hits


class HyperscanTriggers:
    """Triggers in two databases.

    Those with a literal word and those without are apart: 304 triggers took 0.60 s of processor time in one database,
    0.16 s and 0.19 s in two, which are compiled side by side; the pass over 1,300 characters takes 15 microseconds
    either way.
    """

    def __init__(self, triggers: Sequence[tuple[str, bool]], prebuilt: Path | None = PREBUILT) -> None:
        """Take `(expression, ignore case)` pairs from the folder `prebuilt`, or compile them.

        Raises ConfigFault when Hyperscan refuses one.
        """
        rows = [
            # Without look at Unicode both engines fold ASCII letters only.
            (both_cases(expression).encode("latin-1"), ScanMode.BYTES | ScanMode.IGNORE_CASE)
            if caseless
            else (expression.encode("latin-1"), ScanMode.BYTES)
            for expression, caseless in triggers
        ]
        wordy = [_has_word(expression) for expression, _ in triggers]
        halves = [[place for place, word in enumerate(wordy) if word is kind] for kind in (True, False)]

        def matcher(half: Sequence[int]) -> Matcher:
            return Matcher([rows[place] for place in half], half, prebuilt)

        with ThreadPoolExecutor(max_workers=len(halves)) as pool:
            self.halves = tuple(pool.map(matcher, filter(None, halves)))

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(trigger index, end offset)` of every match."""
        return [hit for half in self.halves for hit in half.ends(data)]


def _has_word(expression: str) -> bool:
    return re.search("[A-Za-z]{3}", re.sub(r"\\.", "", expression)) is not None


def _name(rows: _Rows, numbers: Sequence[int]) -> str:
    keyed = [(number, text, int(mode)) for number, (text, mode) in zip(numbers, rows, strict=True)]
    version = hyperscan.__version__  # type: ignore[attr-defined]  # not in its stubs
    depends = (version, platform.system(), platform.machine(), keyed)
    return f"{sha256(repr(depends).encode()).hexdigest()[:32]}.hsdb"


def _compile(rows: _Rows, numbers: Sequence[int]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile([expression for expression, _ in rows], ids=[*numbers], flags=[int(mode) for _, mode in rows])
    except hyperscan.error as error:
        raise ConfigFault(f"cannot be matched in linear time: {error}") from None
    return database


def _read(path: Path) -> Any:
    """Return the database in a file; None where there is none that Hyperscan can use here."""
    with suppress(OSError, hyperscan.error):
        return hyperscan.loadb(path.read_bytes(), mode=hyperscan.HS_MODE_BLOCK)
    return None
