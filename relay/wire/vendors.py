"""Tell vendors apart where they share a path: by the prefix of the path, or by headers that only their clients send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from relay.protocols import Endpoint, Format
from relay.types import Headers

__all__ = ["caller", "find", "is_anthropic", "is_gemini", "split_prefix"]

_ANTHROPIC = frozenset({"anthropic-version", "anthropic-beta", "x-api-key"})
_GEMINI = frozenset({"x-goog-api-key", "x-goog-api-client"})

# What stands under a prefix: the families whose paths the vendor's own server has. Ollama's has three of them
# (its documentation, "OpenAI compatibility" and "Anthropic compatibility", read 2026-11-29).
_PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "openai": ("openai",),
    "anthropic": ("anthropic",),
    "gemini": ("gemini",),
    "ollama": ("ollama", "openai", "anthropic"),
}
# A prefix says of the client what these headers say.
_SAID: Final[Mapping[str, Headers]] = {
    "anthropic": (("anthropic-version", ""),),
    "gemini": (("x-goog-api-client", ""),),
}


def is_anthropic(headers: Headers) -> bool:
    """Tell an Anthropic client."""
    return any(name in _ANTHROPIC for name, _ in headers)


def is_gemini(headers: Headers) -> bool:
    """Tell a Gemini client."""
    return any(name in _GEMINI for name, _ in headers)


def caller(path: str, headers: Headers) -> str:
    """Return the family whose client seems to be calling `path`: a guess, for the shape of an error."""
    prefix, rest = split_prefix(path)
    if prefix:
        return prefix
    if is_gemini(headers) or "/v1beta" in rest:
        return "gemini"
    if is_anthropic(headers) or "/messages" in rest:
        return "anthropic"
    return "ollama" if rest.startswith("/api/") else "openai"


def split_prefix(path: str) -> tuple[str, str]:
    """Return the vendor whose prefix `path` has ("" for none), and the path behind it.

    SDKs append to a base URL that a person typed, and Azure's client appends `/openai` itself, so a prefix may stand
    twice.
    """
    prefix, rest = "", path
    while True:
        first, slash, behind = rest.lstrip("/").partition("/")
        if first not in _PREFIXES or (prefix and first != prefix):
            return prefix, rest
        prefix, rest = first, slash + behind or "/"


def find(formats: Iterable[Format], method: str, path: str, headers: Headers) -> tuple[Format, Endpoint] | None:
    """Return the format and endpoint that serve `path`, with or without a prefix, or None when nothing does."""
    prefix, rest = split_prefix(path)
    if prefix:
        headers = _SAID.get(prefix, ())
    for format in formats:
        if prefix and format.family not in _PREFIXES[prefix]:
            continue
        endpoint = format.match(method, rest, headers)
        if endpoint is not None:
            return format, endpoint
    return None
