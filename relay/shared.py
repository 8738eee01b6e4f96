"""What the sessions of one process share: recognizer files that were read, and analyzers with their model and patterns.

Nothing that a session learns is shared: each has its own vault, and its own cache of spans under a key of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from relay import build
from relay.build import CustomRecognizers
from relay.detect.analyzer import Analyzer
from relay.policy.model import Policy

__all__ = ["additions", "analyzer"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_LIMIT = 8  # of each kind
# Held while something is loaded, so that sessions opened at once load it once.
_LOADING = threading.Lock()
# By path, and by what an analyzer depends on.
_ADDITIONS: dict[tuple[Path, ...], CustomRecognizers] = {}
_ANALYZERS: dict[tuple[str, str, CustomRecognizers], Analyzer] = {}


def additions(paths: Iterable[Path]) -> CustomRecognizers:
    """Return what `build.additions` does, read once a process and again when a file has changed. Raises ConfigFault."""
    files = tuple(paths)
    key = tuple(path.absolute() for path in files)
    with _LOADING:
        added = _ADDITIONS.pop(key, None)
        if added is None or not added.is_current:
            added = build.additions(files)
        return _kept(_ADDITIONS, key, added)


def analyzer(policy: Policy, added: CustomRecognizers = build.NOTHING_ADDED) -> Analyzer:
    """Return what `build.analyzer` does, with model and patterns loaded once a process and a cache of its own.

    Analyzers of several policies share a model. Raises ConfigFault.
    """
    key = (policy.model, repr((policy.finding(), sorted(build.looked_for(policy, added) or ()))), added)
    with _LOADING:
        found = _ANALYZERS.pop(key, None)
        if found is None:
            model = next((other.model for (name, *_), other in _ANALYZERS.items() if name == policy.model), None)
            found = build.analyzer(policy, model=model, added=added)
        _kept(_ANALYZERS, key, found)
    return found.with_caches(build.span_caches(policy))


def _kept(shared: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    """Put `value` behind all others; the first ones make room."""
    shared[key] = value
    while len(shared) > _LIMIT:
        del shared[next(iter(shared))]
    return value
