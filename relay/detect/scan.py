"""Find every pattern's candidates in one pass over a text.

A multi-pattern database (Hyperscan) holds the short *trigger* of every pattern and reports, in one pass, where each of
them ends. Only in the few characters around such a place is the pattern's own expression tried. Three facts, measured
with Hyperscan 5.4 on one core, made it so:

* whole expressions with bounded repeats over wide classes do not compile with start-of-match ("Pattern is too large"),
  and six of them took 211 ms without it; 200 triggers compile in 131 ms;
* a pass with 220 triggers over 1,300 characters takes 10 microseconds, as many as with 20;
* each reported hit costs a call into Python, so a trigger that fires once per value beats one per character.

The text is handed over as Latin-1 with "?" for what lies outside: one byte for each code point, so a byte offset is a
code-point offset, for any text, lone surrogates included. Triggers are Latin-1, so nothing they could match is lost.

Work is linear: windows of one pattern are merged before its expression runs, so no character is visited by a pattern
more often than its bounded length allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from relay.detect.scan_hyperscan import HyperscanTriggers, has_hyperscan
from relay.detect.scan_re2 import Re2Triggers
from relay.errors import ConfigFault
from relay.types import Candidate, Pattern

__all__ = ["Found", "Scanner", "Triggers", "triggers_of"]

# Characters after a window that an expression may look at without taking them.
_LOOK_AHEAD = 16

# Characters that triggers see on either side of a part of a text. No trigger matches as many.
_BESIDE = 1_024

# From this length on, only beginnings near the trigger are tried.
_LONG = 192

# (index of the pattern in the scanner's list, candidate)
Found = tuple[int, Candidate]


class Triggers(Protocol):
    """All triggers of a scanner, matched in one pass. Thread-safe."""

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(trigger index, end offset)` of every match, in any order; one end at most once for one trigger."""
        ...


def triggers_of(patterns: Sequence[Pattern]) -> dict[tuple[str, bool], list[int]]:
    """Return, for each `(trigger, ignore case)`, the places of the patterns that have it."""
    users: dict[tuple[str, bool], list[int]] = {}
    for index, pattern in enumerate(patterns):
        users.setdefault((pattern.trigger or pattern.regex, pattern.ignore_case), []).append(index)
    return users


class Scanner:
    """Finds the candidates of a fixed list of patterns. Immutable after construction, thread-safe."""

    def __init__(
        self,
        patterns: Sequence[Pattern],
        triggers: Callable[[Sequence[tuple[str, bool]]], Triggers] | None = None,
    ) -> None:
        """Compile `patterns`, for Hyperscan where it is installed, else RE2. Raises ConfigFault for what is refused."""
        self._patterns = tuple(patterns)
        self._trials: list[_Trial | None] = [None] * len(patterns)
        users = triggers_of(patterns)
        self._users = tuple(map(tuple, users.values()))
        make = triggers or (HyperscanTriggers if has_hyperscan() else Re2Triggers)
        self._triggers = make(list(users)) if users else None

    def candidates(self, text: str, start: int = 0, stop: int | None = None) -> list[Found]:
        """Return every pattern's matches in `text`: for one pattern in order and disjoint, the longest from each start.

        A pattern's matches are found left to right, as its expression prefers them. With `start` and `stop`, only
        those are looked for whose trigger ends between; expressions read the whole text all the same.
        """
        if self._triggers is None or not text:
            return []
        if start or stop is not None:
            low, stop = max(0, start - _BESIDE), len(text) if stop is None else stop
            near = self._triggers.ends(text[low : stop + _BESIDE].encode("latin-1", "replace"))
            hits = [(trigger, end + low) for trigger, end in near if start < end + low <= stop]
        else:
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
                if trial.within is not None and trial.within.search(text) is None:
                    continue
                pattern, group = trial.pattern, trial.group
                for match in trial.matches(text, places):
                    first, last = match.span(group)
                    if first < last:
                        found.append((index, Candidate(pattern, text, first, last)))
        return found


class _Trial:
    """A pattern's own expression, ready to be tried around the places where its trigger ends."""

    __slots__ = ("behind", "expression", "group", "lead", "matches", "opens", "pattern", "within")

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.expression = _compile(pattern)
        self.group: str | int = "value" if "value" in self.expression.groupindex else 0
        self.lead = pattern.max_chars if pattern.lead_chars < 0 else pattern.lead_chars
        self.behind = pattern.max_chars + _LOOK_AHEAD
        self.opens = re.compile(pattern.opens) if pattern.opens else None
        self.within = re.compile(pattern.within) if pattern.within else None
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
