"""`languages: [de, nl]`: the language that users wrote in, guessed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from relay.policy.condition import RequestFacts
from relay.policy.language import LANGUAGES, guess
from relay.policy.terms import as_tuple
from relay.types import Role

__all__ = ["PLUGINS", "AskLanguage"]


def _known(value: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := set(value) - LANGUAGES:
        raise ValueError(f"{min(unknown)} is not known; expected one of {', '.join(sorted(LANGUAGES))}")
    return value


class AskLanguage:
    """Holds for a request in one of the languages, by their two letters. The newest texts of users decide."""

    name: ClassVar[str] = "languages"
    word: ClassVar[str] = "language"
    type: ClassVar[Any] = Annotated[
        tuple[str, ...], BeforeValidator(as_tuple), Field(min_length=1), AfterValidator(_known)
    ]
    estimate: ClassVar[bool] = True
    exempts: ClassVar[bool] = False

    def read(self, facts: RequestFacts) -> str | None:
        """Return the language, or None when it is not clear."""
        return guess(segment.text for segment in reversed(facts.segments) if segment.role is Role.USER)

    def holds(self, asked: tuple[str, ...], found: str | None) -> bool:
        """Tell whether the language is one of `asked`."""
        return found in asked


PLUGINS = (AskLanguage,)
