"""`models: "*-mini"`: the model that the request asks for."""

from __future__ import annotations

from typing import Any, ClassVar

from relay.policy.condition import RequestFacts
from relay.policy.globs import any_of
from relay.policy.terms import NameGlobs

__all__ = ["PLUGINS", "AskModel"]


class AskModel:
    """Holds for a model that one of the names or patterns fits."""

    name: ClassVar[str] = "models"
    word: ClassVar[str] = "model"
    type: ClassVar[Any] = NameGlobs
    estimate: ClassVar[bool] = False
    exempts: ClassVar[bool] = True

    def read(self, facts: RequestFacts) -> str:
        """Return the model's name; empty when the request names none."""
        return facts.model

    def holds(self, asked: tuple[str, ...], found: str) -> bool:
        """Tell whether any of `asked` fits."""
        return any_of(asked)(found)


PLUGINS = (AskModel,)
