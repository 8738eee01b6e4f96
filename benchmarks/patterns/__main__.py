"""Compare the pattern layer with Presidio's analyzer: `python -m benchmarks.patterns [--json FILE]`.

Both sides read the same texts in one process, turn by turn, without any model: Presidio runs its English pattern
recognizers behind a blank spaCy pipeline and a recognizer for e-mail that makes no network connection. Reported are the
median and best time for a text, and for the labelled lines how many planted values each side covers and how many spans
it reports where nothing was planted.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.detect.taxonomy import describe
from relay.registry import collect
from relay.types import Segment

VECTORS = Path(__file__).parents[2] / "tests" / "vectors" / "detect"

PERSONAL = (
    "Dear Peter, please call me at (415) 555-2671 or write to peter.parker@example.com. I live at 12 Main Street, "
    "Springfield, IL 62704. My card is 4111 1111 1111 1111 and my SSN is 536-22-1234. The order of 12 March 2024 was "
    "shipped; the IBAN is DE89 3704 0044 0532 0130 00 and the server 192.168.1.20 is down. "
)
PROSE = (
    "We talked about the project plan, the budget and the next release with the whole team for an hour or so, and then "
    "agreed that nothing would change before the end of the year. "
)
CODE = (
    "def total(rows: list[Row], rate: float = 0.19) -> Decimal:\n    return sum(row.price * row.count for row in rows) "
    "* Decimal(1 + rate)  # see docs/pricing.md, section 4.2.1\n\nassert total([], 0.5) == 0\n"
)


def texts(size: int) -> dict[str, str]:
    """Return the texts to time, each of `size` characters."""
    return {
        "prose": (PROSE * (size // len(PROSE) + 1))[:size],
        "personal data in prose": (PERSONAL + PROSE * (size // len(PROSE) + 1))[:size],
        "only personal data": (PERSONAL * (size // len(PERSONAL) + 1))[:size],
        "program text": (CODE * (size // len(CODE) + 1))[:size],
    }


def ours() -> Callable[[str], list[tuple[int, int]]]:
    """Return relay's pattern layer, everything on, as a function from text to ranges."""
    analyzer = Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], None)

    def find(text: str) -> list[tuple[int, int]]:
        (spans,) = analyzer.analyze([Segment(pointer="/0", text=text)])
        return [(span.start, span.end) for span in spans if describe(span.entity_type).default]

    return find


def presidio() -> Callable[[str], list[tuple[int, int]]] | None:
    """Return Presidio's analyzer with a blank pipeline, or None when it is not installed."""
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError:
        return None
    logging.disable(logging.CRITICAL)
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
    print(f"presidio: {len(registry.recognizers)} recognizers")
    skip = {"URL", "DATE_TIME"}  # relay leaves plain URLs and dates alone by default

    def find(text: str) -> list[tuple[int, int]]:
        found = analyzer.analyze(text, language="en", score_threshold=0.4)
        return [(one.start, one.end) for one in found if one.entity_type not in skip]

    return find


def timed(find: Callable[[str], Any], text: str, seconds: float) -> tuple[float, float]:
    """Return the median and best milliseconds of one call."""
    find(text)
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        find(text)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def accuracy(find: Callable[[str], list[tuple[int, int]]]) -> dict[str, float]:
    """Return how many of the values planted in the test vectors are covered, and how many spans touch none."""
    planted = covered = false = 0
    for path in sorted(VECTORS.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            text, spans = row["text"], find(row["text"])
            values = [(text.find(value), text.find(value) + len(value)) for value, _ in row["find"]]
            taken = {place for start, end in spans for place in range(start, end)}
            planted += len(values)
            covered += sum(
                all(place in taken or not text[place].isalnum() for place in range(start, end)) for start, end in values
            )
            false += sum(not any(start < high and low < end for low, high in values) for start, end in spans)
    return {"planted": planted, "covered": covered, "false": false}


def main() -> None:
    """Print the comparison, and write it as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seconds", type=float, default=1.0, help="time spent on each text and side")
    arguments = parser.parse_args()
    start = time.perf_counter()
    sides: dict[str, Callable[[str], list[tuple[int, int]]]] = {"relay": ours()}
    print(f"relay: compiled in {time.perf_counter() - start:.2f} s")
    other = presidio()
    if other is not None:
        sides["presidio"] = other
    rows: list[dict[str, Any]] = []
    print(f"\n{'text':<24}{'characters':>11}" + "".join(f"{side + ' ms':>16}" for side in sides) + f"{'times':>8}")
    for size in (300, 1300, 10_000):
        for name, text in texts(size).items():
            figures = {side: timed(find, text, arguments.seconds) for side, find in sides.items()}
            medians = [figures[side][0] for side in sides]
            rows.append({"text": name, "characters": size} | {f"{side}_ms": figures[side] for side in sides})
            ratio = f"{medians[-1] / medians[0]:8.0f}" if len(medians) > 1 else ""
            print(f"{name:<24}{size:>11}" + "".join(f"{figure:16.3f}" for figure in medians) + ratio)
    print(f"\n{'test vectors':<24}{'planted':>11}{'covered':>16}{'elsewhere':>16}")
    scores = {side: accuracy(find) for side, find in sides.items()}
    for side, score in scores.items():
        print(f"{side:<24}{score['planted']:>11}{score['covered']:>16}{score['false']:>16}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"times": rows, "vectors": scores}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
