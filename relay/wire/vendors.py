"""Tell vendors apart where they share a path, by the headers that only their clients send."""

from __future__ import annotations

from relay.types import Headers

__all__ = ["is_anthropic", "is_gemini"]

_ANTHROPIC = frozenset({"anthropic-version", "anthropic-beta", "x-api-key"})
_GEMINI = frozenset({"x-goog-api-key", "x-goog-api-client"})


def is_anthropic(headers: Headers) -> bool:
    """Tell an Anthropic client."""
    return any(name in _ANTHROPIC for name, _ in headers)


def is_gemini(headers: Headers) -> bool:
    """Tell a Gemini client."""
    return any(name in _GEMINI for name, _ in headers)
