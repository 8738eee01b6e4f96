"""The two sides of the comparison, and what each finds in the test vectors."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

import relay.detect.recognizers
from benchmarks.patterns.texts import Find, texts
from relay.detect.analyzer import Analyzer
from relay.detect.taxonomy import ENTITY_TYPES, Method, describe
from relay.registry import collect
from relay.types import Segment

__all__ = ["SIZES", "accuracy", "compare", "presidio", "relay_side", "timed"]

VECTORS = Path(__file__).parents[2] / "tests" / "vectors" / "detect"
SIZES = (300, 1300, 10_000)


def relay_side() -> Find:
    """Return relay's pattern layer, everything on."""
    analyzer = Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], None)

    def find(text: str) -> list[tuple[int, int, str]]:
        (spans,) = analyzer.analyze([Segment(pointer="/0", text=text)])
        return [(one.start, one.end, one.entity_type) for one in spans if describe(one.entity_type).default]

    return find


def presidio() -> Find | None:
    """Return Presidio's analyzer with a blank pipeline, or None when it is not installed."""
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError:
        return None
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    engine.nlp = {"en": spacy.blank("en")}
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    registry.recognizers = [one for one in registry.recognizers if "Spacy" not in type(one).__name__]
    for recognizer in registry.recognizers:
        if type(recognizer).__name__ == "EmailRecognizer":
            # It would look up the public suffix list on the network.
            recognizer.validate_result = lambda pattern_text: True
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    skip = {"URL", "DATE_TIME"}  # relay leaves plain URLs and dates alone by default

    def find(text: str) -> list[tuple[int, int, str]]:
        found = analyzer.analyze(text, language="en", score_threshold=0.4)
        return [(one.start, one.end, one.entity_type) for one in found if one.entity_type not in skip]

    return find


def timed(call: Callable[[], Any], seconds: float) -> tuple[float, float]:
    """Return the median and best milliseconds of one call."""
    call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def compare(sides: Mapping[str, Find], seconds: float) -> list[dict[str, Any]]:
    """Return a row for each text and size: median and best milliseconds of each side, and how many times faster."""
    rows: list[dict[str, Any]] = []
    for size in SIZES:
        for name, text in texts(size).items():
            row: dict[str, Any] = {"text": name, "characters": size}
            for side, find in sides.items():
                row[side] = timed(lambda find=find, text=text: find(text), seconds)  # type: ignore[misc]
            if len(sides) == 2:
                row["times"] = row["presidio"][1] / row["relay"][1]
            rows.append(row)
    return rows


def accuracy(sides: Mapping[str, Find]) -> dict[str, Any]:
    """Return what each side covers of the values planted in the vectors, and how many spans touch none.

    `missed` counts planted values that Presidio covers and relay does not; `checksum` is precision and recall of the
    types with a check sum, each with its own name.
    """
    rows = [row for path in sorted(VECTORS.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    result: dict[str, Any] = {}
    covered: dict[str, set[tuple[int, int]]] = {}
    for side, find in sides.items():
        taken = covered.setdefault(side, set())
        planted = false = 0
        for number, row in enumerate(rows):
            text, spans = row["text"], find(row["text"])
            values = [(text.find(value), text.find(value) + len(value)) for value, _ in row["find"]]
            places = {place for start, end, _ in spans for place in range(start, end)}
            planted += len(values)
            taken |= {
                (number, index)
                for index, (start, end) in enumerate(values)
                if all(place in places or not text[place].isalnum() for place in range(start, end))
            }
            false += sum(not any(start < high and low < end for low, high in values) for start, end, _ in spans)
        result[side] = {"planted": planted, "covered": len(taken), "false": false}
    if "presidio" in covered:
        result["missed"] = len(covered["presidio"] - covered["relay"])
    result["checksum"] = _checksummed(rows, sides["relay"])
    return result


def _checksummed(rows: list[dict[str, Any]], find: Find) -> dict[str, float]:
    kinds = {name for name, info in ENTITY_TYPES.items() if info.method is Method.CHECKSUM}
    right = wanted = reported = 0
    for row in rows:
        text = row["text"]
        found = [(text[start:end], kind) for start, end, kind in find(text) if kind in kinds]
        planted = [(value, kind) for value, kind in row["find"] if kind in kinds]
        right += len(set(found) & set(planted))
        wanted += len(set(planted))
        reported += len(set(found))
    return {"types": len(kinds), "values": wanted, "recall": right / wanted, "precision": right / max(1, reported)}
