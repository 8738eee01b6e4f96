"""What a scripted model says in one answer, and the pieces in which a stream brings it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Call", "Pieces", "Turn", "every", "signature", "written"]

# Cuts a text into the deltas of a stream. Never empty.
Pieces = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a tool that the client runs. `ascii_only`: how the model writes its JSON where arguments are text."""

    id: str
    name: str
    arguments: dict[str, Any] = field(repr=False)
    ascii_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer. `thinking` comes first, then text, then calls."""

    thinking: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    calls: tuple[Call, ...] = ()


def signature(text: str) -> str:
    """Return what a provider would sign `text` with: it tells when a byte was changed."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()


def written(call: Call) -> str:
    """Return the arguments as the model writes them."""
    return json.dumps(call.arguments, ensure_ascii=call.ascii_only)


def every(size: int) -> Pieces:
    """Return what cuts a text into pieces of `size` characters."""
    return lambda text: [text[at : at + size] for at in range(0, len(text), size)] or [""]
