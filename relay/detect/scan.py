"""Find every pattern's candidates in one pass over a text.

A multi-pattern database (Hyperscan) holds the short *trigger* of every pattern and reports, in one pass, where each of
them ends. The pattern's own expression is tried only in the few characters around such a place. Three measurements
with Hyperscan 5.4 on one core led to this design:

* whole expressions with bounded repeats over wide classes do not compile with start-of-match ("Pattern is too large"),
  and six of them took 211 ms without it; 200 triggers compile in 131 ms;
* a pass with 220 triggers over 1,300 characters takes 10 microseconds, as many as with 20;
* each reported hit costs a call into Python, so a trigger that fires once per value beats one per character.

The text is passed as Latin-1 with "?" for all other characters: one byte for each code point, so a byte offset is a
code-point offset, for any text, lone surrogates included. Triggers are Latin-1, so nothing they could match is lost.

Work is linear: windows of one pattern are merged before its expression runs, so no character is visited by a pattern
more often than its bounded length allows.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import IntFlag
from typing import Protocol

from relay.detect.expressions import both_cases
from relay.detect.scan_re2 import Re2Triggers
from relay.errors import ConfigFault
from relay.types import Candidate, Pattern

try:
    import hyperscan
except ImportError:  # a platform without a wheel of it
    hyperscan = None  # type: ignore[assignment]

__all__ = ["Found", "HyperscanTriggers", "Matcher", "ScanMode", "Scanner", "Triggers", "has_hyperscan"]

# Characters after a window that an expression may look at without taking them.
_LOOK_AHEAD = 16

# From this length on, only beginnings near the trigger are tried.
_LONG = 192

# (index of the pattern in the scanner's list, candidate)
Found = tuple[int, Candidate]


def has_hyperscan() -> bool:
    """Tell whether this platform has Hyperscan."""
    return hyperscan is not None


class Triggers(Protocol):
    """All triggers of a scanner, matched in one pass. Thread-safe."""

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(trigger index, end offset)` of every match, in any order; one end at most once for one trigger."""
        ...


class ScanMode(IntFlag):
    """How one expression of a Matcher is read."""

    # The values of HS_FLAG_DOTALL, _UTF8, _UCP and _CASELESS in hs_compile.h.
    BYTES = 2
    UTF8 = 32
    UNICODE = 32 | 64
    IGNORE_CASE = 1


