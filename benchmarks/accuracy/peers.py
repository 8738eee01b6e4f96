"""Measure what published models for one language cover of the people.

`python -m benchmarks.accuracy.peers [--data FOLDER]`, or `make bench-peers`: they need packages of their own
(`benchmarks/accuracy/peers.txt`), so they run apart, once, on the rows that `benchmarks.accuracy` reads, which prints
their figures (`benchmarks/results/accuracy_peers.json`) beside relay's. Natasha (Russian news, MIT), GiNZA (Japanese,
MIT), underthesea (Vietnamese, GPL-3.0) and jieba (Chinese, MIT, tags words rather than names). For the other languages
the package index had no model with its weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.accuracy.score import score
from benchmarks.accuracy.texts import read_sets
from relay.types import Span

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
_Places = Iterator[tuple[int, int]]


def _natasha() -> Callable[[str], _Places]:
    from natasha import Doc, NewsEmbedding, NewsNERTagger, Segmenter

    segmenter, tagger = Segmenter(), NewsNERTagger(NewsEmbedding())

    def people(text: str) -> _Places:
        doc = Doc(text)
        doc.segment(segmenter)
        doc.tag_ner(tagger)
        yield from ((span.start, span.stop) for span in doc.spans if span.type == "PER")

    return people


def _ginza() -> Callable[[str], _Places]:
    import spacy

    model = spacy.load("ja_ginza")

    def people(text: str) -> _Places:
        yield from ((entity.start_char, entity.end_char) for entity in model(text).ents if entity.label_ == "Person")

    return people


def _underthesea() -> Callable[[str], _Places]:
    from underthesea import ner

    def people(text: str) -> _Places:
        place = 0
        for word, _, _, tag in ner(text):
            start = text.find(word, place)
            if start < 0:
                continue
            place = start + len(word)
            if tag.endswith("PER"):
                yield start, place

    return people


def _jieba() -> Callable[[str], _Places]:
    import jieba.posseg

    def people(text: str) -> _Places:
        place = 0
        for pair in jieba.posseg.cut(text):
            if pair.flag.startswith("nr"):
                yield place, place + len(pair.word)
            place += len(pair.word)

    return people


PEERS: dict[str, tuple[Callable[[], Callable[[str], _Places]], tuple[str, ...]]] = {
    "natasha": (_natasha, ("ru_factrueval", "ru_wikiner")),
    "ginza": (_ginza, ("ja_gsd", "ja_stockmark")),
    "underthesea": (_underthesea, ("vi_vtb_silver",)),
    "jieba": (_jieba, ("zh-Hans_uner_gsdsimp", "zh-Hans_weibo", "zh-Hant_uner_gsd")),
}


def main(arguments: list[str] | None = None) -> None:
    """Run, print, write."""
    about = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.peers", description=about)
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data", help="folder with world/dev")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/results", help="folder for the results")
    options = parser.parse_args(arguments)
    sets = read_sets(options.data / "world/dev", every=4)
    figures: dict[str, Any] = {}
    for name, (load, judged) in PEERS.items():
        people = load()
        for one in judged:
            found = [[Span("PERSON", *place) for place in people(row.text)] for row in sets[one]]
            measured = score(sets[one], found)
            figures[f"world/{one}"] = {
                "peer": f"{name} {version(name)}",
                "people": round(measured.people or 0.0, 4),
                "precision": round(measured.precision, 4),
            }
            print(one, figures[f"world/{one}"], flush=True)
    (options.out / "accuracy_peers.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
