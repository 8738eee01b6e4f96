"""Name what a mistyped word was probably meant to be: a key, an entity type, a policy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

__all__ = ["keys_at", "suggest"]


def suggest(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return '; did you mean "…"?' with the nearest of `known`, or "; {otherwise}"."""
    choices = {item.casefold(): item for item in known}
    near = difflib.get_close_matches(word.casefold(), choices, n=1, cutoff=0.6)
    if near and choices[near[0]] != word:
        return f'; did you mean "{choices[near[0]]}"?'
    return f"; {otherwise}" if otherwise else ""


def keys_at(model: Any, path: Sequence[str | int]) -> list[str]:
    """Return the keys that a file read as the pydantic `model` may have at `path`; none where any key may stand."""
    current: Any = model
    for step in path:
        found = _model_in(current)
        if get_origin(current) in (dict, Mapping):
            current = get_args(current)[1]
        elif found is not None and isinstance(step, str):
            current = _fields(found).get(step)
    found = None if get_origin(current) in (dict, Mapping) else _model_in(current)
    return list(_fields(found)) if found is not None else []


def _fields(model: Any) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> Any:
    """Return the model class inside `annotation`: itself, or what a tuple or an optional holds."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((found for item in get_args(annotation) if (found := _model_in(item))), None)
