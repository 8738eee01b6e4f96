"""Presidio's `replace`: write one fixed text for every value. Nothing comes back.

`<TYPE>` unless the policy has `operators: {replace: {new_value: …}}`. The text does not depend on the value, but it is
the policy author's and not relay's, so it stands below `redact`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from relay.protocols import Sealing
from relay.replace.lookalikes import reads_like_placeholder
from relay.replace.parameters import OperatorParameters, ReadSecret
from relay.replace.presidio_operators import presidio_operator
from relay.types import Action

__all__ = ["PLUGINS", "Replace"]


def _no_lookalike(text: str) -> str:
    if reads_like_placeholder(text):
        raise ValueError("could be taken for a placeholder; leave out the number")
    return text


class ReplaceParameters(OperatorParameters):
    """`new_value`: what is written. Presidio writes the type for an empty text, so it has a character at least."""

    new_value: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_lookalike)] | None = None


class Replace:
    """Write `new_value`, or the entity type in angle brackets."""

    name: ClassVar[str] = "replace"
    action: ClassVar[Action] = Action("replace", strictness=70)
    Parameters = ReplaceParameters

    def __init__(self, parameters: ReplaceParameters, read_secret: ReadSecret) -> None:
        """Raise ConfigFault when presidio-anonymizer is missing."""
        self._parameters = {"new_value": parameters.new_value or ""}
        self._operator = presidio_operator("Replace", self._parameters)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the same text for every value of a type."""
        text: str = self._operator.operate(value, {**self._parameters, "entity_type": entity_type})
        return text


PLUGINS = (Replace,)
