"""`max_tokens: 500`: how long the request is, estimated."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from relay.policy.condition import RequestFacts
from relay.policy.terms import Number

__all__ = ["CHARACTERS_PER_TOKEN", "PLUGINS", "AskSize"]

# A rule of thumb for English with the tokenizers of 2026.
CHARACTERS_PER_TOKEN: Final = 4


class AskSize:
    """Holds for a request of at most so many tokens."""

    name: ClassVar[str] = "max_tokens"
    word: ClassVar[str] = "tokens"
    type: ClassVar[Any] = Annotated[int, Field(ge=1), Number]
    estimate: ClassVar[bool] = True
    exempts: ClassVar[bool] = False

    def read(self, facts: RequestFacts) -> int:
        """Return the estimated number of tokens of all texts."""
        return sum(len(segment.text) for segment in facts.segments) // CHARACTERS_PER_TOKEN

    def holds(self, asked: int, found: int) -> bool:
        """Tell whether there are no more than `asked`."""
        return found <= asked


PLUGINS = (AskSize,)
