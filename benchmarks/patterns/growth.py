"""How time grows: with hostile text, with a list of known values, with a conversation, without Hyperscan."""

from __future__ import annotations

import gc
import time
from random import Random
from typing import Any

import relay.detect.recognizers
from benchmarks.patterns.noise import SLOW_UNITS
from benchmarks.patterns.sides import timed
from benchmarks.patterns.texts import CODE, PERSONAL, PROSE, texts
from relay.detect.analyzer import Analyzer
from relay.detect.cache import SpanCaches
from relay.detect.own.custom import CustomRules
from relay.detect.scan import Scanner
from relay.detect.scan_re2 import Re2Triggers
from relay.detect.taxonomy import ENTITY_TYPES
from relay.registry import collect
from relay.replace.styles.bracketed import Bracketed
from relay.types import Role, Segment

__all__ = ["hostile", "known_values", "turns", "without_hyperscan"]

_RECOGNIZERS = [plugin() for plugin in collect(relay.detect.recognizers).values()]
_SYLLABLES = (
    "ba",
    "ko",
    "ri",
    "ta",
    "mel",
    "son",
    "der",
    "lin",
    "vic",
    "tor",
    "mar",
    "gon",
    "fer",
    "nan",
    "dez",
    "sch",
)


_LIMIT, _TRIES = 2.5, 3


def _seconds(analyzer: Analyzer, segments: list[Segment]) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        analyzer.analyze(segments)
        best = min(best, time.process_time() - start)
    return best


def hostile(size: int) -> list[dict[str, Any]]:
    """Return for each unit, again and again up to `size` characters, the seconds, and how much more than for half."""
    analyzer = Analyzer(_RECOGNIZERS, None)
    # What the other side loaded is none of the collector's business here: its passes would count as relay's.
    gc.collect()
    gc.freeze()
    rows = []
    for unit in SLOW_UNITS:
        half, whole = (
            [Segment(pointer="/0", text=(unit * (count // len(unit) + 1))[:count])] for count in (size // 2, size)
        )
        # The machine may be busy: a slow run counts when it is slow again. Under 0.01 s the clock says nothing.
        tries = 0
        ratio = seconds = float("inf")
        while ratio > _LIMIT and tries < _TRIES:
            seconds = _seconds(analyzer, whole)
            ratio = min(ratio, seconds / max(_seconds(analyzer, half), 0.01))
            tries += 1
        rows.append({"unit": unit, "characters": size, "seconds": seconds, "ratio": ratio})
    gc.unfreeze()
    return rows


def known_values(count: int, seconds: float) -> dict[str, Any]:
    """Return what a deny list of `count` invented names takes to make, and adds to each text of 1,300 characters."""
    random = Random(1)

    def name() -> str:
        return "".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 4))).capitalize()

    names = {f"{name()} {name()}" for _ in range(count)}
    start = time.perf_counter()
    rules = CustomRules(deny=[("PERSON", one) for one in sorted(names)])
    made = time.perf_counter() - start
    plain, listed = Analyzer(_RECOGNIZERS, None), Analyzer(_RECOGNIZERS, None, custom=rules)
    added = {}
    for kind, text in texts(1300).items():
        segments = [Segment(pointer="/0", text=text)]
        _, before = timed(lambda segments=segments: plain.analyze(segments), seconds)  # type: ignore[misc]
        _, after = timed(lambda segments=segments: listed.analyze(segments), seconds)  # type: ignore[misc]
        added[kind] = {"before_ms": before, "after_ms": after, "share": after / before - 1}
    return {"values": len(names), "made_s": made, "added": added}


def turns() -> dict[str, dict[str, float]]:
    """Return, for conversations of about 100 KB, milliseconds of the first turn and of the next, and their ratio."""
    result = {}
    for kind, body in (("mixed", PERSONAL + PROSE * 6 + CODE), ("prose", PROSE * 9), ("program text", CODE * 7)):
        history = [
            Segment(
                pointer=f"/messages/{place}/content",
                text=f"Turn {place}. {body.replace('peter', f'peter{place}')}",
                role=Role.USER if place % 2 == 0 else Role.ASSISTANT,
                message=place,
            )
            for place in range(60)
        ]
        last = Segment(
            pointer="/messages/60/content", text="And then? Write to jo@example.org", role=Role.USER, message=60
        )
        caches = SpanCaches(bytes, clock=time.monotonic)
        analyzer = Analyzer(_RECOGNIZERS, None, caches=caches, lookalikes=Bracketed(ENTITY_TYPES).lookalikes)
        first = second = float("inf")
        for _ in range(7):
            caches.clear()
            start = time.perf_counter()
            analyzer.analyze(history)
            middle = time.perf_counter()
            analyzer.analyze([*history, last])
            first, second = min(first, middle - start), min(second, time.perf_counter() - middle)
        size = sum(len(one.text) for one in history)
        result[kind] = {
            "characters": size,
            "first_ms": 1000 * first,
            "second_ms": 1000 * second,
            "share": second / first,
        }
    return result


def without_hyperscan(seconds: float) -> dict[str, Any]:
    """Return the milliseconds of the scan alone, with either engine, for texts of 1,300 characters."""
    patterns = [pattern for recognizer in _RECOGNIZERS for pattern in recognizer.patterns]
    fast, slow = Scanner(patterns), Scanner(patterns, Re2Triggers)
    return {
        kind: {
            "hyperscan_ms": timed(lambda text=text: fast.candidates(text), seconds)[1],  # type: ignore[misc]
            "re2_ms": timed(lambda text=text: slow.candidates(text), seconds)[1],  # type: ignore[misc]
        }
        for kind, text in texts(1300).items()
    }
