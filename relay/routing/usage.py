"""Tokens of a request and of an answer: what the upstream says, else an estimate.

Where they stand, each family of formats states (`relay.types.TokenFields`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relay.policy.conditions.max_tokens import CHARACTERS_PER_TOKEN
from relay.protocols import TokenFields
from relay.types import JSON

__all__ = ["CHARACTERS_PER_TOKEN", "Meter", "Usage", "expected_output"]

# Expected of an answer to a request that states no limit.
_USUAL_OUTPUT = 500


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that went in and came out."""

    input_tokens: int
    output_tokens: int


def expected_output(tree: JSON, fields: TokenFields) -> int:
    """Return how many tokens an answer to the request `tree` is expected to have at most."""
    stated = (_at(tree, path) for path in fields.limits)
    return min(next((int(limit) for limit in stated if _is_count(limit)), _USUAL_OUTPUT), _USUAL_OUTPUT)


class Meter:
    """Reads the usage out of an answer, whole or event by event. The latest figure of each kind counts.

    For where there is none it counts the characters of the answer's text.
    """

    __slots__ = ("_added", "_at_once", "_fields", "_input", "_output")

    def __init__(self, fields: TokenFields) -> None:
        self._fields = fields
        self._input = 0
        self._output = 0
        self._added = 0
        self._at_once = 0

    def read(self, tree: JSON, *, added: int = 0, at_once: int = 0) -> None:
        """Look at one decoded answer or event.

        `added` are the characters that it adds to the answer; `at_once` those of whole texts in it, which may be what
        other events said already.
        """
        self._added += added
        self._at_once = max(self._at_once, at_once)
        for path in self._fields.usage:
            found = _at(tree, path)
            if type(found) is dict and found:
                self._input = _sum(found, self._fields.input) or self._input
                self._output = _sum(found, self._fields.output) or self._output
                return

    def usage(self, estimated_input: int) -> Usage:
        """Return what was read; where nothing was said, `estimated_input` and a quarter of the answer's characters."""
        characters = max(self._added, self._at_once)
        return Usage(self._input or estimated_input, self._output or characters // CHARACTERS_PER_TOKEN)


def _at(tree: JSON, path: tuple[str, ...]) -> JSON:
    """Return what stands at `path`, or None."""
    for key in path:
        if type(tree) is not dict:
            return None
        tree = tree.get(key)
    return tree


def _sum(found: dict[str, Any], keys: tuple[str, ...]) -> int:
    return sum(int(found[key]) for key in keys if _is_count(found.get(key)))


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**12
