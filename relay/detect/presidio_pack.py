"""Presidio's recognizers in relay, and relay's in Presidio.

* `PresidioFinder` runs any Presidio recognizer beside relay's own; give it to the analyzer as a finder. Such a
  recognizer scans by itself, with a matcher that may backtrack: relay cannot promise linear time for it.
* `load_yaml` reads Presidio's YAML recognizer files. Their patterns run in Hyperscan, as the operator's own do, so they
  are linear or refused with file and line.
* `RelayRecognizer` is a Presidio recognizer that finds what relay's analyzer finds.

Importing this module imports Presidio, which takes a second or two; nothing else in relay does. Presidio's e-mail
recognizer asks `tldextract` for the public suffix list, which would be fetched from the network and kept on disk:
here it uses the copy that comes with the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import yaml
from presidio_analyzer import EntityRecognizer, RecognizerResult

from relay.detect.analyzer import Analyzer
from relay.detect.custom import CustomPattern, CustomRules
from relay.errors import ConfigFault
from relay.types import Segment, Span

__all__ = ["PresidioFinder", "RelayRecognizer", "load_yaml"]


class PresidioFinder:
    """Runs Presidio recognizers over a text. Those that need a language pipeline get no artifacts."""

    name = "presidio"

    def __init__(self, recognizers: Sequence[Any]) -> None:
        """Load `recognizers`, instances of Presidio's EntityRecognizer."""
        _stay_off_the_network()
        self._recognizers = tuple(recognizers)
        self.entity_types = frozenset(kind for one in recognizers for kind in one.supported_entities)

    def find(self, text: str) -> list[Span]:
        """Return what the recognizers find, with their scores."""
        found = []
        for recognizer in self._recognizers:
            for one in recognizer.analyze(text, recognizer.supported_entities, None) or ():
                found.append(Span(one.entity_type, one.start, one.end, float(one.score), self.name))
        return found


class RelayRecognizer(EntityRecognizer):  # type: ignore[misc]
    """Everything that relay's analyzer finds, as one Presidio recognizer."""

    def __init__(self, analyzer: Analyzer, supported_language: str = "en") -> None:
        """Offer the entity types of `analyzer` in one language; the rules are the same in all."""
        self._analyzer = analyzer
        super().__init__(
            supported_entities=sorted(analyzer.entity_types), name="relay", supported_language=supported_language
        )

    def load(self) -> None:
        """Do nothing: the analyzer is compiled already."""

    def analyze(self, text: str, entities: Iterable[str], nlp_artifacts: Any = None) -> list[Any]:
        """Return results for the wanted `entities` (all when there are none)."""
        wanted = frozenset(entities) or None
        (spans,) = self._analyzer.analyze([Segment(pointer="", text=text)], entity_types=wanted)
        return [
            RecognizerResult(entity_type=span.entity_type, start=span.start, end=span.end, score=span.score)
            for span in spans
            if wanted is None or span.entity_type in wanted
        ]


def load_yaml(text: str, source: str) -> CustomRules:
    """Read a Presidio recognizer file: `recognizers:` with `patterns:` or `deny_list:` each.

    Presidio compiles its patterns without regard to case, so they are read so here. Raises ConfigFault with `source`
    and the line for what cannot be matched in linear time, and for recognizers that are not made of patterns.
    """
    try:
        root = yaml.safe_load(text)
        nodes = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        raise ConfigFault(f"{source}: not valid YAML") from None
    if nodes is None or not isinstance(root, dict) or not isinstance(root.get("recognizers"), list):
        raise ConfigFault(f"{source}:1: expected a mapping with a list of recognizers")
    lines = [
        item.start_mark.line + 1 for key, value in nodes.value if key.value == "recognizers" for item in value.value
    ]
    patterns: list[CustomPattern] = []
    deny: list[tuple[str, str]] = []
    for row, line in zip(root["recognizers"], lines, strict=True):
        place = f"{source}:{line}"
        if not isinstance(row, dict) or not isinstance(row.get("supported_entity"), str):
            raise ConfigFault(f"{place}: a recognizer made of patterns names its supported_entity")
        for pattern in row.get("patterns") or ():
            try:
                regex, score = str(pattern["regex"]), float(pattern["score"])
            except (KeyError, TypeError, ValueError):
                raise ConfigFault(f"{place}: a pattern has a regex and a score") from None
            patterns.append(
                CustomPattern(
                    entity_type=row["supported_entity"], regex=regex, score=score, ignore_case=True, place=place
                )
            )
        deny += [(row["supported_entity"], str(value)) for value in row.get("deny_list") or ()]
    return CustomRules(patterns, deny)


def _stay_off_the_network() -> None:
    try:
        import tldextract.tldextract as library
    except ImportError:
        return
    offline = library.TLDExtract(cache_dir=None, suffix_list_urls=())
    library.TLD_EXTRACTOR = offline
    library.extract = offline.__call__  # type: ignore[assignment]
    import tldextract

    tldextract.extract = offline.__call__  # type: ignore[assignment]