class Matcher:
    """One Hyperscan database, kept in memory only. Immutable, thread-safe.

    It reports the ends of matches only. Starts are not safe: in 0.9.1 `a+b` with start of match crashes the process on
    500 letters a.
    """

    def __init__(self, rows: Sequence[tuple[bytes, ScanMode]], numbers: Sequence[int] | None = None) -> None:
        """Compile expressions, known by their place or by `numbers`. Raises ConfigFault when Hyperscan refuses one."""
        if hyperscan is None:
            raise ConfigFault("cannot be matched in linear time without Hyperscan, which is not installed")
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        try:
            self._database.compile(
                [expression for expression, _ in rows],
                ids=list(range(len(rows)) if numbers is None else numbers),
                flags=[int(mode) for _, mode in rows],
            )
        except hyperscan.error as error:
            raise ConfigFault(f"cannot be matched in linear time: {error}") from None
        self._local = threading.local()

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

    def __init__(self, triggers: Sequence[tuple[str, bool]]) -> None:
        """Compile `(expression, ignore case)` pairs. Raises ConfigFault when Hyperscan refuses one."""
        rows = [
            # Without look at Unicode both engines fold ASCII letters only.
            (both_cases(expression).encode("latin-1"), ScanMode.BYTES | ScanMode.IGNORE_CASE)
            if caseless
            else (expression.encode("latin-1"), ScanMode.BYTES)
            for expression, caseless in triggers
        ]
        wordy = [_has_word(expression) for expression, _ in triggers]
        halves = [[place for place, word in enumerate(wordy) if word is kind] for kind in (True, False)]
        with ThreadPoolExecutor(max_workers=len(halves)) as pool:
            self._halves = tuple(
                pool.map(lambda half: Matcher([rows[place] for place in half], half), [half for half in halves if half])
            )

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(trigger index, end offset)` of every match."""
        return [hit for half in self._halves for hit in half.ends(data)]


def _has_word(expression: str) -> bool:
    return re.search("[A-Za-z]{3}", re.sub(r"\\.", "", expression)) is not None


class Scanner:
    """Finds the candidates of a fixed list of patterns. Immutable after construction, thread-safe."""

    def __init__(
        self,
        patterns: Sequence[Pattern],
        triggers: Callable[[Sequence[tuple[str, bool]]], Triggers] | None = None,
    ) -> None:
        """Compile `patterns`, for Hyperscan where it is installed, else RE2. Raises ConfigFault for a refused one."""
        self._patterns = tuple(patterns)
        self._trials: list[_Trial | None] = [None] * len(patterns)
        users: dict[tuple[str, bool], list[int]] = {}
        for index, pattern in enumerate(patterns):
            users.setdefault((pattern.trigger or pattern.regex, pattern.ignore_case), []).append(index)
        self._users = tuple(map(tuple, users.values()))
        make = triggers or (HyperscanTriggers if hyperscan is not None else Re2Triggers)
        self._triggers = make(list(users)) if users else None

    def candidates(self, text: str) -> list[Found]:
        """Return every pattern's matches in `text`: for one pattern in order and disjoint, the longest from each start.

        A pattern's matches are found left to right, as its expression prefers them.
        """
        if self._triggers is None or not text:
            return []
        hits = self._triggers.ends(text.encode("latin-1", "replace"))
        if not hits:
            return []
        ends: dict[int, list[int]] = {}
        for trigger, end in hits:
            if trigger in ends:
                ends[trigger].append(end)
            else:
                ends[trigger] = [end]
        found: list[Found] = []
        for trigger, places in ends.items():
            places.sort()
            for index in self._users[trigger]:
                trial = self._trials[index]
                if trial is None:
                    trial = self._trials[index] = _Trial(self._patterns[index])
                pattern, group = trial.pattern, trial.group
                for match in trial.matches(text, places):
                    first, last = match.span(group)
                    if first < last:
                        found.append((index, Candidate(pattern, text, first, last)))
        return found


class _Trial:
    """A pattern's own expression, ready to be tried around the places where its trigger ends."""

    __slots__ = ("behind", "expression", "group", "lead", "matches", "opens", "pattern")

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.expression = _compile(pattern)
        self.group: str | int = "value" if "value" in self.expression.groupindex else 0
        self.lead = pattern.max_chars if pattern.lead_chars < 0 else pattern.lead_chars
        self.behind = pattern.max_chars + _LOOK_AHEAD
        self.opens = re.compile(pattern.opens) if pattern.opens else None
        self.matches: Callable[[str, Sequence[int]], list[re.Match[str]]] = (
            self._follow if pattern.follows else self._long if pattern.max_chars > _LONG else self._around
        )

    def _follow(self, text: str, ends: Sequence[int]) -> list[re.Match[str]]:
        """Return what begins right where a trigger ends."""
        found = []
        done = 0
        for end in ends:
            if end >= done and (match := self.expression.match(text, end, end + self.behind)) is not None:
                done = match.end()
                found.append(match)
        return found

    def _around(self, text: str, ends: Sequence[int]) -> list[re.Match[str]]:
        """Return what is found in the merged windows around triggers."""
        found: list[re.Match[str]] = []
        done = 0
        lead, behind, opens, match_at = self.lead, self.behind, self.opens, self.expression.match
        # A match holds its trigger, so where openings are known none is looked for far behind a trigger.
        reach = behind if opens is None else 0
        place, count = 0, len(ends)
        while place < count:
            last = ends[place]
            start = last - lead if last > lead else 0
            place += 1
            while place < count and ends[place] - lead <= last + reach:
                last = ends[place]
                place += 1
            stop = last + behind
            if opens is None:
                found.extend(self.expression.finditer(text, start, stop))
                continue
            start = max(start, done)
            for opening in opens.finditer(text, start, last):
                begin = opening.start()
                if begin >= done and (match := match_at(text, begin, stop)) is not None:
                    done = match.end()
                    found.append(match)
        return found

    def _long(self, text: str, ends: Sequence[int]) -> list[re.Match[str]]:
        """Return what begins within the lead of a trigger; a long window is not searched for other beginnings."""
        found = []
        start = 0
        for end in ends:
            start = max(start, end - self.lead)
            while start <= end:
                match = self.expression.match(text, start, end + self.behind)
                start += 1
                if match is not None:
                    start = max(start, match.end())
                    found.append(match)
        return found


def _compile(pattern: Pattern) -> re.Pattern[str]:
    try:
        return re.compile(pattern.regex, re.IGNORECASE if pattern.ignore_case else 0)
    except re.error as error:
        raise ConfigFault(f"pattern {pattern.name!r} does not compile: {error.msg}") from None
