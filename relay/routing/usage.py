"""Tokens of a request and of an answer, in every format: what the upstream says, else an estimate.

Sources of the field names: the SDKs that relay/wire names, read 2026-11-20. Anthropic counts what was read from
a cache apart from `input_tokens`; the others count it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relay.policy.conditions.max_tokens import CHARACTERS_PER_TOKEN
from relay.types import JSON

__all__ = ["CHARACTERS_PER_TOKEN", "Meter", "Usage", "expected_output"]

# Expected of an answer to a request that states no limit.
_USUAL_OUTPUT = 500
_LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_NESTED_LIMITS = (
    ("generationConfig", "maxOutputTokens"),
    ("generation_config", "max_output_tokens"),
    ("options", "num_predict"),
)
_INPUT = (
    *("prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count"),
    *("cache_read_input_tokens", "cache_creation_input_tokens"),
)
_OUTPUT = ("completion_tokens", "output_tokens", "candidatesTokenCount", "eval_count", "thoughtsTokenCount")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that went in and came out."""

    input_tokens: int
    output_tokens: int


def expected_output(tree: JSON) -> int:
    """Return how many tokens an answer to the request `tree` is expected to have at most."""
    if type(tree) is not dict:
        return _USUAL_OUTPUT
    for key in _LIMITS:
        if _is_count(tree.get(key)):
            return min(int(tree[key]), _USUAL_OUTPUT)
    for outer, key in _NESTED_LIMITS:
        inner = tree.get(outer)
        if type(inner) is dict and _is_count(inner.get(key)):
            return min(int(inner[key]), _USUAL_OUTPUT)
    return _USUAL_OUTPUT


class Meter:
    """Reads the usage out of an answer, whole or event by event. The latest figure of each kind counts."""

    __slots__ = ("_input", "_output", "events")

    def __init__(self) -> None:
        self._input = 0
        self._output = 0
        self.events = 0

    def read(self, tree: JSON) -> None:
        """Look at one decoded answer or event."""
        self.events += 1
        if type(tree) is not dict:
            return
        found = tree.get("usage") or tree.get("usageMetadata")
        if found is None:
            inner = tree.get("message") or tree.get("response")  # Anthropic's first event, OpenAI's last
            found = inner.get("usage") if type(inner) is dict else None
            if found is None:
                if "eval_count" not in tree and "prompt_eval_count" not in tree:
                    return
                found = tree  # Ollama
        if type(found) is dict:
            self._input = _sum(found, _INPUT) or self._input
            self._output = _sum(found, _OUTPUT) or self._output

    def usage(self, estimated_input: int) -> Usage:
        """Return what was read; where nothing was said, `estimated_input` and a token for each event."""
        if not self.events:
            return Usage(0, 0)
        return Usage(self._input or estimated_input, self._output or self.events)


def _sum(found: dict[str, Any], keys: tuple[str, ...]) -> int:
    return sum(int(found[key]) for key in keys if _is_count(found.get(key)))


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**12
