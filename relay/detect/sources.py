"""Who finds what: the sources of each entity type, for audits and documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from relay.detect import taxonomy
from relay.detect.own.recognizer_files import CustomRecognizers
from relay.protocols import Recognizer

__all__ = ["found_by"]

# Types of the table that no recognizer reports.
_FOUND_OTHERWISE = {
    "PLACEHOLDER_LOOKALIKE": "style: what the placeholder style could have written, relay/replace/styles",
    "TRADE_SECRET": "custom: only what the operator's recognizer files list",
    "CUSTOM": "custom: only what the operator's recognizer files list",
    "CONDITION": "policy: its words count for the class PHI, relay/policy/lexicons.py; no span is reported",
    "MEDICATION": "policy: its words count for the class PHI, relay/policy/lexicons.py; no span is reported",
    **dict.fromkeys(("EMPLOYER", "HOSPITAL", "SCHOOL"), "none: to the model each is an ORGANIZATION"),
}


def found_by(recognizers: Iterable[Recognizer], added: CustomRecognizers) -> Mapping[str, str]:
    """Return, for each entity type, which recognizers find it and where their rules come from."""
    found: dict[str, list[str]] = {}
    for plugin in recognizers:
        for entity_type in plugin.entity_types:
            found.setdefault(entity_type, []).append(f"{plugin.name}: {plugin.source}")
    for name, info in taxonomy.ENTITY_TYPES.items():
        if info.method is taxonomy.Method.MODEL and name not in _FOUND_OTHERWISE:
            found.setdefault(name, []).append("model: trained from labelled texts and templates, ner_models/README.md")
    for name, how in _FOUND_OTHERWISE.items():
        found.setdefault(name, []).append(how)
    for kind in added.rules.entity_types if added.rules is not None else ():
        found.setdefault(kind, []).append("custom: the operator's recognizer files")
    for finder in added.finders:
        for kind in finder.entity_types:
            found.setdefault(kind, []).append(f"{finder.name}: its own recognizers, named in a recognizer file")
    return {entity_type: "; ".join(lines) for entity_type, lines in found.items()}
